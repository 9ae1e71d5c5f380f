"""Split the days between two plans' dates by cause."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from capacity.engine.between import Between
from capacity.engine.finishes import NEVER, Finishes

SHARES = {"p50": 50, "p85": 85}
# A mean over fewer of the worlds would be one of the lucky ones.
LEAST_WORLDS = 0.5

Applied = frozenset[str]
Values = Mapping[Applied, int | None]


@dataclass(frozen=True, slots=True)
class Moved:
    """How far a demand moved, and why.

    Attributes
    ----------
    id : str
    before, after : dict
        Its dates as ``{"p50": ..., "p85": ...}``, None where there is none.
    days : dict
        Days from before to after as ``{"p50": ..., "p85": ..., "mean": ...}``; above 0
        is later. ``mean`` is over the worlds that finish it in all plans.
    causes : dict
        The same for each cause that differs between the plans; None where ``days`` is,
        or where it cannot be split. They add up to ``days``: halves of days exactly,
        means to the last of their three decimals.
    why_null : dict
        The reason for each None in ``days`` or ``causes``.
    worlds : float
        Share of the trials that finish it in all plans.
    """

    id: str
    before: Mapping[str, date | None]
    after: Mapping[str, date | None]
    days: Mapping[str, float | None]
    causes: Mapping[str, Mapping[str, float | None]]
    why_null: Mapping[str, str]
    worlds: float

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "before": _written(self.before),
            "after": _written(self.after),
            "days": dict(self.days),
            "causes": {cause: dict(days) for cause, days in self.causes.items()},
            "why_null": dict(self.why_null),
            "worlds": self.worlds,
        }


def orders_of(causes: list[str]) -> list[list[Applied]]:
    """The causes that are applied at each step, in one order and in the opposite."""
    return [
        [frozenset(order[:size]) for size in range(len(order) + 1)]
        for order in (causes, causes[::-1])
    ]


class Split:
    """Splits the days of every demand by cause, from the runs of all steps."""

    def __init__(
        self,
        between: Between,
        orders: list[list[Applied]],
        runs: Mapping[Applied, Finishes],
    ) -> None:
        self.between, self.orders, self.runs = between, orders, runs
        self.causes = list(between.touched)
        self.old, self.new = runs[orders[0][0]], runs[orders[0][-1]]
        self.cannot_before, self.cannot_after = self.old.cannot, self.new.cannot

    def of(self, demand: str) -> Moved:
        worlds = np.logical_and.reduce(
            [_is_finished(run, demand) for run in self.runs.values()]
        )
        share = float(worlds.mean())
        days: dict[str, float | None] = {}
        causes: dict[str, dict[str, float | None]] = {
            cause: {} for cause in self.causes
        }
        why_null = {}
        for name in (*SHARES, "mean"):
            reason = self._reason(demand, name, share)
            split: list[float | None] = [None] * (len(self.causes) + 1)
            if name in SHARES:
                values = {
                    step: run.number(demand, SHARES[name])
                    for step, run in self.runs.items()
                }
                split = self._halves(values)
            elif reason is None:
                totals = {
                    step: _total(run, demand, worlds) for step, run in self.runs.items()
                }
                split = self._thousandths(totals, int(worlds.sum()))
            days[name] = split[0]
            for cause, part in zip(self.causes, split[1:], strict=True):
                causes[cause][name] = part
            if reason is not None:
                why_null[name] = reason
        return Moved(
            id=demand,
            before={name: self.old.day(demand, SHARES[name]) for name in SHARES},
            after={name: self.new.day(demand, SHARES[name]) for name in SHARES},
            days=days,
            causes=causes,
            why_null=why_null,
            worlds=share,
        )

    def _reason(self, demand: str, name: str, worlds: float) -> str | None:
        """Why a measure has no days, or days that cannot be split."""
        missing = self._missing(demand)
        if missing is not None:
            return missing
        if name != "mean":
            return self._beyond(demand, name)
        if worlds < LEAST_WORLDS:
            return (
                f"{math.floor(worlds * 100)} % of the simulated worlds finish it "
                "inside the horizon of every plan; a mean needs half of them."
            )
        return None

    def _missing(self, demand: str) -> str | None:
        """Why a demand has no date at all before or after."""
        if demand not in self.cannot_before:
            return "It was not in the plan before."
        if demand not in self.cannot_after:
            is_done = self.between.is_done(demand)
            return "It is done." if is_done else "It is not in the plan any more."
        if self.cannot_before[demand]:
            return f"It could not be forecast before. {self.cannot_before[demand]}"
        if self.cannot_after[demand]:
            return f"It cannot be forecast. {self.cannot_after[demand]}"
        return None

    def _beyond(self, demand: str, name: str) -> str | None:
        """Which end of the horizon a percentile lies beyond."""
        written, share = name.upper(), SHARES[name]
        if self.old.number(demand, share) is None:
            end = self.between.before.end
            return f"{written} was after {end}, the end of the horizon before."
        if self.new.number(demand, share) is None:
            end = self.between.after.end
            return f"{written} is after {end}, the end of the horizon."
        if any(run.number(demand, share) is None for run in self.runs.values()):
            return (
                f"With some of the changes but not all, {written} is after the end of "
                "the horizon, so its days cannot be split."
            )
        return None

    def _halves(self, values: Values) -> list[float | None]:
        """Days of a percentile: the whole, and the part of each cause."""
        old, new = values[self.orders[0][0]], values[self.orders[0][-1]]
        whole = None if old is None or new is None else float(new - old)
        known = {step: value for step, value in values.items() if value is not None}
        if whole is None or len(known) < len(values):
            return [whole, *[None] * len(self.causes)]
        return [whole, *(part / 2 for part in self._doubled(known))]

    def _thousandths(
        self, totals: Mapping[Applied, int], worlds: int
    ) -> list[float | None]:
        """Days of the mean, rounded so that the decimals add up."""
        whole = totals[self.orders[0][-1]] - totals[self.orders[0][0]]
        sought = round(1000 * whole / worlds)
        exact = [Fraction(500 * part, worlds) for part in self._doubled(totals)]
        rounded = [math.floor(part) for part in exact]
        # Who loses most by rounding down is rounded up.
        by_loss = sorted(
            range(len(exact)), key=lambda place: rounded[place] - exact[place]
        )
        for place in by_loss[: sought - sum(rounded)]:
            rounded[place] += 1
        return [each / 1000 for each in (sought, *rounded)]

    def _doubled(self, values: Mapping[Applied, int]) -> list[int]:
        """What each cause adds in the one order and in the other, together."""
        parts = dict.fromkeys(self.causes, 0)
        for order in self.orders:
            for less, more in pairwise(order):
                (cause,) = more - less
                parts[cause] += values[more] - values[less]
        return list(parts.values())


def _is_finished(run: Finishes, demand: str) -> NDArray[np.bool_]:
    """Whether each world finishes a demand; no world one that is not in the plan."""
    row = run.row_of.get(demand)
    if row is None:
        return np.zeros(run.plan.trials, dtype=np.bool_)
    finished: NDArray[np.bool_] = run.days[row] != NEVER
    return finished


def _total(run: Finishes, demand: str, worlds: NDArray[np.bool_]) -> int:
    """The sum over some worlds of the ordinals of the dates it is done on."""
    days = run.days[run.row_of[demand], worlds]
    return len(days) * run.plan.start.toordinal() + int(days.sum(dtype=np.int64))


def _written(dates: Mapping[str, date | None]) -> dict[str, str | None]:
    return {name: day.isoformat() if day else None for name, day in dates.items()}
