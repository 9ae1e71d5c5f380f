from __future__ import annotations

import pytest

from tests.factories import DemandFactory, TeamFactory, UserFactory


@pytest.fixture
def team(db):
    return TeamFactory()


@pytest.fixture
def manager(team):
    return UserFactory(role="manager", teams=[team])


@pytest.fixture
def requester(team):
    return UserFactory(role="requester")


@pytest.fixture
def demand(team, requester):
    """A request that was submitted and awaits its decision."""
    return DemandFactory(team=team, requester=requester)
