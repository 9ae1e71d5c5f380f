"""The one definition of net capacity: what each engineer can offer on each day.

The forecast, the heatmap and the warnings all read it from here.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from capacity.engine.plan import Plan

HOURS_PER_DAY = 8.0


def net_capacity(plan: Plan) -> NDArray[np.float64]:
    """Focused days every engineer offers on every day of the horizon.

    ``c(e, d) = hours / 8 * (1 - overhead) * (1 - share absent)``, and 0 on closed days
    and outside the engineer's first and last day.

    Parameters
    ----------
    plan
        A checked plan.

    Returns
    -------
    float64 array, shape (engineers, days)
        Focused days; column 0 is ``plan.start``.

    Notes
    -----
    Leave entries that overlap add up, to one whole day at most: a half day off and a
    half day of training on the same date leave nothing. A leave entry on a closed day
    or a free weekday costs nothing. O(engineers * days).

    Examples
    --------
    >>> from capacity.engine.plan import Plan
    >>> plan = Plan.from_json({
    ...     "start": "2026-11-23", "horizon_days": 7, "demands": [],
    ...     "closed_days": ["2026-11-24"],
    ...     "engineers": [{"id": "Eva", "skills": {}, "overhead": 0.25,
    ...                    "leave": [["2026-11-25", "2026-11-25", 0.5]]}]})
    >>> net_capacity(plan).tolist()
    [[0.75, 0.0, 0.375, 0.75, 0.75, 0.0, 0.0]]
    """
    return _capacity(plan, 0, plan.horizon_days)


def capacity_beyond(plan: Plan) -> NDArray[np.float64]:
    """Focused days every engineer offers on the days after the horizon.

    Who would finish a package first is a question also where nobody finishes it inside
    the horizon, as others go on with what is left.

    Parameters
    ----------
    plan
        A checked plan.

    Returns
    -------
    float64 array, shape (engineers, days after the horizon)
        Column 0 is the day after ``plan.end``. A year, or up to ten years where leave,
        closed days, or coming and going are known for later; the last week is free of
        those, so it stands for all that follow.
    """
    known = [*plan.closed_days]
    for each in plan.engineers:
        known += [day for entry in each.leave for day in (entry.first, entry.last)]
        known += [day for day in (each.first_day, each.last_day) if day]
    last = max(((day - plan.end).days for day in known), default=0)
    return _capacity(plan, plan.horizon_days, min(max(last, 359), 3650) + 7)


def _capacity(plan: Plan, first: int, days: int) -> NDArray[np.float64]:
    weekday = (np.arange(first, first + days) + plan.start.weekday()) % 7
    is_open = np.ones(days)
    is_open[_inside(plan, plan.closed_days, first, days)] = 0.0
    capacity = np.zeros((len(plan.engineers), days))
    for row, engineer in enumerate(plan.engineers):
        absent = np.zeros(days)
        for entry in engineer.leave:
            absent[_span(plan, entry.first, entry.last, first, days)] += entry.share
        # Shares of 0.7, 0.2 and 0.1 add up to a little less than a day in floats.
        present = np.where(absent < 1.0 - 1e-9, 1.0 - absent, 0.0)
        hours = np.asarray(engineer.hours_per_day)[weekday]
        there = _span(plan, engineer.first_day, engineer.last_day, first, days)
        capacity[row, there] = (
            hours / HOURS_PER_DAY * (1.0 - engineer.overhead) * present * is_open
        )[there]
    return capacity


def working_days(plan: Plan) -> NDArray[np.float64]:
    """Mark the days on which waiting counts: Monday to Friday, not closed.

    Parameters
    ----------
    plan
        A checked plan.

    Returns
    -------
    float64 array, shape (days,)
        1.0 on a working day, else 0.0.

    Examples
    --------
    >>> from capacity.engine.plan import Plan
    >>> plan = Plan.from_json({"start": "2026-11-27", "horizon_days": 4,
    ...                        "engineers": [], "demands": []})
    >>> working_days(plan).tolist()
    [1.0, 0.0, 0.0, 1.0]
    """
    weekday = (np.arange(plan.horizon_days) + plan.start.weekday()) % 7
    counts = (weekday < 5).astype(np.float64)
    counts[_inside(plan, plan.closed_days, 0, plan.horizon_days)] = 0.0
    return counts


def week_of_day(plan: Plan) -> NDArray[np.int64]:
    """Number the weeks: 0 for the week, Monday to Sunday, that holds the start.

    Parameters
    ----------
    plan
        A checked plan.

    Returns
    -------
    int64 array, shape (days,)
        Week of every day of the horizon.
    """
    return (np.arange(plan.horizon_days) + plan.start.weekday()) // 7


def weekly(plan: Plan, per_day: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add a quantity per day up to weeks from Monday to Sunday.

    Parameters
    ----------
    plan
        The plan whose horizon the days are.
    per_day : float64 array, shape (rows, days)
        Any quantity per day, such as ``net_capacity``.

    Returns
    -------
    float64 array, shape (rows, weeks)
        Sums; the first and the last week may be cut off by the horizon.
    """
    week = week_of_day(plan)
    sums = np.zeros((len(per_day), int(week[-1]) + 1))
    for row, values in enumerate(per_day):
        sums[row] = np.bincount(week, weights=values, minlength=sums.shape[1])
    return sums


def monday_of_week(plan: Plan, week: int) -> date:
    """Give the Monday of a numbered week; the first may lie before the start."""
    return plan.start + timedelta(days=7 * week - plan.start.weekday())


def _inside(plan: Plan, closed: tuple[date, ...], first: int, days: int) -> list[int]:
    """Columns of closed days in a table of ``days`` days from day ``first`` on."""
    columns = ((day - plan.start).days - first for day in closed)
    return [column for column in columns if 0 <= column < days]


def _span(
    plan: Plan, first: date | None, last: date | None, begin: int, days: int
) -> slice:
    start = 0 if first is None else (first - plan.start).days - begin
    end = days if last is None else (last - plan.start).days + 1 - begin
    return slice(max(start, 0), max(end, 0))
