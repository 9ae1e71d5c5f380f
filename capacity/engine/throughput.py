"""When will so many more items be done, if all that is known is when others were.

No people, no estimates: only the dates on which a team finished things. Copying past
weeks at random, as the popular tools do, takes the last 12 or 26 weeks for all that
can happen. On real series it promises dates at P85 that hold in two cases of three: the
level of a team drifts, jumps when people come and go or the project changes, and falls
silent. So the level is followed week by week (``_levels``): negative binomial counts
around a level that wanders and jumps, where how much it does so is learnt from the
series. Half of the jumps lead back to where the series has been. Worlds are drawn from
what is known today; the time until they have finished the items is the forecast.

Then the forecast is corrected by its own record: the same question is put at every
fourth week of the past, with what was known then, and the levels are bent by where the
outcomes lay (``recalibration``). The correction grows with evidence, as every forecast
counts like 20 outcomes that came as foreseen.

A bulk closing (somebody clears the tracker) is not taken for throughput, and none is
foreseen. Weeks without any completion are weeks like any other: in some worlds the
silence lasts, and the late percentiles may say never.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from capacity.engine._levels import Belief, follow
from capacity.engine.recalibration import Position, position_of, recalibrate

Floats = NDArray[np.float64]

LEAST_WEEKS = 12
RECENT_WEEKS = 12
WEEKS_BETWEEN_ORIGINS = 4
# What the forecast itself counts for, in outcomes.
PRIOR_OUTCOMES = 20.0
# Fifteen years: what is not done by then is never done.
MOST_WEEKS = 780


class TooLittleHistory(ValueError):
    """Fewer completions than a forecast needs; the message says how many it takes."""


@dataclass(frozen=True, slots=True)
class Completions:
    """Items finished per day in one series, from its first day to its last.

    Attributes
    ----------
    first : date
        The day of the first entry.
    per_day : int64 array, shape (days,)
        Items finished on each day; the last one is the last day that was observed.
    """

    first: date
    per_day: NDArray[np.int64]

    @classmethod
    def count(
        cls, finished: Iterable[tuple[date, int]], *, until: date | None = None
    ) -> Completions:
        """Count items by the day they were finished on.

        Parameters
        ----------
        finished
            Days and how many items were finished on each, in any order.
        until
            Last day observed, the last completion if not given; later ones are left
            out.

        Raises
        ------
        TooLittleHistory
            If there are none.

        Examples
        --------
        >>> done = [(date(2026, 3, 4), 2), (date(2026, 3, 2), 1)]
        >>> Completions.count(done, until=date(2026, 3, 6)).per_day.tolist()
        [1, 0, 2, 0, 0]
        """
        known = [(day, n) for day, n in finished if n and (not until or day <= until)]
        if not known:
            raise TooLittleHistory(
                f"Nothing was ever finished; {LEAST_WEEKS} weeks are needed."
            )
        first = min(day for day, _ in known)
        last = until or max(day for day, _ in known)
        per_day = np.zeros((last - first).days + 1, dtype=np.int64)
        for day, n in known:
            per_day[(day - first).days] += n
        return cls(first, per_day)

    @property
    def per_week(self) -> NDArray[np.int64]:
        """Items of each whole week, counted from the first day; shape (weeks,)."""
        weeks = len(self.per_day) // 7
        return np.asarray(self.per_day[: weeks * 7].reshape(weeks, 7).sum(axis=1))

    def ending_with_a_whole_week(self) -> Completions:
        """The same without the days before the first whole week back from the last."""
        odd = len(self.per_day) % 7
        return Completions(self.first + timedelta(days=odd), self.per_day[odd:])


@dataclass(frozen=True, slots=True)
class WhenDone:
    """When the items are done, in each simulated world.

    Attributes
    ----------
    today : date
        The last day that was observed.
    weeks : float64 array, shape (trials,), weeks from the end of that day
        Sorted; infinite in worlds in which they never are.
    outcomes : int
        Earlier forecasts of the same reach whose outcome corrected this one.
    """

    today: date
    weeks: Floats
    outcomes: int

    def percentile(self, share: float) -> date | None:
        """Smallest date by which at least this share of the worlds is done."""
        weeks = quantile(self.weeks, share)
        return self.today + timedelta(days=days(weeks)) if np.isfinite(weeks) else None

    def chance_by(self, day: date) -> float:
        """Share of the worlds that are done on or before a day."""
        # The slack keeps what ends with the last second of a day on that day.
        by = (day - self.today).days / 7 + 1e-9
        return float(np.searchsorted(self.weeks, by, side="right")) / len(self.weeks)


def when_done(
    history: Completions, *, items: int, trials: int = 2000, seed: int = 0
) -> WhenDone:
    """Forecast when so many more items are finished.

    Parameters
    ----------
    history
        What was finished when; today is its last day.
    items
        Items still to be done, of those that count in the history; at least 1.
    trials
        Simulated worlds.
    seed
        The same history, items, trials and seed give the same answer.

    Returns
    -------
    WhenDone

    Raises
    ------
    TooLittleHistory
        If the history has fewer than 12 weeks.
    ValueError
        If there are no items.

    Notes
    -----
    About 0.5 ms per week of history and 8 ms per past origin with 1,000 trials. An
    origin of the past asks for as many times its recent throughput (the mean of 12
    weeks) as is asked for now. When nothing was finished in the last 12 weeks no origin
    is comparable, and the forecast stands uncorrected.

    Examples
    --------
    >>> steady = Completions.count(
    ...     (date(2026, 1, 5) + timedelta(days=day), 1) for day in range(182)
    ... )
    >>> done = when_done(steady, items=28)
    >>> done.today, done.percentile(0.5)
    (datetime.date(2026, 7, 5), datetime.date(2026, 8, 2))
    """
    if items < 1:
        raise ValueError(f"items is {items}; at least 1 is needed.")
    history = history.ending_with_a_whole_week()
    weeks = len(history.per_week)
    if weeks < LEAST_WEEKS:
        raise TooLittleHistory(
            f"There are {weeks} whole weeks of history; {LEAST_WEEKS} are needed."
        )
    rate = history.per_week[-RECENT_WEEKS:].mean()
    record = Record()
    first = LEAST_WEEKS + weeks % WEEKS_BETWEEN_ORIGINS
    *asked, (_, now) = origins(history, first=first)
    for week, belief in asked if rate else ():
        record.ask(history, week, belief, items / rate, trials=trials, seed=seed)
    rng = np.random.default_rng([seed, weeks])
    sample = draw_times(now, [items], trials=trials, rng=rng)[0]
    past = record.positions(weeks)
    return WhenDone(
        history.first + timedelta(days=weeks * 7 - 1),
        recalibrate(sample, past, prior=PRIOR_OUTCOMES),
        sum(each.low == each.high for each in past),
    )


def origins(history: Completions, *, first: int) -> Iterator[tuple[int, Belief]]:
    """Every fourth week from the first on, with what was known after so many weeks."""
    for week, belief in enumerate(follow(history.per_week)):
        if week >= first and (week - first) % WEEKS_BETWEEN_ORIGINS == 0:
            yield week, belief


def items_for(history: Completions, week: int, horizon: float) -> int:
    """So many times the recent weekly throughput; 0 when that is less than an item."""
    recent = history.per_week[max(week - RECENT_WEEKS, 0) : week].mean()
    return round(horizon * recent) if horizon * recent >= 1 else 0


def weeks_until(history: Completions, week: int, items: int) -> float | None:
    """Weeks from an origin to the end of the day on which the items were done."""
    done = np.cumsum(history.per_day[week * 7 :])
    day = int(np.searchsorted(done, items))
    return (day + 1) / 7 if day < len(done) else None


class Record:
    """Forecasts of one reach at past origins, and where their outcomes lay so far."""

    def __init__(self) -> None:
        self._asked: list[tuple[int, Floats, float | None, float]] = []

    def ask(
        self,
        history: Completions,
        week: int,
        belief: Belief,
        horizon: float,
        *,
        trials: int,
        seed: int,
    ) -> None:
        """Put the question of so many weeks' throughput at an origin."""
        items = items_for(history, week, horizon)
        if items:
            rng = np.random.default_rng([seed, week])
            sample = draw_times(belief, [items], trials=trials, rng=rng)[0]
            self.keep(week, sample, weeks_until(history, week, items), horizon)

    def keep(
        self, week: int, sample: Floats, outcome: float | None, horizon: float
    ) -> None:
        # Outcomes that overlap in time tell the same story again.
        weight = min(1.0, WEEKS_BETWEEN_ORIGINS / horizon)
        self._asked.append((week, sample, outcome, weight))

    def positions(self, week: int) -> list[Position]:
        """Where the outcomes lay as far as it was known after so many weeks."""
        return [
            position_of(
                sample,
                outcome=outcome if outcome and asked + outcome <= week else None,
                waited=float(week - asked),
                weight=weight,
            )
            for asked, sample, outcome, weight in self._asked
            if asked < week
        ]


def draw_times(
    belief: Belief, items: Sequence[int], *, trials: int, rng: np.random.Generator
) -> Floats:
    """Weeks until each number of items is done; shape (numbers, trials), sorted."""
    times = np.full((len(items), trials), np.inf)
    done = np.zeros(trials, dtype=np.int64)
    week = 0
    spans = _spans()
    for span, counts in zip(
        spans, belief.draw_weeks(rng, trials=trials, lengths=spans), strict=True
    ):
        after = done + counts
        for row, number in enumerate(items):
            reached = (done < number) & (after >= number)
            share = (number - done[reached]) / counts[reached]
            times[row, reached] = week + span * share
        done, week = after, week + span
        if (done >= max(items)).all():
            break
    times.sort(axis=1)
    return times


def _spans() -> deque[int]:
    """Weeks one by one at first, then in spans of an eighth of the time so far."""
    spans: deque[int] = deque()
    while (so_far := sum(spans)) < MOST_WEEKS:
        spans.append(max(1, so_far // 8))
    return spans


def quantile(times: Floats, share: float) -> float:
    """Smallest of the sorted times by which at least this share is done."""
    return float(times[max(int(np.ceil(share * len(times) - 1e-9)) - 1, 0)])


def days(weeks: float) -> int:
    """Whole days until the day on which so many weeks end."""
    return int(np.ceil(weeks * 7 - 1e-6))
