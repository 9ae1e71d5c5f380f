"""The plan as arrays: what the compiled kernel reads, made once per run.

Time is float64 days from the plan's start; effort and capacity are focused days. People,
packages and demands are rows in plan order, so a package's row is also its rank.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capacity.engine.calendar import net_capacity, week_of_day, working_days
from capacity.engine.plan import Package, Plan

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


class Arrays(NamedTuple):
    """Arrays of one plan; ``…_from`` arrays are offsets, one longer than their rows.

    Attributes
    ----------
    days, weeks : int
        Days of the horizon; weeks for which load and demand are added up.
    capacity : float64 (engineers, days)
        Net capacity; ``cumulative`` (engineers, days + 1) is its sum before each day.
    next_day : int32 (engineers, days + 1)
        First day from each on with capacity, or ``days``.
    worked : float64 (days + 1,), is_working : float64 (days,)
        Working days before each day and on it, for waits.
    weekday : int
        Weekday of the start, 0 for Monday.
    week : int64 (days + 1,)
        Week of each day; the last entry is the week after the horizon's last day.
    leaves : bool (engineers,)
        Whose last day lies inside the horizon, so that what they could not finish is
        never finished, rather than finished after the horizon.
    first_package : int32 (demands + 1,), demand_of : int32 (packages,)
        Packages of a demand stand together.
    earliest : float64 (demands,)
    group_of, skill_of : int32 (packages,)
        Packages of a group can be done by the same people: those of one skill, and,
        apart from them, those of one skill pinned to one person.
    member_from, member, member_speed
        People of each group, those with fewer skills first, then in plan order.
    joined_from, joined
        Groups of each person.
    next_from, following
        Packages that come after a package.
    later_from, later
        Demands that come after a demand.
    waits_on : int32 (packages,)
        Packages and demands that must be done first.
    wait_column : int32 (packages,)
        Column of the drawn wait, or -1.
    is_free : bool (packages,)
        Effort 0: needs nobody.
    first_doing : int32 (engineers,), next_doing : int32 (packages,)
        Packages in each person's hands at the start, in rank order, -1 at the end.
    """

    days: int
    weeks: int
    capacity: Floats
    cumulative: Floats
    next_day: Ints
    worked: Floats
    is_working: Floats
    weekday: int
    week: NDArray[np.int64]
    leaves: NDArray[np.bool_]
    first_package: Ints
    demand_of: Ints
    earliest: Floats
    group_of: Ints
    skill_of: Ints
    member_from: Ints
    member: Ints
    member_speed: Floats
    joined_from: Ints
    joined: Ints
    next_from: Ints
    following: Ints
    later_from: Ints
    later: Ints
    waits_on: Ints
    wait_column: Ints
    is_free: NDArray[np.bool_]
    first_doing: Ints
    next_doing: Ints


class Drawn(NamedTuple):
    """What was drawn for a chunk of trials, before any of them is played.

    Attributes
    ----------
    effort : float64 (trials, packages), focused days
    wait : float64 (trials, waits), working days
    knot_from : int64 (trials or 1, engineers + 1)
        Knots of each person; one row for all trials where nothing interrupts.
    knot_position, knot_progress, knot_rate : float64 (knots,)
        From this much offered capacity on, progress grows by ``rate`` of it.
    """

    effort: Floats
    wait: Floats
    knot_from: NDArray[np.int64]
    knot_position: Floats
    knot_progress: Floats
    knot_rate: Floats


class Tally(NamedTuple):
    """What a chunk of trials came to.

    Attributes
    ----------
    finish_day, begun_day : int32 (trials, demands)
        Day of the finish and of the first start, or -1.
    start, end, ready : float64 (trials or 1, packages); who : int32
        Every package's course, kept for all trials only when it is traced.
    queue, touch : float64 (packages,), working days
        Sums over the trials of standing ready and of being worked on.
    load : float64 (engineers, weeks)
        Sum of focused days of capacity used.
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
    done: Floats
    unmet: Floats


class State(NamedTuple):
    """Where one trial stands; made once and wiped for every trial."""

    open_before: Ints  # (packages,) what must still be done first
    since: Floats  # (packages,) latest end of what came first
    ready_at: Floats  # (packages,)
    is_begun: NDArray[np.bool_]  # (packages,)
    left: Ints  # (demands,) packages not done
    ends: Floats  # (demands,) latest end so far
    last_day: Ints  # (demands,) latest finish day so far
    job: Ints  # (engineers,) package in hand, or -1
    free_from: Floats  # (engineers,) end of the job, or next capacity
    progress: Floats  # (engineers,) at the end of the last job
    ended: Floats  # (engineers,) end of the last job
    knot: NDArray[np.int64]  # (engineers,) knot before now
    is_free: NDArray[np.bool_]  # (engineers,)
    free: Ints  # (engineers,) list of the free
    bits: NDArray[np.uint64]  # (groups, words) ready packages
    low: NDArray[np.int64]  # (groups,) no ready package in a word before
    ready: Ints  # (groups,) how many are ready
    skipped: NDArray[np.int64]  # (groups,) last package nobody free can finish
    heap_time: Floats  # (packages,) waits that run, soonest first
    heap_package: Ints
    stack: Ints  # (packages,) done, not yet told to followers
    count: NDArray[np.int64]  # sizes: heap, stack, packages left


def empty_state(model: Model) -> State:
    """Make room for the course of a trial; the kernel wipes it for each."""
    arrays = model.arrays
    packages, demands = len(arrays.demand_of), len(arrays.earliest)
    engineers, groups = len(arrays.capacity), len(model.groups)
    return State(
        open_before=np.empty(packages, dtype=np.int32),
        since=np.empty(packages),
        ready_at=np.empty(packages),
        is_begun=np.empty(packages, dtype=np.bool_),
        left=np.empty(demands, dtype=np.int32),
        ends=np.empty(demands),
        last_day=np.empty(demands, dtype=np.int32),
        job=np.empty(engineers, dtype=np.int32),
        free_from=np.empty(engineers),
        progress=np.empty(engineers),
        ended=np.empty(engineers),
        knot=np.empty(engineers, dtype=np.int64),
        is_free=np.empty(engineers, dtype=np.bool_),
        free=np.empty(engineers, dtype=np.int32),
        bits=np.empty((groups, (packages + 63) >> 6), dtype=np.uint64),
        low=np.empty(groups, dtype=np.int64),
        ready=np.empty(groups, dtype=np.int32),
        skipped=np.empty(groups, dtype=np.int64),
        heap_time=np.empty(packages),
        heap_package=np.empty(packages, dtype=np.int32),
        stack=np.empty(packages, dtype=np.int32),
        count=np.empty(3, dtype=np.int64),
    )


def empty_tally(model: Model, *, trials: int, is_traced: bool) -> Tally:
    """Make room for the outcome of a chunk of trials."""
    arrays = model.arrays
    packages, demands = len(arrays.demand_of), len(arrays.earliest)
    engineers, skills = len(arrays.capacity), len(model.skills)
    traces = trials if is_traced else 1
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
        done=np.zeros((skills, arrays.weeks)),
        unmet=np.zeros((skills, arrays.weeks + 1)),
    )


def undisturbed(engineers: int) -> tuple[NDArray[np.int64], Floats, Floats, Floats]:
    """Knots of people whom nothing interrupts: progress is position."""
    zeros = np.zeros(engineers)
    offsets = np.arange(engineers + 1, dtype=np.int64)[None, :]
    return offsets, zeros, zeros.copy(), np.ones(engineers)


@dataclass(frozen=True, slots=True)
class Model:
    """A plan's arrays with the names of their skills and groups."""

    arrays: Arrays
    skills: tuple[str, ...]
    groups: tuple[tuple[str, str | None], ...]


def build_model(plan: Plan, *, weeks: int) -> Model:
    """Lay a checked plan out as arrays.

    Parameters
    ----------
    plan
        A checked plan.
    weeks
        Weeks for which load and demand are wanted.

    Returns
    -------
    Model
        See there for shapes and units.

    Notes
    -----
    O(packages + engineers * days). Cumulative capacity is summed in extended precision,
    so that whole days stay whole to within 1e-12.
    """
    capacity = net_capacity(plan)
    packages = [package for demand in plan.demands for package in demand.packages]
    counts = [len(demand.packages) for demand in plan.demands]
    first_package = _offsets(counts)
    row_of_engineer = {each.id: row for row, each in enumerate(plan.engineers)}
    row_of_demand = {each.id: row for row, each in enumerate(plan.demands)}

    skills = tuple(
        dict.fromkeys(
            [
                *(skill for each in plan.engineers for skill in each.skills),
                *(package.skill for package in packages),
            ]
        )
    )
    groups = tuple(dict.fromkeys(_group(package) for package in packages))
    members = [
        sorted(
            (
                row
                for row, each in enumerate(plan.engineers)
                if skill in each.skills and person in (None, each.id)
            ),
            key=lambda row: (len(plan.engineers[row].skills), row),
        )
        for skill, person in groups
    ]
    joined: list[list[int]] = [[] for _ in plan.engineers]
    for group, rows in enumerate(members):
        for row in rows:
            joined[row].append(group)

    following: list[list[int]] = [[] for _ in packages]
    waits_on = np.zeros(len(packages), dtype=np.int32)
    later: list[list[int]] = [[] for _ in plan.demands]
    for row, demand in enumerate(plan.demands):
        base = int(first_package[row])
        place = {each.id: base + i for i, each in enumerate(demand.packages)}
        others = set(demand.after)
        for other in others:
            later[row_of_demand[other]].append(row)
        for package in demand.packages:
            before = set(package.after)
            for name in before:
                following[place[name]].append(place[package.id])
            waits_on[place[package.id]] = len(before) + len(others)

    first_doing = np.full(len(plan.engineers), -1, dtype=np.int32)
    next_doing = np.full(len(packages), -1, dtype=np.int32)
    for row in range(len(packages) - 1, -1, -1):
        package = packages[row]
        if package.doing is not None and not package.effort.is_zero:
            who = row_of_engineer[package.doing]
            if package.skill in plan.engineers[who].skills:
                next_doing[row] = first_doing[who]
                first_doing[who] = row

    waiting = np.array([has_wait(package) for package in packages], dtype=np.bool_)
    week = week_of_day(plan)
    working = working_days(plan)
    arrays = Arrays(
        days=plan.horizon_days,
        weeks=weeks,
        capacity=capacity,
        cumulative=_summed(capacity),
        next_day=_next_days(capacity),
        worked=_summed(working[None, :])[0],
        is_working=working,
        weekday=plan.start.weekday(),
        week=np.append(week, week[-1] + 1),
        leaves=np.array(
            [
                each.last_day is not None and each.last_day < plan.end
                for each in plan.engineers
            ],
            dtype=np.bool_,
        ),
        first_package=first_package,
        demand_of=np.repeat(
            np.arange(len(plan.demands), dtype=np.int32), np.array(counts, dtype=int)
        ),
        earliest=np.array(
            [
                max((each.earliest - plan.start).days, 0) if each.earliest else 0
                for each in plan.demands
            ],
            dtype=np.float64,
        ),
        group_of=_positions(groups, [_group(each) for each in packages]),
        skill_of=_positions(skills, [each.skill for each in packages]),
        member_from=_offsets([len(rows) for rows in members]),
        member=_rows([row for rows in members for row in rows]),
        member_speed=np.array(
            [
                plan.engineers[row].skills[skill]
                for (skill, _), rows in zip(groups, members, strict=True)
                for row in rows
            ],
            dtype=np.float64,
        ),
        joined_from=_offsets([len(rows) for rows in joined]),
        joined=_rows([row for rows in joined for row in rows]),
        next_from=_offsets([len(rows) for rows in following]),
        following=_rows([row for rows in following for row in rows]),
        later_from=_offsets([len(rows) for rows in later]),
        later=_rows([row for rows in later for row in rows]),
        waits_on=waits_on,
        wait_column=np.where(waiting, np.cumsum(waiting) - 1, -1).astype(np.int32),
        is_free=np.array([each.effort.is_zero for each in packages], dtype=np.bool_),
        first_doing=first_doing,
        next_doing=next_doing,
    )
    return Model(arrays=arrays, skills=skills, groups=groups)


def has_wait(package: Package) -> bool:
    """Tell whether something outside holds the package up; work in hand never waits."""
    return package.wait is not None and not package.wait.is_zero


def _positions(known: Sequence[object], wanted: Iterable[object]) -> Ints:
    place = {each: row for row, each in enumerate(known)}
    return _rows([place[each] for each in wanted])


def _offsets(counts: Sequence[int]) -> Ints:
    return _rows([0, *accumulate(counts)])


def _rows(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int32)


def _summed(per_day: Floats) -> Floats:
    sums = np.zeros((per_day.shape[0], per_day.shape[1] + 1))
    sums[:, 1:] = np.cumsum(per_day, axis=1, dtype=np.longdouble)
    return sums


def _next_days(capacity: Floats) -> Ints:
    days = capacity.shape[1]
    found = np.full((len(capacity), days + 1), days, dtype=np.int32)
    found[:, :-1] = np.where(capacity > 0, np.arange(days, dtype=np.int32), days)
    return np.minimum.accumulate(found[:, ::-1], axis=1)[:, ::-1].copy()


def _group(package: Package) -> tuple[str, str | None]:
    # Who is at it keeps it, whatever it was pinned to before.
    return package.skill, package.doing or package.engineer
