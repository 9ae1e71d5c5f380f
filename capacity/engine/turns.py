"""Who takes up what next: of a few worlds, the courses of the people in it.

A forecast says when demands are done; people ask what comes to them. In each world
somebody takes up packages in some order, so over the worlds a package comes next to a
person in so many per cent, and goes to them at all in so many.

Imported late: it loads Numba.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from capacity.engine.plan import Plan
from capacity.engine.simulation import trace

WORLDS = 200
"""A share is then known to some 3 per cent, and 60 packages take about a second."""

# What goes to somebody else in most worlds says little about what to expect.
LEAST_SHARE = 0.2
MOST_TURNS = 8

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Turn:
    """One package in the course of one person.

    Attributes
    ----------
    demand, package : str
    next : float
        Share of the worlds in which it is the first that this person takes up; 1.0 for
        what is in hand.
    taken : float
        Share of the worlds in which this person does it.
    begins : date
        Begun on or before this day in half of those.
    ends : dict
        Done on or before these days in 50 and 85 % of those; None where it is not
        inside the horizon.
    """

    demand: str
    package: str
    next: float
    taken: float
    begins: date
    ends: dict[str, date | None]

    def to_json(self) -> dict[str, Any]:
        return {
            "demand": self.demand,
            "package": self.package,
            "next": round(self.next, 3),
            "taken": round(self.taken, 3),
            "begins": self.begins.isoformat(),
            "ends": {
                name: day.isoformat() if day else None
                for name, day in self.ends.items()
            },
        }


@dataclass(frozen=True, slots=True)
class Turns:
    """What one person has in hand, and takes up after it.

    Attributes
    ----------
    in_hand : list of Turn
        In the order in which it is gone through.
    to_come : list of Turn
        By how often it is the next, then by when it begins; at most ``MOST_TURNS``.
    """

    in_hand: list[Turn]
    to_come: list[Turn]

    def to_json(self) -> dict[str, Any]:
        return {
            "in_hand": [each.to_json() for each in self.in_hand],
            "to_come": [each.to_json() for each in self.to_come],
        }


def turns_of(plan: Plan, *, worlds: int = WORLDS) -> dict[str, Turns]:
    """Say for every engineer what they are at, and what comes to them.

    Parameters
    ----------
    plan
        A checked plan.
    worlds
        How many to look at: the first of those of a forecast, or all where it has
        fewer.

    Returns
    -------
    dict
        Turns by the id of the engineer.

    Notes
    -----
    Worlds are played one after the other and their courses kept: 28 bytes for each
    package and world. Demands that are yet to come take people's time in them but are
    nobody's turn, as nobody knows them.

    Examples
    --------
    >>> work = {"skill": "api", "effort": {"low": 5, "likely": 5, "high": 5}}
    >>> plan = Plan.from_json({
    ...     "start": "2026-11-23", "trials": 10,
    ...     "engineers": [{"id": "Eva", "skills": {"api": 1.0}}],
    ...     "demands": [{"id": "INT-1", "packages": [{"id": "build", **work}]},
    ...                 {"id": "INT-2", "packages": [{"id": "build", **work}]}]})
    >>> [(turn.demand, turn.next, turn.begins.isoformat())
    ...  for turn in turns_of(plan)["Eva"].to_come]
    [('INT-1', 1.0, '2026-11-23'), ('INT-2', 0.0, '2026-11-30')]
    """
    worlds = min(worlds, plan.trials)
    _, course = trace(plan, trials=worlds)
    names = [(each.id, one.id) for each in plan.demands for one in each.packages]
    held = np.array(
        [one.doing is not None for each in plan.demands for one in each.packages],
        dtype=bool,
    )
    return {
        engineer.id: _turns(plan, names, held, course.who == row, course)
        for row, engineer in enumerate(plan.engineers)
    }


def _turns(
    plan: Plan,
    names: list[tuple[str, str]],
    held: NDArray[np.bool_],
    mine: NDArray[np.bool_],
    course: Any,
) -> Turns:
    begun = np.where(mine, course.start, np.inf)
    new = np.where(held, np.inf, begun)
    if not names:
        return Turns([], [])
    first = np.argmin(new, axis=1)
    is_next = np.zeros(mine.shape, dtype=bool)
    worlds = np.arange(len(mine))
    is_next[worlds, first] = np.isfinite(new[worlds, first])
    found = [
        Turn(
            *names[row],
            next=1.0 if held[row] else float(is_next[:, row].mean()),
            taken=float(mine[:, row].mean()),
            begins=_day(plan, np.floor(_share(begun[mine[:, row], row], 50))),
            ends={
                f"p{share}": _end(plan, course.end[mine[:, row], row], share)
                for share in (50, 85)
            },
        )
        for row in np.flatnonzero(mine.any(axis=0))
    ]
    by_begin = sorted(found, key=lambda turn: (turn.begins, -turn.taken))
    at_hand = {names[row] for row in np.flatnonzero(held)}
    to_come = [
        turn
        for turn in by_begin
        if (turn.demand, turn.package) not in at_hand and turn.taken >= LEAST_SHARE
    ]
    return Turns(
        [turn for turn in by_begin if (turn.demand, turn.package) in at_hand],
        sorted(to_come, key=lambda turn: -turn.next)[:MOST_TURNS],
    )


def _share(moments: Floats, share: int) -> float:
    """The first of these by which so many per cent of them have come."""
    ordered = np.sort(moments)
    return float(ordered[-(-share * len(ordered) // 100) - 1])


def _end(plan: Plan, moments: Floats, share: int) -> date | None:
    moment = _share(moments, share)
    # What ends at midnight ends on the day that it closes.
    day = int(np.ceil(moment - 1e-9)) - 1 if np.isfinite(moment) else plan.horizon_days
    if day >= plan.horizon_days:
        return None
    return plan.start + timedelta(days=max(day, 0))


def _day(plan: Plan, days: float) -> date:
    return plan.start + timedelta(days=int(days))
