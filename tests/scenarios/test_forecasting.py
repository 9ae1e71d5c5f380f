from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from capacity import engine
from capacity.engine.distribution import chance_by
from capacity.services.forecasting import request_forecast, run_forecast
from capacity.services.ktlo import remove_stream
from portfolio.core.errors import RuleBroken
from portfolio.scenarios.changes.demands import DropDemand
from portfolio.scenarios.changes.work import SetSpeed
from portfolio.scenarios.comparison import by_loss, read_comparison
from portfolio.scenarios.models import ScenarioForecast
from portfolio.scenarios.services.applying import apply_scenario
from portfolio.scenarios.services.forecasting import (
    request_scenario_forecast,
    rescue_scenario_forecasts,
    run_scenario_forecast,
)
from portfolio.scenarios.status import scenario_status
from tests.factories import CommitmentFactory, RankedDemandFactory
from tests.scenarios.made import hire, move, something_new


@pytest.fixture
def run(scenario, manager):
    """Asks for a forecast and runs it as a worker does."""

    def run():
        asked = request_scenario_forecast(scenario=scenario, by=manager)
        return run_scenario_forecast(forecast_id=asked.pk)

    return run


def live_forecast(team):
    team.refresh_from_db()
    asked = request_forecast(team=team, by=None, reason="Asked for.")
    return run_forecast(forecast_id=asked.pk)


def stored(forecast, side):
    """What is stored of one of the plans, as the engine writes it."""
    return {
        row.demand.reference if row.demand else row.title: {
            "finish": {name: getattr(row, side)[name] for name in ("p50", "p85")},
            "finished_by": getattr(row, side)["finished_by"],
        }
        for row in forecast.dates.select_related("demand")
        if getattr(row, side) is not None
    }


def said(answers):
    return {
        row["id"]: {
            "finish": {name: row["finish"][name] for name in ("p50", "p85")},
            "finished_by": row["finished_by"],
        }
        for row in answers["demands"]
    }


def test_a_scenario_s_dates_are_the_engine_s_own_for_the_changed_plan(
    scenario, add, backlog, ada, api, manager, run, team
):
    add(SetSpeed.of(ada, api, Decimal(2)))
    add(move(backlog[2], 1))
    live = live_forecast(team)

    forecast = run()

    assert (forecast.state, forecast.error, forecast.problems) == ("done", "", {})
    changed = engine.Plan.from_json(ScenarioForecast.objects.get(pk=forecast.pk).plan)
    assert changed.engineers[0].skills == {"API": 2.0}
    assert stored(forecast, "then") == said(engine.forecast(changed).to_json())
    live_plan = engine.Plan.from_json(type(live).objects.get(pk=live.pk).plan)
    assert stored(forecast, "live") == said(engine.forecast(live_plan).to_json())
    assert forecast.live_hash == live.plan_hash
    assert (forecast.seed, forecast.trials) == (live.seed, live.trials)


def test_the_live_plan_is_played_too_where_its_forecast_is_old(
    scenario, add, backlog, stream, manager, run, team
):
    add(move(backlog[2], 1))
    old = live_forecast(team)
    remove_stream(stream=stream, by=manager)

    forecast = run()

    assert forecast.live_hash != old.plan_hash
    now = live_forecast(team)
    assert forecast.live_hash == now.plan_hash
    rows = {
        row.demand.reference: row.finished_by
        for row in now.demand_forecasts.select_related("demand")
    }
    assert {
        name: each["finished_by"] for name, each in stored(forecast, "live").items()
    } == rows


def test_forecast_again_a_scenario_says_the_same(
    scenario, add, backlog, events, manager, run
):
    add(something_new(backlog[0], events))
    first = run()
    before = stored(first, "then")

    second = run()

    assert second.plan_hash == first.plan_hash
    assert stored(second, "then") == before
    assert list(scenario.forecasts.all()) == [second]


def test_nothing_is_forecast_where_a_change_does_not_fit(
    scenario, add, backlog, manager, run
):
    row = add(move(backlog[2], 3))
    backlog[2].stage, backlog[2].rank = "withdrawn", None
    backlog[2].save()

    forecast = run()

    assert forecast.state == "done"
    assert forecast.problems == {
        str(row.pk): "INT-0003 is withdrawn; only a demand in the backlog has a rank."
    }
    assert not forecast.dates.exists()


def test_what_is_applied_meanwhile_keeps_its_last_comparison(
    scenario, add, backlog, manager, run
):
    add(move(backlog[2], 1))
    before = run()
    asked = request_scenario_forecast(scenario=scenario, by=manager)
    scenario.refresh_from_db()
    scenario = apply_scenario(
        scenario=scenario, by=manager, seen_revision=scenario.revision
    )

    late = run_scenario_forecast(forecast_id=asked.pk)

    assert (late.state, late.error) == (
        "failed",
        "It was applied before it was forecast.",
    )
    status = scenario_status(scenario)
    assert (status.state, status.forecast) == ("fresh", before)
    assert status.words.endswith(", before it was applied")
    assert before.dates.count() == 3


def test_a_forecast_is_asked_for_once_at_a_time(scenario, add, backlog, manager):
    add(move(backlog[2], 1))

    first = request_scenario_forecast(scenario=scenario, by=manager)

    assert request_scenario_forecast(scenario=scenario, by=manager) == first


def test_without_changes_there_is_nothing_to_forecast(scenario, manager):
    with pytest.raises(RuleBroken, match="changes nothing yet"):
        request_scenario_forecast(scenario=scenario, by=manager)


def test_a_plan_the_engine_refuses_fails_with_its_reason(scenario, add, backlog, run):
    add(move(backlog[2], 1))
    backlog[0].after.add(backlog[1])
    backlog[1].after.add(backlog[0])

    forecast = run()

    assert forecast.state == "failed"
    assert "INT-0001" in forecast.error
    assert forecast.error.endswith(".")


def test_what_died_with_its_worker_is_queued_again(scenario, add, backlog, manager):
    add(move(backlog[2], 1))
    asked = request_scenario_forecast(scenario=scenario, by=manager)
    long_ago = timezone.now() - timedelta(minutes=5)
    ScenarioForecast.objects.filter(pk=asked.pk).update(
        state="running", attempts=1, heartbeat_at=long_ago
    )

    rescue_scenario_forecasts()

    asked.refresh_from_db()
    assert asked.state == "queued"
    assert run_scenario_forecast(forecast_id=asked.pk).state == "done"


def test_comparison_tells_days_chances_and_what_turns(
    scenario, add, backlog, manager, run, team, today
):
    run_of = live_forecast(team)
    row = run_of.demand_forecasts.get(demand=backlog[2])
    CommitmentFactory(demand=backlog[2], original_due_on=row.p85 - timedelta(days=14))
    add(move(backlog[2], 1))

    forecast = run()
    compared = read_comparison(team=team, forecast=forecast, user=manager, today=today)

    first, second, _ = compared.lines
    assert [line.reference for line in compared.lines] == [
        "INT-0003",
        "INT-0001",
        "INT-0002",
    ]
    due = row.p85 - timedelta(days=14)
    assert first.live.chance == chance_by(row.finished_by, 200, due)
    assert (first.before.colour, first.after.colour) == ("red", "green")
    assert first.turns
    assert not first.turns_worse
    assert first.days < 0 < second.days
    middle = sorted(line.days for line in compared.lines)[1]
    assert compared.headline == (
        f"1 commitment becomes safe; the median demand comes {middle} days later."
    )
    assert compared.spread_words == "By P85: 1 earlier and 2 later, 0 as before."
    assert by_loss(compared.lines)[-1] == first
    assert compared.promises == [first]


def test_comparison_tells_what_is_new_dropped_and_unestimated(
    scenario, add, backlog, events, manager, run, team, today
):
    RankedDemandFactory(team=team, reference="INT-0010")
    needed = today + timedelta(days=200)
    add(something_new(backlog[0], events, needed_by=needed.isoformat()))
    add(
        DropDemand(
            demand=backlog[1].pk, reference="INT-0002", title="Stock", why="Not now."
        )
    )

    forecast = run()
    compared = read_comparison(team=team, forecast=forecast, user=manager, today=today)

    lines = {line.title: line for line in compared.lines}
    assert lines["Returns"].days_words == "new"
    assert lines["Returns"].then.chance == 1.0
    assert lines["Stock"].days_words == "dropped"
    assert lines["Invoices"].is_earlier
    unestimated = next(line for line in compared.lines if line.reference == "INT-0010")
    assert unestimated.then.cannot == "It has no estimate yet."
    assert unestimated.days_words == "no P85"


def test_a_change_that_helps_nobody_says_so(
    scenario, add, backlog, events, manager, run, team, today
):
    add(hire(events))

    compared = read_comparison(team=team, forecast=run(), user=manager, today=today)

    assert compared.headline == (
        "No commitment changes its colour; the median demand stays where it is."
    )
    assert compared.spread_words == "No date moves by P85."
