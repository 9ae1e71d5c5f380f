from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from capacity.engine import Plan
from capacity.engine.calendar import net_capacity, weekly
from capacity.load import Cell, Line, lines_of
from capacity.services.forecasting import request_forecast, run_forecast
from capacity.services.overview import SkillCover, overview_of
from portfolio.core.models import ClosedDay
from tests.factories import (
    EngineerFactory,
    LeaveFactory,
    RankedDemandFactory,
    SkillFactory,
    UserFactory,
    WorkPackageFactory,
)

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("asked", "offered", "percent", "level", "word"),
    [
        (2.0, 4.0, "50 %", "free", ""),
        (3.4, 4.0, "85 %", "tight", ""),
        (4.0, 4.0, "100 %", "tight", ""),
        (5.0, 4.0, "125 %", "over", "over"),
        (9.0, 4.0, "225 %", "far-over", "far over"),
        (90.0, 4.0, ">999 %", "far-over", "far over"),
        (0.0, 0.0, "–", "away", ""),
        (3.0, 0.0, "–", "nobody", "nobody"),
    ],
)
def test_a_cell_says_in_words_what_its_colour_says(
    asked, offered, percent, level, word
):
    cell = Cell(MONDAY, asked, offered)

    assert (cell.percent, cell.level, cell.word) == (percent, level, word)


def test_lines_begin_with_the_current_week_and_end_after_twelve():
    weeks = [
        {"week": str(MONDAY + timedelta(weeks=number)), "demand": 1, "supply": 2}
        for number in range(-1, 20)
    ]

    [line] = lines_of(
        [{"skill": "IAM", "weeks": weeks}],
        name="skill",
        asked="demand",
        offered="supply",
        since=MONDAY + timedelta(days=3),
    )

    assert line == Line(
        "IAM",
        [Cell(MONDAY + timedelta(weeks=number), 1.0, 2.0) for number in range(12)],
    )


@pytest.fixture
def seen(team, manager):
    """What somebody sees of the team on a day; the manager by default."""

    def look(user=manager, forecast=None, today=MONDAY):
        return overview_of(team=team, user=user, forecast=forecast, today=today)

    return look


def test_skills_tell_who_has_them_and_what_waits_for_them(team, seen):
    api, iam, sap = (SkillFactory(name=name) for name in ("API design", "IAM", "SAP"))
    SkillFactory(name="Needed by nobody")
    EngineerFactory(team=team, name="Eva", with_skills=[api, iam])
    EngineerFactory(team=team, name="Jan", with_skills=[api])
    EngineerFactory(team=team, name="Gone", with_skills=[sap], ends_on=date(2026, 1, 1))
    EngineerFactory(name="Of another team", with_skills=[sap])
    demand = RankedDemandFactory(team=team)
    WorkPackageFactory(demand=demand, skill=sap)
    WorkPackageFactory(demand=demand, skill=sap, remaining=Decimal(2))
    WorkPackageFactory(
        demand=demand, skill=api, state="done", finished_on=date(2026, 11, 2)
    )

    overview = seen()

    assert overview.cover == [
        SkillCover("API design", ["Eva", "Jan"], 0.0),
        SkillCover("IAM", ["Eva"], 0.0),
        SkillCover("SAP", [], 7.0),
    ]
    assert [skill.risk for skill in overview.cover] == [
        "",
        "one person alone",
        "nobody has it",
    ]


def test_holidays_name_the_countries_that_have_them(team, seen):
    EngineerFactory(team=team, country="DE")
    EngineerFactory(team=team, country="PL")
    for day in (date(2026, 11, 9), date(2027, 6, 14)):
        ClosedDay.objects.create(calendar=team.calendar, day=day, name="Move")

    overview = seen(today=date(2026, 10, 20))

    # The names come in the language of the machine.
    assert [(each.day, each.where) for each in overview.holidays] == [
        (date(2026, 11, 1), "PL"),
        (date(2026, 11, 9), ""),
        (date(2026, 11, 11), "PL"),
    ]


def test_a_holiday_of_everybody_names_no_country(team, seen):
    EngineerFactory.create_batch(2, team=team, country="DE")

    overview = seen(today=date(2026, 12, 24))

    assert [(each.day.day, each.where) for each in overview.holidays] == [
        (25, ""),
        (26, ""),
        (1, ""),
    ]


def test_leave_of_the_next_four_weeks_is_shown_to_managers_alone(team, seen):
    eva = EngineerFactory(team=team, name="Eva")
    soon = LeaveFactory(
        engineer=eva, first_day=date(2026, 12, 21), last_day=date(2027, 1, 8)
    )
    LeaveFactory(engineer=eva, first_day=date(2026, 12, 22), last_day=date(2027, 1, 8))
    LeaveFactory(
        engineer=eva, first_day=date(2026, 11, 20), last_day=date(2026, 11, 22)
    )

    viewer = seen(user=UserFactory(role="viewer"))

    assert seen().away == [soon]
    assert (viewer.away, viewer.engineers) == ([], [])


def test_load_is_shown_against_the_capacity_of_the_engine(team, backlog, seen):
    eva = team.engineers.get()
    eva.overhead = Decimal("0.2")
    eva.save()
    today = timezone.localdate()
    LeaveFactory(
        engineer=eva, first_day=today, last_day=today + timedelta(days=9), share="0.5"
    )
    asked = request_forecast(team=team, by=None, reason="")
    forecast = run_forecast(forecast_id=asked.pk)

    overview = seen(forecast=forecast, today=forecast.starts_on)

    plan = Plan.from_json(forecast.plan)
    wanted = weekly(plan, net_capacity(plan))[0][:12]
    [line] = overview.people
    assert (line.name, [cell.offered for cell in line.cells]) == (
        eva.name,
        pytest.approx(wanted.tolist(), abs=0.001),
    )


def test_work_without_an_estimate_is_counted(team, backlog, seen):
    bare = RankedDemandFactory(team=team)
    backlog[1].after.add(bare)
    asked = request_forecast(team=team, by=None, reason="")

    overview = seen(forecast=run_forecast(forecast_id=asked.pk))

    assert overview.left_out == 2
