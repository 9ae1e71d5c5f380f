"""Which demands cannot be forecast at all, and why, in a manager's words."""

from __future__ import annotations

import numpy as np

from capacity.engine.calendar import net_capacity
from capacity.engine.plan import Plan
from capacity.engine.work import Demand, Package


def reasons_against(plan: Plan) -> list[str | None]:
    """Say for each demand why it cannot be forecast, or None.

    Parameters
    ----------
    plan
        A checked plan.

    Returns
    -------
    list of str or None
        One for each demand, in plan order. A demand cannot be forecast when one of its
        packages can be done by nobody, when it has no packages, or when it waits for
        such a demand.

    Examples
    --------
    >>> plan = Plan.from_json({"start": "2026-11-23", "engineers": [], "demands": [
    ...     {"id": "INT-1", "packages": [{"id": "build", "skill": "SAP BTP",
    ...      "effort": {"low": 1, "likely": 1, "high": 1}}]},
    ...     {"id": "INT-2", "packages": [], "after": ["INT-1"]}]})
    >>> reasons_against(plan)
    ['Nobody has the skill SAP BTP.', 'It has no work packages yet.']
    """
    works = dict(
        zip(
            (engineer.id for engineer in plan.engineers),
            (net_capacity(plan).sum(axis=1, dtype=np.float64) > 0).tolist(),
            strict=True,
        )
    )
    found: dict[str, str | None] = {}
    for demand in plan.demands:
        reason = None if demand.packages else "It has no work packages yet."
        for package in demand.packages:
            reason = reason or _reason_against(plan, package, works)
        found[demand.id] = reason
    _pass_on(plan, found)
    return [found[demand.id] for demand in plan.demands]


def who_leaves(plan: Plan, demand: Demand) -> str | None:
    """Name those whose leaving may be why a demand is not done, or None.

    Parameters
    ----------
    plan
        A checked plan.
    demand
        One of its demands.

    Returns
    -------
    str or None
        The first of the demand's packages decides that only people can do who all leave
        for good inside the horizon.
    """
    leavers = {
        each.id
        for each in plan.engineers
        if each.last_day is not None and each.last_day < plan.end
    }
    for package in demand.packages:
        person = package.doing or package.engineer
        able = {each.id for each in plan.engineers if package.skill in each.skills}
        if not package.effort.is_zero and able:
            if person in able & leavers:
                return person
            if person is None and able <= leavers:
                return f"everybody who has {package.skill}"
    return None


def _reason_against(plan: Plan, package: Package, works: dict[str, bool]) -> str | None:
    if package.effort.is_zero:
        return None
    skill = package.skill
    able = [each.id for each in plan.engineers if skill in each.skills]
    person = package.doing or package.engineer
    if not able:
        return f"Nobody has the skill {skill}."
    if person is not None:
        role = "is at it" if package.doing else "is pinned to it"
        if person not in able:
            return f"{person}, who {role}, does not have {skill}."
        if not works[person]:
            return f"{person}, who {role}, has no working time until {plan.end}."
    elif not any(works[name] for name in able):
        return f"Nobody who has {skill} has any working time until {plan.end}."
    return None


def _pass_on(plan: Plan, found: dict[str, str | None]) -> None:
    """Hand “cannot” on to all that wait, however long the chain."""
    waiting: dict[str, list[str]] = {demand.id: [] for demand in plan.demands}
    for demand in plan.demands:
        # What is in hand already waits for nothing any more.
        if all(each.doing and not each.effort.is_zero for each in demand.packages):
            continue
        for other in demand.after:
            waiting[other].append(demand.id)
    blocked = [name for name, reason in found.items() if reason]
    while blocked:
        name = blocked.pop()
        for later in waiting[name]:
            if found[later] is None:
                found[later] = f"It waits for {name}, which cannot be forecast."
                blocked.append(later)
