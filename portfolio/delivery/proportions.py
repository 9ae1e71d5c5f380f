"""Shares of small numbers, with what they leave open."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

# Of fewer nothing is said.
LEAST = 10
Z_95 = 1.959964


def wilson(right: int, of: int) -> tuple[float, float]:
    """The share's 95 % interval by Wilson (1927), which holds for small numbers too.

    >>> [round(end, 3) for end in wilson(8, 10)]
    [0.49, 0.943]
    """
    share = right / of
    spread = Z_95 * sqrt(share * (1 - share) / of + Z_95**2 / (4 * of**2))
    middle = share + Z_95**2 / (2 * of)
    shrink = 1 + Z_95**2 / of
    return max((middle - spread) / shrink, 0.0), min((middle + spread) / shrink, 1.0)


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many; of fewer than ten only the numbers are told."""

    part: int
    whole: int

    @property
    def is_enough(self) -> bool:
        return self.whole >= LEAST

    @property
    def words(self) -> str:
        """“79 %”, “3 of 4” where that is too few for a share, or a dash."""
        if not self.whole:
            return "–"
        if not self.is_enough:
            return f"{self.part} of {self.whole}"
        return f"{self.part / self.whole * 100:.0f} %"

    @property
    def range_words(self) -> str:
        """“64–88 %”: what the true share may be, by 95 %."""
        low, high = wilson(self.part, self.whole)
        return f"{low * 100:.0f}–{high * 100:.0f} %"
