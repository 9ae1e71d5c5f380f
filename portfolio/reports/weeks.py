"""Weeks as leadership names them: 2026-W47, from Monday to Sunday."""

from __future__ import annotations

import re
from datetime import date, timedelta

_NAME = re.compile(r"(\d{4})-W(\d{2})")


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def week_name(day: date) -> str:
    """The ISO week a day lies in.

    >>> week_name(date(2026, 11, 23))
    '2026-W48'
    """
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def parse_week(name: str) -> date:
    """Monday of a week by its name.

    Raises
    ------
    ValueError
        If it is not the name of a week, in words for the person who typed it.
    """
    match = _NAME.fullmatch(name)
    try:
        if match is None:
            raise ValueError(name)
        return date.fromisocalendar(int(match[1]), int(match[2]), 1)
    except ValueError:
        raise ValueError(f"“{name}” is not a week; weeks look like 2026-W47.") from None
