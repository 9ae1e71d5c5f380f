"""One definition of net capacity: whoever counts days counts the same, to the digit.

Teams are made at random of everything that takes time from people. A plain loop over
days says what they offer; forecast, heatmap, shares of the tiers and what an engineer
is shown of their own work must all say that.
"""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

import pytest

from capacity.models import WeeklyHours
from capacity.quarters import Quarter
from capacity.services.envelopes import capacity_in
from capacity.services.forecasting import forecast_the_past
from capacity.services.net_capacity import daily_capacity
from capacity.services.overview import overview_of
from portfolio.core.calendars import public_holidays
from portfolio.core.models import ClosedDay
from tests.factories import (
    EngineerFactory,
    LeaveFactory,
    RankedDemandFactory,
    WorkPackageFactory,
)

# The first day of a quarter, so that all see the same days.
START = dt.date(2026, 10, 1)
QUARTER = Quarter.of(START)
DAYS = [START + dt.timedelta(days=number) for number in range(QUARTER.days)]


def some_day(dice):
    return dice.choice(DAYS)


def share_of_a_day(dice):
    return dice.choice(["1", "0.5", "0.25"])


def contract(dice, **more):
    names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
    hours = [dice.choice([0, 4, 6, 7.5, 8]) for _ in names[:-1]] + [
        dice.choice([0, 0, 0, 5])
    ]
    return {**dict(zip(names, map(Decimal, map(str, hours)), strict=True)), **more}


def make_person(team, skill, dice):
    """Part-time by a contract that changes, holidays, leave, coming or going."""
    starts_on = dice.choice([None, some_day(dice)])
    person = EngineerFactory(
        team=team,
        with_skills=[skill],
        overhead=Decimal(dice.choice(["0", "0.2", "0.333"])),
        country=dice.choice(["", "DE", "PL"]),
        subdivision="",
        starts_on=starts_on,
        ramp_up_weeks=dice.choice([0, 3, 6]) if starts_on else 0,
        ends_on=dice.choice([None, START + dt.timedelta(days=dice.randint(95, 140))]),
    )
    WeeklyHours.objects.filter(engineer=person).delete()
    for begins in [None, *{some_day(dice) for _ in range(dice.randint(0, 2))}]:
        WeeklyHours.objects.create(
            engineer=person, **contract(dice, effective_from=begins)
        )
    for _ in range(dice.randint(0, 4)):
        first = some_day(dice)
        LeaveFactory(
            engineer=person,
            first_day=first,
            last_day=first + dt.timedelta(days=dice.randint(0, 12)),
            share=share_of_a_day(dice),
        )
    return person


@pytest.fixture
def people(request, team, skill):
    """Three people of a team with closed and shortened days, and work for years."""
    dice = random.Random(request.param)
    team.calendar.country = "DE"
    team.calendar.save()
    for day in {some_day(dice) for _ in range(4)}:
        ClosedDay.objects.create(
            calendar=team.calendar,
            day=day,
            name="Move",
            # Of its hours from nine to five.
            closed_from=dice.choice([None, dt.time(13)]),
        )
    WorkPackageFactory(
        demand=RankedDemandFactory(team=team), skill=skill, low=99, likely=99, high=99
    )
    return [make_person(team, skill, dice) for _ in range(3)]


def offered(person, team, day):
    """Focused days of a person on a day, as the design page says it."""
    if person.starts_on and day < person.starts_on:
        return 0.0
    if person.ends_on and day > person.ends_on:
        return 0.0
    country = person.country or team.calendar.country
    if day in public_holidays(country, "", day, day):
        return 0.0
    in_force = [
        row
        for row in person.weekly_hours.all()
        if row.effective_from is None or row.effective_from <= day
    ][-1]
    hours = in_force.hours_per_day[day.weekday()]
    if person.starts_on and person.ramp_up_weeks:
        week = (day - person.starts_on).days // 7 + 1
        hours *= min(week / (person.ramp_up_weeks + 1), 1.0)
    away = sum(
        float(each.share)
        for each in person.leave.all()
        if each.first_day <= day <= each.last_day
    )
    for closed in team.calendar.closed_days.filter(day=day):
        if closed.is_whole:
            return 0.0
        away += 0.5 if day.weekday() < 5 else 0.0
    return hours / 8 * (1 - float(person.overhead)) * max(1 - away, 0.0)


def by_week(days):
    """Sums from Monday to Sunday of numbers by day, from the start on."""
    sums = {}
    for day, number in zip(DAYS, days, strict=True):
        monday = day - dt.timedelta(days=day.weekday())
        sums[monday] = sums.get(monday, 0.0) + number
    return {monday: round(number, 3) for monday, number in sums.items()}


@pytest.mark.parametrize("people", range(6), indirect=True)
def test_everything_counts_the_same_days(team, manager, people):
    wanted = {
        person.pk: [offered(person, team, day) for day in DAYS] for person in people
    }
    at = dt.datetime(2026, 10, 1, 9, tzinfo=dt.UTC)
    forecast = forecast_the_past(team=team, at=at, trials=2, reason="")

    counted = daily_capacity(
        team, team.engineers.with_calendars(), QUARTER.first, QUARTER.last
    )
    result = {row["id"]: row["weeks"] for row in forecast.result["engineers"]}
    seen = overview_of(team=team, user=manager, forecast=forecast, today=START)
    heat = {line.name: line.cells for line in seen.people}

    assert counted == {pk: pytest.approx(days) for pk, days in wanted.items()}
    assert capacity_in(team, QUARTER) == pytest.approx(
        sum(sum(days) for days in wanted.values())
    )
    for person in people:
        weeks = by_week(counted[person.pk])
        forecast_weeks = {
            dt.date.fromisoformat(row["week"]): row["capacity"]
            for row in result[f"eng-{person.pk}"]
        }
        shown = {cell.week: cell.offered for cell in heat[person.name]}
        # The last week of the quarter goes on in the next.
        for monday in list(weeks)[:-1]:
            assert forecast_weeks[monday] == weeks[monday]
            assert shown.get(monday, weeks[monday]) == weeks[monday]
        assert len(shown) == 12


def test_the_supply_of_a_skill_is_what_its_people_offer_less_interruptions(
    team, skill, manager
):
    """Nothing interrupts here, so supply is capacity times speed."""
    slow = EngineerFactory(team=team, with_skills=[skill], overhead=Decimal("0.25"))
    slow.skill_levels.update(speed=Decimal("0.5"))
    quick = EngineerFactory(team=team, with_skills=[skill])
    WorkPackageFactory(demand=RankedDemandFactory(team=team), skill=skill)
    at = dt.datetime(2026, 10, 1, 9, tzinfo=dt.UTC)
    forecast = forecast_the_past(team=team, at=at, trials=2, reason="")

    seen = overview_of(team=team, user=manager, forecast=forecast, today=START)

    [line] = seen.skills
    people = {each.name: each.cells for each in seen.people}
    assert [cell.offered for cell in line.cells] == [
        pytest.approx(0.5 * half.offered + full.offered)
        for half, full in zip(people[slow.name], people[quick.name], strict=True)
    ]
