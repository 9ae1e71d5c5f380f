from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from capacity.models import DemandForecast, Forecast
from capacity.services.status import forecast_status
from portfolio.core.services.changes import note_plan_change
from tests.factories import (
    EngineerFactory,
    RankedDemandFactory,
    SkillFactory,
    UserFactory,
)


@pytest.fixture
def engineer(team):
    return EngineerFactory(
        team=team, name="Marta Nowak", with_skills=[SkillFactory(name="IAM")]
    )


@pytest.fixture
def forecast(team, engineer):
    week = {"week": str(timezone.localdate())}
    return Forecast.objects.create(
        team=team, state="done", gathered_at=timezone.now(), plan_revision=0, trials=4,
        starts_on=timezone.localdate(), plan={"engineers": ["secret"]},
        result={
            "skills": [{"skill": "IAM", "weeks": [{**week, "demand": 6, "supply": 4}]}],
            "engineers": [
                {
                    "id": f"eng-{engineer.pk}",
                    "weeks": [{**week, "load": 3, "capacity": 4}],
                }
            ],
        },
    )  # fmt: skip


def test_a_forecast_is_fresh_until_the_plan_changes(team, forecast):
    assert forecast_status(team).state == "fresh"

    note_plan_change(team_id=team.pk)

    assert forecast_status(team).state == "stale"


def test_a_forecast_of_yesterday_is_stale(team, forecast):
    forecast.starts_on -= dt.timedelta(days=1)
    forecast.save(update_fields=["starts_on"])

    status = forecast_status(team)

    assert (status.state, "from another day" in status.words) == ("stale", True)


@pytest.mark.parametrize(
    ("fields", "state", "words"),
    [
        ({"state": "queued"}, "running", "a new one is queued"),
        ({"state": "running", "progress": 0.64}, "running", "running 64 %"),
        (
            {"state": "failed", "error": "No engineers."},
            "failed",
            "the last run failed",
        ),
    ],
)
def test_the_line_says_what_goes_on(team, forecast, fields, state, words):
    Forecast.objects.create(team=team, **fields)

    status = forecast_status(team)

    assert (status.state, words in status.words) == (state, True)


def test_without_any_forecast_it_says_so(team):
    assert forecast_status(team).words == "No forecast yet"


def test_the_line_tells_a_page_that_dates_are_new(client, manager, forecast):
    client.force_login(manager)
    address = reverse("capacity:forecast-status")

    told = client.get(address, {"shown": ""})
    silent = client.get(address, {"shown": str(forecast.pk)})

    assert told.headers.get("HX-Trigger") == "forecast-done"
    assert "HX-Trigger" not in silent.headers


def test_a_forecast_is_started_from_the_page(client, manager, team):
    client.force_login(manager)

    client.post(reverse("capacity:start-forecast"))

    [asked] = Forecast.objects.all()
    assert (asked.team, asked.state, asked.requested_by) == (team, "queued", manager)


@pytest.mark.parametrize(
    ("role", "names"), [("manager", True), ("viewer", False), ("engineer", False)]
)
def test_people_are_shown_to_managers_only(client, team, forecast, role, names):
    client.force_login(UserFactory(role=role, teams=[team]))

    page = client.get(reverse("capacity:capacity")).content.decode()
    result = client.get(reverse("capacity:result-json", args=[forecast.pk])).json()
    listed = client.get(reverse("capacity:api-forecast", args=[forecast.pk])).json()
    plan = client.get(reverse("capacity:plan-json", args=[forecast.pk]))

    assert "IAM" in page
    assert ("Marta Nowak" in page) is names
    assert bool(result["engineers"]) is names
    assert bool(listed["result"]["engineers"]) is names
    assert (plan.status_code == 200) is names


def test_an_engineer_sees_the_own_line(client, team, engineer, forecast):
    person = UserFactory(role="engineer", teams=[team])
    engineer.user = person
    engineer.save(update_fields=["user"])
    client.force_login(person)

    page = client.get(reverse("capacity:capacity")).content.decode()

    assert "Marta Nowak" in page


def test_over_full_weeks_carry_the_word(client, manager, forecast):
    client.force_login(manager)

    response = client.get(reverse("capacity:capacity"))

    [line] = response.context["overview"].skills
    assert (line.cells[0].percent, line.cells[0].level) == ("150 %", "over")


def test_capacity_is_not_for_requesters(client, requester):
    client.force_login(requester)

    assert client.get(reverse("capacity:capacity")).status_code == 403
    assert client.get(reverse("capacity:api-forecasts")).status_code == 403


def test_capacity_costs_the_same_queries_for_any_team(client, manager, team, forecast):
    client.force_login(manager)
    counts = []
    for _ in range(2):
        EngineerFactory.create_batch(2, team=team, with_skills=[SkillFactory()])
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("capacity:capacity"))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_the_requester_reads_the_range_and_the_place_but_no_other_title(
    client, team, requester, forecast
):
    first = RankedDemandFactory(team=team, title="Somebody else's secret")
    demand = RankedDemandFactory(
        team=team, requester=requester, needed_by=timezone.localdate()
    )
    start = timezone.localdate()
    DemandForecast.objects.create(
        forecast=forecast, demand=demand, place=2, p50=start,
        p85=start + dt.timedelta(days=9),
        finished_by={"first": str(start), "counts": [2, 0, 1]},
    )  # fmt: skip
    client.force_login(requester)

    page = client.get(
        reverse("capacity:forecast-words", args=[demand.reference])
    ).content.decode()
    other = client.get(reverse("capacity:forecast-words", args=[first.reference]))

    assert "Number 2 of 2 in the queue" in page
    assert "50 %" in page
    assert first.title not in page
    assert other.status_code == 404
