from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from portfolio.scenarios.services.editing import save_change, save_scenario
from tests.factories import (
    DemandFactory,
    EngineerFactory,
    KtloStreamFactory,
    LeaveFactory,
    RankedDemandFactory,
    SkillFactory,
    UserFactory,
    WorkPackageFactory,
)


@pytest.fixture(scope="session", autouse=True)
def forecasts(compiled_engine):
    """Forecasts are run all over this room."""


@pytest.fixture
def api(db):
    return SkillFactory(name="API", slug="api")


@pytest.fixture
def events(db):
    return SkillFactory(name="Events", slug="events")


@pytest.fixture
def ada(team, api):
    return EngineerFactory(team=team, name="Ada", with_skills=[api])


@pytest.fixture
def bob(team, events):
    return EngineerFactory(team=team, name="Bob", with_skills=[events])


@pytest.fixture
def leave(ada, today):
    first = today + dt.timedelta(days=40)
    return LeaveFactory(engineer=ada, first_day=first, last_day=first)


@pytest.fixture
def stream(team, ada):
    made = KtloStreamFactory(team=team, name="Tickets", per_week=Decimal(2))
    made.engineers.add(ada)
    return made


@pytest.fixture
def backlog(team, api, ada, bob, requester):
    """Three demands of ten certain days each that Ada does one after the other."""
    demands = [
        RankedDemandFactory(
            team=team,
            stage="estimated",
            title=title,
            reference=f"INT-000{number}",
            requester=requester,
        )
        for number, title in enumerate(["Orders", "Stock", "Invoices"], 1)
    ]
    for demand in demands:
        WorkPackageFactory(demand=demand, skill=api, low=10, likely=10, high=10)
    return demands


@pytest.fixture
def waiting(team, requester):
    return DemandFactory(
        team=team, title="Parcels", reference="INT-0009", requester=requester
    )


@pytest.fixture
def scenario(team, manager):
    return save_scenario(team=team, name="Hire", why="We are late.", by=manager)


@pytest.fixture
def add(scenario, manager):
    """Adds a change to the scenario."""

    def add(change):
        return save_change(scenario=scenario, change=change, by=manager)

    return add


@pytest.fixture
def viewer(db):
    return UserFactory(role="viewer")


@pytest.fixture
def engineer(team):
    return UserFactory(role="engineer", teams=[team])
