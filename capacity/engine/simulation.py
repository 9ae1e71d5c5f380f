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

from capacity.engine._bundle import bundled
from capacity.engine._counting import count_days, count_latest
from capacity.engine._kernels import run_trials
from capacity.engine.arrays import (
    END,
    READY,
    START,
    WHO,
    Drawn,
    Room,
    State,
    Tally,
    empty_state,
    empty_tally,
    expected_room,
)
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
    for done, tally in _played(plan, Player(model, sampler), threads):
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
    player = Player(model, build_sampler(plan))
    for done, tally in _played(plan, player, threads):
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
    sampler = build_sampler(plan)
    player = Player(model, sampler)
    course = empty_tally(model, trials=trials, traces=trials)
    for i in range(trials):
        _note_course(model, course, i, *player.play_one(first + i))
    return sampler.draw(model.arrays, first=first, trials=trials), course


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
            "together": [["INT-1"]],
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


class Player:
    """Plays trials of one plan, on any number of threads."""

    def __init__(self, model: Model, sampler: Sampler) -> None:
        self.model = model
        self.draws = sampler.draws
        self._arrays, self._draws = bundled(model.arrays), bundled(self.draws)
        self.room = expected_room(model, self.draws)
        self._states: deque[State] = deque()

    def play(self, first: int, trials: int) -> Tally:
        """Play some trials, from number ``first`` on."""
        tally, state = self._played(first, trials)
        self._states.append(state)
        return tally

    def play_one(self, trial: int) -> tuple[Tally, State]:
        """Play one trial; gives also where everything stands at its end."""
        return self._played(trial, 1, is_traced=True)

    def _played(
        self, first: int, trials: int, *, is_traced: bool = False
    ) -> tuple[Tally, State]:
        while True:
            tally = empty_tally(self.model, trials=trials)
            try:
                state = self._states.pop()
            except IndexError:
                state = empty_state(
                    self.model, self.draws, self.room, is_traced=is_traced
                )
            if run_trials(
                self._arrays,
                self._draws,
                bundled(state),
                bundled(tally),
                first,
                False,  # noqa: FBT003 - Numba knows no keyword-only arguments
            ):
                return tally, state
            self.room = Room(*(2 * each for each in self.room))


def _note_course(
    model: Model, course: Tally, row: int, tally: Tally, state: State
) -> None:
    """Copy what a trial came to into its row, and add what is added up."""
    played = state.trace[: model.arrays.packages]
    course.finish_day[row] = tally.finish_day[0]
    course.begun_day[row] = tally.begun_day[0]
    is_ready, is_begun = played[:, READY] < np.inf, played[:, START] < np.inf
    for into, moments, happened in (
        (course.ready, played[:, READY], is_ready),
        (course.start, played[:, START], is_begun),
        (course.end, played[:, END], is_begun),
    ):
        into[row, happened] = moments[happened] - model.arrays.start
    course.who[row] = np.where(is_begun & (played[:, WHO] < np.inf), played[:, WHO], -1)
    for name in ("queue", "touch", "load", "lost", "done", "unmet"):
        getattr(course, name)[:] += getattr(tally, name)[:]


def _played(plan: Plan, player: Player, threads: int) -> Iterator[tuple[int, Tally]]:
    """Give the chunks in order, with the number of trials done; play ahead a little."""
    size = max(1, min(LARGEST_CHUNK, -(-plan.trials // CHUNKS)))
    firsts = range(0, plan.trials, size)

    def play(first: int) -> Tally:
        return player.play(first, min(size, plan.trials - first))

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


def _group_rows(plan: Plan) -> list[Ints]:
    row = {demand.id: number for number, demand in enumerate(plan.demands)}
    return [
        np.array([row[name] for name in group], dtype=np.int32)
        for group in plan.together
    ]


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


def _add(totals: Totals, tally: Tally, groups: list[Ints]) -> None:
    count_days(totals.finished, tally.finish_day)
    count_days(totals.begun, tally.begun_day)
    for row, members in enumerate(groups):
        count_latest(totals.together[row], tally.finish_day, members)
    for total, part in (
        (totals.queue, tally.queue),
        (totals.touch, tally.touch),
        (totals.load, tally.load),
        (totals.lost, tally.lost),
        (totals.done, tally.done),
        (totals.unmet, tally.unmet),
    ):
        np.add(total, part, out=total)
