from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.utils import timezone

from capacity.models import DemandForecast, Forecast
from capacity.services import forecasting
from capacity.services.forecasting import (
    forecast_the_past,
    request_forecast,
    request_if_due,
    request_when_quiet,
    rescue_forecasts,
    run_forecast,
)
from capacity.services.gathering import today_of
from capacity.services.running import ClaimLost
from portfolio.core.models import Team
from portfolio.core.services.changes import note_plan_change
from tests.factories import RankedDemandFactory, TeamFactory, WorkPackageFactory

RUN = "capacity.tasks.run_forecast"


def requested(team, by=None):
    return request_forecast(team=team, by=by, reason="Asked for.")


def long_ago():
    return timezone.now() - timedelta(minutes=5)


def quiet(team):
    """The team as it is, its last change long ago."""
    Team.objects.filter(pk=team.pk).update(plan_changed_at=long_ago())
    return Team.objects.get(pk=team.pk)


def test_request_forecast_queues_one_and_tells_a_worker(
    team, manager, sent, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        forecast = requested(team, by=manager)

    assert (forecast.state, forecast.requested_by, forecast.reason) == (
        "queued",
        manager,
        "Asked for.",
    )
    assert sent() == [(RUN, [forecast.pk])]


def test_request_forecast_gives_the_one_that_waits(
    team, sent, django_capture_on_commit_callbacks
):
    first = requested(team)

    with django_capture_on_commit_callbacks(execute=True):
        second = requested(team)

    assert second == first
    assert sent() == [(RUN, [first.pk])]


def test_request_forecast_gives_the_one_that_runs_and_sends_nothing(
    team, sent, django_capture_on_commit_callbacks
):
    running = requested(team)
    Forecast.objects.filter(pk=running.pk).update(state="running")

    with django_capture_on_commit_callbacks(execute=True):
        found = requested(team)

    assert (found, sent()) == (running, [])


def test_run_forecast_stores_a_row_for_every_demand(team, backlog):
    unestimated = RankedDemandFactory(team=team)
    team.forecast_seed = 42
    team.save()

    forecast = run_forecast(forecast_id=requested(team).pk)

    assert (forecast.state, forecast.progress, forecast.error) == ("done", 1.0, "")
    assert (forecast.trials, forecast.seed, forecast.attempts) == (200, 42, 1)
    assert forecast.starts_on == today_of(team)
    assert list(forecast.demand_forecasts.values_list("demand", "place", "cannot")) == [
        (backlog[0].pk, 1, ""),
        (backlog[1].pk, 2, ""),
        (unestimated.pk, 3, "It has no estimate yet."),
    ]


def test_a_forecast_of_the_past_starts_then_and_is_not_the_last_word(team, backlog):
    then = datetime(2026, 11, 16, 7, tzinfo=UTC)

    past = forecast_the_past(team=team, at=then, trials=50, reason="A new day.")
    now = run_forecast(forecast_id=requested(team).pk)

    assert (past.state, past.trials, past.starts_on) == ("done", 50, date(2026, 11, 16))
    assert past.queued_at == past.gathered_at == past.finished_at == then
    assert past.demand_forecasts.count() == len(backlog)
    assert Forecast.objects.latest_of(team.pk) == now


def test_run_forecast_stores_dates_that_a_calendar_confirms(team, backlog, monkeypatch):
    monday = datetime(2026, 11, 23, 9, tzinfo=UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: monday)
    for demand, days in zip(backlog, (Decimal("2.5"), Decimal(2)), strict=True):
        demand.packages.update(low=days, likely=days, high=days)

    forecast = run_forecast(forecast_id=requested(team).pk)

    first, second = forecast.demand_forecasts.all()
    tuesday, wednesday, thursday = (date(2026, 11, day) for day in (24, 25, 26))
    # Certain but for the usual shared error of 0.25: 1.8 days at P10, 3.2 at P85.
    assert (first.start_p50, first.p10, first.p50, first.p70, first.p85, first.p95) == (
        date(2026, 11, 23),
        tuesday,
        wednesday,
        wednesday,
        thursday,
        thursday,
    )
    assert (second.start_p50, second.p50) == (wednesday, date(2026, 11, 27))
    assert first.finished_by["first"] == "2026-11-24"
    assert sum(first.finished_by["counts"]) == 200
    assert (round(second.touch_days), second.waits_for) == (2, "API design")


def test_run_forecast_keeps_what_its_ranges_were_made_from(team, backlog):
    forecast = run_forecast(forecast_id=requested(team).pk)

    assert forecast.calibration == {
        "is_calibrated": False,
        "finished": 0,
        "needed": 30,
        "demand_sd": 0.2,
        "team_sd": 0.15,
    }
    assert forecast.plan["uncertainty"] == {"demand_sd": 0.2, "team_sd": 0.15}


def test_run_forecast_keeps_plan_hash_and_the_result_without_its_demands(team, backlog):
    forecast = run_forecast(forecast_id=requested(team).pk)

    assert sorted(forecast.result) == [
        "engineers",
        "plan_hash",
        "seed",
        "skills",
        "start",
        "together",
        "trials",
    ]
    assert forecast.plan_hash == forecast.result["plan_hash"]
    assert [demand["id"] for demand in forecast.plan["demands"]] == [
        demand.reference for demand in backlog
    ]


def test_run_forecast_remembers_the_revision_it_has_read(team, backlog):
    revision = note_plan_change(team_id=team.pk)

    forecast = run_forecast(forecast_id=requested(team).pk)

    assert forecast.plan_revision == revision


def test_run_forecast_runs_a_finished_one_only_once(team, backlog):
    forecast = requested(team)
    run_forecast(forecast_id=forecast.pk)

    again = run_forecast(forecast_id=forecast.pk)

    assert again is None
    assert Forecast.objects.get().attempts == 1
    assert DemandForecast.objects.count() == 2


def test_run_forecast_leaves_one_alone_that_another_worker_runs(team):
    forecast = requested(team)
    Forecast.objects.filter(pk=forecast.pk).update(
        state="running", heartbeat_at=timezone.now(), attempts=1
    )

    assert run_forecast(forecast_id=forecast.pk) is None


def test_run_forecast_takes_over_what_has_been_silent_for_long(team, backlog):
    forecast = requested(team)
    Forecast.objects.filter(pk=forecast.pk).update(
        state="running", heartbeat_at=long_ago(), attempts=1
    )

    forecast = run_forecast(forecast_id=forecast.pk)

    assert (forecast.state, forecast.attempts) == ("done", 2)


def test_a_worker_that_lost_its_forecast_writes_nothing(team, backlog):
    pk = requested(team).pk
    slow = forecasting._claim(pk)
    slow_answer = forecasting._simulate(slow)
    Forecast.objects.filter(pk=pk).update(heartbeat_at=long_ago())
    run_forecast(forecast_id=pk)

    with pytest.raises(ClaimLost):
        forecasting._store(slow, *slow_answer)

    assert Forecast.objects.get(pk=pk).attempts == 2
    assert DemandForecast.objects.filter(forecast=pk).count() == 2


def test_a_demand_that_is_gone_by_the_end_is_left_out(team, backlog):
    forecast = forecasting._claim(requested(team).pk)
    gathered, result = forecasting._simulate(forecast)
    backlog[0].delete()

    forecasting._store(forecast, gathered, result)

    assert [row.demand_id for row in forecast.demand_forecasts.all()] == [backlog[1].pk]


def test_run_forecast_says_what_is_wrong_with_the_plan(team, backlog):
    first, second = backlog
    first.after.add(second)
    second.after.add(first)

    forecast = run_forecast(forecast_id=requested(team).pk)

    assert forecast.state == "failed"
    assert first.reference in forecast.error
    assert second.reference in forecast.error
    assert forecast.finished_at is not None


def test_run_forecast_tries_again_when_it_broke_by_accident(team, backlog):
    team.engineers.update(country="XX")
    pk = requested(team).pk

    states = [run_forecast(forecast_id=pk).state for _ in range(3)]

    assert states == ["queued", "queued", "failed"]
    assert Forecast.objects.get().error.startswith("NotImplementedError: ")


def test_a_person_is_not_named_by_number_where_nothing_can_be_forecast(
    team, skill, backlog
):
    eva = team.engineers.get()
    eva.skill_levels.all().delete()
    WorkPackageFactory(
        demand=backlog[0],
        skill=skill,
        state="doing",
        engineer=eva,
    )
    RankedDemandFactory(team=team)

    forecast = run_forecast(forecast_id=requested(team).pk)

    assert (
        forecast.demand_forecasts.first().cannot == "Nobody has the skill API design."
    )


def test_a_change_while_it_runs_is_forecast_right_after(team, backlog):
    forecast = forecasting._claim(requested(team).pk)
    gathered, result = forecasting._simulate(forecast)
    note_plan_change(team_id=team.pk)
    forecasting._store(forecast, gathered, result)

    following = request_if_due(team=quiet(team))

    assert (following.state, following == forecast) == ("queued", False)


def test_request_if_due_waits_until_the_plan_is_quiet(team):
    note_plan_change(team_id=team.pk)
    team.refresh_from_db()

    assert request_if_due(team=team) is None


def test_request_if_due_asks_when_there_is_no_forecast_at_all(team):
    assert request_if_due(team=quiet(team)).state == "queued"


def test_request_if_due_is_content_with_a_forecast_of_this_plan_and_day(team):
    run_forecast(forecast_id=requested(team).pk)

    assert request_if_due(team=quiet(team)) is None


def test_request_if_due_asks_when_the_day_is_new(team):
    run_forecast(forecast_id=requested(team).pk)
    Forecast.objects.update(starts_on=today_of(team) - timedelta(days=1))

    assert request_if_due(team=quiet(team)).state == "queued"


def test_request_if_due_does_not_repeat_what_failed_until_something_changes(
    team, backlog
):
    backlog[0].after.add(backlog[0])
    failed = run_forecast(forecast_id=requested(team).pk)

    unchanged = request_if_due(team=quiet(team))
    note_plan_change(team_id=team.pk)
    changed = request_if_due(team=quiet(team))

    assert (failed.state, unchanged, changed.state) == ("failed", None, "queued")


def test_only_the_last_of_many_changes_asks_for_a_forecast(team):
    revisions = [note_plan_change(team_id=team.pk) for _ in range(3)]
    team.refresh_from_db()

    found = [request_when_quiet(team=team, revision=revision) for revision in revisions]

    assert found == [None, None, Forecast.objects.get()]


def test_a_change_sends_one_delayed_message_after_it_is_stored(
    team, sent, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        revision = note_plan_change(team_id=team.pk)

    assert sent() == [("capacity.tasks.forecast_when_quiet", [team.pk, revision])]


def test_rescue_queues_what_has_been_silent_for_long_and_sends_it(team, sent):
    forecast = requested(team)
    Forecast.objects.filter(pk=forecast.pk).update(
        state="running", heartbeat_at=long_ago(), attempts=1
    )

    rescue_forecasts()

    forecast.refresh_from_db()
    assert (forecast.state, sent()) == ("queued", [(RUN, [forecast.pk])])


def test_rescue_leaves_alone_what_lives(team, sent):
    forecast = requested(team)
    Forecast.objects.filter(pk=forecast.pk).update(
        state="running", heartbeat_at=timezone.now(), attempts=1
    )

    rescue_forecasts()

    forecast.refresh_from_db()
    assert (forecast.state, sent()) == ("running", [])


def test_rescue_at_the_start_of_a_worker_needs_less_silence(team):
    forecast = requested(team)
    Forecast.objects.filter(pk=forecast.pk).update(
        state="running",
        heartbeat_at=timezone.now() - timedelta(seconds=6),
        attempts=1,
    )

    rescue_forecasts(silent_since=timezone.now() - timedelta(seconds=5))

    forecast.refresh_from_db()
    assert forecast.state == "queued"


def test_rescue_gives_up_after_three_attempts_and_says_so(team):
    forecast = requested(team)
    Forecast.objects.filter(pk=forecast.pk).update(
        state="running", heartbeat_at=long_ago(), attempts=3
    )

    rescue_forecasts()

    forecast.refresh_from_db()
    assert (forecast.state, forecast.error) == (
        "failed",
        "It was interrupted 3 times before it was done. "
        "Look into the log of the worker, then start it again.",
    )


def test_rescue_sends_again_what_no_worker_has_taken(team, sent):
    forecast = requested(team)
    Forecast.objects.filter(pk=forecast.pk).update(queued_at=long_ago())

    rescue_forecasts()

    assert sent() == [(RUN, [forecast.pk])]


def test_rescue_asks_for_every_team_whose_message_was_lost(team, sent):
    other = TeamFactory()
    run_forecast(forecast_id=requested(other).pk)
    for each in (team, other):
        quiet(each)

    rescue_forecasts()

    assert list(Forecast.objects.unfinished().values_list("team", flat=True)) == [
        team.pk
    ]


@pytest.mark.slow
@pytest.mark.usefixtures("shipped_tiers")
def test_two_requests_at_once_make_one_forecast():
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory has one connection; PostgreSQL runs this test.")
    from concurrent.futures import ThreadPoolExecutor

    team = TeamFactory()

    def ask(_number):
        try:
            with transaction.atomic():
                return requested(team).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(ask, range(8)))

    assert found == set(Forecast.objects.values_list("pk", flat=True))
    assert len(found) == 1
