"""The days on which a plan's demands are done, trial by trial."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

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
    def ordered(self) -> NDArray[np.uint16]:
        """The days of each demand, the soonest first."""
        return np.sort(self.days, axis=1)

    def number(self, demand: str, share: int) -> int | None:
        """Ordinal of the first date by which so many per cent of trials are done."""
        row = self.row_of.get(demand)
        if row is None:
            return None
        # Whole numbers, as 0.7 of 10 trials must be 7 and not a little more.
        day = int(self.ordered[row, -(-share * self.plan.trials // 100) - 1])
        return None if day == NEVER else self.plan.start.toordinal() + day

    def day(self, demand: str, share: int) -> date | None:
        """The first date by which so many per cent of the trials are done."""
        number = self.number(demand, share)
        return None if number is None else date.fromordinal(number)

    def chance(self, demand: str, day: date) -> float:
        """Share of the trials that are done on or before a day."""
        days = min((day - self.plan.start) / timedelta(days=1), NEVER - 1)
        row = self.ordered[self.row_of[demand]]
        return int(np.searchsorted(row, days, side="right")) / self.plan.trials
