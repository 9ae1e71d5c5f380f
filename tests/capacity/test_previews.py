from __future__ import annotations

import datetime as dt

import pytest

from capacity.engine import prepare
from capacity.models import Forecast
from capacity.services.forecasting import request_forecast, run_forecast
from capacity.services.gathering import today_of
from capacity.services.preparing import (
    PACE,
    PLAY_SECONDS,
    SHELF,
    first_worlds,
    prepared_plan,
    take_up,
    worlds_for,
)
from capacity.services.previews import answer_of, ask_preview, preview_of
from intake.services.ranking import move_demand
from portfolio.core.models import Team
from portfolio.core.services.changes import note_plan_change
from tests.factories import EngineerFactory, RankedDemandFactory, WorkPackageFactory

pytestmark = pytest.mark.usefixtures("previewer")


@pytest.fixture(autouse=True)
def empty_shelf():
    SHELF._kept.clear()
    PACE.clear()


@pytest.fixture
def forecast(team, backlog):
    run_forecast(
        forecast_id=request_forecast(team=team, by=None, reason="Asked for.").pk
    )
    return Forecast.objects.get()


def now(team):
    return Team.objects.select_related("calendar").get(pk=team.pk)


def names(backlog):
    return [demand.reference for demand in backlog]


def test_preview_of_a_new_order_says_what_moves_for_whom(team, backlog, forecast):
    first, second = names(backlog)
    day = forecast.demand_forecasts.get(demand=backlog[0]).p85

    preview = preview_of(
        team=team,
        change={"order": [second, first], "dates": {first: [day.isoformat()]}},
    )

    assert list(preview.shifts) == [second, first]
    assert preview.shifts[second].days() < 0 < preview.shifts[first].days()
    assert preview.shifts[first].before["p85"] == day
    before, after = preview.shifts[first].chances[day]
    assert before >= 0.85 > after
    assert preview.trials == 200


def test_answer_can_be_looked_at_again(team, backlog, forecast):
    token = ask_preview(team=team, change={"order": names(backlog)[::-1]})

    assert answer_of(token) == answer_of(token)


def test_order_that_changes_nothing_moves_nobody(team, backlog, forecast):
    assert preview_of(team=team, change={"order": names(backlog)}).shifts == {}


def test_preview_of_a_plan_that_changed_since_is_about_the_plan_as_it_is(
    team, manager, backlog, forecast
):
    first, second = names(backlog)
    move_demand(demand=backlog[1], to_place=1, by=manager)

    same = preview_of(team=team, change={"order": [second, first]})
    back = preview_of(team=team, change={"order": [first, second]})

    assert same.shifts == {}
    assert back.shifts[first].days() < 0


def test_forecast_leaves_its_plan_prepared_in_the_store(team, backlog, forecast, store):
    name = f"throughline:prepared:{forecast.plan_hash}"

    assert store.ttl(name) > 24 * 3600
    assert list(SHELF._kept) == [forecast.plan_hash]


def test_lost_store_costs_time_and_no_answer(team, backlog, forecast, store):
    store.flushall()
    SHELF._kept.clear()

    preview = preview_of(team=team, change={"order": names(backlog)[::-1]}, seconds=5)

    assert len(preview.shifts) == 2


def test_new_demand_is_tried_where_it_would_stand(team, backlog, forecast, skill):
    first, second = names(backlog)
    effort = {"low": 2, "likely": 3, "high": 6}
    new = {
        "id": "New",
        "packages": [{"id": "1", "skill": skill.name, "effort": effort}],
    }

    preview = preview_of(
        team=team, change={"declared": [new], "order": ["New", first, second]}
    )

    assert preview.shifts["New"].is_new
    assert preview.shifts["New"].after["p85"] > today_of(team)
    assert preview.shifts[first].days() > 0


def test_leave_and_one_more_person_move_dates(team, backlog, forecast, skill):
    engineer = team.engineers.get()
    start = today_of(team)
    away = [start.isoformat(), (start + dt.timedelta(days=20)).isoformat(), 1.0]

    later = preview_of(team=team, change={"leave": {f"eng-{engineer.pk}": [away]}})
    sooner = preview_of(
        team=team, change={"engineers": [{"id": "New", "skills": {skill.name: 1.0}}]}
    )

    _, second = names(backlog)
    assert later.shifts[second].days() > 0
    assert sooner.shifts[second].days() < 0


def test_change_that_cannot_be_is_told(team, backlog, forecast):
    preview = preview_of(team=team, change={"drop": ["INT-9999"]})

    assert preview.problem == "INT-9999 is to be dropped and not in the plan."


def test_stale_plan_is_prepared_once(
    team, backlog, forecast, django_assert_num_queries
):
    note_plan_change(team_id=team.pk)
    EngineerFactory(team=team)
    WorkPackageFactory(demand=RankedDemandFactory(team=team))
    current = now(team)
    first = prepared_plan(current)

    with django_assert_num_queries(1):
        again = prepared_plan(current)

    assert again is first
    assert len(again.plan.demands) == 3


def test_plan_that_takes_long_is_played_in_fewer_of_the_same_worlds(
    team, backlog, forecast
):
    plan = prepared_plan(now(team)).plan
    whole, first = prepare(plan, trials=1000), prepare(plan, trials=125)

    kept = first_worlds(whole, 125)

    assert (kept.plan, kept.finishes.days.tolist()) == (
        first.plan,
        first.finishes.days.tolist(),
    )
    assert first_worlds(whole, 1000) is whole


@pytest.mark.parametrize(
    ("pace", "worlds"),
    [
        (PLAY_SECONDS / 1000, 1000),
        (PLAY_SECONDS / 999, 500),
        (PLAY_SECONDS / 249, 125),
        (1.0, 125),
        (None, 125),
    ],
)
def test_worlds_are_as_many_as_there_is_time_for(pace, worlds):
    assert worlds_for(pace, most=1000) == worlds


def test_preview_notes_how_long_a_world_takes(team, backlog, forecast):
    preview_of(team=team, change={"order": names(backlog)[::-1]})

    assert PACE[team.pk] > 0


def test_taking_a_plan_up_tells_its_pace_before_anybody_asks(team, backlog, forecast):
    PACE.clear()

    take_up(team=now(team))

    assert PACE[team.pk] > 0
