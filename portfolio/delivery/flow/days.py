"""Days, weeks and percentiles, counted the same way for every chart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from portfolio.core.calendars import BusinessHours, public_holidays

LEVELS = (50, 70, 85, 95)
WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Workdays:
    """The days on which a team works, as NumPy counts them."""

    weekmask: tuple[bool, ...] = (True, True, True, True, True, False, False)
    closed: tuple[date, ...] = ()

    @classmethod
    def of(cls, hours: BusinessHours, first: date, last: date) -> Workdays:
        open_on = {weekday for weekday, _, _ in hours.periods}
        if not open_on:
            # A calendar that is never open counts the usual week: ages need some day.
            return cls()
        free = public_holidays(hours.country, hours.subdivision, first, last)
        return cls(
            weekmask=tuple(weekday in open_on for weekday in range(7)),
            closed=tuple(sorted({*free, *hours.closed})),
        )

    def between(self, first: pd.Series[Any], last: pd.Series[Any]) -> NDArray[np.int64]:
        """Working days from a day to another, both counted; one at least.

        Work that begins and ends on the same day took a day.
        """
        begin = np.asarray(first, "datetime64[D]")
        end = np.asarray(last, "datetime64[D]") + np.timedelta64(1, "D")
        days = np.busday_count(
            begin, end, weekmask=list(self.weekmask),
            holidays=np.array(self.closed, "datetime64[D]"),
        )  # fmt: skip
        return np.maximum(days, 1)


def percentiles(values: NDArray[Any], levels: Sequence[int] = LEVELS) -> list[int]:
    """The smallest value that at least so many of a hundred do not exceed.

    >>> percentiles(np.arange(1, 11), [50, 85])
    [5, 9]
    """
    if not len(values):
        return []
    shares = np.array(levels) / 100
    # In whole numbers, since 0.7 times 10 is more than 7 as floats.
    places = np.ceil(np.round(shares * len(values), 9)).astype(int) - 1
    return [int(value) for value in np.sort(values)[places]]


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """Rows with their columns as attributes, and their index as ``Index``."""
    # Any, since a frame does not tell the types of its columns.
    yield from frame.itertuples()


class Rows(Sequence[Sequence[object]]):
    """The rows of a table, made of a frame's when they are read: a page shows few."""

    def __init__(
        self, frame: pd.DataFrame, make: Callable[[Any], list[object]]
    ) -> None:
        self._frame, self._make = frame, make

    def __len__(self) -> int:
        return len(self._frame)

    @overload
    def __getitem__(self, at: int) -> Sequence[object]: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Sequence[object]]: ...
    def __getitem__(self, at: int | slice) -> Any:
        if isinstance(at, slice):
            return Rows(self._frame.iloc[at], self._make)
        return self._make(next(rows_of(self._frame.iloc[[at]])))

    def __iter__(self) -> Iterator[Sequence[object]]:
        return map(self._make, rows_of(self._frame))


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def whole_weeks(since: date, today: date) -> list[date]:
    """The Mondays of the weeks that lie between two days whole; this week does not."""
    first = monday_of(since + timedelta(days=6))
    count = max((monday_of(today) - first) // WEEK, 0)
    return [first + number * WEEK for number in range(count)]
