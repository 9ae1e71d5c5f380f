"""Dates, ranges and numbers in the words of the product, the same on every page."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from django.utils import timezone


def local_day(value: dt.date | dt.datetime) -> dt.date:
    """The calendar day of a date, or of a moment in the current time zone."""
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).date() if value.tzinfo else value.date()
    return value


def _year_if_other(day: dt.date, today: dt.date) -> str:
    # Half a year back or ahead nobody mistakes the year.
    return "" if abs((day - today).days) < 183 else f" {day.year}"


def short_day(value: dt.date, today: dt.date | None = None) -> str:
    """“4 Dec”, with the year when it is more than half a year away."""
    return _short(local_day(value), today or timezone.localdate())


@lru_cache(maxsize=4096)
def _short(day: dt.date, today: dt.date) -> str:
    # A board writes the same few hundred days thousands of times.
    return f"{day.day} {day:%b}{_year_if_other(day, today)}"


def day_words(value: dt.date, today: dt.date | None = None) -> str:
    """“Fri 4 Dec”, with the year when it is more than half a year away."""
    return f"{local_day(value):%a} {short_day(value, today)}"


def full_day(value: dt.date) -> str:
    """“Friday 4 December 2026”."""
    day = local_day(value)
    return f"{day:%A} {day.day} {day:%B %Y}"


def first_of_range(first: dt.date, last: dt.date, today: dt.date | None = None) -> str:
    """“9 Jun” before “22 Jul 2027”: a year that both share stands once, at the end."""
    if first.year == last.year and short_day(last, today).endswith(f" {last.year}"):
        return f"{first.day} {first:%b}"
    return short_day(first, today)


def range_words(first: dt.date, last: dt.date, today: dt.date | None = None) -> str:
    """“4 Dec – 18 Jan”, “9 Jun – 22 Jul 2027”."""
    if first == last:
        return short_day(first, today)
    return f"{first_of_range(first, last, today)} – {short_day(last, today)}"


def moment_words(value: dt.datetime, today: dt.date | None = None) -> str:
    """“23 Nov, 09:14” in the current time zone."""
    local = timezone.localtime(value)
    return f"{short_day(local.date(), today)}, {local:%H:%M}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """“1 demand”, “3 demands”."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def joined(words: list[str]) -> str:
    """“a”, “a and b”, “a, b and c”."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
