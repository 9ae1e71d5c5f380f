"""Demand against supply over time, and the heatmaps as data."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from capacity.drawing import demand_and_supply_svg
from capacity.load import Cell
from capacity.models import Forecast
from capacity.services.flow import flows_of
from capacity.services.overview import load_of
from tests.factories import (
    EngineerFactory,
    RankedDemandFactory,
    SkillFactory,
    UserFactory,
    WorkPackageFactory,
)

WEEK = dt.timedelta(weeks=1)


@pytest.fixture
def monday(today):
    return today - dt.timedelta(days=today.weekday())


@pytest.fixture
def eva(team):
    return EngineerFactory(
        team=team, name="Eva Stein", with_skills=[SkillFactory(name="IAM")]
    )


def weeks(monday, *pairs, names=("demand", "supply")):
    return [
        {"week": str(monday + number * WEEK), **dict(zip(names, pair, strict=True))}
        for number, pair in enumerate(pairs)
    ]


@pytest.fixture
def forecast(team, eva, monday):
    return Forecast.objects.create(
        team=team, state="done", gathered_at=timezone.now(), plan_revision=0, trials=4,
        starts_on=timezone.localdate(),
        result={
            "skills": [
                {"skill": "IAM", "weeks": weeks(monday, (6, 4), (9, 4), (12, 4))},
                {"skill": "SAP", "weeks": weeks(monday, (20, 0), (20, 0), (21, 0))},
                {"skill": "API", "weeks": weeks(monday, (0.1, 4), (0.2, 4), (0, 4))},
            ],
            "engineers": [
                {
                    "id": f"eng-{eva.pk}",
                    "weeks": weeks(
                        monday, (3, 4), (4, 4), (4, 4), names=("load", "capacity")
                    ),
                }
            ],
        },
    )  # fmt: skip


def test_each_skill_says_what_its_picture_shows(forecast, monday, today):
    last = monday + 2 * WEEK
    until = f"{last.day} {last:%b}"

    flows = flows_of(forecast, today=today)

    assert [(flow.skill, flow.words) for flow in flows] == [
        ("SAP", f"It stays at about 20 days to {until}; nobody can do any of it."),
        (
            "IAM",
            f"It grows from 6 to 12 days by {until}; people can do 4.0 days a week.",
        ),
        ("API", "Hardly anything is asked for; people can do 4.0 days a week."),
    ]


def test_supply_is_drawn_as_steps_and_demand_as_a_line(monday):
    cells = [Cell(monday, 10, 5), Cell(monday + WEEK, 20, 10)]

    drawn = demand_and_supply_svg(cells, most=20, words="It “grows” <fast>.")

    assert 'd="M0,40H0.00V30.00H50.00V20.00H100V40Z"' in drawn
    assert 'points="25.00,20.00 75.00,0.00"' in drawn
    assert 'aria-label="It “grows” &lt;fast&gt;."' in drawn


def test_without_a_forecast_nothing_is_drawn(client, manager):
    client.force_login(manager)

    page = client.get(reverse("capacity:over-time")).content.decode()

    assert "No forecast yet" in page


def test_the_page_has_pictures_and_the_data_behind_them(client, manager, forecast):
    client.force_login(manager)

    page = client.get(reverse("capacity:over-time")).content.decode()

    assert page.count("<polyline") == 3
    assert page.count('<td class="num">150 %</td>') == 1


def test_load_is_read_as_data_by_rights(client, team, eva, forecast, monday):
    person = UserFactory(role="engineer", teams=[team])
    sheets = {}
    for role in ("manager", "viewer", "engineer"):
        user = UserFactory(role=role, teams=[team])
        client.force_login(person if role == "engineer" else user)
        for of in ("skills", "people"):
            address = reverse("capacity:load-csv", args=[of])
            sheets[role, of] = client.get(address).content.decode("utf-8-sig")

    assert sheets["manager", "skills"].splitlines()[:2] == [
        "Skill,Week,Days asked for,Days there are,Percent",
        f"IAM,{monday},6.0,4.0,150.0",
    ]
    assert sheets["viewer", "skills"] == sheets["manager", "skills"]
    assert f"Eva Stein,{monday},3.0,4.0,75.0" in sheets["manager", "people"]
    assert "Eva Stein" not in sheets["viewer", "people"]
    assert "Eva Stein" not in sheets["engineer", "people"]


@pytest.mark.parametrize("of", ["skills", "people"])
def test_data_is_not_for_requesters(client, requester, of):
    client.force_login(requester)

    assert client.get(reverse("capacity:load-csv", args=[of])).status_code == 403
    assert client.get(reverse("capacity:over-time")).status_code == 403


def test_there_is_no_other_data(client, manager):
    client.force_login(manager)

    assert client.get(reverse("capacity:load-csv", args=["teams"])).status_code == 404


def test_weeks_after_what_is_in_hand_are_estimated(
    team, manager, eva, forecast, monday, today
):
    """Eva is at a package of IAM that ends in the second week."""
    package = WorkPackageFactory(
        demand=RankedDemandFactory(team=team), skill=eva.skills.get()
    )
    ends = {"p50": str(monday + WEEK + dt.timedelta(days=2)), "p85": None}
    forecast.turns = {
        f"eng-{eva.pk}": {
            "in_hand": [{"package": str(package.pk), "ends": ends}],
            "to_come": [],
        }
    }
    forecast.save()

    skills, people = load_of(
        team=team, user=manager, forecast=forecast, today=today, weeks=3
    )

    marks = {
        line.name: [cell.is_estimated for cell in line.cells]
        for line in [*skills, *people]
    }
    assert marks == {
        "IAM": [False, False, True],
        "SAP": [True, True, True],
        "API": [True, True, True],
        "Eva Stein": [False, False, True],
    }


def test_an_old_forecast_that_foresaw_nothing_marks_nothing(
    team, manager, forecast, today
):
    skills, _people = load_of(
        team=team, user=manager, forecast=forecast, today=today, weeks=3
    )

    assert not any(cell.is_estimated for line in skills for cell in line.cells)


def test_over_time_costs_the_same_queries_for_any_team(client, manager, team, forecast):
    client.force_login(manager)
    counts = []
    for _ in range(2):
        EngineerFactory.create_batch(2, team=team)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("capacity:over-time"))
        counts.append(len(queries))

    assert counts[0] == counts[1]
