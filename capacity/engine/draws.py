"""Draw what is uncertain: efforts, waits and the errors that packages share.

Every number belongs to (seed, trial, ids), never to a position. Moving, adding or
removing a demand leaves all other numbers as they were, so two runs differ only by what
was changed; and fewer trials are a prefix of more.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capacity.engine.model import has_wait
from capacity.engine.plan import Plan, Range

Floats = NDArray[np.float64]
Keys = NDArray[np.uint64]

Z90 = 1.2815515655446004
"""The standard normal lies below this with 90 %, so P10 and P90 are -Z90 and Z90."""


@dataclass(frozen=True, slots=True)
class Spreads:
    """Split lognormals as columns: key, median, and s below and above the median."""

    keys: Keys
    likely: Floats
    below: Floats
    above: Floats

    def draw(self, *, first: int, trials: int) -> Floats:
        """Numbers of trials ``first`` to ``first + trials - 1``, (trials, columns)."""
        from capacity.engine import _random

        out = np.empty((trials, len(self.keys)))
        _random.fill_spread(self.keys, self.likely, self.below, self.above, first, out)
        return out


@dataclass(frozen=True, slots=True)
class Sampler:
    """Everything random about a plan, ready to be drawn a few trials at a time."""

    effort: Spreads
    wait: Spreads
    demand_of: NDArray[np.int32]
    demand_keys: Keys
    demand_sd: float
    team_key: np.uint64
    team_sd: float

    def draw(self, *, first: int, trials: int) -> tuple[Floats, Floats]:
        """Draw some trials.

        Parameters
        ----------
        first
            Number of the first trial, from 0.
        trials
            How many.

        Returns
        -------
        effort : float64 array, shape (trials, packages), focused days
            Shared factors included; packages in plan order.
        wait : float64 array, shape (trials, waits), working days
            One column for each package with a wait, in plan order.

        Notes
        -----
        About 20 ns per number; 8 bytes each.
        """
        from capacity.engine import _random

        effort = self.effort.draw(first=first, trials=trials)
        if self.demand_sd or self.team_sd:
            _random.apply_factors(
                self.team_key,
                self.team_sd,
                self.demand_keys,
                self.demand_sd,
                self.demand_of,
                first,
                effort,
            )
        return effort, self.wait.draw(first=first, trials=trials)


def build_sampler(plan: Plan) -> Sampler:
    """Prepare the draws of a plan.

    Parameters
    ----------
    plan
        A checked plan.

    Returns
    -------
    Sampler
        Whose ``draw`` gives the numbers of any trials.

    Notes
    -----
    Effort is ``likely * exp(s * z)``, z standard normal, s = ln(likely / low) / Z90 for
    z < 0 and ln(high / likely) / Z90 for z >= 0: low, likely and high are its P10, P50
    and P90 exactly. The shared factors ``exp(sd * z)`` have median 1 and multiply every
    effort, a certain one too: the range says what is known of the package, the factor
    how far everybody is off together. Waits are external and take no factor.

    References
    ----------
    D. G. Malcolm et al., "Application of a Technique for Research and Development
    Program Evaluation", Operations Research 7(5), 1959, for effort as a distribution
    from three estimates.

    Examples
    --------
    >>> from capacity.engine.plan import Plan
    >>> plan = Plan.from_json({"start": "2026-11-23", "engineers": [], "demands": [
    ...     {"id": "INT-1", "packages": [
    ...         {"id": "build", "skill": "api",
    ...          "effort": {"low": 2, "likely": 3, "high": 8}}]}]})
    >>> effort, wait = build_sampler(plan).draw(first=0, trials=10000)
    >>> np.quantile(effort, [0.1, 0.5, 0.9]).round(1).tolist()
    [2.0, 3.0, 8.0]
    """
    owned = [(demand, each) for demand in plan.demands for each in demand.packages]
    waiting = [(demand, each) for demand, each in owned if has_wait(each)]
    return Sampler(
        effort=_spreads(
            [each.effort for _, each in owned],
            [key(plan.seed, "effort", demand.id, each.id) for demand, each in owned],
        ),
        wait=_spreads(
            [each.wait for _, each in waiting if each.wait is not None],
            [key(plan.seed, "wait", demand.id, each.id) for demand, each in waiting],
        ),
        demand_of=np.repeat(
            np.arange(len(plan.demands), dtype=np.int32),
            np.array([len(demand.packages) for demand in plan.demands], dtype=int),
        ),
        demand_keys=np.array(
            [key(plan.seed, "demand", demand.id) for demand in plan.demands],
            dtype=np.uint64,
        ),
        demand_sd=plan.uncertainty.demand_sd,
        team_key=np.uint64(key(plan.seed, "team")),
        team_sd=plan.uncertainty.team_sd,
    )


def key(seed: int, *names: str) -> int:
    """Derive the 64-bit key of a stream of random numbers from the seed and ids.

    Parameters
    ----------
    seed
        Seed of the plan.
    names
        What the numbers are for, then the ids of what they belong to.

    Returns
    -------
    int
        From 0 to 2**64 - 1; the same on every machine.

    Examples
    --------
    >>> key(7, "effort", "INT-1", "build") == key(7, "effort", "INT-1b", "uild")
    False
    """
    # Lengths keep ("a", "bc") apart from ("ab", "c").
    text = "".join(f"{len(name)}:{name}" for name in (str(seed), *names))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def _spreads(ranges: list[Range], keys: list[int]) -> Spreads:
    return Spreads(
        keys=np.array(keys, dtype=np.uint64),
        likely=np.array([each.likely for each in ranges], dtype=np.float64),
        below=np.array([_slope(each.low, each.likely) for each in ranges]),
        above=np.array([_slope(each.likely, each.high) for each in ranges]),
    )


def _slope(lower: float, upper: float) -> float:
    return math.log(upper / lower) / Z90 if upper > lower else 0.0
