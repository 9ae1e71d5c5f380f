"""Business time: working hours, public holidays and closed days as plain values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """When work is done, in one time zone.

    ``periods`` are (weekday from Monday = 0, opens, closes) in local time and do not
    overlap; ``closed`` are dates without work beside the public holidays.
    """

    zone: dt.tzinfo
    periods: tuple[tuple[int, dt.time, dt.time], ...]
    country: str = ""
    subdivision: str = ""
    closed: frozenset[dt.date] = frozenset()

    def is_working_day(self, day: dt.date) -> bool:
        return any(weekday == day.weekday() for weekday, _, _ in self.periods) and not (
            day in self.closed
            or public_holidays(self.country, self.subdivision, day, day)
        )

    def spans(self, day: dt.date) -> list[tuple[dt.datetime, dt.datetime]]:
        """Working spans of a local day as instants in UTC, in order."""
        if not self.is_working_day(day):
            return []
        return [
            (
                dt.datetime.combine(day, opens, self.zone).astimezone(dt.UTC),
                dt.datetime.combine(day, closes, self.zone).astimezone(dt.UTC),
            )
            for weekday, opens, closes in sorted(self.periods)
            if weekday == day.weekday()
        ]

    def spans_from(
        self, moment: dt.datetime
    ) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        """Working spans from a moment on; the first begins at it when inside one.

        Ends after two years without any, so that a calendar that is never open is
        an error for the caller and not an endless loop.
        """
        day = moment.astimezone(self.zone).date()
        last = day + dt.timedelta(days=730)
        while day <= last:
            for begin, end in self.spans(day):
                if end > moment:
                    yield max(begin, moment), end
            day += dt.timedelta(days=1)

    def after(self, moment: dt.datetime, working: dt.timedelta) -> dt.datetime:
        """The instant at which this much working time has passed since a moment.

        Raises
        ------
        ValueError
            If the calendar has not that much working time in two years.
        """
        left = working
        for begin, end in self.spans_from(moment):
            if end - begin >= left:
                return begin + left
            left -= end - begin
        raise ValueError(f"The calendar is not open for {working} in two years.")

    def working_days_after(self, moment: dt.datetime, days: int) -> dt.datetime:
        """The same time of day so many working days later (end of day if closed).

        A moment outside working hours counts from the next opening.
        """
        begin, _ = next(self.spans_from(moment), (None, None))
        if begin is None:
            raise ValueError("The calendar is not open in two years.")
        local = begin.astimezone(self.zone)
        day, left = local.date(), days
        while left:
            day += dt.timedelta(days=1)
            left -= self.is_working_day(day)
        wanted = dt.datetime.combine(day, local.time(), self.zone).astimezone(dt.UTC)
        ends = [end for _, end in self.spans(day)]
        return min(wanted, max(ends))
