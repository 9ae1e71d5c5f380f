"""Read a stored finish distribution: chances, percentiles and the words for them.

Pure Python, so that a web page can answer for any date without a new run.
"""

from __future__ import annotations

import math
from datetime import date, timedelta
from fractions import Fraction
from itertools import accumulate
from typing import TypedDict


class FinishedBy(TypedDict):
    """How many trials finish on each day from ``first`` on; the rest never do."""

    first: str
    counts: list[int]


def chance_by(finished_by: FinishedBy, trials: int, day: date) -> float:
    """Share of the simulated worlds that are done on or before a day.

    Parameters
    ----------
    finished_by
        The compact distribution of a forecast's result.
    trials
        Simulated worlds of that forecast.
    day
        The date asked for.

    Returns
    -------
    float
        From 0.0 to 1.0. Show it with ``chance_words``, never as a bare 100 %.

    Examples
    --------
    >>> spread: FinishedBy = {"first": "2026-11-23", "counts": [1, 0, 2]}
    >>> chance_by(spread, 4, date(2026, 11, 25))
    0.75
    """
    days = (day - date.fromisoformat(finished_by["first"])).days + 1
    return sum(finished_by["counts"][: max(days, 0)]) / trials


def percentile(finished_by: FinishedBy, trials: int, share: float) -> date | None:
    """Smallest date by which at least this share of the worlds is done.

    Parameters
    ----------
    finished_by
        The compact distribution of a forecast's result.
    trials
        Simulated worlds of that forecast.
    share
        Above 0.0 and at most 1.0, such as 0.85 for P85.

    Returns
    -------
    date or None
        None when too few worlds finish inside the horizon.

    Raises
    ------
    ValueError
        If the share is no share.

    Notes
    -----
    The share is taken as the decimal it is written as, so that P70 of 10 trials needs
    7 of them, although the float 0.7 times 10 is more than 7.

    Examples
    --------
    >>> spread: FinishedBy = {"first": "2026-11-23", "counts": [1, 0, 2]}
    >>> percentile(spread, 4, 0.5), percentile(spread, 4, 0.85)
    (datetime.date(2026, 11, 25), None)
    """
    if not 0 < share <= 1:
        raise ValueError(f"share is {share}; above 0 and at most 1 is allowed.")
    needed = Fraction(str(share)) * trials
    for number, done in enumerate(accumulate(finished_by["counts"])):
        if done >= needed:
            return date.fromisoformat(finished_by["first"]) + timedelta(days=number)
    return None


def chance_words(chance: float) -> str:
    """Write a chance as people should read it: never as certain, never as none.

    Parameters
    ----------
    chance
        From 0.0 to 1.0.

    Returns
    -------
    str
        Whole per cent, “>95 %” above 95 % and “<1 %” below 1 %.

    Notes
    -----
    A simulation knows only the risks it was told of; above 95 % the digits would
    promise more than it knows. Rounded down, so that what reads “85 %” is at least 85 %
    and never falls short of a threshold it seems to meet.

    Examples
    --------
    >>> [chance_words(chance) for chance in (1.0, 0.951, 0.95, 0.934, 0.004, 0.0)]
    ['>95 %', '>95 %', '95 %', '93 %', '<1 %', '<1 %']
    """
    if chance > 0.95:
        return ">95 %"
    if chance < 0.01:
        return "<1 %"
    return f"{math.floor(chance * 100 + 1e-9)} %"
