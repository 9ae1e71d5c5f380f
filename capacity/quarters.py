"""A quarter of the year, and how much of some work falls into it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Quarter:
    """Its first and last day, both included."""

    first: date
    last: date

    @classmethod
    def of(cls, day: date) -> Quarter:
        first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        after = (first + timedelta(days=93)).replace(day=1)
        return cls(first, after - timedelta(days=1))

    @classmethod
    def read(cls, key: str) -> Quarter | None:
        """Of “2026Q4”; None for anything else."""
        found = re.fullmatch(r"(2\d{3})Q([1-4])", key)
        return cls.of(date(int(found[1]), 3 * int(found[2]), 1)) if found else None

    @property
    def before(self) -> Quarter:
        return Quarter.of(self.first - timedelta(days=1))

    @property
    def key(self) -> str:
        """“2026Q4”."""
        return f"{self.first.year}Q{self._number}"

    @property
    def words(self) -> str:
        """“Q4 2026”."""
        return f"Q{self._number} {self.first.year}"

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def _number(self) -> int:
        return (self.first.month + 2) // 3

    def share_of(self, begin: date, end: date) -> float:
        """Share of the weekdays from one day to another that lie inside.

        What has no weekday at all lies where its last day does.
        """
        begin = min(begin, end)
        inside = weekdays(max(begin, self.first), min(end, self.last))
        whole = weekdays(begin, end)
        return inside / whole if whole else float(self.first <= end <= self.last)


def weekdays(first: date, last: date) -> int:
    """Days from Monday to Friday, both ends included."""
    days = max((last - first).days + 1, 0)
    weeks, rest = divmod(days, 7)
    over = sum((first.weekday() + number) % 7 < 5 for number in range(rest))
    return 5 * weeks + over
