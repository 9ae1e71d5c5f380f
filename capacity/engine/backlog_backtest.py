"""Stand at every quarter of a history and check when its backlog was done.

At each quarterly origin the question is when half, and when four fifths, of the items
that were open then are finished. Beside the forecast stands the plain answer: so many
items by copying the weekly throughput of the last 12 weeks.

What the data's end hides is treated like this. Where a share was not reached by the
end, a percentile that lies before the end was missed; one that lies behind it, or says
never, can be neither right nor wrong: it is left out of the coverage and counted as
unknown. The CRPS is taken on log(1 + weeks), as outcomes reach from days to years, and
cut at the end or two years, whatever comes first: up to there everything is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from capacity.engine.backlog import (
    LEAST_DAYS,
    LEAST_FINISHED,
    Items,
    share_done,
)
from capacity.engine.recalibration import Position, position_of, recalibrate
from capacity.engine.scoring import crps_sample
from capacity.engine.throughput import PRIOR_OUTCOMES, TooLittleHistory, quantile
from capacity.engine.throughput_backtest import copy_weeks

Floats = NDArray[np.float64]

SHARES = (0.5, 0.8)
DAYS_PER_QUARTER = 91
# The record grows monthly; every third of its origins is a quarter's.
ORIGINS_PER_QUARTER = 3
DAYS_BEFORE_FIRST = 182
_DAYS_PER_ORIGIN = DAYS_PER_QUARTER / ORIGINS_PER_QUARTER
_RECENT_WEEKS = 12
_SCORED_DAYS = 728
PERCENTILES = {"p50": 0.50, "p85": 0.85}
OURS, PLAIN = "ours", "backlog_over_throughput"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question at one origin, its answer by one method, and what happened.

    Attributes
    ----------
    method : str
    day : int
        The origin.
    waiting : int, items
        Open at the origin.
    share : float
    percentiles : tuple of float, days after the origin
        P50 and P85; infinite for never.
    outcome : float, days after the origin
        Infinite when the share was not done by the end.
    observed : int, days after the origin
    crps : float, of log(1 + weeks)
    """

    method: str
    day: int
    waiting: int
    share: float
    percentiles: tuple[float, ...]
    outcome: float
    observed: int
    crps: float

    def is_known(self, place: int) -> bool:
        """Whether the percentile at a place can be called right or wrong."""
        return self.outcome < inf or self.percentiles[place] < self.observed


def replay(
    items: Items, *, until: int, trials: int = 400, seed: int = 0
) -> Iterator[Asked]:
    """Put both questions at every quarter, oldest first, from the past alone.

    Parameters
    ----------
    items
        The whole history, in whole days; until is its last day.
    until
        Last day observed. No question is put after the last item was created.
    trials, seed
        As in ``share_done``.
    """
    first = int(items.created.min())
    last = min(until, int(items.created.max()))
    record: dict[float, list[tuple[int, Floats, float]]] = {each: [] for each in SHARES}
    for number, offset in enumerate(np.arange(0.0, last - first, _DAYS_PER_ORIGIN)):
        day = first + int(offset)
        waiting = int(items.is_open_at(day).sum())
        if not waiting or not _is_enough(items, day):
            continue
        samples = share_done(items, today=day, trials=trials, seed=seed)
        is_asked = number % ORIGINS_PER_QUARTER == 0 and offset >= DAYS_BEFORE_FIRST
        plain = _copied(items, day, waiting, trials, seed)
        for share, sample, copied in zip(SHARES, samples, plain, strict=True):
            outcome = _outcome(items, day, share, until)
            past = [_position(day, *each) for each in record[share]]
            record[share].append((day, sample, outcome))
            if is_asked:
                ours = recalibrate(sample, past, prior=PRIOR_OUTCOMES)
                for method, times in ((OURS, ours), (PLAIN, copied)):
                    yield _answer(method, day, waiting, share, times, outcome, until)


def backtest(
    items: Items, *, until: int, trials: int = 400, seed: int = 0
) -> dict[str, Any]:
    """Replay a history and sum up how often the percentiles held.

    Parameters
    ----------
    items, until, trials, seed
        As in ``replay``.

    Returns
    -------
    dict
        ``n`` questions; coverage ``p50`` and ``p85`` (share of outcomes on or before
        the percentile, where it is known; null when it never is); ``unknown`` by
        percentile (questions left out of its coverage); ``never`` (share of P85 beyond
        fifteen years); ``median_p85_weeks`` (null for never); ``crps``. The same by
        target share in ``shares``, and all of it for the plain answer in ``baselines``.
        ``questions`` lists every question with its answers.

    Raises
    ------
    TooLittleHistory
        If there is no origin to stand at.

    Notes
    -----
    O(origins * trials * open items); about 0.1 s an origin for 200 open items.
    """
    asked = list(replay(items, until=until, trials=trials, seed=seed))
    if not asked:
        length = int(items.created.max() - items.created.min())
        raise TooLittleHistory(
            f"The history has {length} days with new items, and "
            f"{int((items.finished <= until).sum())} of its items were finished; a "
            f"quarter that begins at least {DAYS_BEFORE_FIRST} days after the first "
            f"item, with {LEAST_FINISHED} items finished and one open, is needed."
        )
    ours, plain = (
        [each for each in asked if each.method == method] for method in (OURS, PLAIN)
    )
    return {
        "items": len(items.created),
        **_with_shares(ours),
        "baselines": {PLAIN: _with_shares(plain)},
        "questions": [
            _written(mine, other) for mine, other in zip(ours, plain, strict=True)
        ],
    }


def _is_enough(items: Items, day: int) -> bool:
    return bool(
        (items.finished <= day).sum() >= LEAST_FINISHED
        and day - items.created.min() >= LEAST_DAYS
    )


def _copied(
    items: Items, day: int, waiting: int, trials: int, seed: int
) -> list[Floats]:
    """Days until the shares are done if recent weeks' throughput were all for them."""
    edges = day - 7.0 * np.arange(_RECENT_WEEKS, -1, -1)
    done = items.finished[np.isfinite(items.finished)]
    counts = np.histogram(done, np.nextafter(edges, inf))[0]
    numbers = [ceil(share * waiting - 1e-9) for share in SHARES]
    rng = np.random.default_rng([seed, day, 1])
    return [7 * each for each in copy_weeks(counts, numbers, trials=trials, rng=rng)]


def _outcome(items: Items, day: int, share: float, until: int) -> float:
    finished = np.sort(items.finished[items.is_open_at(day)])
    moment = float(finished[ceil(share * len(finished) - 1e-9) - 1])
    return moment - day if moment <= until else inf


def _position(today: int, asked: int, sample: Floats, outcome: float) -> Position:
    """Where an earlier outcome lay, as far as it is known today."""
    waited = today - asked
    reach = max(min(quantile(sample, 0.5), waited), _DAYS_PER_ORIGIN)
    return position_of(
        sample,
        outcome=outcome if outcome <= waited else None,
        waited=waited,
        # Outcomes that overlap in time tell the same story again.
        weight=_DAYS_PER_ORIGIN / reach,
    )


def _answer(
    method: str,
    day: int,
    waiting: int,
    share: float,
    times: Floats,
    outcome: float,
    until: int,
) -> Asked:
    observed = until - day
    cut = min(observed, _SCORED_DAYS)
    score = crps_sample(
        np.log1p(np.minimum(times, cut) / 7), float(np.log1p(min(outcome, cut) / 7))
    )
    percentiles = tuple(
        np.ceil(quantile(times, each) - 1e-6) for each in PERCENTILES.values()
    )
    return Asked(
        method, day, waiting, share, percentiles, outcome, observed, float(score)
    )


def _with_shares(asked: list[Asked]) -> dict[str, Any]:
    return {
        **_summed_up(asked),
        "shares": {
            str(share): _summed_up([each for each in asked if each.share == share])
            for share in SHARES
        },
    }


def _summed_up(asked: Sequence[Asked]) -> dict[str, Any]:
    covered, unknown = {}, {}
    for place, name in enumerate(PERCENTILES):
        held = [
            each.outcome <= each.percentiles[place]
            for each in asked
            if each.is_known(place)
        ]
        covered[name] = round(float(np.mean(held)), 4) if held else None
        unknown[name] = len(asked) - len(held)
    late = np.array([each.percentiles[1] for each in asked])
    return {
        "n": len(asked),
        **covered,
        "unknown": unknown,
        "never": round(float(np.isinf(late).mean()), 4),
        "median_p85_weeks": _weeks(float(np.median(late))),
        "crps": round(float(np.mean([each.crps for each in asked])), 4),
    }


def _written(ours: Asked, plain: Asked) -> dict[str, Any]:
    return {
        "day": ours.day,
        "open": ours.waiting,
        "share": ours.share,
        "p50_weeks": _weeks(ours.percentiles[0]),
        "p85_weeks": _weeks(ours.percentiles[1]),
        "plain_p85_weeks": _weeks(plain.percentiles[1]),
        "actual_weeks": _weeks(ours.outcome),
        "observed_weeks": _weeks(ours.observed),
    }


def _weeks(days: float) -> float | None:
    return round(days / 7, 1) if days < inf else None
