"""Forecast a plan: draw a chunk of trials, play them, add up, and report.

Imported late: it loads Numba. ``capacity.engine.forecast`` is the way in.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from capacity.engine._kernels import run_trials
from capacity.engine.arrays import Drawn, Tally, empty_state, empty_tally
from capacity.engine.draws import Sampler, build_sampler
from capacity.engine.model import Floats, Ints, Model, build_model
from capacity.engine.plan import Plan
from capacity.engine.result import Forecast, report_weeks

LARGEST_CHUNK = 250
CHUNKS = 40


@dataclass(frozen=True, slots=True)
class Totals:
    """What all trials came to; shapes as in ``Tally`` unless said.

    Attributes
    ----------
    finished, begun : int32 (demands, days)
        How many trials finish, and begin, a demand on each day.
    together : int32 (groups, days)
        How many trials have a whole group done on each day for the first time.
    """

    finished: Ints
    begun: Ints
    together: Ints
    queue: Floats
    touch: Floats
    load: Floats
    lost: Floats
    done: Floats
    unmet: Floats


def forecast(
    plan: Plan,
    *,
    progress: Callable[[float], object] | None = None,
    threads: int | None = None,
) -> Forecast:
    """Simulate when every demand of a plan is done.

    Parameters
    ----------
    plan
        A checked plan.
    progress
        Called from this thread with the share of trials done, from 0.0 to 1.0, before
        the first chunk and after each of at least 20 (fewer trials than that: after
        each trial). What it raises ends the run.
    threads
        Threads to play trials on; by default one for each processor this process may
        use. The answer does not depend on it.

    Returns
    -------
    Forecast
        Distributions of finish dates, waiting, load; ``to_json`` writes them.

    Raises
    ------
    ValueError
        If ``threads`` is below 1.

    Notes
    -----
    Time grows with trials * packages * log(packages); memory with demands * days and
    with one chunk of trials per thread, not with the trials. The same plan gives the
    same answer, bit for bit: chunks are cut by the plan alone and added up in order.

    References
    ----------
    R. L. Graham, "Bounds on Multiprocessing Timing Anomalies", SIAM Journal on Applied
    Mathematics 17(2), 1969: greedy schedules are not monotone, so more people or less
    work may delay something in a single trial.

    Examples
    --------
    >>> plan = Plan.from_json({
    ...     "start": "2026-11-23", "trials": 100,
    ...     "engineers": [{"id": "Eva", "skills": {"api": 1.0}}],
    ...     "demands": [{"id": "INT-1", "packages": [
    ...         {"id": "build", "skill": "api",
    ...          "effort": {"low": 6, "likely": 6, "high": 6}}]}]})
    >>> forecast(plan).to_json()["demands"][0]["finish"]["p85"]
    '2026-11-30'
    """
    threads = _checked(threads)
    if progress is not None:
        progress(0.0)
    model = build_model(plan, weeks=report_weeks(plan))
    sampler = build_sampler(plan)
    totals = _empty_totals(plan, model)
    groups = _group_rows(plan)
    for done, tally in _played(plan, model, sampler, threads):
        _add(totals, tally, groups)
        if progress is not None:
            progress(done / plan.trials)
    return Forecast(
        plan=plan,
        skills=model.skills,
        finished=totals.finished,
        begun=totals.begun,
        together=totals.together,
        queue_days=totals.queue / plan.trials,
        touch_days=totals.touch / plan.trials,
        load=totals.load / plan.trials,
        lost=totals.lost / plan.trials,
        skill_done=totals.done / plan.trials,
        skill_unmet=np.cumsum(totals.unmet, axis=1)[:, :-1] / plan.trials,
    )


def finish_days(
    plan: Plan,
    *,
    progress: Callable[[float], object] | None = None,
    threads: int | None = None,
) -> Ints:
    """Play a plan and keep the day on which each demand is done in each trial.

    Parameters
    ----------
    plan, progress, threads
        As for ``forecast``.

    Returns
    -------
    int32 array, shape (trials, demands)
        Days from the plan's start, or -1 where it is not done inside the horizon. Two
        plans of one seed share their worlds: a row of the one belongs to the same row
        of the other.

    Notes
    -----
    Time as for ``forecast``; 4 bytes for each trial and demand.
    """
    threads = _checked(threads)
    # Nobody asks for loads, which would be counted week by week.
    model = build_model(plan, weeks=1)
    days = np.empty((plan.trials, len(plan.demands)), dtype=np.int32)
    first = 0
    for done, tally in _played(plan, model, build_sampler(plan), threads):
        days[first:done] = tally.finish_day
        first = done
        if progress is not None:
            progress(done / plan.trials)
    return days


def trace(plan: Plan, *, first: int = 0, trials: int = 1) -> tuple[Drawn, Tally]:
    """Play some trials of a plan and keep every package's course.

    Parameters
    ----------
    plan
        A checked plan.
    first
        Number of the first trial, from 0.
    trials
        How many.

    Returns
    -------
    Drawn, Tally
        What was drawn, and what came of it; ``start``, ``end``, ``ready`` and ``who``
        have one row for each trial.

    Notes
    -----
    28 bytes for each package and trial. For tests and explanations.
    """
    model = build_model(plan, weeks=report_weeks(plan))
    return _play(model, build_sampler(plan), first, trials, is_traced=True)


def warm_up() -> None:
    """Compile every kernel, or load it from Numba's cache, before somebody waits.

    Notes
    -----
    The better part of a minute the first time after the engine changed, then a second.
    """
    certain = {"low": 1, "likely": 1, "high": 1}
    package = {"id": "build", "skill": "api", "effort": certain}
    plan = Plan.from_json(
        {
            "start": "2026-11-23",
            "trials": 1,
            "horizon_days": 30,
            "engineers": [{"id": "Eva", "skills": {"api": 1.0}}],
            "interruptions": [{"engineers": ["Eva"], "per_week": 1, "effort": certain}],
            "demands": [{"id": "INT-1", "packages": [package]}],
            "arrivals": [
                {"id": "new", "per_week": 1, "rank": 0.5, "packages": [package]}
            ],
            "uncertainty": {"demand_sd": 0.1, "team_sd": 0.1},
        }
    )
    forecast(plan, threads=1)


def _checked(threads: int | None) -> int:
    if threads is None:
        return _processors()
    if threads < 1:
        raise ValueError(f"threads is {threads}; at least 1 is needed.")
    return threads


def _processors() -> int:
    # Not every system can say which processors this process may use.
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _play(
    model: Model, sampler: Sampler, first: int, trials: int, *, is_traced: bool = False
) -> tuple[Drawn, Tally]:
    tally = empty_tally(model, trials=trials, is_traced=is_traced)
    drawn = sampler.draw(model.arrays, first=first, trials=trials, lost=tally.lost)
    run_trials(model.arrays, drawn, empty_state(model, drawn), tally)
    return drawn, tally


def _played(
    plan: Plan, model: Model, sampler: Sampler, threads: int
) -> Iterator[tuple[int, Tally]]:
    """Give the chunks in order, with the number of trials done; play ahead a little."""
    size = _chunk_size(plan, model)
    firsts = range(0, plan.trials, size)

    def play(first: int) -> Tally:
        return _play(model, sampler, first, min(size, plan.trials - first))[1]

    if threads == 1:
        for first in firsts:
            yield min(first + size, plan.trials), play(first)
        return
    with ThreadPoolExecutor(threads) as pool:
        ahead: deque[tuple[int, Future[Tally]]] = deque()
        try:
            for first in firsts:
                ahead.append((first, pool.submit(play, first)))
                if len(ahead) > threads:
                    begun, future = ahead.popleft()
                    yield min(begun + size, plan.trials), future.result()
            while ahead:
                begun, future = ahead.popleft()
                yield min(begun + size, plan.trials), future.result()
        finally:
            for _, future in ahead:
                future.cancel()


def _chunk_size(plan: Plan, model: Model) -> int:
    """Cut by the plan alone, so that sums round the same on any number of threads."""
    numbers = model.arrays.packages
    if plan.interruptions:
        weeks = plan.horizon_days // 7
        events = int(weeks * sum(each.per_week for each in plan.interruptions))
        numbers += 3 * (events + weeks * len(plan.engineers))
    fits = 2_000_000 // max(numbers, 1)
    return max(1, min(LARGEST_CHUNK, fits, -(-plan.trials // CHUNKS)))


def _group_rows(plan: Plan) -> list[list[int]]:
    row = {demand.id: number for number, demand in enumerate(plan.demands)}
    return [[row[name] for name in group] for group in plan.together]


def _empty_totals(plan: Plan, model: Model) -> Totals:
    arrays = model.arrays
    demands, packages = arrays.demands, arrays.packages
    engineers, skills = len(plan.engineers), len(model.skills)
    return Totals(
        finished=np.zeros((demands, arrays.days), dtype=np.int32),
        begun=np.zeros((demands, arrays.days), dtype=np.int32),
        together=np.zeros((len(plan.together), arrays.days), dtype=np.int32),
        queue=np.zeros(packages),
        touch=np.zeros(packages),
        load=np.zeros((engineers, arrays.weeks)),
        lost=np.zeros((engineers, arrays.weeks)),
        done=np.zeros((skills, arrays.weeks)),
        unmet=np.zeros((skills, arrays.weeks + 1)),
    )


def _add(totals: Totals, tally: Tally, groups: list[list[int]]) -> None:
    _count_days(totals.finished, tally.finish_day)
    _count_days(totals.begun, tally.begun_day)
    for row, group in enumerate(groups):
        days = tally.finish_day[:, group]
        latest = np.where((days < 0).any(axis=1), -1, days.max(axis=1))
        _count_days(totals.together[row : row + 1], latest[:, None].astype(np.int32))
    for total, part in (
        (totals.queue, tally.queue),
        (totals.touch, tally.touch),
        (totals.load, tally.load),
        (totals.lost, tally.lost),
        (totals.done, tally.done),
        (totals.unmet, tally.unmet),
    ):
        np.add(total, part, out=total)


def _count_days(counts: Ints, days: Ints) -> None:
    rows = np.broadcast_to(np.arange(days.shape[1]), days.shape)
    happened = days >= 0
    np.add.at(counts, (rows[happened], days[happened]), 1)
