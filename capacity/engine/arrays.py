"""The room a chunk of trials needs: what is drawn, where it stands, what it came to.

The compiled kernels take these tuples as they are. Their cache knows them by module and
name: a class that moves away leaves a cache behind that cannot be read, so they stay.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capacity.engine.model import Floats, Ints, Longs, Model

Flags = NDArray[np.bool_]


class Knots(NamedTuple):
    """Broken lines of progress over position, one for each trial and engineer.

    Attributes
    ----------
    first : int64 (trials or 1, engineers + 1)
        Offsets; one row for all trials where nothing interrupts.
    position, progress, rate : float64 (knots,)
        From this position on, progress grows by ``rate`` of it.
    """

    first: Longs
    position: Floats
    progress: Floats
    rate: Floats


class Events(NamedTuple):
    """Interruptions: when they come, whom they hit (-1: nobody), how long they take.

    Attributes
    ----------
    first : int64 (trials + 1,)
        Offsets of each trial's events; stream by stream, each in order of time.
    time : float64 (events,), who : int32 (events,), effort : float64 (events,)
        Days from the start, row of the engineer, focused days.
    """

    first: Longs
    time: Floats
    who: Ints
    effort: Floats


class Drawn(NamedTuple):
    """What was drawn for a chunk of trials, before any of them is played.

    Attributes
    ----------
    effort : float64 (trials, packages), focused days
    wait : float64 (trials, waits), working days
    knots : Knots
    late_from : int64 (trials + 1,)
        Arrivals of each trial, in the order in which they come.
    late_time : float64 (arrivals,), late_stream : int32 (arrivals,)
    late_package_from : int64 (trials + 1,)
        Packages of all arrivals of each trial, arrival by arrival.
    late_effort, late_wait : float64 (packages of arrivals,)
    """

    effort: Floats
    wait: Floats
    knots: Knots
    late_from: Longs
    late_time: Floats
    late_stream: Ints
    late_package_from: Longs
    late_effort: Floats
    late_wait: Floats


class Tally(NamedTuple):
    """What a chunk of trials came to.

    Attributes
    ----------
    finish_day, begun_day : int32 (trials, demands)
        Day of the finish and of the first start, or -1.
    start, end, ready : float64 (trials or 0, packages); who : int32
        Every package's course, where it is traced; NaN and -1 for what never happens.
    queue, touch : float64 (packages,), working days
        Sums over the trials of standing ready and of being worked on.
    load : float64 (engineers, weeks)
        Sum of focused days of capacity used for packages.
    lost : float64 (engineers, weeks)
        Sum of focused days of capacity lost to interruptions.
    done : float64 (skills, weeks), unmet : float64 (skills, weeks + 1)
        Sum of effort worked off; and changes, from week to week, of the effort that
        stands ready at the week's end and nobody has begun.
    """

    finish_day: Ints
    begun_day: Ints
    start: Floats
    end: Floats
    ready: Floats
    who: Ints
    queue: Floats
    touch: Floats
    load: Floats
    lost: Floats
    done: Floats
    unmet: Floats


class State(NamedTuple):
    """Where one trial stands; made once for a chunk and wiped for every trial.

    ``rows`` are the plan's packages and then those of the trial's arrivals; ``owners``
    are the plan's demands and then the arrivals.
    """

    kind: Ints  # (rows,) row of the package or pattern that says what it is
    owner: Ints  # (rows,)
    open_before: Ints  # (rows,) what must still be done first
    since: Floats  # (rows,) latest end of what came first
    not_before: Ints  # (rows,) latest finish day of what came first
    ready_at: Floats  # (rows,)
    start: Floats  # (rows,)
    end: Floats  # (rows,)
    who: Ints  # (rows,)
    is_begun: Flags  # (rows,)
    left: Ints  # (owners,) packages not done
    ends: Floats  # (demands,) latest end so far
    last_day: Ints  # (demands,) latest finish day so far
    job: Ints  # (engineers,) package in hand, or -1
    free_from: Floats  # (engineers,) end of the job, or next capacity
    begin: Floats  # (engineers,) progress at the job's start
    goal: Floats  # (engineers,) progress at the job's end
    ended: Floats  # (engineers,) end of the last job
    knot: Longs  # (engineers,) knot before now
    is_free: Flags  # (engineers,)
    free: Ints  # (engineers,) list of the free
    bits: NDArray[np.uint64]  # (groups, words) ready packages of the plan
    low: Longs  # (groups,) no ready package in a word before
    ready: Ints  # (groups,) how many are ready, arrivals included
    skipped: Longs  # (groups,) last package that nobody free can finish
    heap_time: Floats  # (rows,) waits that run, soonest first
    heap_row: Ints  # (rows,)
    stack: Ints  # (rows,) done, followers not yet told
    late_row: Ints  # (arrivals + 1,) first row of each arrival
    late_skipped: Flags  # (rows,) of arrivals: nobody free can finish it
    line: Ints  # (arrivals,) open arrivals in rank order
    ahead_of: Ints  # (arrivals,) demand that an arrival stands just before
    sizes: Longs  # sizes and numbers, see the kernel


def empty_state(model: Model, drawn: Drawn) -> State:
    """Make room for the course of any trial of a chunk."""
    arrays = model.arrays
    arrivals = int(np.diff(drawn.late_from).max(initial=0))
    late = int(np.diff(drawn.late_package_from).max(initial=0))
    rows, owners = arrays.packages + late, arrays.demands + arrivals
    engineers, groups = len(arrays.capacity), len(model.groups)
    return State(
        kind=np.arange(rows, dtype=np.int32),
        owner=np.concatenate([arrays.demand_of, np.zeros(late, dtype=np.int32)]),
        open_before=np.empty(rows, dtype=np.int32),
        since=np.empty(rows),
        not_before=np.empty(rows, dtype=np.int32),
        ready_at=np.empty(rows),
        start=np.empty(rows),
        end=np.empty(rows),
        who=np.empty(rows, dtype=np.int32),
        is_begun=np.empty(rows, dtype=np.bool_),
        left=np.empty(owners, dtype=np.int32),
        ends=np.empty(arrays.demands),
        last_day=np.empty(arrays.demands, dtype=np.int32),
        job=np.empty(engineers, dtype=np.int32),
        free_from=np.empty(engineers),
        begin=np.empty(engineers),
        goal=np.empty(engineers),
        ended=np.empty(engineers),
        knot=np.empty(engineers, dtype=np.int64),
        is_free=np.empty(engineers, dtype=np.bool_),
        free=np.empty(engineers, dtype=np.int32),
        bits=np.empty((groups, (arrays.packages + 63) >> 6), dtype=np.uint64),
        low=np.empty(groups, dtype=np.int64),
        ready=np.empty(groups, dtype=np.int32),
        skipped=np.empty(groups, dtype=np.int64),
        heap_time=np.empty(rows),
        heap_row=np.empty(rows, dtype=np.int32),
        stack=np.empty(rows, dtype=np.int32),
        late_row=np.empty(arrivals + 1, dtype=np.int32),
        late_skipped=np.empty(rows, dtype=np.bool_),
        line=np.empty(arrivals, dtype=np.int32),
        ahead_of=np.empty(arrivals, dtype=np.int32),
        sizes=np.empty(6, dtype=np.int64),
    )


def empty_tally(model: Model, *, trials: int, is_traced: bool) -> Tally:
    """Make room for the outcome of a chunk of trials."""
    arrays = model.arrays
    packages, demands = arrays.packages, arrays.demands
    engineers, skills = len(arrays.capacity), len(model.skills)
    traces = trials if is_traced else 0
    return Tally(
        finish_day=np.full((trials, demands), -1, dtype=np.int32),
        begun_day=np.full((trials, demands), -1, dtype=np.int32),
        start=np.full((traces, packages), np.nan),
        end=np.full((traces, packages), np.nan),
        ready=np.full((traces, packages), np.nan),
        who=np.full((traces, packages), -1, dtype=np.int32),
        queue=np.zeros(packages),
        touch=np.zeros(packages),
        load=np.zeros((engineers, arrays.weeks)),
        lost=np.zeros((engineers, arrays.weeks)),
        done=np.zeros((skills, arrays.weeks)),
        unmet=np.zeros((skills, arrays.weeks + 1)),
    )


def undisturbed(engineers: int) -> Knots:
    """Lines of people whom nothing interrupts: progress is position."""
    return Knots(
        first=np.arange(engineers + 1, dtype=np.int64)[None, :],
        position=np.zeros(engineers),
        progress=np.zeros(engineers),
        rate=np.ones(engineers),
    )


def without_arrivals(trials: int) -> tuple[Longs, Floats, Ints, Longs, Floats, Floats]:
    """What is drawn of arrivals where there are none."""
    offsets = np.zeros(trials + 1, dtype=np.int64)
    none = np.zeros(0)
    return offsets, none, np.zeros(0, dtype=np.int32), offsets.copy(), none, none.copy()
