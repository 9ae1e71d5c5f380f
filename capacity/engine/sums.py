"""Sums of packages: how they spread, and how far everybody is off together.

People err in the same direction. Sums of packages drawn one by one are therefore far
too certain, and a factor that all packages of a sum share makes up for it. How large
it must be is learnt from sums that are over.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from capacity.engine.history import Floats
from capacity.engine.ratios import Asked, Past
from capacity.engine.scoring import NORMAL

DRAWS = 1000
INSIDE = (0.1, 0.9)
SDS = np.linspace(0.0, 1.0, 21)
DEMAND_SD, TEAM_SD = 0.2, 0.15
"""Shared errors where nothing is known: of a demand, and of the whole team."""

UNSEEN_SD = 0.22
"""The same of a project nobody has seen: on public records, sums of 100 tasks of such
projects needed 0.16 to 0.28."""

USUAL_COUNTS_AS = 5.0
"""How many past sums a usual shared error weighs as much as."""

LEAST_LEVEL, MOST_LEVEL = 0.5, 0.95
"""The share of past sums aimed at stays between these."""

STEP = 0.05
"""How far one sum inside or outside moves the share of past sums that is aimed at."""


@dataclass(frozen=True, slots=True)
class PastSum:
    """A sum that is over: when it ended, and which shared error would have covered it.

    ``used_sd`` is the one it was forecast with; None where it was only learnt from.
    """

    ended: float
    needed_sd: float
    used_sd: float | None = None


class SharedError:
    """What all packages of a sum err together, learnt as sums end.

    The shared error is the one with which 80 % of past sums would have been inside
    P10-P90 (conformal prediction: the next sum is as strange as the past ones). When
    more of what was forecast falls outside than should, the share aimed at rises, and
    it falls when less does (adaptive conformal inference), so that the error follows a
    team that changes. Few sums are shrunk to ``usual``.

    Parameters
    ----------
    worth
        How much a sum counts: less than 1 where they overlap.
    usual
        Shared error before any sum is known.

    References
    ----------
    V. Vovk, A. Gammerman & G. Shafer, "Algorithmic Learning in a Random World", 2005.
    I. Gibbs & E. Candès, "Adaptive Conformal Inference Under Distribution Shift",
    NeurIPS 2021.
    """

    def __init__(self, *, worth: float = 1.0, usual: float = TEAM_SD) -> None:
        self.worth = worth
        self.usual = usual
        self.level = INSIDE[1] - INSIDE[0]
        self.needed: list[float] = []
        self.coming: list[PastSum] = []

    def learn(self, past_sum: PastSum) -> None:
        """Take note of a sum; it counts for what begins after it ended."""
        self.coming.append(past_sum)

    def sd_at(self, moment: float) -> float:
        """Standard deviation of the logarithm of the shared factor, as known then."""
        still_coming = []
        for each in self.coming:
            if each.ended >= moment:
                still_coming.append(each)
                continue
            self.needed.append(each.needed_sd)
            if each.used_sd is not None:
                missed = each.needed_sd > each.used_sd
                self.level += STEP * (missed - (1 - INSIDE[1] + INSIDE[0]))
                self.level = min(max(self.level, LEAST_LEVEL), MOST_LEVEL)
        self.coming = still_coming
        return self._shrunk(self.level)

    def settled_sd(self) -> float:
        """The same from all sums alike, without following the latest of them."""
        self.sd_at(math.inf)
        return self._shrunk(INSIDE[1] - INSIDE[0])

    def _shrunk(self, level: float) -> float:
        if not self.needed:
            return self.usual
        found = float(np.quantile(self.needed, level))
        count = self.worth * len(self.needed)
        usual = USUAL_COUNTS_AS * self.usual
        return (count * found + usual) / (count + USUAL_COUNTS_AS)


def draw_sum(
    past: Past,
    asked: Asked,
    rng: np.random.Generator,
    *,
    factors: Floats | None = None,
    draws: int = DRAWS,
) -> Floats:
    """Draw the sum of packages as if each erred for itself.

    Parameters
    ----------
    past
        What the forecast is made from.
    asked
        The packages to be added up.
    rng
        Where the random numbers come from.
    factors : float64 array, shape (asked, draws)
        What some of them share all the same.
    draws
        How many.

    Returns
    -------
    float64 array, shape (draws,)
        In the unit of the estimates.

    Notes
    -----
    O(asked * (packages + draws)). Each package's draws are stratified, which makes the
    spread of 1,000 as steady as that of many more.
    """
    shares = np.cumsum(past.weigh(asked), axis=1)
    stretch = past.stretch(asked)
    total = np.zeros(draws)
    for row, stop in enumerate(shares):
        # Sorted numbers are looked up faster, and put out of order afterwards.
        level = (np.arange(draws) + rng.random(draws)) * (stop[-1] / draws)
        where = np.searchsorted(stop, level, side="right")
        effort = asked.estimate[row] * np.exp(past.error[where] * stretch[row])
        effort = effort[rng.permutation(draws)]
        total += effort if factors is None else effort * factors[row]
    return total


def shared_scores(rng: np.random.Generator, *, draws: int = DRAWS) -> Floats:
    """Standard normal numbers for a factor that all packages of a sum share."""
    return _SCORES[draws][rng.permutation(draws)]


def needed_sd(independent: Floats, scores: Floats, actual: float) -> float:
    """Find the least shared error with which a sum would have been inside P10-P90.

    Parameters
    ----------
    independent : float64 array, shape (draws,)
        The sum as if packages erred each for itself.
    scores : float64 array, shape (draws,)
        Standard normal numbers.
    actual
        What it came to.

    Returns
    -------
    float
        Standard deviation of the logarithm of the shared factor, from 0 to 1.
    """
    spread = independent * np.exp(SDS[:, None] * scores)
    below = (spread < actual).mean(axis=1)
    below += (spread == actual).mean(axis=1) / 2
    short = np.maximum(INSIDE[0] - below, below - INSIDE[1])
    if short[0] <= 0:
        return 0.0
    inside = np.flatnonzero(short <= 0)
    if not inside.size:
        return float(SDS[-1])
    first = inside[0]
    share = short[first - 1] / (short[first - 1] - short[first])
    return float(SDS[first - 1] + share * (SDS[first] - SDS[first - 1]))


_SCORES = {
    DRAWS: np.array([NORMAL.inv_cdf((each + 0.5) / DRAWS) for each in range(DRAWS)])
}
