"""Two managers at the same moment, each in a transaction of their own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from intake.models import Demand, RankMove
from intake.services.ranking import move_demand
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Team
from portfolio.scenarios.services.applying import apply_scenario
from portfolio.scenarios.services.editing import save_change, save_scenario
from portfolio.scenarios.services.trying import try_scenario
from tests.factories import RankedDemandFactory, TeamFactory, UserFactory
from tests.scenarios.made import move

pytestmark = [
    pytest.mark.usefixtures("shipped_tiers"),
    pytest.mark.skipif(
        "connection.vendor == 'sqlite'",
        reason="the test database of SQLite is in memory, where a second connection "
        "is refused at once instead of waiting; PostgreSQL runs this",
    ),
]


def at_once(*calls):
    """Run all calls in threads of their own; give what each returned or refused."""

    def run(call):
        try:
            return call()
        except RuleBroken as broken:
            return broken
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


@pytest.fixture
def made(shipped_tiers):
    """A scenario that moves the last of three demands up."""
    team = TeamFactory()
    manager = UserFactory(role="manager", teams=[team])
    demands = RankedDemandFactory.create_batch(3, team=team)
    scenario = save_scenario(team=team, name="Hire", why="", by=manager)
    save_change(scenario=scenario, change=move(demands[2], 1), by=manager)
    scenario.refresh_from_db()
    return scenario, manager, demands


def test_a_scenario_that_two_apply_at_once_is_applied_once(made):
    scenario, manager, _ = made

    def apply():
        return apply_scenario(
            scenario=scenario, by=manager, seen_revision=scenario.revision
        )

    done = at_once(apply, apply)

    assert sorted(isinstance(each, RuleBroken) for each in done) == [False, True]
    assert RankMove.objects.count() == 1
    assert Team.objects.get().plan_revision == 1


def test_what_is_tried_while_somebody_moves_loses_nothing(made):
    scenario, manager, demands = made

    def try_it():
        return try_scenario(scenario=scenario, by=manager).then is not None

    def move_it():
        return move_demand(demand=demands[0], to_place=2, by=manager).to_place

    done = at_once(try_it, move_it, try_it)

    assert done == [True, 2, True]
    first, second, third = demands
    assert list(Demand.objects.by_rank()) == [second, first, third]
    assert RankMove.objects.count() == 1
