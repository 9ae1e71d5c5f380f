"""The room a chunk of trials needs: what is drawn, where it stands, what it came to.

The compiled kernels take these tuples as they are. Their cache knows them by module and
name: a class that moves away leaves a cache behind that cannot be read, so they stay.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capacity.engine.model import Arrays, Floats, Ints, Longs, Model

Flags = NDArray[np.bool_]
Keys = NDArray[np.uint64]

BLOCK = 16
"""Interruptions of a stream that are drawn at once."""

STRETCH = 26
"""Weeks that are drawn and laid out at a time."""

LAID = 8
"""Place in State.sizes of the weeks that are laid out."""


class Draws(NamedTuple):
    """Everything random about a plan, as the kernels draw it.

    Keys are uint64. ``…_shape`` (3, columns) is likely, s below and s above it of the
    split lognormals that the keys of the same columns belong to.

    Attributes
    ----------
    team_key, team_sd, demand_key (demands,), demand_sd
        The error factors that packages share.
    effort_key (packages,), demand_of (packages,), wait_key (waits,)
        The plan's packages, the demands they share a factor with, and their waits.
    stream_key, stream_per_day (streams,)
        Streams of interruptions.
    member_from (streams + 1,), member
        Whom each stream may hit.
    there : float64 (engineers, 2), is_steady : bool (streams,)
        The days from and to which somebody is with the team; whether all whom a stream
        may hit are so at any time.
    arrival_key, arrival_per_day, arrival_factor_key (streams,)
        Streams of demands that are yet to come.
    pattern_from (streams + 1,), pattern_key, pattern_wait_key (patterns,)
        The packages of each.
    """

    team_key: np.uint64
    team_sd: float
    demand_key: Keys
    demand_sd: float
    effort_key: Keys
    effort_shape: Floats
    demand_of: Ints
    wait_key: Keys
    wait_shape: Floats
    stream_key: Keys
    stream_per_day: Floats
    stream_shape: Floats
    member_from: Ints
    member: Ints
    there: Floats
    is_steady: Flags
    arrival_key: Keys
    arrival_per_day: Floats
    arrival_factor_key: Keys
    pattern_from: Ints
    pattern_key: Keys
    pattern_shape: Floats
    pattern_wait_key: Keys
    pattern_wait_shape: Floats


class Events(NamedTuple):
    """Interruptions of one trial: when, whom they hit (-1: nobody), how long.

    Attributes
    ----------
    time : float64 (room,), who : int32 (room,), effort : float64 (room,)
        Days from the start, row of the engineer, focused days; stream by stream, each
        in order of time.
    reached : float64 (streams,), number : int64 (streams,)
        Up to which moment, and how many, were drawn before.
    gap, pick, length : float64 (block,)
        Those that are being drawn.
    sizes : int64
        How many there are, see the kernel.
    """

    time: Floats
    who: Ints
    effort: Floats
    reached: Floats
    number: Longs
    gap: Floats
    pick: Floats
    length: Floats
    sizes: Longs


class Late(NamedTuple):
    """Arrivals of one trial, in the order in which they come, and their packages.

    Attributes
    ----------
    time : float64 (room,), stream : int32 (room,), which : int64 (room,)
        Days from the start; of which stream, and which one of it.
    first_row : int32 (room + 1,)
        Packages of each arrival.
    effort, wait : float64 (rows,)
    reached, number, sizes
        See ``Events``.
    """

    time: Floats
    stream: Ints
    which: Longs
    first_row: Ints
    effort: Floats
    wait: Floats
    reached: Floats
    number: Longs
    sizes: Longs


class Drawn(NamedTuple):
    """What was drawn for some trials, up to the horizon.

    Attributes
    ----------
    effort : float64 (trials, packages), focused days
    wait : float64 (trials, waits), working days
    late_from : int64 (trials + 1,)
        Arrivals of each trial, in the order in which they come.
    late_time : float64 (arrivals,), late_stream : int32 (arrivals,)
    late_package_from : int64 (trials + 1,)
        Packages of all arrivals of each trial, arrival by arrival.
    late_effort, late_wait : float64 (packages of arrivals,)
    """

    effort: Floats
    wait: Floats
    late_from: Longs
    late_time: Floats
    late_stream: Ints
    late_package_from: Longs
    late_effort: Floats
    late_wait: Floats


class Interrupted(NamedTuple):
    """The interruptions of some trials, up to the horizon.

    Attributes
    ----------
    first : int64 (trials + 1,)
        Offsets of each trial's.
    time, who, effort
        See ``Events``.
    """

    first: Longs
    time: Floats
    who: Ints
    effort: Floats


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
    """Where one trial stands; made once for a thread and wiped for every trial.

    ``rows`` are the plan's packages and then those of the trial's arrivals; ``owners``
    are the plan's demands and then the arrivals. Knots stand week by week, and in each
    week person by person, as in ``reached``.
    """

    shared: Floats  # (demands,) error factors drawn
    effort: Floats  # (rows,)
    wait: Floats  # (waits,)
    late: Late
    kind: Ints  # (rows,) row of the package or pattern that says what it is
    owner: Ints  # (rows,)
    open_before: Ints  # (rows,) what must still be done first
    since: Floats  # (rows,) latest end of what came first
    not_before: Ints  # (rows,) latest finish day of what came first
    ready_at: Floats  # (rows,)
    worked_at: Floats  # (rows,) working days before it was ready, then before its start
    start: Floats  # (rows,)
    end: Floats  # (rows,)
    who: Ints  # (rows,)
    left: Ints  # (owners,) packages not done
    ends: Floats  # (demands,) latest end so far
    last_day: Ints  # (demands,) latest finish day so far
    finish_day: Ints  # (demands,) or -1
    begun_day: Ints  # (demands,) or -1
    open_in: Ints  # (words,) of 64 demands each, how many are not done
    job: Ints  # (engineers,) package in hand, or -1
    wake: Floats  # (engineers,) end of the job, or next capacity where work is ready
    wake_bits: Longs  # (engineers,) the same memory, read as whole numbers
    started: Floats  # (engineers,) start of the job
    begin: Floats  # (engineers,) progress at the job's start
    goal: Floats  # (engineers,) progress at the job's end
    ended: Floats  # (engineers,) end of the last job
    flows: Flags  # (engineers,) capacity flows on after that end
    idle: Ints  # (engineers,) list of those without a job
    is_free: Flags  # (engineers,)
    free: Ints  # (engineers,) list of the free
    bits: Keys  # (groups, words) ready packages of the plan
    best: Longs  # (groups,) first of them that is not skipped
    ready: Ints  # (groups,) how many are ready, arrivals included
    heap_time: Floats  # (rows,) waits that run, soonest first
    heap_row: Ints  # (rows,)
    stack: Ints  # (rows,) done, followers not yet told
    late_skipped: Flags  # (rows of arrivals,) nobody free can finish it
    line: Ints  # (arrivals,) open arrivals in rank order
    ahead_of: Ints  # (arrivals,) demand that each stands before
    events: Events
    event_head: Ints  # (weeks of a stretch * engineers,) first interruption, or -1
    event_next: Ints  # (room,) the next one of the same week and person, or -1
    owed: Floats  # (engineers,) what interruptions take from the next week
    carried: Floats  # (engineers,) progress where the weeks laid out end
    reached: Floats  # (weeks * engineers,) progress at each week's end
    first_knot: Ints  # (weeks * engineers + 1,)
    position: Floats  # (knots,)
    progress: Floats  # (knots,)
    rate: Floats  # (knots,) by which progress grows from there on
    sizes: Longs  # sizes and numbers, see the kernel


class Room(NamedTuple):
    """For how much of what is random there is room; doubled where it does not do."""

    events: int
    arrivals: int
    rows: int


def expected_room(model: Model, draws: Draws) -> Room:
    """Room that is almost always enough."""
    days = float(model.arrays.days)
    patterns = np.diff(draws.pattern_from)
    return Room(
        events=enough(days * float(draws.stream_per_day.sum())),
        arrivals=enough(days * float(draws.arrival_per_day.sum())),
        rows=enough(days * float(draws.arrival_per_day @ patterns)),
    )


def enough(expected: float) -> int:
    """Room for a Poisson number that is almost never more."""
    return int(expected + 8 * expected**0.5) + 8 if expected else 0


def empty_events(draws: Draws, room: int) -> Events:
    """Make room for the interruptions of a trial."""
    streams = len(draws.stream_key)
    return Events(
        time=np.empty(room),
        who=np.empty(room, dtype=np.int32),
        effort=np.empty(room),
        reached=np.zeros(streams),
        number=np.zeros(streams, dtype=np.int64),
        gap=np.empty(BLOCK),
        pick=np.empty(BLOCK),
        length=np.empty(BLOCK),
        sizes=np.zeros(3, dtype=np.int64),
    )


def empty_late(draws: Draws, arrivals: int, rows: int) -> Late:
    """Make room for the arrivals of a trial."""
    streams = len(draws.arrival_key)
    return Late(
        time=np.empty(arrivals),
        stream=np.empty(arrivals, dtype=np.int32),
        which=np.empty(arrivals, dtype=np.int64),
        first_row=np.zeros(arrivals + 1, dtype=np.int32),
        effort=np.empty(rows),
        wait=np.empty(rows),
        reached=np.zeros(streams),
        number=np.zeros(streams, dtype=np.int64),
        sizes=np.zeros(3, dtype=np.int64),
    )


def empty_state(model: Model, draws: Draws, room: Room) -> State:
    """Make room for the course of any trial."""
    m = model.arrays
    rows, owners = m.packages + room.rows, m.demands + room.arrivals
    people, groups = len(m.capacity), len(model.groups)
    knots = m.span * people + room.events
    wake = np.empty(people)
    state = State(
        shared=np.empty(m.demands),
        effort=np.empty(rows),
        wait=np.empty(len(draws.wait_key)),
        late=empty_late(draws, room.arrivals, room.rows),
        kind=np.arange(rows, dtype=np.int32),
        owner=np.concatenate([m.demand_of, np.zeros(room.rows, dtype=np.int32)]),
        open_before=np.empty(rows, dtype=np.int32),
        since=np.empty(rows),
        not_before=np.empty(rows, dtype=np.int32),
        ready_at=np.empty(rows),
        worked_at=np.empty(rows),
        start=np.empty(rows),
        end=np.empty(rows),
        who=np.empty(rows, dtype=np.int32),
        left=np.empty(owners, dtype=np.int32),
        ends=np.empty(m.demands),
        last_day=np.empty(m.demands, dtype=np.int32),
        finish_day=np.empty(m.demands, dtype=np.int32),
        begun_day=np.empty(m.demands, dtype=np.int32),
        open_in=np.empty((m.demands >> 6) + 1, dtype=np.int32),
        job=np.empty(people, dtype=np.int32),
        wake=wake,
        wake_bits=wake.view(np.int64),
        started=np.empty(people),
        begin=np.empty(people),
        goal=np.empty(people),
        ended=np.empty(people),
        flows=np.empty(people, dtype=np.bool_),
        idle=np.empty(people, dtype=np.int32),
        is_free=np.empty(people, dtype=np.bool_),
        free=np.empty(people, dtype=np.int32),
        bits=np.empty((groups, (m.packages >> 6) + 1), dtype=np.uint64),
        best=np.empty(groups, dtype=np.int64),
        ready=np.empty(groups, dtype=np.int32),
        heap_time=np.empty(rows),
        heap_row=np.empty(rows, dtype=np.int32),
        stack=np.empty(rows, dtype=np.int32),
        late_skipped=np.empty(room.rows, dtype=np.bool_),
        line=np.empty(room.arrivals, dtype=np.int32),
        ahead_of=np.empty(room.arrivals, dtype=np.int32),
        events=empty_events(draws, room.events),
        event_head=np.empty(STRETCH * people, dtype=np.int32),
        event_next=np.empty(room.events, dtype=np.int32),
        owed=np.zeros(people),
        carried=np.zeros(people),
        reached=np.empty(m.span * people),
        first_knot=np.empty(m.span * people + 1, dtype=np.int32),
        position=np.empty(knots),
        progress=np.empty(knots),
        rate=np.empty(knots),
        sizes=np.zeros(16, dtype=np.int64),
    )
    if not len(draws.stream_key):
        _lay_quiet_weeks(m, state)
    return state


def _lay_quiet_weeks(m: Arrays, state: State) -> None:
    """Lay out weeks in which nothing interrupts: progress is position."""
    state.reached[:] = m.before[1:].ravel()
    state.first_knot[:] = np.arange(len(state.first_knot))
    state.position[: m.before[1:].size] = m.before[:-1].ravel()
    state.progress[:] = state.position
    state.rate[:] = 1.0
    state.sizes[LAID] = m.span


def empty_tally(model: Model, *, trials: int, traces: int = 0) -> Tally:
    """Make room for the outcome of a chunk of trials."""
    arrays = model.arrays
    packages, demands = arrays.packages, arrays.demands
    engineers, skills = len(arrays.capacity), len(model.skills)
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
