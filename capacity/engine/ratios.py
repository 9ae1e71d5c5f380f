"""What packages like this one took, per estimated day: weighted finished packages.

The forecast of actual over estimate is the weighted empirical distribution of what
was finished before. Weights fall with age and with distance in size; packages of the
same skill stand in front as far as there are enough of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product

import numpy as np

from capacity.engine.history import NONE, Floats, History, Longs
from capacity.engine.scoring import crps_weighted

MOST_REMEMBERED = 5000
"""Packages looked back on; the oldest of more would hardly weigh anything."""

STRENGTH = 10.0
"""Packages that a wider group counts as, when a narrower one is shrunk to it."""

MOMENTS = 10
TASKS_EACH = 20
"""Moments of a stretch at which settings compete, and packages forecast at each."""

LEAST_KNOWN = 5
REACH = 8


FIRST_CHOICE = 30
GROWTH = 1.25
"""Settings are chosen from so many packages on, and again whenever there are a quarter
more."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How quickly a package is forgotten, how near its size must be, and whether ranges
    that were declared wider are wider.

    Attributes
    ----------
    half_life : float, packages
        A package counts half when so many have been finished after it.
    bandwidth : float
        Standard deviation of the normal kernel in the logarithm of the estimate.
    width_power : float
        0 where a declared range says nothing of how far off the package will be, 1
        where errors grow in proportion to it.
    """

    half_life: float = 500.0
    bandwidth: float = 0.5
    width_power: float = 0.0


CANDIDATES = tuple(
    Setting(half_life, bandwidth, width_power)
    for width_power, half_life, bandwidth in product(
        (0.0, 1.0), (125.0, 500.0, 2000.0, 8000.0), (0.25, 0.5, 1.0)
    )
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Packages to be forecast: one entry each, as in ``History``."""

    estimate: Floats
    skill: Longs
    width: Floats

    @classmethod
    def of(cls, history: History) -> Asked:
        return cls(history.estimate, history.skill, history.width)


@dataclass(frozen=True, slots=True)
class Past:
    """Finished packages, sorted by how far they were off.

    Attributes
    ----------
    error : float64 array, shape (packages,)
        Logarithm of actual over estimate, over ``stretch`` of the package's width;
        increasing.
    size : float64 array, shape (packages,)
        Logarithm of the estimate.
    skill : int64 array, shape (packages,)
        Codes as in ``History``.
    age : float64 array, shape (packages,), packages
        How many were finished later.
    setting : Setting
    usual_width : float
        Geometric mean of the declared widths; 0 where nobody declared any.
    """

    error: Floats
    size: Floats
    skill: Longs
    age: Floats
    setting: Setting
    usual_width: float

    @classmethod
    def at(cls, history: History, setting: Setting) -> Past:
        """Look back from after the last package of a history.

        Notes
        -----
        O(n log n) for n packages, at most ``MOST_REMEMBERED`` of them.
        """
        total = len(history)
        rows = np.arange(max(total - MOST_REMEMBERED, 0), total)
        width = history.width[rows]
        declared = width[width > 0]
        usual = float(np.exp(np.log(declared).mean())) if declared.size else 0.0
        error = np.log(history.actual[rows] / history.estimate[rows])
        error = error / _stretch(width, usual, setting)
        order = np.argsort(error, kind="stable")
        rows = rows[order]
        return cls(
            error=error[order],
            size=np.log(history.estimate[rows]),
            skill=history.skill[rows],
            age=(total - 1 - rows).astype(np.float64),
            setting=setting,
            usual_width=usual,
        )

    def weigh(self, asked: Asked) -> Floats:
        """How much each finished package says about each that is asked for.

        Parameters
        ----------
        asked
            Packages to be forecast.

        Returns
        -------
        float64 array, shape (asked, packages)
            Rows add up to 1.

        Notes
        -----
        Three distributions, each shrunk to the one before: of all packages, of those
        of like size, and of those of like size and the same skill. With n effective
        packages (Kish: squared sum over sum of squares) a group keeps n / (n + 10) of
        itself. That is the mean of a Dirichlet process posterior with the wider group
        as its base. O(asked * packages).

        References
        ----------
        E. A. Nadaraya, "On Estimating Regression", Theory of Probability and its
        Applications 9(1), 1964, for kernel weights. T. S. Ferguson, "A Bayesian
        Analysis of Some Nonparametric Problems", Annals of Statistics 1(2), 1973, for
        the shrinkage. L. Kish, "Survey Sampling", 1965, for effective numbers.
        """
        recent = 0.5 ** (self.age / self.setting.half_life)
        away = (self.size - np.log(asked.estimate)[:, None]) / self.setting.bandwidth
        near = np.exp(-0.5 * away**2) * recent
        same = near * (
            (self.skill == asked.skill[:, None]) & (asked.skill != NONE)[:, None]
        )
        weights = np.tile(recent / recent.sum(), (len(near), 1))
        for group in (near, same):
            total = group.sum(axis=1)
            squares = np.einsum("ap,ap->a", group, group)
            kept = total**2 / (total**2 + STRENGTH * squares + 1e-300)
            weights *= (1.0 - kept)[:, None]
            weights += (kept / np.maximum(total, 1e-300))[:, None] * group
        return np.asarray(weights)

    def stretch(self, asked: Asked) -> Floats:
        """What the errors of packages are multiplied with, shape (asked,)."""
        return _stretch(asked.width, self.usual_width, self.setting)


class Settings:
    """The settings a history would have chosen as it grew.

    Of ``CANDIDATES``, the one with the least CRPS of log(actual / estimate) so far,
    each package forecast from what was finished before it. A new choice is made
    whenever the history has grown by a quarter, from the losses of the latest eight
    such stretches. Logs, as otherwise a few large packages would decide.

    Notes
    -----
    O(packages) for each candidate and stretch, at ten moments of the stretch.

    References
    ----------
    A. P. Dawid, "Statistical Theory: The Prequential Approach", Journal of the Royal
    Statistical Society A 147(2), 1984.
    """

    def __init__(self, history: History) -> None:
        self.history = history
        self.candidates = candidates_for(history)
        self.losses: dict[int, Floats] = {}

    def at(self, known: int) -> Setting:
        """The setting when so many packages were known, chosen from no more."""
        if known < FIRST_CHOICE:
            return Setting()
        growth = math.floor(math.log(known / FIRST_CHOICE, GROWTH) + 1e-9)
        total = np.zeros(len(self.candidates))
        for stretch in range(max(growth - REACH + 1, 0), growth + 1):
            if stretch not in self.losses:
                self.losses[stretch] = self._losses(stretch)
            total += self.losses[stretch]
        return self.candidates[int(np.argmin(total))] if total.any() else Setting()

    def _losses(self, stretch: int) -> Floats:
        """CRPS of each candidate, summed over some packages of a stretch."""
        losses = np.zeros(len(self.candidates))
        start, stop = _seen(stretch - 1), _seen(stretch)
        step = max((stop - start) // MOMENTS, 1)
        for first in range(start, stop, step):
            known = self.history.known_at(self.history.finished[first])
            if known < LEAST_KNOWN:
                continue
            rows = slice(first, min(first + min(step, TASKS_EACH), stop))
            coming = self.history.take(rows)
            losses += losses_of(self.candidates, self.history.first(known), coming)
        return losses


def candidates_for(history: History) -> list[Setting]:
    """Settings that may be chosen; widths matter only where somebody declared any."""
    return [each for each in CANDIDATES if history.width.any() or not each.width_power]


def losses_of(candidates: list[Setting], before: History, coming: History) -> Floats:
    """CRPS of log(actual / estimate) with each setting, summed over what is coming."""
    asked = Asked.of(coming)
    error = np.log(coming.actual / coming.estimate)
    losses = []
    for setting in candidates:
        past = Past.at(before, setting)
        stretch = past.stretch(asked)
        crps = crps_weighted(past.error, past.weigh(asked), error / stretch)
        losses.append(float(crps @ stretch))
    return np.array(losses)


def _seen(stretch: int) -> int:
    """Packages known at the end of a stretch."""
    return math.floor(FIRST_CHOICE * GROWTH**stretch + 1e-9)


def _stretch(width: Floats, usual: float, setting: Setting) -> Floats:
    if not usual or not setting.width_power:
        return np.ones(len(width))
    known = np.where(width > 0, width, usual)
    return np.asarray((known / usual) ** setting.width_power)
