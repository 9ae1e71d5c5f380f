"""Score forecasts by what happened: CRPS, pinball loss, and quantiles at ties.

References
----------
T. Gneiting & A. E. Raftery, "Strictly Proper Scoring Rules, Prediction, and
Estimation", Journal of the American Statistical Association 102(477), 2007, section 4.2
for the CRPS and section 6 for quantiles. S. Baran & S. Lerch, "Log-normal
distribution based Ensemble Model Output Statistics", Quarterly Journal of the Royal
Meteorological Society 141(691), 2015, for the CRPS of a lognormal. Y. Ma, M. G. Genton
& E. Parzen, "Asymptotic properties of sample quantiles of discrete distributions",
Annals of the Institute of Statistical Mathematics 63, 2011, for mid-quantiles.
C. Czado, T. Gneiting & L. Held, "Predictive Model Assessment for Count Data",
Biometrics 65(4), 2009, for the probability integral transform at ties.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NORMAL = NormalDist()
_SCORES = np.linspace(-8.0, 8.0, 3201)
_SHARES = np.array([NORMAL.cdf(score) for score in _SCORES])


def normal_share(score: Floats) -> Floats:
    """Share of a standard normal below each score, to within 1e-6."""
    return np.asarray(np.interp(score, _SCORES, _SHARES))


def normal_score(share: Floats) -> Floats:
    """Score below which each share of a standard normal lies, from -5 to 5."""
    inside = slice(600, 2601)
    return np.asarray(np.interp(share, _SHARES[inside], _SCORES[inside]))


def crps_weighted(values: Floats, weights: Floats, actual: Floats) -> Floats:
    """Continuous ranked probability score of weighted samples; less is better.

    Parameters
    ----------
    values : float64 array, shape (samples,)
        What may happen, in increasing order, in any unit.
    weights : float64 array, shape (forecasts, samples)
        How likely each is; each row adds up to 1.
    actual : float64 array, shape (forecasts,)
        What happened, in the same unit.

    Returns
    -------
    float64 array, shape (forecasts,)
        In the unit of the values: E|X - actual| - E|X - X'| / 2.

    Notes
    -----
    O(forecasts * samples).

    Examples
    --------
    >>> half = np.array([[0.5, 0.5]])
    >>> crps_weighted(np.array([1.0, 3.0]), half, np.array([2.0])).tolist()
    [0.5]
    """
    distance = np.einsum("fs,fs->f", weights, np.abs(values - actual[:, None]))
    below = np.cumsum(weights, axis=1)
    # E|X - X'| / 2 is the sum of w x (2 C - w - 1) with C the share up to x.
    spread = np.einsum("fs,fs,s->f", weights, 2 * below - weights - 1, values)
    return np.asarray(distance - spread)


def crps_sample(sample: Floats, actual: float) -> float:
    """Continuous ranked probability score of an equally weighted sample.

    Examples
    --------
    >>> crps_sample(np.array([3.0, 1.0]), 2.0)
    0.5
    """
    ordered = np.sort(sample)
    count = len(ordered)
    ranks = 2 * np.arange(1, count + 1) - count - 1
    return float(np.abs(ordered - actual).mean() - (ordered @ ranks) / count**2)


def crps_lognormal(mean: Floats, sd: Floats, actual: Floats) -> Floats:
    """Continuous ranked probability score of lognormals, by Baran & Lerch's formula.

    Parameters
    ----------
    mean, sd : float64 arrays, shape (forecasts,)
        Of the logarithm; sd above 0.
    actual : float64 array, shape (forecasts,)
        What happened, above 0.

    Returns
    -------
    float64 array, shape (forecasts,)
        In the unit of the actual.
    """
    score = (np.log(actual) - mean) / sd
    expected = np.exp(mean + sd**2 / 2)
    return np.asarray(
        actual * (2 * normal_share(score) - 1)
        - 2
        * expected
        * (normal_share(score - sd) + normal_share(sd / np.sqrt(2.0)) - 1)
    )


def pinball(forecast: Floats, actual: Floats, share: float) -> Floats:
    """Loss of a quantile forecast: late costs ``share``, early ``1 - share``.

    Examples
    --------
    >>> pinball(np.array([10.0, 10.0]), np.array([14.0, 6.0]), 0.75).tolist()
    [3.0, 1.0]
    """
    over = actual - forecast
    return np.asarray(np.where(over >= 0, share * over, (share - 1) * over))


def mid_quantiles(values: Floats, weights: Floats, shares: Floats) -> Floats:
    """Quantiles that do not lean to one side where many values are equal.

    Many actuals equal their estimate exactly. The ordinary quantile, the smallest
    value with at least the share at or below it, then covers more than its share,
    and never less. The mid-quantile counts half of the ties as below, and is linear
    between distinct values: it errs to either side alike.

    Parameters
    ----------
    values : float64 array, shape (samples,)
        In increasing order.
    weights : float64 array, shape (forecasts, samples)
        Each row adds up to 1.
    shares : float64 array, shape (quantiles,)
        Between 0 and 1.

    Returns
    -------
    float64 array, shape (forecasts, quantiles)
        In the unit of the values; never beyond the smallest and the largest.

    Examples
    --------
    >>> ratios = np.array([0.5, 1.0, 1.0, 2.0])
    >>> even = np.full((1, 4), 0.25)
    >>> mid_quantiles(ratios, even, np.array([0.1, 0.5, 0.8])).tolist()
    [[0.5, 1.0, 1.8]]
    """
    first = np.flatnonzero(np.diff(values, prepend=-np.inf) > 1e-9)
    mass = np.add.reduceat(weights, first, axis=1)
    middle = np.cumsum(mass, axis=1) - mass / 2
    return np.array([np.interp(shares, row, values[first]) for row in middle])


def shares_below(
    values: Floats, weights: Floats, actual: Floats
) -> tuple[Floats, Floats]:
    """How much of each forecast lies below what happened, and how much up to it.

    Parameters and shapes as in ``crps_weighted``. Both are the same where nothing
    ties; what lies between them belongs to the actual itself.
    """
    slack = 1e-9 * np.maximum(np.abs(actual), 1.0)
    summed = np.concatenate(
        [np.zeros((len(weights), 1)), np.cumsum(weights, axis=1)], axis=1
    )
    rows = np.arange(len(weights))
    below = summed[rows, np.searchsorted(values, actual - slack, side="left")]
    up_to = summed[rows, np.searchsorted(values, actual + slack, side="right")]
    return below, up_to
