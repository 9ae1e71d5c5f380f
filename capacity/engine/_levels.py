"""The level of a count per week, followed through calm, drift, jumps and silence.

Weekly counts are negative binomial around a level. The level wanders, and now and then
jumps; how much of each, and how uneven the weeks are, is learnt from the series itself
by keeping every combination in play and weighing it by how well it has foreseen the
weeks so far (Bayes' rule on a grid, no fitting and nothing to converge).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import lgamma, log

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

# From one item in 64 weeks, which is as good as silence, to 4,096 items a week.
_STEP = log(2) / 4
_LOG_LEVELS = np.arange(-24, 49) * _STEP
_LEVELS = np.exp(_LOG_LEVELS)
# What may be true of a series, each as likely as the other before it is seen. Weekly
# drift of the log level: none to speak of, or a third of the level.
_DRIFTS = (0.02, 0.06, 0.15, 0.35)
# A jump in six years, in one year, in four months.
_JUMPS = (0.003, 0.02, 0.06)
# Shape of the negative binomial: from feast and famine to nearly Poisson.
_SHAPES = np.array([0.3, 0.7, 1.5, 3.0, 8.0])
# Half of the jumps go back to where the series has been, half anywhere near: Laplace
# with a scale of e, so that ten times less or more is nothing unheard of.
_RETURNS = 0.5
_JUMP_SCALE = 1.0
_WEEKS_BEFORE_RETURNS = 8
# One week in a hundred means nothing for the level: somebody cleaned the tracker up.
_CLEARED = 0.01
_CLEARED_NORM = 1 / log(1e5)

_PAIRS = [(drift, jump) for drift in _DRIFTS for jump in _JUMPS]
_DRIFT = np.array([drift for drift, _ in _PAIRS])
_JUMP = np.array([jump for _, jump in _PAIRS])


def _wandering(drift: float) -> Floats:
    """Chances from level to level in a week; rows add up to 1."""
    size = len(_LEVELS)
    if drift < 0.45 * _STEP:
        # Less than the grid can show: a rare step of one, of the same variance.
        share = drift**2 / (2 * _STEP**2)
        near = np.eye(size, k=1) + np.eye(size, k=-1)
        chances = np.eye(size) * (1 - 2 * share) + near * share
    else:
        between = _LOG_LEVELS[None, :] - _LOG_LEVELS[:, None]
        chances = np.exp(-0.5 * (between / drift) ** 2)
    return np.asarray(chances / chances.sum(axis=1, keepdims=True))


def _jumping() -> Floats:
    between = np.abs(_LOG_LEVELS[None, :] - _LOG_LEVELS[:, None])
    chances = np.exp(-between / _JUMP_SCALE)
    return np.asarray(chances / chances.sum(axis=1, keepdims=True))


_WANDERS = np.stack([_wandering(drift) for drift, _ in _PAIRS])
_JUMPS_NEAR = _jumping()


def _likelihood(count: int) -> Floats:
    """Chance of a week's count; shape (shapes, levels)."""
    shape = _SHAPES[:, None]
    ways = np.array(
        [lgamma(count + each) - lgamma(each) - lgamma(count + 1) for each in _SHAPES]
    )[:, None]
    chance = np.exp(
        ways
        + shape * np.log(shape / (shape + _LEVELS))
        + count * np.log(_LEVELS / (shape + _LEVELS))
    )
    return np.asarray((1 - _CLEARED) * chance + _CLEARED * _CLEARED_NORM / (count + 1))


@dataclass(frozen=True, slots=True)
class Belief:
    """What is known of a series after some of its weeks.

    Attributes
    ----------
    chances : float64 array, shape (drift and jump pairs, shapes, levels)
        Adds up to 1.
    been : float64 array, shape (levels,)
        Share of its past that the series spent at each level; zeros before 8 weeks.
    """

    chances: Floats
    been: Floats

    def draw_weeks(
        self, rng: np.random.Generator, *, trials: int, lengths: Sequence[int]
    ) -> Iterator[Counts]:
        """Counts of coming spans of weeks, one span at a time.

        Parameters
        ----------
        rng
            Gives every random number.
        trials
            Worlds.
        lengths
            Weeks of each span; the level holds still within one.

        Yields
        ------
        int64 array, shape (trials,)
            Items of the span in each world.
        """
        pair, shape, level = self._draw_states(rng, trials)
        shape = _SHAPES[shape]
        drift, jump = _DRIFT[pair], _JUMP[pair]
        height = _LOG_LEVELS[level] + (rng.random(trials) - 0.5) * _STEP
        for weeks in lengths:
            height += drift * np.sqrt(weeks) * rng.standard_normal(trials)
            jumps = np.flatnonzero(rng.random(trials) < 1 - (1 - jump) ** weeks)
            height[jumps] = self._draw_jumps(rng, height[jumps])
            np.clip(height, _LOG_LEVELS[0], _LOG_LEVELS[-1], out=height)
            yield rng.poisson(rng.gamma(shape * weeks, np.exp(height) / shape))

    def _draw_states(
        self, rng: np.random.Generator, trials: int
    ) -> tuple[Counts, Counts, Counts]:
        summed = self.chances.ravel().cumsum()
        drawn = np.searchsorted(summed, rng.random(trials) * summed[-1], side="right")
        pair, shape, level = np.unravel_index(
            np.minimum(drawn, len(summed) - 1), self.chances.shape
        )
        return pair, shape, level

    def _draw_jumps(self, rng: np.random.Generator, height: Floats) -> Floats:
        near = height + rng.laplace(0.0, _JUMP_SCALE, len(height))
        summed = self.been.cumsum()
        if not summed[-1]:
            return near
        drawn = np.searchsorted(summed, rng.random(len(height)) * summed[-1])
        back = _LOG_LEVELS[np.minimum(drawn, len(summed) - 1)]
        return np.where(rng.random(len(height)) < _RETURNS, back, near)


def follow(counts: Iterable[int]) -> Iterator[Belief]:
    """What is known before the first week and after each week of a series.

    Parameters
    ----------
    counts
        Items per week, oldest first.

    Yields
    ------
    Belief
        One more than there are weeks; each knows only the weeks before it.

    Notes
    -----
    About 0.5 ms a week.

    References
    ----------
    G. Kitagawa, "Non-Gaussian State-Space Modeling of Nonstationary Time Series",
    Journal of the American Statistical Association 82(400), 1987, for the filter on a
    grid and for jumps as heavy-tailed steps. M. West & J. Harrison, "Bayesian
    Forecasting and Dynamic Models", 1997, chapter 12, for weighing several models.
    """
    chances = np.ones((len(_PAIRS), len(_SHAPES), len(_LEVELS)))
    chances /= chances.size
    spent = np.zeros(len(_LEVELS))
    jump = _JUMP[:, None, None]
    yield Belief(chances, spent)
    for weeks, count in enumerate(counts):
        landing = chances @ _JUMPS_NEAR
        if weeks >= _WEEKS_BEFORE_RETURNS:
            back = chances.sum(axis=2, keepdims=True) * (spent / weeks)
            landing = (1 - _RETURNS) * landing + _RETURNS * back
        ahead = (1 - jump) * (chances @ _WANDERS) + jump * landing
        chances = ahead * _likelihood(int(count))
        chances /= chances.sum()
        spent = spent + chances.sum(axis=(0, 1))
        known = spent if weeks + 1 >= _WEEKS_BEFORE_RETURNS else np.zeros(len(spent))
        yield Belief(chances, known)
