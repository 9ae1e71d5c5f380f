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
Points = NDArray[np.uint32]
Halves = NDArray[np.float32]

BLOCK = 32
"""Interruptions of a stream that are drawn at once."""

STRETCH = 26
"""Weeks that are drawn and laid out at a time."""

MOST_EVENTS = 100_000
"""For whose knots there is room from the start on."""

WIDTH = 16
"""Keys of State.keys that stand together."""

LAID = 8
"""Place in State.sizes of the weeks that are laid out."""


class Draws(NamedTuple):
    """Everything random about a plan, as the kernels draw it.

    Keys are uint64. ``…_shape`` (3, columns) is likely, s below and s above it of the
    split lognormals that the keys of the same columns belong to; where there are many,
    ``…_likely`` (columns,) and ``…_slope`` (2, columns), float32.

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
    effort_likely: Floats
    effort_slope: Halves
    demand_of: Ints
    wait_key: Keys
    wait_likely: Floats
    wait_slope: Halves
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


class Scratch(NamedTuple):
    """Where numbers stand on the way to efforts and waits.

    Attributes
    ----------
    shared : float64 (demands,)
        Error factors.
    point : uint32 (most columns,), ratio : float32 (most columns,)
        Random bits, and what the likely value is multiplied by.
    """

    shared: Floats
    point: Points
    ratio: Halves


class Events(NamedTuple):
    """Interruptions of one trial: when, whom they hit (-1: nobody), how long.

    Attributes
    ----------
    time : float64 (room,), who : int32 (room,), effort : float64 (room,)
        Days from the start, row of the engineer, focused days; stream by stream, each
        in order of time.
    reached : float64 (streams,), number : int64 (streams,)
        Up to which moment, and how many, were drawn before.
    gap, length : float32 (block,), pick : uint32 (block,), point : uint32 (2, block)
        Those that are being drawn: gaps for one a day, lengths for a likely one of 1.
    sizes : int64
        How many there are, see the kernel.
    """

    time: Floats
    who: Ints
    effort: Floats
    reached: Floats
    number: Longs
    gap: Halves
    length: Halves
    pick: Points
    point: Points
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


# Columns of State.course.
BEFORE = 0
"""How many packages and demands must still be done first; then its stage."""
IN_HAND, IS_READY, IS_BEGUN = -1.0, -2.0, -3.0
SINCE = 1
"""Latest end of what came first, then the moment it is ready."""
EARLIEST = 2
"""Latest finish day of what came first."""
WORKED = 3
"""Working days before it was ready."""

# Columns of State.people: a job, and where it ends.
WAKE = 0
"""End of the job, or next capacity where work is ready."""
STARTED, ENDED = 1, 2
WORKED_BEFORE = 3
"""Working days before its start."""
GOAL = 4
"""Progress at its end, or that of the last one."""
OWED = 5
"""What interruptions take from the weeks that are not laid out."""

# Columns of State.tasks.
JOB = 0
"""Package in hand, or -1."""
WEEK = 1
"""Week of its end."""
FLOWS = 2
"""1 if capacity flows on after that end."""
IS_FREE = 3
IS_PLAIN = 4
"""1 for who finishes whatever they begin and is at one package at the start."""

# Columns of State.knots.
POSITION, PROGRESS = 0, 1
RATE, COST = 2, 3
"""By which progress grows from there on, and one over it."""

# Columns of State.trace.
READY, START, END, WHO = 0, 1, 2, 3

# Columns of State.owners.
LEFT_IN = 0
"""Packages that are not done."""
LAST_DAY, BEGUN_DAY, FINISH_DAY = 1, 2, 3
"""Latest finish day so far; days of the first start and of the finish, or -1."""


class State(NamedTuple):
    """Where one trial stands; made once for a thread and wiped for every trial.

    ``rows`` are the plan's packages and then those of the trial's arrivals; ``owners``
    are the plan's demands and then the arrivals. What is looked at together stands
    together, as whole cache lines.
    """

    scratch: Scratch
    effort: Floats  # (rows,)
    wait: Floats  # (waits,)
    late: Late
    facts: Ints  # (rows, 4) as in Arrays.facts, with the arrivals for owners
    course: Floats  # (rows, 4), see the columns above
    trace: Floats  # (rows or 0, 4), see the columns above; if it is asked for
    owners: Ints  # (owners, 4), see the columns above
    ends: Floats  # (demands,) latest end so far
    open_in: Ints  # (words,) of 64 demands each, how many are not done
    people: Floats  # (engineers, 8), see the columns above
    tasks: Ints  # (engineers, 8), see the columns above
    keys: Longs  # (engineers, filled up, and a few) whose wake is next, see there
    idle: Ints  # (engineers,) list of those without a job
    free: Ints  # (engineers,) list of the free
    bits: Keys  # (groups + 1, words) ready packages of the plan
    marks: Keys  # (groups + 1, words of marks) words of bits that are not 0
    best: Longs  # (groups + 1,) first of them that is not skipped
    front: Ints  # (groups + 1,) demand before which the first ready arrival stands
    heap_time: Floats  # (rows,) waits that run, soonest first
    heap_row: Ints  # (rows,)
    stack: Ints  # (rows,) done, followers not yet told
    late_skipped: Flags  # (rows of arrivals,) nobody free can finish it
    line: Ints  # (arrivals,) open arrivals in rank order
    ahead_of: Ints  # (arrivals,) demand that each stands before
    events: Events
    event_head: Ints  # (engineers,) first interruption of those drawn, or -1
    event_last: Ints  # (engineers,) last of them
    event_next: Ints  # (room,) the next one of the same person, or -1
    reached: Floats  # (engineers, span + 2) progress before each week
    knot_of: Ints  # (engineers, span) first knot of each week, or -1
    knots: Floats  # (knots, 4), see the columns above
    sizes: Longs  # sizes and numbers, see the kernel


class Room(NamedTuple):
    """For how much of what is random there is room; doubled where it does not do.

    Events are those drawn at a time.
    """

    events: int
    arrivals: int
    rows: int


def expected_room(model: Model, draws: Draws) -> Room:
    """Room that is almost always enough."""
    days = float(model.arrays.days)
    patterns = np.diff(draws.pattern_from)
    return Room(
        events=enough(7.0 * STRETCH * float(draws.stream_per_day.sum())),
        arrivals=enough(days * float(draws.arrival_per_day.sum())),
        rows=enough(days * float(draws.arrival_per_day @ patterns)),
    )


def enough(expected: float) -> int:
    """Room for a Poisson number that is almost never more."""
    return int(expected + 8 * expected**0.5) + 8 if expected else 0


def empty_scratch(draws: Draws) -> Scratch:
    """Make room for drawing a trial's packages."""
    most = max(len(draws.effort_key), len(draws.demand_key))
    return Scratch(
        shared=np.empty(len(draws.demand_key)),
        point=np.empty(most, dtype=np.uint32),
        ratio=np.empty(most, dtype=np.float32),
    )


def empty_events(draws: Draws, room: int) -> Events:
    """Make room for the interruptions of a trial."""
    streams = len(draws.stream_key)
    return Events(
        time=np.empty(room),
        who=np.empty(room, dtype=np.int32),
        effort=np.empty(room),
        reached=np.zeros(streams),
        number=np.zeros(streams, dtype=np.int64),
        gap=np.empty(BLOCK, dtype=np.float32),
        length=np.empty(BLOCK, dtype=np.float32),
        pick=np.empty(BLOCK, dtype=np.uint32),
        point=np.empty((2, BLOCK), dtype=np.uint32),
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


def empty_state(
    model: Model, draws: Draws, room: Room, *, is_traced: bool = False
) -> State:
    """Make room for the course of any trial."""
    m = model.arrays
    rows, owners = m.packages + room.rows, m.demands + room.arrivals
    people, groups = len(m.capacity), len(model.groups)
    words = (m.packages >> 6) + 1
    return State(
        scratch=empty_scratch(draws),
        effort=np.empty(rows),
        wait=np.empty(len(draws.wait_key)),
        late=empty_late(draws, room.arrivals, room.rows),
        facts=_facts(m, rows),
        course=_aligned(rows, 4),
        trace=np.empty((rows if is_traced else 0, 4)),
        owners=np.zeros((owners, 4), dtype=np.int32),
        ends=np.empty(m.demands),
        open_in=np.empty((m.demands >> 6) + 1, dtype=np.int32),
        people=_aligned(people, 8),
        tasks=np.zeros((people, 8), dtype=np.int32),
        keys=np.full(_keys(people), np.iinfo(np.int64).max),
        idle=np.empty(people, dtype=np.int32),
        free=np.empty(people, dtype=np.int32),
        bits=np.empty((groups + 1, words), dtype=np.uint64),
        marks=np.empty((groups + 1, (words >> 6) + 1), dtype=np.uint64),
        best=np.empty(groups + 1, dtype=np.int64),
        front=np.empty(groups + 1, dtype=np.int32),
        heap_time=np.empty(rows),
        heap_row=np.empty(rows, dtype=np.int32),
        stack=np.empty(rows, dtype=np.int32),
        late_skipped=np.empty(room.rows, dtype=np.bool_),
        line=np.empty(room.arrivals, dtype=np.int32),
        ahead_of=np.empty(room.arrivals, dtype=np.int32),
        events=empty_events(draws, room.events),
        event_head=np.empty(people, dtype=np.int32),
        event_last=np.empty(people, dtype=np.int32),
        event_next=np.empty(room.events, dtype=np.int32),
        reached=np.empty((people, m.span + 2)),
        knot_of=np.empty((people, m.span), dtype=np.int32),
        knots=np.empty((_room_for_knots(m, draws, room), 4)),
        sizes=np.zeros(16, dtype=np.int64),
    )


def _facts(m: Arrays, rows: int) -> Ints:
    facts = np.empty((rows, m.facts.shape[1]), dtype=np.int32)
    facts[: m.packages] = m.facts[: m.packages]
    return facts


def _room_for_knots(m: Arrays, draws: Draws, room: Room) -> int:
    """Knots of a trial: three for an interruption alone in its week, and some more."""
    # Few trials last till the horizon, and interruptions may be many.
    expected = min(enough(m.days * float(draws.stream_per_day.sum())), MOST_EVENTS)
    drawn = enough(7.0 * STRETCH * float(draws.stream_per_day.sum()))
    # What has been doubled for lack of room is doubled here too.
    return 4 * expected * max(room.events // max(drawn, 1), 1) + 4 * STRETCH


def _keys(people: int) -> int:
    """Places of a tree of sixteens with a leaf for everybody."""
    places = leaves = WIDTH
    while leaves < people:
        leaves *= WIDTH
        places += leaves
    return places


def _aligned(rows: int, columns: int) -> Floats:
    """Make an array whose rows do not cross cache lines."""
    made = np.empty(rows * columns + 8)
    offset = -(made.ctypes.data // 8) % 8
    return made[offset : offset + rows * columns].reshape(rows, columns)


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
