"""Where the end of a quarter cuts a ranked list: above it mostly what is done by then.

Work is not finished strictly in rank order, so no line has all that is done above it
and all the rest below. This one has the fewest rows on the wrong side, and counts them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class Cut:
    """A line under the first ``above`` rows of a list."""

    day: dt.date
    above: int
    done_above: int
    done_below: int
    rows: int

    @property
    def words(self) -> str:
        """“12 of these 45: 11 of the 13 above, 1 below”."""
        done = self.done_above + self.done_below
        if done == self.rows:
            return f"all {done}"
        told = []
        if self.done_above:
            told.append(f"{self._of_those()} {self.above} above")
        if self.done_below:
            told.append(f"{self.done_below} below")
        return f"{done} of these {self.rows}: {', '.join(told)}"

    def _of_those(self) -> str:
        if self.done_above < self.above:
            return f"{self.done_above} of the"
        return "all" if self.above > 1 else "the"


def cuts_of(finishes: Sequence[dt.date | None], days: Iterable[dt.date]) -> list[Cut]:
    """A cut for each day by which more is done than by the one before.

    ``finishes`` are in rank order; None is never done.
    """
    found: list[Cut] = []
    before = 0
    for day in days:
        done = [finish is not None and finish <= day for finish in finishes]
        if sum(done) > before:
            found.append(_cut(day, done))
            before = sum(done)
    return found


def _cut(day: dt.date, done: list[bool]) -> Cut:
    # Rows on the right side above, less those on the wrong side; the first best wins.
    balance = [0, *accumulate(1 if is_done else -1 for is_done in done)]
    above = balance.index(max(balance))
    return Cut(
        day=day,
        above=above,
        done_above=sum(done[:above]),
        done_below=sum(done[above:]),
        rows=len(done),
    )
