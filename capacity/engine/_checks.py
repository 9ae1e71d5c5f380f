"""The rules between a plan's values; ``Plan`` calls them once when it is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from capacity.engine._reading import PlanError, nearest

if TYPE_CHECKING:
    from capacity.engine.people import Engineer
    from capacity.engine.plan import Plan
    from capacity.engine.work import Package, Range

MOST_EFFORT = 1_000_000
# More would be no estimate, and its lognormal would leave the range of floats.
MOST_SPREAD = 1_000_000


def check_plan(plan: Plan) -> None:
    """Refuse a plan whose parts do not fit together.

    Raises
    ------
    PlanError
        At the first thing that is wrong.
    """
    engineers = _unique((each.id for each in plan.engineers), "Engineer")
    for engineer in plan.engineers:
        _check_engineer(engineer)
    _check_demands(plan, engineers)
    streams = enumerate(plan.interruptions, start=1)
    _unique(
        (each.id or f"without id {n}" for n, each in streams), "Interruption stream"
    )
    for number, interruption in enumerate(plan.interruptions, start=1):
        where = f"Interruption stream {number}"
        for name in interruption.engineers:
            _known(name, engineers, f"{where} names engineer")
        if not interruption.engineers:
            raise PlanError(f"{where} names no engineer; at least one is needed.")
        _check_range(interruption.effort, f"{where} has effort", "work")
    _unique((each.id for each in plan.arrivals), "Arrival stream")
    for arrival in plan.arrivals:
        where = f"arrival stream {arrival.id}"
        _check_packages(arrival.packages, where, engineers)
        for package in arrival.packages:
            if package.doing is not None:
                raise PlanError(
                    f"Package {package.id} of {where} is being done by "
                    f"{package.doing}; work that has not arrived cannot be in hand."
                )


def _check_demands(plan: Plan, engineers: Mapping[str, int]) -> None:
    demands = _unique((each.id for each in plan.demands), "Demand")
    for demand in plan.demands:
        _check_packages(demand.packages, f"demand {demand.id}", engineers)
        for name in demand.after:
            _known(name, demands, f"Demand {demand.id} waits for demand")
    _refuse_cycle({each.id: each.after for each in plan.demands}, "Demands")
    for number, group in enumerate(plan.together, start=1):
        if not group:
            raise PlanError(f"Group {number} of together is empty; name its demands.")
        for name in group:
            _known(name, demands, f"Group {number} of together names demand")


def _check_engineer(engineer: Engineer) -> None:
    where = f"Engineer {engineer.id}"
    if len(engineer.hours_per_day) != 7:
        raise PlanError(
            f"{where} has {len(engineer.hours_per_day)} hours_per_day; 7 were "
            "expected, Monday first."
        )
    for skill, speed in engineer.skills.items():
        if speed <= 0:
            raise PlanError(
                f"{where} has speed {speed:g} in {skill}; "
                "a number above 0 is allowed (leave the skill out instead)."
            )
    first, last = engineer.first_day, engineer.last_day
    if first and last and last < first:
        raise PlanError(
            f"{where} is there from {first} until {last}; until must not be before "
            "from."
        )
    for entry in engineer.leave:
        if entry.last < entry.first:
            raise PlanError(
                f"{where} has leave from {entry.first} to {entry.last}; "
                "the last day must not be before the first."
            )


def _check_packages(
    packages: Sequence[Package], owner: str, engineers: Mapping[str, int]
) -> None:
    names = _unique((each.id for each in packages), "Package", f" in {owner}")
    for package in packages:
        where = f"Package {package.id} of {owner}"
        _check_range(package.effort, f"{where} has effort", "work")
        if package.wait is not None:
            _check_range(package.wait, f"{where} has a wait of", "wait")
        for other in package.after:
            _known(other, names, f"{where} comes after package")
        if package.engineer is not None:
            _known(package.engineer, engineers, f"{where} is pinned to engineer")
        if package.doing is not None:
            _known(package.doing, engineers, f"{where} is being done by engineer")
    _refuse_cycle(
        {each.id: each.after for each in packages},
        f"Packages of {owner}",
    )


def _check_range(given: Range, what: str, kind: str) -> None:
    low, likely, high = given.low, given.likely, given.high
    shown = f"{what} low {low:g}, likely {likely:g}, high {high:g}"
    if not low <= likely <= high:
        raise PlanError(f"{shown}; low, likely and high must not decrease.")
    if low <= 0 and (low, likely, high) != (0, 0, 0):
        raise PlanError(
            f"{shown}; low must be above 0, or all three must be 0 for no {kind} at "
            "all."
        )
    if high > MOST_EFFORT:
        raise PlanError(f"{shown}; at most {MOST_EFFORT} days are allowed.")
    if high > MOST_SPREAD * low:
        raise PlanError(
            f"{shown}; high may be at most {MOST_SPREAD} times as much as low."
        )


def _unique(names: Iterable[str], kind: str, where: str = "") -> dict[str, int]:
    found: dict[str, int] = {}
    for position, name in enumerate(names):
        if name in found:
            raise PlanError(
                f"{kind} {name} stands twice{where}, at places {found[name] + 1} and "
                f"{position + 1}; ids must differ."
            )
        found[name] = position
    return found


def _known(name: str, names: Mapping[str, int], what: str) -> None:
    if name not in names:
        raise PlanError(
            f"{what} {name}, which is not in the plan; {nearest(name, list(names))}"
        )


def _refuse_cycle(after: Mapping[str, Sequence[str]], kind: str) -> None:
    """Walk the references without recursion and name the members of a cycle."""
    done: set[str] = set()
    for root in after:
        path: list[str] = []
        on_path: set[str] = set()
        stack = [(root, iter(after[root]))] if root not in done else []
        if stack:
            path, on_path = [root], {root}
        while stack:
            name, others = stack[-1]
            other = next(others, None)
            if other is None:
                stack.pop()
                path.pop()
                on_path.discard(name)
                done.add(name)
            elif other in on_path:
                members = [*path[path.index(other) :], other]
                raise PlanError(
                    f"{kind} wait for each other in a cycle: "
                    f"{' after '.join(members)}; none may wait for itself."
                )
            elif other not in done:
                stack.append((other, iter(after[other])))
                path.append(other)
                on_path.add(other)
