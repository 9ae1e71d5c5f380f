"""Ranges that are right as often as they say, learnt from finished packages.

People write ranges that are too narrow, and err in the same direction together. From
finished packages the calibration learns what packages of this size and skill take for
each estimated day, and how much of the error packages share: within a demand, and all
of them. Where too little is finished, declared ranges stand as they are, with a usual
shared error, and are marked as not calibrated.

The shared error is taken out of the packages' own ranges again, so that a single
package, own error and shared error together, spreads as the finished ones did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from capacity.engine.history import Floats, History, Longs
from capacity.engine.plan import Uncertainty
from capacity.engine.ratios import Asked, Past, Settings
from capacity.engine.scoring import (
    mid_quantiles,
    normal_score,
    normal_share,
    shares_below,
)
from capacity.engine.sums import DEMAND_SD, TEAM_SD
from capacity.engine.walking import (
    NEEDED,
    shared_error,
    walk_packages,
    walk_sums,
)
from capacity.engine.work import Range

Z90 = 1.2815515655446004
SHARES = np.array([0.1, 0.5, 0.9])
SCORES = np.array([-Z90, 0.0, Z90])

USUAL = Uncertainty(demand_sd=DEMAND_SD, team_sd=TEAM_SD)
"""Shared errors where nothing is known."""

SUM = 20
"""Packages in the sums that the team's shared error is learnt from."""

MOST_RECENT = 1000
"""Packages that are looked back on; a team takes years to finish so many."""

PAIRS_USUAL_COUNTS_AS = 30.0
LEAST_SPREAD = 0.02
"""Own spread that is left to a package whose errors are no wider than shared ones."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was learnt, ready to be used in a plan.

    Attributes
    ----------
    finished : int
        Finished packages it was learnt from.
    uncertainty : Uncertainty
        Shared errors for the plan.
    past : Past or None
        None where too little is finished.
    """

    finished: int
    uncertainty: Uncertainty
    past: Past | None

    @property
    def is_calibrated(self) -> bool:
        """Whether ranges are learnt, or stand as they were declared."""
        return self.past is not None

    def ranges(self, declared: Sequence[Range], skills: Longs) -> list[Range]:
        """Own ranges of packages, to be used together with ``uncertainty``.

        Parameters
        ----------
        declared
            As somebody estimated them.
        skills : int64 array, shape (packages,)
            Codes as in the history.

        Returns
        -------
        list of Range
            In the same order and unit. Estimates of 0 stay 0; where nothing was
            learnt, all stay as declared.

        Notes
        -----
        O(packages * finished).
        """
        found = list(declared)
        rows = [row for row, each in enumerate(declared) if each.likely > 0]
        if self.past is None or not rows:
            return found
        likely = np.array([declared[row].likely for row in rows])
        asked = Asked(likely, skills[rows], widths([declared[row] for row in rows]))
        logs = mid_quantiles(self.past.error, self.past.weigh(asked), SHARES)
        logs *= self.past.stretch(asked)[:, None]
        shared = np.hypot(self.uncertainty.demand_sd, self.uncertainty.team_sd)
        own = likely[:, None] * np.exp(without_shared(logs, float(shared)))
        for row, each in zip(rows, own.tolist(), strict=True):
            found[row] = Range(*each)
        return found


def calibrate(history: History) -> Calibration:
    """Learn from finished packages.

    Parameters
    ----------
    history
        Finished packages; its projects are demands.

    Returns
    -------
    Calibration
        Not calibrated where fewer than ``NEEDED`` are finished.

    Notes
    -----
    About a second for hundreds of packages, some ten for thousands.

    Examples
    --------
    >>> few = History.of(np.ones(3), np.ones(3), np.arange(3.0))
    >>> calibrate(few).is_calibrated
    False
    """
    if len(history) < NEEDED:
        return Calibration(len(history), USUAL, None)
    recent = history.last(MOST_RECENT)
    settings = Settings(recent)
    demand_sd = learn_demand_sd(recent, settings)
    team_sd = learn_team_sd(recent, settings, demand_sd)
    past = Past.at(recent, settings.at(len(recent)))
    return Calibration(len(history), Uncertainty(demand_sd, team_sd), past)


def learn_demand_sd(history: History, settings: Settings) -> float:
    """How far packages of one demand err together, more than any two packages do.

    Parameters
    ----------
    history
        Finished packages with their demands as projects.
    settings
        Of the same history.

    Returns
    -------
    float
        Standard deviation of the logarithm of the factor that a demand's packages
        share; shrunk to ``USUAL`` where few packages have others of their demand.

    Notes
    -----
    Method of moments on normal scores of what was forecast walking forward: the mean
    product of two packages of a demand, less that of neighbours of different demands,
    over the mean square, is the share of variance that a demand's packages have in
    common.
    """
    scores, spread, rows = _walked_scores(history, settings)
    usual = USUAL.demand_sd**2
    if not len(rows):
        return USUAL.demand_sd
    project = history.project[rows]
    together, pairs, count = 0.0, 0, 0
    for code in np.unique(project[project >= 0]):
        mine = scores[project == code]
        together += float(mine.sum() ** 2 - mine @ mine) / 2
        pairs += len(mine) * (len(mine) - 1) // 2
        count += len(mine) - 1
    if not pairs:
        return USUAL.demand_sd
    apart = project[1:] != project[:-1]
    product = (scores[1:] * scores[:-1])[apart]
    team = float(product.mean()) if product.size else 0.0
    square = max(float(scores @ scores) / len(scores), 1e-9)
    share = float(np.clip((together / pairs - max(team, 0.0)) / square, 0.0, 0.9))
    found = share * spread**2
    weight = count / (count + PAIRS_USUAL_COUNTS_AS)
    return float(np.sqrt(weight * found + (1 - weight) * usual))


def learn_team_sd(history: History, settings: Settings, demand_sd: float) -> float:
    """How far everybody errs together, once demands err as they do.

    Learnt as in the backtest, from sums of 20 consecutive packages.
    """
    shared = shared_error(SUM)
    for _ in walk_sums(history, SUM, settings, shared, demand_sd=demand_sd):
        pass
    return shared.settled_sd()


def without_shared(logs: Floats, shared_sd: float) -> Floats:
    """Own quantiles which, with the shared error on top, give the quantiles wanted.

    Parameters
    ----------
    logs : float64 array, shape (packages, 3)
        P10, P50 and P90 wanted of the logarithm.
    shared_sd
        Standard deviation of the logarithm of what is shared.

    Returns
    -------
    float64 array, shape (packages, 3)
        P10, P50 and P90 of a split normal that, convolved with the shared normal, has
        the quantiles wanted. Where the shared error alone is as wide as what is
        wanted, ``LEAST_SPREAD`` is left, and the result is wider than wanted.

    Notes
    -----
    Fixed point: each quantile is moved by how far the convolution, taken at 15
    Gauss-Hermite points, misses it.
    """
    wanted = np.maximum.accumulate(logs + np.arange(3) * 1e-6, axis=1)
    if not shared_sd:
        return wanted
    points, weights = np.polynomial.hermite_e.hermegauss(15)
    weights = weights / weights.sum()
    sides = np.maximum(np.diff(wanted, axis=1) / Z90, LEAST_SPREAD)
    scale = np.column_stack([sides[:, 0], sides.mean(axis=1), sides[:, 1]])
    own = np.sqrt(np.maximum(sides**2 - shared_sd**2, LEAST_SPREAD**2))
    middle = wanted[:, 1].copy()
    for _ in range(40):
        at = wanted[:, :, None] - shared_sd * points - middle[:, None, None]
        z = np.where(at < 0, at / own[:, :1, None], at / own[:, 1:, None])
        missed = (normal_score(normal_share(z) @ weights) - SCORES) * scale
        middle += missed[:, 1]
        own[:, 0] += (missed[:, 1] - missed[:, 0]) / Z90
        own[:, 1] += (missed[:, 2] - missed[:, 1]) / Z90
        own = np.maximum(own, LEAST_SPREAD)
    return np.column_stack([middle - Z90 * own[:, 0], middle, middle + Z90 * own[:, 1]])


def widths(ranges: Sequence[Range]) -> Floats:
    """Standard deviation of the logarithm in each range; 0 where it is certain."""
    return np.array(
        [
            np.log(each.high / each.low) / (2 * Z90) if each.high > each.low > 0 else 0
            for each in ranges
        ],
        dtype=np.float64,
    )


def _walked_scores(history: History, settings: Settings) -> tuple[Floats, float, Longs]:
    """Normal scores of packages in their own forecasts, and how wide those were."""
    scores, spreads, rows = [np.empty(0)], [np.empty(0)], [np.empty(0, dtype=np.int64)]
    for known, coming in walk_packages(history):
        asked = history.take(coming)
        past = Past.at(history.first(known), settings.at(known))
        wanted = Asked.of(asked)
        weights, stretch = past.weigh(wanted), past.stretch(wanted)
        errors = np.log(asked.actual / asked.estimate) / stretch
        below, up_to = shares_below(past.error, weights, errors)
        scores.append(normal_score(np.clip((below + up_to) / 2, 0.005, 0.995)))
        logs = mid_quantiles(past.error, weights, SHARES) * stretch[:, None]
        spreads.append((logs[:, 2] - logs[:, 0]) / (2 * Z90))
        rows.append(coming)
    spread = np.concatenate(spreads)
    return (
        np.concatenate(scores),
        float(np.sqrt((spread**2).mean())) if spread.size else 0.0,
        np.concatenate(rows),
    )
