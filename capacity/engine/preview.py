"""What a change would do, at once: the same worlds, fewer of them.

A process that answers many previews of a plan keeps it prepared, with its finish days:
each preview then plays the changed plan once. Parts of the plan that the change cannot
reach are not played; ``_parts`` says exactly which. Nothing random is stored: drawing
costs less than reading what was drawn.

Preparing, and above all importing the kernels, takes time that no page should wait for:
a worker is asked with the bytes of a prepared plan and answers with JSON. Its
``Shelf`` keeps the last few prepared, so that the bytes are read once.

Examples
--------
>>> work = {"skill": "api", "effort": {"low": 5, "likely": 5, "high": 5}}
>>> plan = Plan.from_json({
...     "start": "2026-11-23",
...     "engineers": [{"id": "Eva", "skills": {"api": 1.0}}],
...     "demands": [{"id": "INT-1", "packages": [{"id": "build", **work}]},
...                 {"id": "INT-2", "packages": [{"id": "build", **work}]}]})
>>> stored = prepare(plan, trials=50).to_bytes()
>>> shelf = Shelf()
>>> answer = shelf.answer("plan 1", lambda: stored, '{"order": ["INT-2", "INT-1"]}')
>>> [(row["id"], row["days"]["p85"]) for row in json.loads(answer)["demands"]]
[('INT-2', -7), ('INT-1', 7)]
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from capacity.engine._parts import Parts
from capacity.engine.finishes import Finishes
from capacity.engine.plan import Plan, PlanError, load_plan

TRIALS = 1_000
SHARES = {"p50": 50, "p85": 85, "p95": 95}


@dataclass(frozen=True)
class Shift:
    """What a change does to one demand.

    Attributes
    ----------
    id : str
    before, after : dict
        Its dates as ``{"p50": ..., "p85": ..., "p95": ...}``, None where there is none.
    chance : dict
        For each of its ``dates``, before and after, the share of worlds that are done
        by then, before and after; None where it is not in the plan or has no forecast.
    cannot : str or None
        Why it has no forecast after the change.
    """

    id: str
    before: Mapping[str, date | None]
    after: Mapping[str, date | None]
    chance: Mapping[date, tuple[float | None, float | None]]
    cannot: str | None

    @property
    def days(self) -> dict[str, int | None]:
        """Days by which each date moves, above 0 for later; None without a date."""
        return {
            name: (after - before).days if before and after else None
            for (name, before), after in zip(
                self.before.items(), self.after.values(), strict=True
            )
        }

    @property
    def is_any(self) -> bool:
        """Tell whether anything is different."""
        pairs = self.chance.values()
        return self.before != self.after or any(old != new for old, new in pairs)

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "before": _written(self.before),
            "after": _written(self.after),
            "days": self.days,
            "chance": {day.isoformat(): list(two) for day, two in self.chance.items()},
            "cannot": self.cannot,
        }


@dataclass(frozen=True)
class Preview:
    """What a change does to every demand.

    Attributes
    ----------
    before, after : Finishes
    played : frozenset of str
        Demands that were played again; the others cannot have moved.
    """

    before: Finishes
    after: Finishes
    played: frozenset[str]

    @cached_property
    def shifts(self) -> list[Shift]:
        """Every demand: in the order of the plan after, then those that are gone."""
        return self._shifts({**self.after.row_of, **self.before.row_of})

    def _shifts(self, wanted: Collection[str]) -> list[Shift]:
        asked: dict[str, set[date]] = {}
        for plan in (self.after.plan, self.before.plan):
            for demand in plan.demands:
                if demand.id in wanted:
                    asked.setdefault(demand.id, set()).update(demand.dates)
        old, new = self.before, self.after
        return [
            Shift(
                id=name,
                before={key: old.day(name, share) for key, share in SHARES.items()},
                after={key: new.day(name, share) for key, share in SHARES.items()},
                chance={
                    day: (_chance(old, name, day), _chance(new, name, day))
                    for day in sorted(dates)
                },
                cannot=new.cannot.get(name),
            )
            for name, dates in asked.items()
        ]

    def _touched(self) -> set[str]:
        """Demands that come, go, or are done on other days in a single world."""
        old, new = self.before, self.after
        both = old.row_of.keys() & new.row_of.keys()
        others = (old.row_of.keys() | new.row_of.keys()) - both
        names = list(both)
        differs = (
            old.days[[old.row_of[name] for name in names]]
            != new.days[[new.row_of[name] for name in names]]
        ).any(axis=1)
        return others.union(
            name
            for name, is_moved in zip(names, differs.tolist(), strict=True)
            if is_moved or old.cannot[name] != new.cannot[name]
        )

    def to_json(self) -> dict[str, Any]:
        """Write the demands for which anything is different, for ``json.dumps``."""
        shifts = self._shifts(self._touched())
        return {
            "trials": self.after.plan.trials,
            "seed": self.after.plan.seed,
            "start": self.after.plan.start.isoformat(),
            "played": len(self.played),
            "demands": [shift.to_json() for shift in shifts if shift.is_any],
        }


@dataclass(frozen=True)
class Prepared:
    """A plan and its finish days, ready for previews of changes to it."""

    finishes: Finishes

    @property
    def plan(self) -> Plan:
        return self.finishes.plan

    def preview(self, changed: Plan, *, threads: int | None = None) -> Preview:
        """Say what a change would do.

        Parameters
        ----------
        changed
            The plan after the change; it is played with the trials and the seed of the
            prepared one.
        threads
            As for ``forecast``.

        Returns
        -------
        Preview
            What two whole forecasts of as many trials would differ by, bit for bit.

        Notes
        -----
        Time of a forecast of the changed parts of the plan, without its loads; and a
        few milliseconds to look at both plans.
        """
        if (changed.trials, changed.seed) != (self.plan.trials, self.plan.seed):
            changed = replace(changed, trials=self.plan.trials, seed=self.plan.seed)
        parts = Parts(self.plan, changed)
        reached = parts.changed()
        again = [row for row, each in enumerate(changed.demands) if each.id in reached]
        played = frozenset(changed.demands[row].id for row in again)
        if len(again) == len(changed.demands):
            return Preview(self.finishes, Finishes.of(changed, threads=threads), played)
        days = np.empty((len(changed.demands), changed.trials), dtype=np.uint16)
        for row, demand in enumerate(changed.demands):
            if demand.id not in played:
                days[row] = self.finishes.days[self.finishes.row_of[demand.id]]
        if again:
            days[again] = Finishes.of(parts.plan_of(reached), threads=threads).days
        return Preview(self.finishes, Finishes(changed, days), played)

    def reordered(self, order: Iterable[str]) -> Plan:
        """The plan with its demands in another order.

        Raises
        ------
        PlanError
            If the order does not name each demand once.
        """
        names = list(order)
        demands = {demand.id: demand for demand in self.plan.demands}
        if len(names) != len(demands) or set(names) != demands.keys():
            odd = set(names) ^ demands.keys() or {
                name for name in names if names.count(name) > 1
            }
            raise PlanError(
                f"The order has {len(names)} demands and the plan {len(demands)}; each "
                f"has to stand in it once, and {min(odd)} does not."
            )
        return replace(self.plan, demands=tuple(demands[name] for name in names))

    def to_bytes(self) -> bytes:
        """Write it for a store such as Redis: a line of JSON, then 2 bytes a number."""
        plan = json.dumps(self.plan.to_json(), separators=(",", ":"))
        return plan.encode() + b"\n" + self.finishes.days.astype("<u2").tobytes()

    @classmethod
    def from_bytes(cls, stored: bytes) -> Prepared:
        """Read what ``to_bytes`` wrote.

        Raises
        ------
        PlanError
            If it is no prepared plan.
        """
        line, _, numbers = stored.partition(b"\n")
        plan = load_plan(line)
        if len(numbers) != 2 * len(plan.demands) * plan.trials:
            raise PlanError(
                f"The prepared plan has {len(numbers)} bytes of finish days; "
                f"2 × {len(plan.demands)} × {plan.trials} were expected."
            )
        days = np.frombuffer(numbers, dtype="<u2").astype(np.uint16, copy=False)
        return cls(Finishes(plan, days.reshape(len(plan.demands), plan.trials)))


def prepare(
    plan: Plan, *, trials: int = TRIALS, threads: int | None = None
) -> Prepared:
    """Play a plan once, for previews of changes to it.

    Parameters
    ----------
    plan
        A checked plan.
    trials
        Worlds of every preview: the first of those of a forecast.
    threads
        As for ``forecast``.
    """
    return Prepared(Finishes.of(replace(plan, trials=trials), threads=threads))


class Shelf:
    """The prepared plans that a process keeps at hand, the last few that were asked."""

    def __init__(self, size: int = 4) -> None:
        self.size = size
        self._kept: OrderedDict[str, Prepared] = OrderedDict()

    def take(self, name: str, load: Callable[[], bytes]) -> Prepared:
        """Give a prepared plan, reading its bytes if it is not at hand."""
        prepared = self._kept.pop(name, None) or Prepared.from_bytes(load())
        self._kept[name] = prepared
        while len(self._kept) > self.size:
            self._kept.popitem(last=False)
        return prepared

    def answer(
        self,
        name: str,
        load: Callable[[], bytes],
        change: str | bytes,
        *,
        threads: int | None = None,
    ) -> str:
        """Answer a question about a change in JSON.

        Parameters
        ----------
        name
            Of the prepared plan, a new one for each; such as its hash.
        load
            Gives the bytes of ``Prepared.to_bytes``; called when they are needed.
        change
            JSON: ``{"order": [ids of all demands]}`` or ``{"plan": {...}}``.
        threads
            As for ``forecast``.

        Returns
        -------
        str
            ``Preview.to_json`` as JSON.

        Raises
        ------
        PlanError
            If the change is none, or makes no valid plan.
        """
        prepared = self.take(name, load)
        asked = json.loads(change)
        if set(asked) == {"order"}:
            changed = prepared.reordered(asked["order"])
        elif set(asked) == {"plan"}:
            changed = Plan.from_json(asked["plan"])
        else:
            raise PlanError(
                f"The change has the keys {', '.join(sorted(asked))}; either “order” "
                "or “plan” was expected."
            )
        return json.dumps(prepared.preview(changed, threads=threads).to_json())


def _chance(finishes: Finishes, demand: str, day: date) -> float | None:
    if demand not in finishes.row_of or finishes.cannot[demand]:
        return None
    return finishes.chance(demand, day)


def _written(dates: Mapping[str, date | None]) -> dict[str, str | None]:
    return {name: day.isoformat() if day else None for name, day in dates.items()}
