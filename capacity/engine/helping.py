"""What would help: what one more person, or one who learns, would give back.

The plan is played again with each of them, in the same worlds, so that every difference
is theirs. What they give back is counted in days by which P85 dates come sooner; a date
beyond the horizon counts as its end, so that such days are too few and never too many.

Examples
--------
>>> from capacity.engine.preview import prepare
>>> work = {"skill": "api", "effort": {"low": 5, "likely": 5, "high": 5}}
>>> plan = Plan.from_json({
...     "start": "2026-11-23",
...     "engineers": [{"id": "Eva", "skills": {"api": 1.0}},
...                   {"id": "Jon", "skills": {"iam": 1.0}}],
...     "demands": [{"id": "INT-1", "packages": [{"id": "build", **work}]},
...                 {"id": "INT-2", "packages": [{"id": "build", **work}]}]})
>>> prepared = prepare(plan, trials=50)
>>> more = {"id": "one more", "hours_per_day": [8, 8, 8, 8, 8, 0, 0]}
>>> for helper in helpers_for(plan):
...     found = gain_of(prepared, helper, one_more=more, promised={})
...     print(helper.skill, helper.engineer, found.days)
api None 7
api Jon 0
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from capacity.engine.changing import change_plan
from capacity.engine.finishes import Finishes
from capacity.engine.plan import Plan
from capacity.engine.preview import Prepared

HALF_SPEED = 0.5


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody with one more skill: the engineer who learns it, or None for another."""

    skill: str
    engineer: str | None


@dataclass(frozen=True, slots=True)
class Gain:
    """What a helper gives back.

    Attributes
    ----------
    days, promised_days : int
        Calendar days by which P85 comes sooner, summed over all demands, and over
        those that are promised; below 0 for later.
    dates : int
        Demands that have a P85 then and had none.
    kept : float
        Promises that are expected to be kept then: the sum of their chances.
    """

    days: int
    promised_days: int
    dates: int
    kept: float


def helpers_for(plan: Plan) -> list[Helper]:
    """List everybody who is worth a try, by skill.

    For each skill that work of the plan asks for, one more person, and every engineer
    who does not have it.
    """
    asked = sorted(
        {package.skill for demand in plan.demands for package in demand.packages}
    )
    return [
        Helper(skill, engineer)
        for skill in asked
        for engineer in [
            None,
            *(each.id for each in plan.engineers if not each.skills.get(skill)),
        ]
    ]


def gain_of(
    prepared: Prepared,
    helper: Helper,
    *,
    one_more: Mapping[str, Any],
    promised: Mapping[str, date],
    threads: int | None = None,
) -> Gain:
    """Play the plan with a helper, and count what that gives back.

    Parameters
    ----------
    prepared
        The plan as it is.
    helper
        Who learns what, or that it is somebody new.
    one_more
        Somebody new as in a plan file, without skills: has the one at full speed.
    promised
        Days by which demands are promised, by their id.
    threads
        As for ``forecast``.

    Notes
    -----
    Time of a preview.
    """
    if helper.engineer is None:
        who = {**one_more, "skills": {helper.skill: 1.0}}
    else:
        known = next(
            each for each in prepared.plan.engineers if each.id == helper.engineer
        )
        who = {
            "id": known.id,
            "skills": {**known.skills, helper.skill: HALF_SPEED},
        }
    changed = change_plan(prepared.plan, {"engineers": [who]})
    preview = prepared.preview(changed, threads=threads)
    before, after = preview.before, preview.after
    old, new = _days(before), _days(after)
    both = _can(before) & _can(after)
    sooner = np.where(both, old - new, 0)
    is_promised = np.array(
        [each.id in promised for each in before.plan.demands], dtype=bool
    )
    never = prepared.plan.horizon_days
    has_none = ~_can(before) | (old == never)
    has_one = _can(after) & (new < never)
    return Gain(
        days=int(sooner.sum()),
        promised_days=int(sooner[is_promised].sum()),
        dates=int((has_none & has_one).sum()),
        kept=expected_kept(after, promised),
    )


def expected_kept(finishes: Finishes, promised: Mapping[str, date]) -> float:
    """How many of these promises are kept on average over the worlds."""
    return sum(
        finishes.chance(name, day)
        for name, day in promised.items()
        if name in finishes.row_of and not finishes.cannot[name]
    )


def _days(finishes: Finishes) -> NDArray[np.int64]:
    """P85 of each demand in days from the start, the end of the horizon for none."""
    days = np.array(finishes.numbers(85), dtype=np.int64)
    return np.minimum(days, finishes.plan.horizon_days)


def _can(finishes: Finishes) -> NDArray[np.bool_]:
    return np.array(
        [finishes.cannot[each.id] is None for each in finishes.plan.demands], dtype=bool
    )
