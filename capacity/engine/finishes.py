"""The days on which a plan's demands are done, trial by trial."""

from __future__ import annotations

from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from capacity.engine._cannot import reasons_against
from capacity.engine.plan import Plan

NEVER = 65_535
"""A day after the longest horizon: not done inside it."""


class Finishes:
    """One row of days for each demand, in plan order.

    Attributes
    ----------
    plan : Plan
    days : uint16 (demands, trials)
        Days from the plan's start, or ``NEVER``.
    row_of : dict
        Row of each demand.
    """

    def __init__(self, plan: Plan, days: NDArray[np.uint16]) -> None:
        self.plan, self.days = plan, days
        self.row_of = {demand.id: row for row, demand in enumerate(plan.demands)}

    @classmethod
    def of(cls, plan: Plan, *, threads: int | None = None) -> Finishes:
        """Play a plan; time as for ``forecast``, 2 bytes for each trial and demand."""
        from capacity.engine.simulation import finish_days

        days = finish_days(plan, threads=threads).T
        return cls(plan, np.where(days < 0, NEVER, days).astype(np.uint16, order="C"))

    @cached_property
    def cannot(self) -> dict[str, str | None]:
        """Why each demand cannot be forecast, or None."""
        names = (demand.id for demand in self.plan.demands)
        return dict(zip(names, reasons_against(self.plan), strict=True))

    @cached_property
    def ordered(self) -> NDArray[np.uint16]:
        """The days of each demand, the soonest first."""
        return np.sort(self.days, axis=1)

    @cached_property
    def _numbers(self) -> dict[int, list[int]]:
        return {}

    def numbers(self, share: int) -> list[int]:
        """For each demand the first day by which so many per cent of trials are done.

        Days from the plan's start, or ``NEVER``.
        """
        if share not in self._numbers:
            # Whole numbers, as 0.7 of 10 trials must be 7 and not a little more.
            place = -(-share * self.plan.trials // 100) - 1
            self._numbers[share] = self.ordered[:, place].tolist()
        return self._numbers[share]

    def number(self, demand: str, share: int) -> int | None:
        """The ordinal of that date for one demand, None where there is none."""
        row = self.row_of.get(demand)
        if row is None:
            return None
        day = self.numbers(share)[row]
        return None if day == NEVER else self.plan.start.toordinal() + day

    def day(self, demand: str, share: int) -> date | None:
        """The first date by which so many per cent of the trials are done."""
        number = self.number(demand, share)
        return None if number is None else date.fromordinal(number)

    def chance(self, demand: str, day: date) -> float:
        """Share of the trials that are done on or before a day."""
        days = (day - self.plan.start).days
        if days < 0:
            return 0.0
        row = self.ordered[self.row_of[demand]]
        # A number of another type would have the whole row copied.
        last = np.uint16(min(days, NEVER - 1))
        return int(row.searchsorted(last, side="right")) / self.plan.trials
