"""What would help is tried by a worker on a stored forecast, and read by rights."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from capacity.models import Forecast, HelpRun
from capacity.services import help_runs
from capacity.services.forecasting import request_forecast, run_forecast
from capacity.services.help_runs import one_more_person, rescue_help, run_help
from capacity.services.helping import help_for, request_help
from portfolio.core.errors import RuleBroken
from tests.factories import (
    CommitmentFactory,
    EngineerFactory,
    RankedDemandFactory,
    SkillFactory,
    UserFactory,
    WorkPackageFactory,
)

PAGE = "capacity:what-helps"


def forecast_of(team):
    asked = request_forecast(team=team, by=None, reason="")
    return run_forecast(forecast_id=asked.pk)


@pytest.fixture
def crowded(team, backlog, skill):
    """Three demands for one person and skill, and Jan, who lacks it."""
    third = RankedDemandFactory(team=team, stage="estimated")
    WorkPackageFactory(demand=third, skill=skill)
    EngineerFactory(team=team, name="Jan Kowalski", with_skills=[])
    return forecast_of(team)


@pytest.fixture
def tried(team, crowded):
    return run_help(help_id=request_help(team=team, by=None).pk)


def option_rows(found):
    return [
        (each.skill, each.is_more, each.who, each.days, each.promised_days)
        for each in found.options
    ]


def test_one_more_person_and_who_learns_are_ranked_by_days(team, manager, tried):
    found = help_for(team, manager)

    assert tried.state == "done"
    assert (tried.candidates, tried.worlds, tried.demands) == (2, 200, 3)
    assert [each[:3] for each in option_rows(found)] == [
        ("API design", True, ""),
        ("API design", False, "Jan Kowalski"),
    ]
    more, taught = found.options
    assert more.days > taught.days > 0
    assert (more.width, found.newer) == (100, None)


def test_days_of_promises_rank_before_those_of_everything(
    team, backlog, skill, manager
):
    """The promised demand waits for IAM, though more others wait for the API."""
    iam = SkillFactory(name="IAM")
    EngineerFactory(team=team, with_skills=[iam])
    for promised in (RankedDemandFactory(team=team), RankedDemandFactory(team=team)):
        WorkPackageFactory(demand=promised, skill=iam)
    for _ in range(3):
        WorkPackageFactory(demand=RankedDemandFactory(team=team), skill=skill)
    CommitmentFactory(demand=promised)
    forecast_of(team)

    run = run_help(help_id=request_help(team=team, by=None).pk)

    found = help_for(team, manager)
    assert list(run.promised) == [promised.reference]
    assert 0 < run.kept <= 1
    assert [each.skill for each in found.skills] == ["IAM", "API design"]
    assert found.skills[1].more.days > found.skills[0].more.days


def test_a_plan_is_tried_once(team, tried):
    again = request_help(team=team, by=None)

    assert (again.pk, again.state) == (tried.pk, "done")


def test_a_newer_forecast_is_offered_and_has_a_run_of_its_own(
    team, manager, backlog, tried
):
    newer = forecast_of(team)

    found = help_for(team, manager)
    run = request_help(team=team, by=manager)

    assert (found.done, found.newer) == (tried, newer)
    assert (run.forecast_id, run.requested_by) == (newer.pk, manager)


def test_without_a_forecast_nothing_can_be_tried(team):
    with pytest.raises(RuleBroken, match="There is no forecast yet"):
        request_help(team=team, by=None)


def test_a_forecast_that_waits_goes_first_and_nothing_is_lost(
    team, crowded, sent, monkeypatch
):
    """The second candidate finds a forecast waiting; the run goes on with it later."""
    run = request_help(team=team, by=None)
    gain_of = help_runs.gain_of

    def gain_and_ask(*args, **more):
        request_forecast(team=team, by=None, reason="")
        return gain_of(*args, **more)

    monkeypatch.setattr(help_runs, "gain_of", gain_and_ask)
    parted = run_help(help_id=run.pk)
    monkeypatch.undo()
    Forecast.objects.unfinished().delete()
    done = run_help(help_id=run.pk)

    assert (parted.state, parted.attempts, len(parted.tried)) == ("queued", 0, 1)
    assert ("capacity.tasks.find_help", [run.pk]) in sent()
    assert (done.state, len(done.tried)) == ("done", 2)
    assert done.tried[0] == parted.tried[0]


def test_where_time_is_short_fewer_worlds_are_tried(team, crowded, settings):
    settings.HELP_SECONDS = 0

    run = run_help(help_id=request_help(team=team, by=None).pk)

    # Half of 200 would be less than 125.
    assert run.worlds == 200
    prepared = help_runs.engine.prepare(
        help_runs.engine.Plan.from_json(crowded_plan(crowded)), trials=500
    )
    assert help_runs.fewer(prepared, 1.0).finishes.days.tolist() == (
        prepared.finishes.days[:, :125].tolist()
    )


def test_what_died_is_sent_again(team, crowded, sent):
    run = request_help(team=team, by=None)
    silent = timezone.now() - dt.timedelta(hours=1)
    HelpRun.objects.update(state="running", attempts=1, heartbeat_at=silent)

    rescue_help()

    run.refresh_from_db()
    assert run.state == "queued"
    assert ("capacity.tasks.find_help", [run.pk]) in sent()


def test_a_broken_try_says_so_and_may_be_asked_again(client, manager, team, crowded):
    Forecast.objects.update(plan={"start": "never"})
    run = run_help(help_id=request_help(team=team, by=None).pk)
    client.force_login(manager)

    page = client.get(reverse(PAGE)).content.decode()
    again = request_help(team=team, by=manager)

    assert run.state == "failed"
    assert "The last try failed" in page
    assert (again.pk, again.state, again.attempts) == (run.pk, "queued", 0)


def test_one_more_person_has_the_days_that_the_team_has(team, crowded):
    from capacity.engine import Plan

    team.calendar.country = "DE"
    team.engineers.update(overhead=Decimal("0.25"))
    plan = Plan.from_json(
        {**crowded_plan(crowded), "start": "2026-11-23", "horizon_days": 40}
    )

    person = one_more_person(team, plan)

    assert person["leave"] == [
        ["2026-12-25", "2026-12-25", 1.0],
        ["2026-12-26", "2026-12-26", 1.0],
        ["2027-01-01", "2027-01-01", 1.0],
    ]


def crowded_plan(forecast):
    return Forecast.objects.values_list("plan", flat=True).get(pk=forecast.pk)


def test_the_button_sends_it_and_the_page_shows_how_far_it_is(
    client, manager, team, crowded, sent
):
    client.force_login(manager)

    client.post(reverse(PAGE))
    queued = client.get(reverse(PAGE)).content.decode()
    run = HelpRun.objects.get()
    HelpRun.objects.update(
        state="running", candidates=4, progress=0.5, worlds=1000, tried=[{}, {}]
    )
    running = " ".join(client.get(reverse(PAGE)).content.decode().split())

    assert run.requested_by == manager
    assert "It waits for the worker" in queued
    assert 'value="50"' in running
    assert "2 of 4 tried, each in 1,000 simulated worlds." in running
    assert 'hx-trigger="every 1s, forecast-done from:body"' in running


@pytest.mark.parametrize(
    ("role", "names"), [("manager", True), ("viewer", False), ("engineer", False)]
)
def test_only_managers_read_who_would_learn(client, team, tried, role, names):
    client.force_login(UserFactory(role=role, teams=[team]))

    page = client.get(reverse(PAGE)).content.decode()
    card = client.get(reverse("capacity:capacity")).content.decode()
    sheet = client.get(reverse(PAGE), {"format": "csv"}).content.decode()
    started = client.post(reverse(PAGE))

    assert "One more person" in page
    assert ("Jan Kowalski at half speed" in page) is names
    assert ("A colleague at half speed" in page) is not names
    assert ("Jan Kowalski at half speed" in card) is names
    assert ("Jan Kowalski" in sheet) is names
    assert len(sheet.splitlines()) == 3
    assert started.status_code == (302 if names else 403)


def test_what_helps_is_not_for_requesters(client, requester):
    client.force_login(requester)

    assert client.get(reverse(PAGE)).status_code == 403


def test_the_page_costs_the_same_queries_for_any_team(client, manager, team, tried):
    client.force_login(manager)
    counts = []
    for _ in range(2):
        EngineerFactory.create_batch(2, team=team)
        HelpRun.objects.update(tried=[*tried.tried, *tried.tried] * (len(counts) + 1))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(PAGE))
        counts.append(len(queries))

    assert counts[0] == counts[1]
