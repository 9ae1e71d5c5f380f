"""Why dates moved: the days between two plans' forecasts, split by cause.

Both plans, and the plans in between, are played on the same draws, so that what differs
between two of them is what was changed and no chance. See ``between`` for which
difference belongs to which cause.

The causes are applied one after the other, each move being charged to the cause that
made it, so they add up to the whole. As it matters who comes first (a person who left
costs more on top of a stream of interruptions), they are applied once in the order of
``CAUSES`` and once in the opposite one, and the mean is taken: what two causes do only
together is shared between them in halves. That is the Shapley value wherever no three
causes act only together, and it has the property a manager would miss first: undoing a
change undoes its explanation.

References
----------
L. S. Shapley, "A Value for n-Person Games", Contributions to the Theory of Games II,
1953. R. Mitchell et al., "Sampling Permutations for Shapley Value Estimation", Journal
of Machine Learning Research 23, 2022, section 2.2, for an order with its opposite.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from capacity.engine._splitting import Applied, Moved, Split, orders_of
from capacity.engine.between import Between, Done
from capacity.engine.finishes import Finishes
from capacity.engine.plan import Plan
from capacity.engine.preview import prepare


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why the dates of two plans differ.

    Attributes
    ----------
    before, after : Plan
    touched : dict
        Each cause that differs, with the ids of what differs; see ``Between.touched``.
    demands : tuple of Moved
        In the order of the plan after, then those that are gone.
    trials, runs : int
        Worlds, and plans that were played.
    """

    before: Plan
    after: Plan
    touched: Mapping[str, tuple[str, ...]]
    demands: tuple[Moved, ...]
    trials: int
    runs: int

    def to_json(self) -> dict[str, Any]:
        """Write the explanation as plain lists and objects for ``json.dumps``."""
        return {
            "before": {
                "plan_hash": self.before.hash(),
                "start": self.before.start.isoformat(),
            },
            "after": {
                "plan_hash": self.after.hash(),
                "start": self.after.start.isoformat(),
            },
            "trials": self.trials,
            "seed": self.after.seed,
            "runs": self.runs,
            "causes": list(self.touched),
            "touched": {cause: list(names) for cause, names in self.touched.items()},
            "demands": [moved.to_json() for moved in self.demands],
        }


def explain(
    before: Plan,
    after: Plan,
    *,
    done: Done | None = None,
    trials: int | None = None,
    progress: Callable[[float], object] | None = None,
    threads: int | None = None,
) -> Explanation:
    """Say by how many days each demand moved from one plan to another, and why.

    Parameters
    ----------
    before, after
        Checked plans. Both are played with the seed of the plan after.
    done
        Ids of demands, and (demand id, package id), that were finished in between: all
        else that is gone was dropped. None: what was in hand, and all that is gone when
        the start moved on.
    trials
        Worlds; by default those of the plan after, whose dates are then those of its
        forecast.
    progress
        Called with the share done, after each plan that was played.
    threads
        As for ``forecast``.

    Returns
    -------
    Explanation
        Causes without a difference are not in it.

    Notes
    -----
    Plays both plans and two more for each cause after the first, as far as they can
    differ (see ``_parts``); 2 bytes for each of these runs, trial and demand.
    Interruptions and arrivals are drawn from the start of a plan on, so that a start
    that moved on shifts them: a little chance in progress.

    Examples
    --------
    >>> work = {"skill": "api", "effort": {"low": 5, "likely": 5, "high": 5}}
    >>> first = Plan.from_json({
    ...     "start": "2026-11-23", "trials": 100,
    ...     "engineers": [{"id": "Eva", "skills": {"api": 1.0}}],
    ...     "demands": [{"id": "INT-1", "packages": [{"id": "build", **work}]},
    ...                 {"id": "INT-2", "packages": [{"id": "build", **work}]}]})
    >>> second = replace(first, demands=first.demands[::-1])
    >>> [(each.id, each.causes["rank"]["p85"])
    ...  for each in explain(first, second).demands]
    [('INT-2', -7.0), ('INT-1', 7.0)]
    """
    trials = trials or after.trials
    between = Between(
        replace(before, seed=after.seed, trials=trials),
        replace(after, trials=trials),
        done,
    )
    orders = orders_of(list(between.touched))
    steps = dict.fromkeys(step for order in orders for step in order)
    # Only what can differ from the plan before is played again.
    first = prepare(between.plan_with(()), trials=trials, threads=threads)
    runs: dict[Applied, Finishes] = {}
    for step in steps:
        runs[step] = first.preview(between.plan_with(step), threads=threads).after
        if progress is not None:
            progress(len(runs) / len(steps))
    names = dict.fromkeys(each.id for each in (*after.demands, *before.demands))
    split = Split(between, orders, runs)
    return Explanation(
        before=before,
        after=after,
        touched=between.touched,
        demands=tuple(split.of(name) for name in names),
        trials=trials,
        runs=len(runs),
    )
