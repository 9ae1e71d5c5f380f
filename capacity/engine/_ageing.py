"""How fast open items are finished by their age, and how that wanders over time.

An item that has been open for a year is not finished as soon as one of yesterday: newer
work overtakes it, and some items are never done at all. So the chance of being finished
on a day is learnt by age, from everything that was ever open, as a curve over age
classes that double in width. Ages that nobody has seen yet follow the ages before them
downhill. Over the curve lies a level that all old items share and that wanders from
month to month. Nothing here knows who works on what, or how fast the team is: only what
became of items like these.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Age classes in days; the last one is open.
EDGES = np.array([0, 1, 3, 7, 14, 28, 56, 112, 224, 448, 896, 1e6], dtype=np.float64)
CLASSES = len(EDGES) - 1
# From this class on an item is part of the backlog rather than of the day's work.
FIRST_OLD = 4
DAYS_PER_BLOCK = 28
# Without evidence the daily chance falls nearly as one over the age: on every public
# history the longer an item was open, the longer it stayed so.
_SLOPE = -0.8
# Standard deviation of the step from one class to one of e times the age.
_ROUGHNESS = 1.0
# Drift of the shared level in a block of four weeks, and how uneven blocks are.
_DRIFTS = (0.03, 0.08, 0.16)
_NOISES = (0.2, 0.5, 1.0)
_HALF_LIFE_BLOCKS = 39.0

_MIDDLES = np.sqrt(np.maximum(EDGES[:-1], 0.5) * np.minimum(EDGES[1:], 1800.0))
_GAPS = np.diff(np.log(_MIDDLES))


def at_risk(
    created: Floats, finished: Floats, *, low: float, high: float
) -> tuple[Floats, Floats]:
    """Days that items were open in a period, and how many were finished, by age.

    Parameters
    ----------
    created, finished : float64 arrays, shape (items,), days
        Infinite for what is open; nothing is finished before it is created.
    low, high : float, days
        After low, up to and with high. What is finished on the day it was created was
        open for half a day.

    Returns
    -------
    float64 array, shape (classes,), item-days
    float64 array, shape (classes,), items

    Examples
    --------
    >>> open_days, done = at_risk(
    ...     np.array([0.0, 4.0]), np.array([5.0, np.inf]), low=0.0, high=10.0
    ... )
    >>> open_days[:4].tolist(), done[:4].tolist()
    ([2.0, 4.0, 5.0, 0.0], [0.0, 0.0, 1.0, 0.0])
    """
    ended = np.maximum(finished, created + 0.5)
    begins = np.maximum(low - created, 0.0)
    ends = np.minimum(ended, high) - created
    seen = ends > begins
    begins, ends = begins[seen, None], ends[seen, None]
    inside = np.minimum(ends, EDGES[1:]) - np.maximum(begins, EDGES[:-1])
    done = (finished > low) & (finished <= high)
    counted, _ = np.histogram(finished[done] - created[done], EDGES)
    return np.maximum(inside, 0.0).sum(axis=0), counted.astype(np.float64)


@dataclass(frozen=True, slots=True)
class Curve:
    """Log of the daily chance of being finished, by age class.

    Attributes
    ----------
    height : float64 array, shape (classes,)
    spread : float64 array, shape (classes, classes)
        Lower triangle whose square is the covariance of the heights.
    """

    height: Floats
    spread: Floats

    def draw(self, rng: np.random.Generator) -> Floats:
        """One curve that may be the true one; shape (classes,), chance per day."""
        noise = self.spread @ rng.standard_normal(CLASSES)
        return np.asarray(np.exp(np.minimum(self.height + noise, 3.0)))


def fit_curve(open_days: Floats, done: Floats) -> Curve:
    """Most likely curve and how sure it is, by Newton's method.

    Parameters
    ----------
    open_days, done : float64 arrays, shape (classes,)
        Item-days and items; either may be weighted.

    Returns
    -------
    Curve

    Notes
    -----
    A Poisson likelihood with a prior on the steps between classes, which makes the
    problem convex; the covariance is Laplace's.

    References
    ----------
    P. H. C. Eilers & B. D. Marx, "Flexible Smoothing with B-splines and Penalties",
    Statistical Science 11(2), 1996, for smoothing by steps. M. Friedman, "Piecewise
    Exponential Models for Survival Data with Covariates", Annals of Statistics 10(1),
    1982, for chances that are constant in each class.

    Examples
    --------
    >>> curve = fit_curve(np.full(CLASSES, 1e6), np.full(CLASSES, 1e4))
    >>> np.exp(curve.height).round(3)[:3].tolist()
    [0.01, 0.01, 0.01]
    """
    shape = np.concatenate([[0.0], _SLOPE * np.cumsum(_GAPS)])
    level = (done.sum() + 0.5) / (open_days @ np.exp(shape) + 7.0)
    expected = shape + np.log(level)
    steps = np.diff(np.eye(CLASSES), axis=0) / (_ROUGHNESS * np.sqrt(_GAPS))[:, None]
    prior = steps.T @ steps + 0.01 * np.eye(CLASSES)
    height = expected.copy()
    for _ in range(100):
        foreseen = open_days * np.exp(height)
        slope = done - foreseen - prior @ (height - expected)
        step = np.linalg.solve(np.diag(foreseen) + prior, slope)
        height += np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < 1e-8:
            break
    precision = np.diag(open_days * np.exp(height)) + prior
    return Curve(height, np.linalg.cholesky(np.linalg.inv(precision)))


def summed_chance(chances: Floats, age: Floats) -> Floats:
    """Chance per day summed up from age 0; the shape is that of the age, in days."""
    until = np.concatenate([[0.0], np.cumsum(chances[:-1] * np.diff(EDGES[:-1]))])
    place = np.clip(np.searchsorted(EDGES, age, side="right") - 1, 0, CLASSES - 1)
    return np.asarray(until[place] + chances[place] * (age - EDGES[place]))


@dataclass(frozen=True, slots=True)
class SharedLevel:
    """What may be true of the level that all items share.

    Attributes
    ----------
    chance : float64 array, shape (ways,)
        Adds up to 1.
    drift, noise, mean, variance : float64 arrays, shape (ways,)
        Of its logarithm: drift per block, unevenness of blocks, and where it is now.
    """

    chance: Floats
    drift: Floats
    noise: Floats
    mean: Floats
    variance: Floats

    def draw(self, rng: np.random.Generator, blocks: Floats) -> Floats:
        """Level over coming spans of so many blocks; shape (spans,), a factor."""
        way = rng.choice(len(self.chance), p=self.chance)
        start = self.mean[way] + np.sqrt(self.variance[way]) * rng.standard_normal()
        steps = self.drift[way] * np.sqrt(blocks) * rng.standard_normal(len(blocks))
        uneven = self.noise[way] / np.sqrt(np.maximum(blocks, 1.0))
        level = start + np.cumsum(steps) + uneven * rng.standard_normal(len(blocks))
        return np.asarray(np.exp(np.minimum(level, 4.0)))


def follow_level(done: Floats, foreseen: Floats) -> SharedLevel:
    """Where the shared level is, from items finished and foreseen block by block.

    Parameters
    ----------
    done, foreseen : float64 arrays, shape (blocks,), items
        Of those open at each block's start; oldest block first.

    References
    ----------
    R. E. Kalman, "A New Approach to Linear Filtering and Prediction Problems", Journal
    of Basic Engineering 82(1), 1960; the ways are weighed by their likelihood.
    """
    drift, noise = (
        each.ravel() for each in np.meshgrid(_DRIFTS, _NOISES, indexing="ij")
    )
    mean, variance, fit = np.zeros(len(drift)), np.full(len(drift), 0.25), 0.0
    for seen, number in zip(done, foreseen, strict=True):
        variance = variance + drift**2
        if number <= 0:
            continue
        off = np.log((seen + 0.5) / (number + 0.5)) - mean
        total = variance + noise**2 + 1 / (number + 0.5)
        fit = fit - 0.5 * (np.log(total) + off**2 / total)
        mean = mean + variance / total * off
        variance = variance * (1 - variance / total)
    weight = np.exp(fit - np.max(fit)) * np.ones(len(drift))
    return SharedLevel(weight / weight.sum(), drift, noise, mean, variance)


def weights_of_blocks(blocks: int) -> Floats:
    """How much each block counts for the curve: half as much after three years."""
    return np.asarray(0.5 ** (np.arange(blocks)[::-1] / _HALF_LIFE_BLOCKS))
