"""Walking through a history as it was finished, never seeing what came later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from capacity.engine.history import NONE, Floats, History, Longs
from capacity.engine.ratios import Asked, Past, Settings
from capacity.engine.sums import (
    PastSum,
    SharedError,
    draw_sum,
    needed_sd,
    shared_scores,
)

NEEDED = 30
"""Finished packages before anything is forecast from them."""

OVERLAP = 4
MANY_SUMS = 200
"""Sums to learn from begin at every quarter of a sum until there are so many."""


@dataclass(frozen=True, slots=True)
class WalkedSum:
    """A sum forecast from what was finished before its first package.

    ``sample`` has the shared error ``sd`` in it; ``rng`` goes on from where it was.
    """

    rows: Longs
    known: int
    sample: Floats
    sd: float
    rng: np.random.Generator


def shared_error(size: int) -> SharedError:
    """What sums of a size err together, before anything is known of it."""
    return SharedError(worth=_step(size) / size)


def walk_packages(history: History) -> Iterator[tuple[int, Longs]]:
    """How many packages are known, and the rows that are forecast from them.

    Rows of one batch may miss the latest half per cent of what they could know.
    """
    first = NEEDED
    while first < len(history):
        known = history.known_at(history.finished[first])
        stop = min(first + max(known // 200, 1), len(history))
        if known >= NEEDED:
            yield known, np.arange(first, stop)
        first = stop


def walk_sums(
    history: History,
    size: int,
    settings: Settings,
    shared: SharedError,
    *,
    demand_sd: float = 0.0,
) -> Iterator[WalkedSum]:
    """Forecast sums of consecutive packages, and learn from each once it is over.

    Parameters
    ----------
    history
        Finished packages.
    size
        Packages in a sum.
    settings
        Of the same history.
    shared
        Learns what sums err together, and is asked for it at each sum.
    demand_sd
        Standard deviation of a factor that packages of one project share besides.

    Yields
    ------
    WalkedSum
        Sums that do not overlap; those between them are only learnt from.

    Notes
    -----
    O(size * 5000) for each sum; some ten milliseconds for sums of 20.
    """
    for first in range(NEEDED, len(history) - size + 1, _step(size)):
        is_scored = (first - NEEDED) % size == 0
        if not is_scored and first > MANY_SUMS * size:
            continue
        known = history.known_at(history.finished[first])
        if known < NEEDED:
            continue
        rows = np.arange(first, first + size)
        summed, rng = history.take(rows), np.random.default_rng([size, first])
        past = Past.at(history.first(known), settings.at(known))
        independent = draw_sum(
            past, Asked.of(summed), rng, factors=_factors(summed, demand_sd, rng)
        )
        scores, sd = shared_scores(rng), None
        if is_scored:
            sd = shared.sd_at(float(summed.finished[0]))
            yield WalkedSum(rows, known, independent * np.exp(sd * scores), sd, rng)
        needed = needed_sd(independent, scores, float(summed.actual.sum()))
        shared.learn(PastSum(float(summed.finished[-1]), needed, sd))


def _factors(
    summed: History, demand_sd: float, rng: np.random.Generator
) -> Floats | None:
    """One factor for each package and draw, the same for packages of a project."""
    if not demand_sd:
        return None
    alone = np.arange(len(summed)) + summed.project.max() + 1
    group = np.where(summed.project == NONE, alone, summed.project)
    codes, place = np.unique(group, return_inverse=True)
    scores = np.array([shared_scores(rng) for _ in codes])
    return np.asarray(np.exp(demand_sd * scores)[place])


def _step(size: int) -> int:
    return max(size // OVERLAP, 1)
