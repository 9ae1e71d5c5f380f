"""Business time: working hours, public holidays and closed days as plain values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import holidays


@lru_cache(maxsize=256)
def _year_of_holidays(country: str, subdivision: str, year: int) -> dict[dt.date, str]:
    found = holidays.country_holidays(
        country,
        subdiv=subdivision or None,
        years=year,
        expand=False,
        # Else the names would follow the language of the machine.
        language="en_US",
    )
    return dict(found.items())


def country_error(country: str, subdivision: str) -> str | None:
    """What is wrong with the names of a country and its region, or None."""
    if not country:
        return "A region needs its country." if subdivision else None
    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        return f"“{country}” is not a known country; codes look like DE, PL or US."
    if subdivision and subdivision not in known[country]:
        return (
            f"“{subdivision}” is not a region of {country}; "
            f"known are {', '.join(known[country]) or 'none'}."
        )
    return None


def public_holidays(
    country: str, subdivision: str, first: dt.date, last: dt.date
) -> dict[dt.date, str]:
    """Public holidays from first to last, both included, with their names."""
    if not country:
        return {}
    return {
        day: name
        for year in range(first.year, last.year + 1)
        for day, name in sorted(_year_of_holidays(country, subdivision, year).items())
        if first <= day <= last
    }


Span = tuple[dt.datetime, dt.datetime]
# A calendar that is not open once in so long is never open.
NEVER = dt.timedelta(days=730)


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """When work is done, in one time zone.

    ``periods`` are (weekday from Monday = 0, opens, closes) in local time and do not
    overlap; a lunch break makes two of them. ``closed`` are dates without work beside
    the public holidays; ``closings`` are parts of days without work, as (day, from,
    until). ``time.max`` is the end of the day, 24:00, in both.
    """

    zone: dt.tzinfo
    periods: tuple[tuple[int, dt.time, dt.time], ...]
    country: str = ""
    subdivision: str = ""
    closed: frozenset[dt.date] = frozenset()
    closings: frozenset[tuple[dt.date, dt.time, dt.time]] = frozenset()

    @property
    def usual(self) -> BusinessHours:
        """The same hours as if no day were shortened."""
        return replace(self, closings=frozenset()) if self.closings else self

    @property
    def words(self) -> str:
        """“Mon–Fri 09:00–17:00, Europe/Berlin, holidays of DE-BE”."""
        by_hours: dict[str, list[int]] = {}
        for weekday in range(7):
            hours = " ".join(
                f"{opens:%H:%M}–{closing_words(closes)}"
                for on, opens, closes in sorted(self.periods)
                if on == weekday
            )
            if hours:
                by_hours.setdefault(hours, []).append(weekday)
        open_words = [
            f"{_weekdays(days)} {hours}" for hours, days in by_hours.items()
        ] or ["never open"]
        place = "-".join(filter(None, [self.country, self.subdivision]))
        holiday_words = [f"holidays of {place}"] if place else []
        return ", ".join([*open_words, str(self.zone), *holiday_words])

    def is_working_day(self, day: dt.date) -> bool:
        return bool(self._open_hours(day))

    def spans(self, day: dt.date) -> list[Span]:
        """Working spans of a local day as instants in UTC, in order."""
        return [
            (
                dt.datetime.combine(day, opens, self.zone).astimezone(dt.UTC),
                _end(day, closes, self.zone),
            )
            for opens, closes in self._open_hours(day)
        ]

    def _open_hours(self, day: dt.date) -> list[tuple[dt.time, dt.time]]:
        if day in self.closed or self._is_holiday(day):
            return []
        hours = [
            (opens, closes)
            for weekday, opens, closes in sorted(self.periods)
            if weekday == day.weekday()
        ]
        for on, since, until in self.closings:
            if on == day:
                hours = [
                    part for each in hours for part in _without(each, since, until)
                ]
        return hours

    def _is_holiday(self, day: dt.date) -> bool:
        return bool(self.country) and day in _year_of_holidays(
            self.country, self.subdivision, day.year
        )

    def shortened_days(self, first: dt.date, last: dt.date) -> dict[dt.date, float]:
        """Days of which a part is closed, with the share of their usual time lost."""
        days = sorted({day for day, _, _ in self.closings if first <= day <= last})
        full = {day: _length(self.usual.spans(day)) for day in days}
        return {
            day: 1 - _length(self.spans(day)) / full[day] for day in days if full[day]
        }

    def spans_from(self, moment: dt.datetime) -> Iterator[Span]:
        """Working spans from a moment on; the first begins at it when inside one.

        Ends where two years come without any, so that a calendar that is never open is
        an error for the caller and not an endless loop.
        """
        day = moment.astimezone(self.zone).date()
        last = day + NEVER
        while day <= last:
            for begin, end in self.spans(day):
                if end > moment:
                    last = day + NEVER
                    yield max(begin, moment), end
            day += dt.timedelta(days=1)

    def opening(self, moment: dt.datetime) -> dt.datetime | None:
        """The first working instant from a moment on; None when there is none."""
        begin, _ = next(self.spans_from(moment), (None, None))
        return begin

    def after(self, moment: dt.datetime, working: dt.timedelta) -> dt.datetime:
        """The first instant at which this much working time has passed.

        So a time that is used up at closing ends at closing, not at the next opening.

        Raises
        ------
        ValueError
            If the calendar has not that much working time before it closes for good.
        """
        left = working
        for begin, end in self.spans_from(moment):
            if end - begin >= left:
                return begin + left
            left -= end - begin
        raise ValueError(f"The calendar is not open for {working} after {moment}.")

    def between(self, begin: dt.datetime, end: dt.datetime) -> dt.timedelta:
        """Working time from one instant to another; none when the end comes first."""
        passed = dt.timedelta(0)
        day = begin.astimezone(self.zone).date()
        last = end.astimezone(self.zone).date()
        while day <= last:
            for opens, closes in self.spans(day):
                passed += max(min(closes, end) - max(opens, begin), dt.timedelta(0))
            day += dt.timedelta(days=1)
        return passed

    def working_days(self, moment: dt.datetime, days: int) -> dt.timedelta:
        """How much working time so many business days are from a moment on.

        It reaches to the same time of day so many working days later. A moment outside
        working hours counts from the next opening. A shortened day counts as a whole
        one, and the hours it lacks are given: whoever has one business day on 23
        December at 15:00 loses nothing when the 24th ends at noon.

        Raises
        ------
        ValueError
            If the calendar closes for good before.
        """
        begin = self.opening(moment)
        if begin is None:
            raise ValueError(f"The calendar is not open after {moment}.")
        local = begin.astimezone(self.zone)
        day, left, last = local.date(), days, local.date() + NEVER
        while left:
            day += dt.timedelta(days=1)
            if day > last:
                raise ValueError(f"The calendar is not open for {days} days.")
            if self.usual.is_working_day(day):
                left, last = left - 1, day + NEVER
        wanted = dt.datetime.combine(day, local.time(), self.zone).astimezone(dt.UTC)
        return self.usual.between(begin, wanted)


def closing_words(closes: dt.time) -> str:
    """“17:00”, and “24:00” for the end of the day."""
    return "24:00" if closes == dt.time.max else f"{closes:%H:%M}"


def _end(day: dt.date, closes: dt.time, zone: dt.tzinfo) -> dt.datetime:
    if closes == dt.time.max:
        # Midnight itself, so that a day round the clock lacks no minute of it.
        day, closes = day + dt.timedelta(days=1), dt.time()
    return dt.datetime.combine(day, closes, zone).astimezone(dt.UTC)


def _without(
    hours: tuple[dt.time, dt.time], since: dt.time, until: dt.time
) -> list[tuple[dt.time, dt.time]]:
    """What a closing from one time to another leaves of working hours."""
    opens, closes = hours
    parts = [(opens, min(closes, since)), (max(opens, until), closes)]
    return [(begin, end) for begin, end in parts if begin < end]


def _weekdays(days: list[int]) -> str:
    """“Mon–Fri”, or “Mon Wed” where they do not follow each other."""
    names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{names[days[0]]}–{names[days[-1]]}"
    return " ".join(names[day] for day in days)


def _length(spans: Iterable[Span]) -> dt.timedelta:
    return sum((end - begin for begin, end in spans), dt.timedelta(0))
