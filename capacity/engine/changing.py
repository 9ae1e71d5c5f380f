"""A plan with something changed: what a preview is asked about, in a few words.

A change is JSON that says only what is to be different, so that it travels quickly and
needs no copy of the plan it is about:

``demands``
    Demands of the plan file. One whose id is in the plan replaces what it names of it
    (``{"id": "INT-1", "earliest": "2027-02-01"}``); others are added at the end.
``drop``
    Ids of demands that are left out; what comes after them waits no longer.
``order``
    Ids in a new order. Those of the plan that it names change places among themselves
    and the others stay where they are; what the plan does not have is passed over, as
    a backlog also has demands that cannot be forecast.
``engineers``
    Like demands: replaces what it names of the one with its id, or joins at the end.
``leave``
    Absences by the id of an engineer, besides those the plan has.
``interruptions``
    Like demands, for streams that have an id.
``closed_days``
    All days on which nobody works, instead of those the plan has.
``dates``
    Days by the id of a demand for which its chance is wanted, besides those it has.

Examples
--------
>>> work = {"skill": "api", "effort": {"low": 5, "likely": 5, "high": 5}}
>>> plan = Plan.from_json({
...     "start": "2026-11-23",
...     "engineers": [{"id": "Eva", "skills": {"api": 1.0}}],
...     "demands": [{"id": "INT-1", "packages": [{"id": "build", **work}]}]})
>>> new = {"id": "INT-2", "packages": [{"id": "build", **work}]}
>>> changed = change_plan(plan, {"demands": [new], "order": ["INT-2", "INT-1"]})
>>> [demand.id for demand in changed.demands]
['INT-2', 'INT-1']
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from capacity.engine._reading import read_days, read_list, read_object, read_texts
from capacity.engine.people import Engineer, Interruption
from capacity.engine.plan import Plan, PlanError
from capacity.engine.work import Demand

KEYS = (
    "demands", "drop", "order", "engineers", "leave", "interruptions", "closed_days",
    "dates",
)  # fmt: skip


class _Part(Protocol):
    @property
    def id(self) -> str | None: ...

    def to_json(self) -> dict[str, Any]: ...

    @classmethod
    def from_json(cls, value: object, number: int) -> Any: ...


_Some = TypeVar("_Some", bound=_Part)


def change_plan(plan: Plan, change: object) -> Plan:
    """Apply a change to a plan.

    Parameters
    ----------
    plan
        A checked plan.
    change
        What ``json.loads`` gives for a change; see above. People are changed first,
        then demands are dropped, changed and added, then ordered.

    Returns
    -------
    Plan
        Checked again as a whole.

    Raises
    ------
    PlanError
        If the change is none, names what is not there, or makes no valid plan.

    Notes
    -----
    Reads only what is changed; the check costs O(packages), and falls away where only
    the order changes and what is asked.
    """
    asked = read_object(change, "The change", optional=KEYS)
    demands = _without(plan.demands, read_texts(asked.get("drop", []), "What to drop"))
    demands = _merged(Demand, demands, asked.get("demands", []), "demands")
    demands = _asked_about(demands, _mapping(asked.get("dates", {}), "dates"))
    order = read_texts(asked.get("order", []), "The order")
    if asked.keys() <= {"order", "dates"}:
        return plan.rearranged(_ordered(demands, order))
    closed = plan.closed_days
    if "closed_days" in asked:
        closed = read_days(asked["closed_days"], "The change, closed_days,")
    return replace(
        plan,
        closed_days=closed,
        engineers=_with_leave(
            _merged(Engineer, plan.engineers, asked.get("engineers", []), "engineers"),
            _mapping(asked.get("leave", {}), "leave"),
        ),
        interruptions=_merged(
            Interruption,
            plan.interruptions,
            asked.get("interruptions", []),
            "interruptions",
        ),
        demands=_ordered(demands, order),
        together=(),
    )


def _merged(
    kind: type[_Some], parts: Sequence[_Some], given: object, what: str
) -> tuple[_Some, ...]:
    """What is there, changed where something of its id is given, and then the rest."""
    found: dict[object, _Some] = {
        each.id or number: each for number, each in enumerate(parts)
    }
    entries = read_list(given, f"The change, {what},")
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, Mapping) or not isinstance(entry.get("id"), str):
            raise PlanError(
                f"The change, {what}, entry {number}, has no id; an object with the id "
                "of what is changed or added was expected."
            )
        known = found.get(entry["id"])
        whole = {**known.to_json(), **entry} if known else entry
        found[entry["id"]] = kind.from_json(whole, number)
    return tuple(found.values())


def _without(demands: Sequence[Demand], gone: Iterable[str]) -> tuple[Demand, ...]:
    lost = set(gone)
    unknown = lost - {demand.id for demand in demands}
    if unknown:
        raise PlanError(f"{min(unknown)} is to be dropped and not in the plan.")
    if not lost:
        return tuple(demands)
    return tuple(
        replace(demand, after=tuple(name for name in demand.after if name not in lost))
        for demand in demands
        if demand.id not in lost
    )


def _asked_about(
    demands: Sequence[Demand], wanted: Mapping[str, object]
) -> tuple[Demand, ...]:
    if not wanted:
        return tuple(demands)
    days = {
        name: read_days(given, f"The change, dates of {name},")
        for name, given in wanted.items()
    }
    return tuple(
        replace(demand, dates=tuple(sorted({*demand.dates, *days[demand.id]})))
        if demand.id in days
        else demand
        for demand in demands
    )


def _ordered(demands: Sequence[Demand], order: Sequence[str]) -> tuple[Demand, ...]:
    found = {demand.id: demand for demand in demands}
    named = [name for name in order if name in found]
    if len(set(named)) != len(named):
        twice = next(name for name in named if named.count(name) > 1)
        raise PlanError(f"The order names {twice} twice; once is allowed.")
    ones = set(named)
    turn = iter(named)
    return tuple(found[next(turn)] if each.id in ones else each for each in demands)


def _with_leave(
    engineers: Sequence[Engineer], leave: Mapping[str, object]
) -> tuple[Engineer, ...]:
    unknown = leave.keys() - {engineer.id for engineer in engineers}
    if unknown:
        raise PlanError(f"{min(unknown)} is given leave and not in the plan.")
    if not leave:
        return tuple(engineers)
    return tuple(
        Engineer.from_json(
            {
                **each.to_json(),
                "leave": [
                    *each.to_json()["leave"],
                    *read_list(leave[each.id], f"The change, leave of {each.id},"),
                ],
            },
            number,
        )
        if each.id in leave
        else each
        for number, each in enumerate(engineers, start=1)
    )


def _mapping(value: object, what: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise PlanError(f"The change, {what}, is no object; one by id was expected.")
    return value
