"""Correct a forecast by how earlier forecasts of the same kind came true.

A forecast that was always late by the same share says where it will be wrong next
time. The position of each outcome in its own forecast (the share of simulated worlds
that were done by then) should be spread evenly from 0 to 1; where it was not, the
levels are bent so that it would have been. How far is a matter of evidence: the
forecast itself counts like ``prior`` outcomes that were spread evenly, which is the
mean of a Dirichlet process around it (Ferguson 1973) and keeps three lucky months
from narrowing anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Levels on which the bent scale is kept: steps of half a per cent.
_LEVELS = np.linspace(0.0, 1.0, 201)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Position:
    """Where an outcome lay in its forecast, as far as is known yet.

    Attributes
    ----------
    low, high : float, shares from 0.0 to 1.0
        Equal once the outcome is there. What is still open after the time by which a
        share ``low`` of the worlds was done lies somewhere from ``low`` to 1.
    weight : float, outcomes
        1 for an outcome of its own, less for one that overlaps with others in time.
    """

    low: float
    high: float
    weight: float


def position_of(
    sample: Floats, *, outcome: float | None, waited: float, weight: float
) -> Position:
    """Place an outcome, or the wait for it so far, in its forecast.

    Parameters
    ----------
    sample
        Simulated times, sorted, any unit; infinite for never. Shape (trials,).
    outcome
        The time it took, or None while it is not there.
    waited
        The time that has passed without it; read only without an outcome.
    weight
        See ``Position``.

    Returns
    -------
    Position

    Examples
    --------
    >>> position_of(np.array([1.0, 2.0, 4.0, 9.0]), outcome=3.0, waited=0.0, weight=1.0)
    Position(low=0.5, high=0.5, weight=1.0)
    >>> position_of(np.array([1.0, 2.0, 4.0, 9.0]), outcome=None, waited=5, weight=1.0)
    Position(low=0.75, high=1.0, weight=1.0)
    """
    time = waited if outcome is None else outcome
    # Half of what ties with it, so that whole numbers do not lean to one side.
    below, at_most = (
        float(np.searchsorted(sample, time, side)) for side in ("left", "right")
    )
    if outcome is None:
        return Position(at_most / len(sample), 1.0, weight)
    middle = (below + at_most) / 2 / len(sample)
    return Position(middle, middle, weight)


def recalibrate(sample: Floats, past: Sequence[Position], *, prior: float) -> Floats:
    """Bend a forecast so that the past outcomes would have been spread evenly.

    Parameters
    ----------
    sample
        Simulated times, sorted, any unit; infinite for never. Shape (trials,).
    past
        Positions of earlier outcomes in their forecasts as they were made.
    prior
        Evenly spread outcomes that the forecast itself counts for; above 0.

    Returns
    -------
    float64 array, shape (trials,)
        Sorted times of the corrected forecast; only times of ``sample`` occur.

    Notes
    -----
    O(past * 201 + trials). An outcome that lay outside all worlds cannot be met by
    bending, so the answer never reaches beyond the sample.

    References
    ----------
    A. P. Dawid, "The Prequential Approach", Journal of the Royal Statistical Society A
    147(2), 1984, for the positions. T. S. Ferguson, "A Bayesian Analysis of Some
    Nonparametric Problems", Annals of Statistics 1(2), 1973. I. Gibbs & E. Candès,
    "Adaptive Conformal Inference Under Distribution Shift", NeurIPS 2021, for the use
    of a series' own errors when its course may change.

    Examples
    --------
    Half of what came was later than nine of ten worlds, so the high levels move up:

    >>> sample = np.arange(1.0, 11.0)
    >>> recalibrate(sample, [], prior=8.0).tolist() == sample.tolist()
    True
    >>> recalibrate(sample, [Position(0.95, 0.95, 8.0)], prior=8.0).tolist()
    [2.0, 4.0, 6.0, 8.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0]
    """
    if not past:
        return sample
    low, high, weight = (
        np.array([getattr(each, name) for each in past])
        for name in ("low", "high", "weight")
    )
    width = np.maximum(high - low, 1e-9)
    reached = np.clip((_LEVELS[:, None] - low) / width, 0.0, 1.0) @ weight
    bent = (prior * _LEVELS + reached) / (prior + weight.sum())
    middles = (np.arange(len(sample)) + 0.5) / len(sample)
    levels = np.interp(middles, bent, _LEVELS)
    places = np.minimum((levels * len(sample)).astype(np.int64), len(sample) - 1)
    return sample[places]
