"""What a log of interruptions says: how often they come, and how long they take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import quantiles

from portfolio.core.words import counted

WINDOW = timedelta(weeks=26)
LEAST_WEEKS = 4
LEAST_LOGGED = 8
HOURS_A_DAY = 8
# Shorter than five minutes is no work, and no range of a plan begins at nothing.
LEAST_DAYS = 0.01


@dataclass(frozen=True, slots=True)
class Measured:
    """Interruptions a week, and P10, P50 and P90 of their focused days.

    ``logged`` were counted in so many ``weeks``; ``problem`` says why that is too
    little to go by, and then there are no numbers.
    """

    logged: int
    weeks: float
    per_week: float = 0.0
    low: float = 0.0
    likely: float = 0.0
    high: float = 0.0
    problem: str = ""


def measure(log: Sequence[tuple[date, float]], *, until: date) -> Measured:
    """Read a log of (day, hours) from half a year before a day on.

    Where logging began later than that, its first day opens the count and is not in
    it: a period that begins with an interruption would always look busy.

    >>> days = [date(2026, 6, 1) + timedelta(days=7 * week) for week in range(13)]
    >>> found = measure([(day, 4) for day in days], until=date(2026, 8, 24))
    >>> found.logged, round(found.weeks, 1), found.per_week, found.likely
    (11, 11.9, 0.928, 0.5)
    """
    known = sorted(entry for entry in log if entry[0] < until)
    since = until - WINDOW
    if known and known[0][0] >= since:
        since = known[0][0] + timedelta(days=1)
    hours = [taken for day, taken in known if day >= since]
    weeks = max((until - since) / timedelta(weeks=1), 0.0) if known else 0.0
    if len(hours) < LEAST_LOGGED or weeks < LEAST_WEEKS:
        return Measured(len(hours), weeks, problem=_too_little(len(hours), weeks))
    tenths = quantiles(hours, n=10, method="inclusive")
    low, likely, high = (
        max(round(tenths[place] / HOURS_A_DAY, 3), LEAST_DAYS) for place in (0, 4, 8)
    )
    return Measured(len(hours), weeks, round(len(hours) / weeks, 3), low, likely, high)


def _too_little(logged: int, weeks: float) -> str:
    return (
        f"{counted(logged, 'interruption')} in {counted(int(weeks), 'week')} tell too "
        f"little; {LEAST_LOGGED} in {LEAST_WEEKS} weeks are needed."
    )
