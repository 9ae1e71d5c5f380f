from __future__ import annotations

import pytest

from tests.factories import RankedDemandFactory, UserFactory


@pytest.fixture
def backlog(team):
    """Three demands of the team, in rank order."""
    return [
        RankedDemandFactory(team=team, title=title, reference=f"INT-000{number}")
        for number, title in enumerate(["Orders", "Stock", "Invoices"], 1)
    ]


@pytest.fixture
def viewer(db):
    return UserFactory(role="viewer")


@pytest.fixture
def engineer(team):
    return UserFactory(role="engineer", teams=[team])
