"""The plain forecasts that a better one has to beat."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Self

import numpy as np

from capacity.engine.history import Floats, History
from capacity.engine.scoring import (
    crps_lognormal,
    mid_quantiles,
    normal_score,
)

SIZE_CLASSES = 5


class Baseline(ABC):
    """A forecast of actual efforts from estimates, fitted to finished packages."""

    @classmethod
    @abstractmethod
    def fit(cls, history: History) -> Self:
        """Learn from everything that was finished so far."""

    @abstractmethod
    def quantiles(self, estimate: Floats, shares: Floats) -> Floats:
        """Quantiles of the actual effort, shape (estimates, shares)."""

    @abstractmethod
    def crps(self, estimate: Floats, actual: Floats) -> Floats:
        """Continuous ranked probability score of each, shape (estimates,)."""

    @abstractmethod
    def draw(self, estimate: Floats, rng: np.random.Generator, draws: int) -> Floats:
        """Efforts drawn each for itself, shape (draws, estimates)."""


class RawEstimate(Baseline):
    """Everything takes what was estimated."""

    @classmethod
    def fit(cls, history: History) -> Self:  # noqa: ARG003 - it learns nothing
        return cls()

    def quantiles(self, estimate: Floats, shares: Floats) -> Floats:
        return np.repeat(estimate[:, None], len(shares), axis=1)

    def crps(self, estimate: Floats, actual: Floats) -> Floats:
        return np.abs(actual - estimate)

    def draw(self, estimate: Floats, rng: np.random.Generator, draws: int) -> Floats:  # noqa: ARG002 - nothing is random
        return np.repeat(estimate[None, :], draws, axis=0)


class Even(Baseline):
    """Empirical ratios of actual to estimate, every finished package alike."""

    def __init__(self, history: History) -> None:
        self.ratios = np.sort(history.actual / history.estimate)
        self.summed = np.concatenate([[0.0], np.cumsum(self.ratios)])
        count = len(self.ratios)
        ranks = 2 * np.arange(1, count + 1) - count - 1
        self.spread = float(self.ratios @ ranks) / count**2

    @classmethod
    def fit(cls, history: History) -> Self:
        return cls(history)

    def quantiles(self, estimate: Floats, shares: Floats) -> Floats:
        even = np.full((1, len(self.ratios)), 1.0 / len(self.ratios))
        logs = mid_quantiles(np.log(self.ratios), even, shares)
        return np.asarray(estimate[:, None] * np.exp(logs))

    def crps(self, estimate: Floats, actual: Floats) -> Floats:
        # E|X - y| from sums of the sorted ratios below y and above it.
        ratio = actual / estimate
        below = np.searchsorted(self.ratios, ratio)
        count, total = len(self.ratios), self.summed[-1]
        distance = (
            ratio * below - self.summed[below] + total - self.summed[below]
        ) - ratio * (count - below)
        return np.asarray(estimate * (distance / count - self.spread))

    def draw(self, estimate: Floats, rng: np.random.Generator, draws: int) -> Floats:
        rows = rng.integers(0, len(self.ratios), (draws, len(estimate)))
        return np.asarray(self.ratios[rows] * estimate)


class Lognormal(Baseline):
    """One lognormal for all ratios, with the mean and spread of their logarithms."""

    def __init__(self, mean: float, sd: float) -> None:
        self.mean, self.sd = mean, sd

    @classmethod
    def fit(cls, history: History) -> Self:
        logs = np.log(history.actual / history.estimate)
        return cls(float(logs.mean()), max(float(logs.std(ddof=1)), 1e-6))

    def quantiles(self, estimate: Floats, shares: Floats) -> Floats:
        factors = np.exp(self.mean + self.sd * normal_score(shares))
        return np.asarray(estimate[:, None] * factors)

    def crps(self, estimate: Floats, actual: Floats) -> Floats:
        mean = np.log(estimate) + self.mean
        return crps_lognormal(mean, np.full(len(mean), self.sd), actual)

    def draw(self, estimate: Floats, rng: np.random.Generator, draws: int) -> Floats:
        scores = rng.standard_normal((draws, len(estimate)))
        return np.asarray(estimate * np.exp(self.mean + self.sd * scores))


class BySize(Baseline):
    """Empirical ratios of the same fifth of estimates."""

    def __init__(self, edges: Floats, classes: list[Even]) -> None:
        self.edges, self.classes = edges, classes

    @classmethod
    def fit(cls, history: History) -> Self:
        # Fifths that many equal estimates have made empty fall together.
        shares = np.linspace(0.0, 1.0, SIZE_CLASSES + 1)[1:-1]
        edges = np.unique(np.quantile(history.estimate, shares, method="inverted_cdf"))
        edges = edges[edges < history.estimate.max()]
        number = np.searchsorted(edges, history.estimate, side="left")
        return cls(
            edges,
            [Even(history.take(number == each)) for each in range(len(edges) + 1)],
        )

    def _rows(self, estimate: Floats) -> list[tuple[Even, np.ndarray]]:
        number = np.searchsorted(self.edges, estimate, side="left")
        return [
            (each, np.flatnonzero(number == place))
            for place, each in enumerate(self.classes)
        ]

    def quantiles(self, estimate: Floats, shares: Floats) -> Floats:
        found = np.empty((len(estimate), len(shares)))
        for each, rows in self._rows(estimate):
            if rows.size:
                found[rows] = each.quantiles(estimate[rows], shares)
        return found

    def crps(self, estimate: Floats, actual: Floats) -> Floats:
        found = np.empty(len(estimate))
        for each, rows in self._rows(estimate):
            found[rows] = each.crps(estimate[rows], actual[rows])
        return found

    def draw(self, estimate: Floats, rng: np.random.Generator, draws: int) -> Floats:
        found = np.empty((draws, len(estimate)))
        for each, rows in self._rows(estimate):
            found[:, rows] = each.draw(estimate[rows], rng, draws)
        return found


BASELINES: dict[str, type[Baseline]] = {
    "raw_estimate": RawEstimate,
    "empirical_ratios": Even,
    "lognormal": Lognormal,
    "ratios_by_size": BySize,
}
