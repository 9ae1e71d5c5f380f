from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from capacity.models import Forecast
from capacity.services.status import ago_words, forecast_status
from portfolio.core.models import Team
from portfolio.core.services.changes import note_plan_change
from tests.factories import UserFactory

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)


@pytest.fixture
def done(team):
    return Forecast.objects.create(
        team=team,
        state="done",
        gathered_at=NOON - timedelta(hours=1),
        plan_revision=0,
        starts_on=NOON.date(),
        trials=10_000,
    )


def changed(team, ago):
    note_plan_change(team_id=team.pk)
    Team.objects.filter(pk=team.pk).update(plan_changed_at=NOON - ago)


def started(team, **fields):
    return Forecast.objects.create(
        team=team,
        **{"state": "running", "started_at": NOON, "heartbeat_at": NOON, **fields},
    )


def test_a_fresh_forecast_says_when_it_was_made(team, done):
    status = forecast_status(team)

    assert (status.state, status.words, status.forecast, status.asks_again) == (
        "fresh",
        "Forecast of 23 Nov, 12:00 · fresh · 10,000 simulated worlds",
        done,
        "15s",
    )


@pytest.mark.parametrize(
    ("is_calibrated", "finished", "words", "ranges"),
    [
        (
            False,
            12,
            " · ranges not calibrated",
            "Ranges as estimated, not calibrated: 30 finished packages with actuals "
            "are needed, there are 12.",
        ),
        (True, 212, "", "Ranges calibrated on 212 finished packages."),
    ],
)
def test_a_fresh_forecast_says_what_its_ranges_were_made_from(
    team, done, is_calibrated, finished, words, ranges
):
    done.calibration = {
        "is_calibrated": is_calibrated,
        "finished": finished,
        "needed": 30,
    }
    done.save(update_fields=["calibration"])

    status = forecast_status(team)

    assert status.words.endswith(f"10,000 simulated worlds{words}")
    assert status.ranges == ranges


def test_a_stale_forecast_says_how_long_ago_the_plan_changed(team, done):
    changed(team, timedelta(minutes=2, seconds=30))

    status = forecast_status(team)

    assert (status.state, status.words) == (
        "stale",
        "Forecast of 23 Nov, 12:00 · stale: the plan changed 2 minutes ago",
    )


@pytest.mark.parametrize(
    ("ago", "asks_again"), [(timedelta(0), "1s"), (timedelta(minutes=5), "5s")]
)
def test_a_page_asks_less_often_when_no_worker_comes(team, done, ago, asks_again):
    changed(team, ago)

    assert forecast_status(team).asks_again == asks_again


def test_a_status_is_true_for_somebody_who_holds_the_team_from_before(team, done):
    held = Team.objects.get(pk=team.pk)
    changed(team, timedelta(0))

    assert forecast_status(held).state == "stale"


def test_a_running_forecast_says_how_far_it_is(team, done):
    started(team, progress=0.64)

    status = forecast_status(team)

    assert (status.state, status.percent, status.words, status.forecast) == (
        "running",
        64,
        "Forecast of 23 Nov, 12:00 · running 64 %",
        done,
    )


def test_a_forecast_whose_heart_stopped_is_not_said_to_run(team):
    started(team, progress=0.64, heartbeat_at=NOON - timedelta(minutes=1))

    assert forecast_status(team).words == (
        "No forecast yet · interrupted at 64 %, it starts again by itself"
    )


def test_a_forecast_nobody_takes_says_so(team):
    started(team, state="queued", queued_at=NOON - timedelta(minutes=4))

    assert forecast_status(team).words == (
        "No forecast yet · a new one is queued, 4 minutes ago: "
        "no worker has taken it yet"
    )


def test_a_failed_forecast_tells_its_error_until_the_plan_changes(team, done):
    started(team, state="failed", error="It broke.", plan_revision=0)
    failed = forecast_status(team)

    changed(team, timedelta(0))

    assert (failed.state, failed.error, forecast_status(team).state) == (
        "failed",
        "It broke.",
        "stale",
    )


def test_the_status_costs_three_queries(team, done, django_assert_num_queries):
    started(team)
    with django_assert_num_queries(3):
        forecast_status(team)


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=60), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=23), "23 hours ago"),
        (timedelta(days=3), "on 20 Nov, 13:00"),
    ],
)
def test_ago_is_said_in_words(ago, words):
    assert ago_words(NOON - ago) == words


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        (
            "http://testserver/board/?tier=expedite",
            "http://testserver/board/?tier=expedite",
        ),
        ("https://elsewhere.example/board/", "/capacity/"),
        ("", "/capacity/"),
    ],
)
def test_starting_a_forecast_without_script_leads_back(client, manager, referer, back):
    client.force_login(manager)

    response = client.post(
        reverse("capacity:start-forecast"), headers={"referer": referer}
    )

    assert response.url == back


def test_starting_a_forecast_with_script_answers_the_line(client, manager):
    client.force_login(manager)

    response = client.post(
        reverse("capacity:start-forecast"), headers={"hx-request": "true"}
    )

    assert "a new one is queued" in response.content.decode()
    assert "HX-Trigger" not in response.headers


@pytest.mark.parametrize("role", ["requester", "engineer", "viewer"])
def test_only_managers_start_a_forecast(client, team, role):
    client.force_login(UserFactory(role=role, teams=[team]))

    response = client.post(reverse("capacity:start-forecast"))

    assert (response.status_code, Forecast.objects.count()) == (403, 0)


def test_the_line_is_not_for_requesters(client, requester):
    client.force_login(requester)

    assert client.get(reverse("capacity:forecast-status")).status_code == 403
