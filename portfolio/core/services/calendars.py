"""Business calendars as a manager edits them: hours, holidays, closed days."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from django.db import transaction

from portfolio.core.calendars import closing_words, country_error
from portfolio.core.errors import RuleBroken
from portfolio.core.models import (
    BusinessCalendar,
    ClosedDay,
    Team,
    User,
    WorkingPeriod,
)
from portfolio.core.services.changes import note_calendar_change, note_plan_change
from portfolio.core.services.events import record_event
from portfolio.core.words import counted

MIDNIGHT = time()


@dataclass(frozen=True, slots=True)
class Period:
    """Working hours of a weekday, Monday being 0; closing at 00:00 is at 24:00."""

    weekday: int
    opens_at: time
    closes_at: time


@dataclass(frozen=True, slots=True)
class Closed:
    """A day without work, or the part of it from and until a time."""

    day: date
    name: str
    closed_from: time | None = None
    closed_until: time | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """All that a calendar says."""

    name: str
    time_zone: str
    country: str = ""
    subdivision: str = ""
    periods: Sequence[Period] = ()
    closed: Sequence[Closed] = ()


@transaction.atomic
def save_calendar(
    *, written: Written, by: User, since: date, calendar: BusinessCalendar | None = None
) -> BusinessCalendar:
    """Make a calendar, or write one anew; closed days before ``since`` stay."""
    _check(written, calendar)
    if calendar is not None:
        # Not the key lock: rows that merely point to it may be written meanwhile.
        calendar = BusinessCalendar.objects.select_for_update(no_key=True).get(
            pk=calendar.pk
        )
    before = calendar_words(calendar) if calendar else ""
    calendar = calendar or BusinessCalendar()
    calendar.name, calendar.time_zone = written.name, written.time_zone
    calendar.country, calendar.subdivision = written.country, written.subdivision
    calendar.save()
    _write_rows(calendar, written, since)
    after = calendar_words(calendar)
    if after == before:
        return calendar
    record_event(
        subject=calendar,
        kind="calendar-edited" if before else "calendar-made",
        by=by,
        before=before,
        after=after,
    )
    for team_id in Team.objects.filter(calendar=calendar).values_list("pk", flat=True):
        note_plan_change(team_id=team_id)
    note_calendar_change(calendar_id=calendar.pk)
    return calendar


@transaction.atomic
def remove_calendar(*, calendar: BusinessCalendar, by: User) -> None:
    """Take away a calendar that no team works by."""
    teams = Team.objects.filter(calendar=calendar).count()
    if teams:
        raise RuleBroken(
            f"“{calendar}” is the calendar of {counted(teams, 'team')}; give them "
            "another first."
        )
    record_event(
        subject=calendar,
        kind="calendar-removed",
        by=by,
        before=calendar_words(calendar),
    )
    calendar.delete()


def calendar_words(calendar: BusinessCalendar) -> str:
    """For the trail: its hours in words, and every closed day."""
    found = BusinessCalendar.objects.get(pk=calendar.pk)
    days = [f"{each.day.isoformat()} {each.words}" for each in found.closed_days.all()]
    closed = f"; closed {', '.join(days)}" if days else ""
    return f"{found}: {found.business_hours().words}{closed}"


def _check(written: Written, calendar: BusinessCalendar | None) -> None:
    others = BusinessCalendar.objects.all()
    if calendar is not None:
        others = others.exclude(pk=calendar.pk)
    if others.filter(name__iexact=written.name).exists():
        raise RuleBroken(f"There is a calendar “{written.name}” already.")
    if wrong := country_error(written.country, written.subdivision):
        raise RuleBroken(wrong)
    if not written.periods:
        raise RuleBroken("Nobody would ever work: give the hours of one day at least.")
    for one, next_one in itertools.pairwise(sorted(written.periods, key=_begin)):
        if one.weekday == next_one.weekday and next_one.opens_at < _end(one):
            raise RuleBroken(
                f"The hours {_words(one)} and {_words(next_one)} of one day overlap."
            )
    for each in written.periods:
        if each.opens_at >= _end(each):
            raise RuleBroken(f"The hours {_words(each)} end before they begin.")
    days = [each.day for each in written.closed]
    twice = next((day for day in days if days.count(day) > 1), None)
    if twice:
        raise RuleBroken(f"{twice.isoformat()} is closed twice; one row is enough.")


def _begin(period: Period) -> tuple[int, time]:
    return period.weekday, period.opens_at


def _end(period: Period) -> time:
    return time.max if period.closes_at == MIDNIGHT else period.closes_at


def _words(period: Period) -> str:
    return f"{period.opens_at:%H:%M}–{closing_words(_end(period))}"


def _write_rows(calendar: BusinessCalendar, written: Written, since: date) -> None:
    calendar.periods.all().delete()
    WorkingPeriod.objects.bulk_create(
        WorkingPeriod(
            calendar=calendar,
            weekday=each.weekday,
            opens_at=each.opens_at,
            closes_at=each.closes_at,
        )
        for each in sorted(written.periods, key=_begin)
    )
    calendar.closed_days.filter(day__gte=since).delete()
    ClosedDay.objects.bulk_create(
        ClosedDay(
            calendar=calendar,
            day=each.day,
            name=each.name,
            closed_from=each.closed_from,
            closed_until=each.closed_until,
        )
        for each in written.closed
    )
