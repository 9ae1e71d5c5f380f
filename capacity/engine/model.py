"""The plan as arrays: what the compiled kernel reads, made once per run.

Time is float64 days from the Monday of the plan's first week, so that weeks begin at
whole multiples of seven; effort and capacity are focused days.
People, packages and demands are rows in plan order, so a package's row is also its
rank. The packages of arrival streams follow as patterns, for each arrival to be cut
from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capacity.engine.calendar import (
    capacity_beyond,
    net_capacity,
    working_days,
)
from capacity.engine.plan import Plan
from capacity.engine.work import Package

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


class Arrays(NamedTuple):
    """Arrays of one plan; ``…_from`` arrays are offsets, one longer than their rows.

    Attributes
    ----------
    start, days, span, weeks, demands, packages, hopeless : int
        The day the plan starts, 0 for a Monday, and the day after its horizon; weeks
        that hold them all, and those for which load and demand are added up; how many
        demands and packages stand in the plan, and how many of these end in no world.
    capacity, cumulative : float64 (engineers, 7 * span), (engineers, 7 * span + 1)
        Net capacity, and its sum before each day.
    next_day : int32 (engineers, 7 * span + 1)
        First day from each on with capacity, or ``7 * span``.
    worked : int32 (7 * span + 2,)
        Working days before each day, and at the end.
    before : float64 (calendars, span + 1)
        Sum before each week: of each engineer's capacity, and last of working days.
    pattern : int32 (calendars, span), patterns : float64 (kinds of weeks, 24)
        Which kind of week each is; weeks are mostly alike. Of a kind the sums before
        each day and at the end, then what the days offer, then one over that or 0, and
        one over what the fullest offers.
    weeks_per_day : float64 (calendars,)
        One over what the fullest week offers.
    beyond : float64 (engineers, days after the horizon)
        Net capacity after the horizon, to tell who would finish first where nobody
        does so before; its last seven days come again and again.
    stays : bool (engineers,)
        Whose capacity never ends, so that they finish whatever they begin.
    first_package : int32 (demands + 1,)
        Packages of a demand stand together.
    earliest : float64 (demands,)
    facts : int32 (packages + patterns, 4)
        What never changes about a package, side by side; see the columns below.
    skill_of : int32 (groups,)
        Packages of a group can be done by the same people: those of one skill, and,
        apart from them, those of one skill pinned to one person.
    speed, pace : float64 (groups, engineers)
        Speed at a group's packages, 0 where somebody cannot do them; and one over it.
    member_from, member
        People of each group, those with fewer skills first, then in plan order.
    joined : int32 (engineers, most groups of anybody)
        Groups of each person, filled up with one after the last that nothing is in.
    next_from, following
        Packages (or patterns) that come after a package (or pattern).
    later_from, later
        Demands that come after a demand.
    waits_on : int32 (packages + patterns,)
        Packages and demands that must be done first.
    first_doing : int32 (engineers,), next_doing : int32 (packages,)
        Packages in each person's hands at the start, in rank order, -1 at the end.
    stream_from : int32 (streams + 1,), stream_rank : float64 (streams,)
        Patterns of each arrival stream, as rows after the packages, and where it ranks.
    """

    start: int
    days: int
    span: int
    weeks: int
    demands: int
    packages: int
    hopeless: int
    capacity: Floats
    cumulative: Floats
    next_day: Ints
    worked: Ints
    before: Floats
    pattern: Ints
    patterns: Floats
    weeks_per_day: Floats
    beyond: Floats
    stays: NDArray[np.bool_]
    first_package: Ints
    earliest: Floats
    facts: Ints
    skill_of: Ints
    speed: Floats
    pace: Floats
    member_from: Ints
    member: Ints
    joined: Ints
    next_from: Ints
    following: Ints
    later_from: Ints
    later: Ints
    waits_on: Ints
    first_doing: Ints
    next_doing: Ints
    stream_from: Ints
    stream_rank: Floats


# Columns of Arrays.patterns: the first of eight, of seven, of seven, and one.
SUMS, OFFERS, SHARES, FULLEST = 0, 8, 16, 23

# Columns of Arrays.facts.
GROUP = 0
"""Its group, or -1 for effort 0, which needs nobody."""
NEXT = 1
"""Rows from a package to the only one that comes after it; 0 for none, -1 for more."""
WAIT = 2
"""Column of the drawn wait, or -1."""
OWNER = 3
"""Its demand, or -1 for a pattern."""


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
    O(packages + engineers * (days + groups)). Cumulative capacity is summed in extended
    precision, so that whole days stay whole to within 1e-12.
    """
    packages = [package for demand in plan.demands for package in demand.packages]
    patterns = [package for stream in plan.arrivals for package in stream.packages]
    counts = [len(demand.packages) for demand in plan.demands]
    both = [*packages, *patterns]
    skills = tuple(
        dict.fromkeys(
            [
                *(skill for each in plan.engineers for skill in each.skills),
                *(package.skill for package in both),
            ]
        )
    )
    groups = tuple(dict.fromkeys(_group(package) for package in both))
    members = _members(plan, groups)
    joined: list[list[int]] = [[] for _ in plan.engineers]
    speed = np.zeros((len(groups), len(plan.engineers)))
    for group, rows in enumerate(members):
        for row in rows:
            joined[row].append(group)
            speed[group, row] = plan.engineers[row].skills[groups[group][0]]
    demand_of = np.repeat(
        np.arange(len(counts), dtype=np.int32), np.array(counts, dtype=int)
    )
    following, waits_on = _order(plan)
    later = _later(plan)
    first_doing, next_doing = _in_hand(plan, packages)
    waiting = np.array([has_wait(package) for package in packages], dtype=np.bool_)
    start = plan.start.weekday()
    capacity = _whole_weeks(net_capacity(plan), start)
    cumulative = _summed(capacity)
    working = _whole_weeks(working_days(plan)[None, :], start)
    beyond = capacity_beyond(plan)
    pattern, kinds_of_weeks = _patterns(np.concatenate([capacity, working]))
    works = capacity.max(axis=1, initial=0.0) > 0.0
    able = {
        group: any(works[row] for row in rows)
        for group, rows in zip(groups, members, strict=True)
    }
    before = np.concatenate([cumulative, _summed(working)])[:, ::7].copy()
    arrays = Arrays(
        start=start,
        days=start + plan.horizon_days,
        span=capacity.shape[1] // 7,
        weeks=weeks,
        demands=len(plan.demands),
        packages=len(packages),
        hopeless=len(
            _hopeless(
                [
                    not each.effort.is_zero and not able[_group(each)]
                    for each in packages
                ],
                following=following,
                later=later,
                counts=counts,
                held={*first_doing.tolist(), *next_doing.tolist()},
            )
        ),
        capacity=capacity,
        cumulative=cumulative,
        next_day=_next_days(capacity),
        worked=np.append(_summed(working)[0], 0).astype(np.int32),
        before=before,
        pattern=pattern,
        patterns=kinds_of_weeks,
        weeks_per_day=_one_over(np.diff(before, axis=1).max(axis=1)),
        beyond=beyond,
        stays=beyond[:, -7:].max(axis=1) > 0.0,
        first_package=_offsets(counts),
        earliest=np.array(
            [
                start
                + (max((each.earliest - plan.start).days, 0) if each.earliest else 0)
                for each in plan.demands
            ],
            dtype=np.float64,
        ),
        facts=_facts(
            group=np.where(
                [each.effort.is_zero for each in both],
                -1,
                _positions(groups, [_group(each) for each in both]),
            ),
            following=following,
            wait=np.where(waiting, np.cumsum(waiting) - 1, -1),
            owner=demand_of,
        ),
        skill_of=_positions(skills, [skill for skill, _ in groups]),
        speed=speed,
        pace=_one_over(speed),
        member_from=_offsets([len(rows) for rows in members]),
        member=_rows([row for rows in members for row in rows]),
        joined=_filled(joined, len(groups)),
        next_from=_offsets([len(rows) for rows in following]),
        following=_rows([row for rows in following for row in rows]),
        later_from=_offsets([len(rows) for rows in later]),
        later=_rows([row for rows in later for row in rows]),
        waits_on=waits_on,
        first_doing=first_doing,
        next_doing=next_doing,
        stream_from=_offsets([len(each.packages) for each in plan.arrivals])
        + np.int32(len(packages)),
        stream_rank=np.array([each.rank for each in plan.arrivals], dtype=np.float64),
    )
    return Model(arrays=arrays, skills=skills, groups=groups)


def has_wait(package: Package) -> bool:
    """Tell whether something outside may hold the package up."""
    return package.wait is not None and not package.wait.is_zero


def _group(package: Package) -> tuple[str, str | None]:
    # Who is at it keeps it, whatever it was pinned to before.
    return package.skill, package.doing or package.engineer


def _members(plan: Plan, groups: Sequence[tuple[str, str | None]]) -> list[list[int]]:
    """People of each group in the order in which ties are broken."""
    ranked = sorted(
        range(len(plan.engineers)),
        key=lambda row: (len(plan.engineers[row].skills), row),
    )
    return [
        [
            row
            for row in ranked
            if skill in plan.engineers[row].skills
            and person in (None, plan.engineers[row].id)
        ]
        for skill, person in groups
    ]


def _order(plan: Plan) -> tuple[list[list[int]], Ints]:
    """What comes after each package and pattern, and how much comes before it."""
    following: list[list[int]] = []
    waits_on: list[int] = []
    blocks = [(each.packages, len(set(each.after))) for each in plan.demands]
    blocks += [(each.packages, 0) for each in plan.arrivals]
    for packages, demands in blocks:
        base = len(following)
        place = {each.id: base + i for i, each in enumerate(packages)}
        following.extend([] for _ in packages)
        for package in packages:
            before = set(package.after)
            waits_on.append(len(before) + demands)
            for name in before:
                following[place[name]].append(place[package.id])
    return following, _rows(waits_on)


def _later(plan: Plan) -> list[list[int]]:
    row_of = {each.id: row for row, each in enumerate(plan.demands)}
    later: list[list[int]] = [[] for _ in plan.demands]
    for row, demand in enumerate(plan.demands):
        for other in set(demand.after):
            later[row_of[other]].append(row)
    return later


def _in_hand(plan: Plan, packages: Sequence[Package]) -> tuple[Ints, Ints]:
    """Chain what each person is at; who lacks the skill is not at it."""
    row_of = {each.id: row for row, each in enumerate(plan.engineers)}
    first = np.full(len(plan.engineers), -1, dtype=np.int32)
    following = np.full(len(packages), -1, dtype=np.int32)
    for row in range(len(packages) - 1, -1, -1):
        package = packages[row]
        if package.doing is not None and not package.effort.is_zero:
            who = row_of[package.doing]
            if package.skill in plan.engineers[who].skills:
                following[row] = first[who]
                first[who] = row
    return first, following


def _hopeless(
    is_beyond_all: Sequence[bool],
    *,
    following: Sequence[Sequence[int]],
    later: Sequence[Sequence[int]],
    counts: Sequence[int],
    held: set[int],
) -> set[int]:
    """Packages that nobody can do, and what waits for them, however long the chain.

    A world need not be played to the horizon only because they are still there.
    """
    first = [0, *accumulate(counts)]
    demand_of = [demand for demand, count in enumerate(counts) for _ in range(count)]
    found = {row for row, beyond in enumerate(is_beyond_all) if beyond}
    stack = list(found)
    while stack:
        row = stack.pop()
        waiting = [
            *following[row],
            *(
                each
                for other in later[demand_of[row]]
                for each in range(first[other], first[other + 1])
            ),
        ]
        # What is in hand already waits for nothing any more.
        new = set(waiting) - found - held
        found |= new
        stack += new
    return found


def _facts(
    *, group: Ints, following: Sequence[Sequence[int]], wait: Longs, owner: Ints
) -> Ints:
    facts = np.full((len(group), 4), -1, dtype=np.int32)
    facts[:, GROUP] = group
    for row, rows in enumerate(following):
        facts[row, NEXT] = rows[0] - row if len(rows) == 1 else -min(len(rows), 1)
    facts[: len(wait), WAIT] = wait
    facts[: len(owner), OWNER] = owner
    return facts


def _filled(rows: Sequence[Sequence[int]], filler: int) -> Ints:
    filled = np.full((len(rows), max(map(len, rows), default=0)), filler, np.int32)
    for row, each in enumerate(rows):
        filled[row, : len(each)] = each
    return filled


def _positions(known: Sequence[object], wanted: Iterable[object]) -> Ints:
    place = {each: row for row, each in enumerate(known)}
    return _rows([place[each] for each in wanted])


def _offsets(counts: Sequence[int]) -> Ints:
    return _rows([0, *accumulate(counts)])


def _rows(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int32)


def _whole_weeks(per_day: Floats, start: int) -> Floats:
    """Fill the first and the last week up with days of nothing."""
    after = -(start + per_day.shape[1]) % 7
    return np.pad(per_day, ((0, 0), (start, after)))


def _summed(per_day: Floats) -> Floats:
    sums = np.zeros((per_day.shape[0], per_day.shape[1] + 1))
    sums[:, 1:] = np.cumsum(per_day, axis=1, dtype=np.longdouble)
    return sums


def _next_days(capacity: Floats) -> Ints:
    days = capacity.shape[1]
    found = np.full((len(capacity), days + 1), days, dtype=np.int32)
    found[:, :-1] = np.where(capacity > 0, np.arange(days, dtype=np.int32), days)
    return np.minimum.accumulate(found[:, ::-1], axis=1)[:, ::-1].copy()


def _patterns(per_day: Floats) -> tuple[Ints, Floats]:
    """Which kind of week each week of each calendar is, and what the kinds offer."""
    weeks = np.ascontiguousarray(per_day).view(f"V{7 * per_day.itemsize}")
    kinds, pattern = np.unique(weeks.ravel(), return_inverse=True)
    days = kinds.view(np.float64).reshape(-1, 7)
    patterns = np.zeros((len(days), 24))
    patterns[:, SUMS + 1 : SUMS + 8] = np.cumsum(days, axis=1)
    patterns[:, OFFERS : OFFERS + 7] = days
    patterns[:, SHARES : SHARES + 7] = _one_over(days)
    patterns[:, FULLEST] = _one_over(days.max(axis=1))
    return pattern.reshape(weeks.shape).astype(np.int32), patterns


def _one_over(numbers: Floats) -> Floats:
    """One over each, 0 for 0; what is next to nothing counts as a little more."""
    over = np.zeros_like(numbers)
    return np.divide(1.0, np.maximum(numbers, 1e-12), out=over, where=numbers > 0)
