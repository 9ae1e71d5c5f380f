"""Compiled: how many trials have something happen on each day."""

from __future__ import annotations

from capacity.engine._compiling import called
from capacity.engine.model import Ints


@called
def count_days(counts: Ints, days: Ints) -> None:
    """Add days (trials, rows) up to ``counts`` (rows, days); -1 is never.

    Row by row, as the counts of one row stay at hand and those of all do not.
    """
    trials, rows = days.shape
    for row in range(rows):
        for trial in range(trials):
            day = days[trial, row]
            if day >= 0:
                counts[row, day] += 1


@called
def count_latest(counts: Ints, days: Ints, members: Ints) -> None:
    """Add the days by which all members are done up to ``counts`` (days,)."""
    for trial in range(len(days)):
        latest = 0
        for member in members:
            day = days[trial, member]
            if day < 0:
                latest = -1
                break
            latest = max(latest, day)
        if latest >= 0:
            counts[latest] += 1
