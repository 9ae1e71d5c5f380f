"""Which demands a change really moves, and which only by the luck of the worlds played.

Both plans are played in the same worlds, so most differences are exact. But schedules
are touchy: whoever is free one hour earlier takes another package, and far behind a
change dates scatter around what they were. A demand has surely moved when its mean
difference over the worlds is more than ``ERRORS`` of its standard errors from nothing:
of 500 demands that did not move one or two pass by luck.
"""

from __future__ import annotations

import numpy as np

from capacity.engine.finishes import Finishes

ERRORS = 3.0


def surely_moved(before: Finishes, after: Finishes) -> set[str]:
    """Say which demands of two plans differ by more than chance.

    Parameters
    ----------
    before, after
        Finish days of two plans in the same worlds, with the same start.

    Returns
    -------
    set of str
        Ids of demands; those that only one of the plans has are among them. What does
        not finish counts as finished at the end of the horizon.

    Notes
    -----
    The t statistic of paired differences; O(demands * worlds).

    Examples
    --------
    >>> from capacity.engine.plan import Plan
    >>> work = {"skill": "api", "effort": {"low": 5, "likely": 5, "high": 5}}
    >>> plan = Plan.from_json({
    ...     "start": "2026-11-23", "trials": 50,
    ...     "engineers": [{"id": "Eva", "skills": {"api": 1.0}}],
    ...     "demands": [{"id": name, "packages": [{"id": "build", **work}]}
    ...                 for name in ("INT-1", "INT-2", "INT-3")]})
    >>> turned = Plan.from_json({**plan.to_json(), "demands": [
    ...     plan.to_json()["demands"][place] for place in (1, 0, 2)]})
    >>> sorted(surely_moved(Finishes.of(plan), Finishes.of(turned)))
    ['INT-1', 'INT-2']
    """
    both = [name for name in before.row_of if name in after.row_of]
    moved = before.row_of.keys() ^ after.row_of.keys()
    if not both:
        return moved
    last = min(before.plan.horizon_days, after.plan.horizon_days)
    old, new = (
        np.minimum(run.days[[run.row_of[name] for name in both]], last).astype(np.int32)
        for run in (before, after)
    )
    difference = new - old
    mean = np.abs(difference.mean(axis=1))
    error = difference.std(axis=1) / np.sqrt(difference.shape[1])
    is_sure = (mean > 0) & (mean >= ERRORS * error)
    return moved | {name for name, sure in zip(both, is_sure, strict=True) if sure}
