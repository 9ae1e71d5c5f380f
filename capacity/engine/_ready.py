"""Compiled: what is ready, what waits, and what becomes of it when something is done.

A group's ready packages are bits of words, as rows are ranks: the first bit is the best
package. A second set of words marks which words are not 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from capacity.engine._compiling import apart, compiled
from capacity.engine._weeks import (
    HEAP,
    LEFT,
    LINE,
    MADE_READY,
    NEW_GROUP,
    OPEN,
    STACK,
    TINY,
    moment_of,
    position_at,
    week_of,
    week_on,
)
from capacity.engine.arrays import (
    BEFORE,
    BEGUN_DAY,
    EARLIEST,
    END,
    FINISH_DAY,
    IS_BEGUN,
    IS_FREE,
    IS_READY,
    LAST_DAY,
    LEFT_IN,
    READY,
    SINCE,
    START,
    WORKED,
    State,
)
from capacity.engine.model import GROUP, NEXT, OWNER, WAIT, Arrays

_ONE = np.uint64(1)
_NONE = np.uint64(0)
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)


def _count_zeros(_context: Any, _word: Any) -> Any:
    """Place of the lowest bit of a word that is not 0."""

    def generate(_context: Any, builder: Any, _signature: Any, words: Any) -> Any:
        return builder.cttz(words[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), generate


_lowest: Any = intrinsic(_count_zeros)


@compiled
def _push(s: State, moment: float, row: int) -> None:
    """Add a running wait to the heap."""
    child = s.sizes[HEAP]
    s.sizes[HEAP] = child + 1
    while child > 0:
        parent = (child - 1) >> 1
        if s.heap_time[parent] <= moment:
            break
        s.heap_time[child] = s.heap_time[parent]
        s.heap_row[child] = s.heap_row[parent]
        child = parent
    s.heap_time[child] = moment
    s.heap_row[child] = row


@compiled
def pop(s: State) -> int:
    """Take the wait that passes first off the heap."""
    row = s.heap_row[0]
    size = s.sizes[HEAP] - 1
    s.sizes[HEAP] = size
    moment, last = s.heap_time[size], s.heap_row[size]
    parent = 0
    while 2 * parent + 1 < size:
        child = 2 * parent + 1
        if child + 1 < size and s.heap_time[child + 1] < s.heap_time[child]:
            child += 1
        if s.heap_time[child] >= moment:
            break
        s.heap_time[parent] = s.heap_time[child]
        s.heap_row[parent] = s.heap_row[child]
        parent = child
    s.heap_time[parent] = moment
    s.heap_row[parent] = last
    return row


@compiled
def _mark_ready(s: State, group: int, row: int) -> None:
    """Put a package among those of its group that are ready."""
    word = row >> 6
    s.bits[group, word] |= _ONE << np.uint64(row & 63)
    s.marks[group, word >> 6] |= _ONE << np.uint64(word & 63)
    s.best[group] = min(s.best[group], row)


@compiled
def _take_out(s: State, group: int, row: int) -> None:
    """Take a package out of those that are ready."""
    word = row >> 6
    left = s.bits[group, word] & ~(_ONE << np.uint64(row & 63))
    s.bits[group, word] = left
    empty = _ONE if left == _NONE else _NONE
    s.marks[group, word >> 6] &= ~(empty << np.uint64(word & 63))


@compiled
def first_from(s: State, group: int, word: int, waiting: np.uint64) -> int:
    """First ready package of a group among these of a word, or in a later word."""
    if waiting == _NONE:
        block = word >> 6
        # Shifting twice, as a shift by 64 is undefined.
        marks = s.marks[group, block] & ((_ALL << np.uint64(word & 63)) << _ONE)
        while marks == _NONE:
            block += 1
            if block >= s.marks.shape[1]:
                return 64 * s.bits.shape[1]
            marks = s.marks[group, block]
        word = 64 * block + _lowest(marks)
        waiting = s.bits[group, word]
    return 64 * word + _lowest(waiting)


@compiled
def skip(s: State, group: int, row: int) -> None:
    """Look at a group's packages after this one only."""
    word = row >> 6
    later = (_ALL << np.uint64(row & 63)) << _ONE
    s.best[group] = first_from(s, group, word, s.bits[group, word] & later)


@compiled
def make_ready(m: Arrays, s: State, row: int, moment: float, worked: float) -> None:
    """Offer a package to whoever can do it; one of no effort is done at once."""
    course = s.course[row]
    course[SINCE] = moment
    if len(s.trace) > 0:
        s.trace[row, READY] = moment
    group = s.facts[row, GROUP]
    if group < 0:
        course[BEFORE] = IS_BEGUN
        s.stack[s.sizes[STACK]] = row
        s.sizes[STACK] += 1
        if len(s.trace) > 0:
            s.trace[row, START] = moment
            s.trace[row, END] = moment
        return
    course[BEFORE] = IS_READY
    s.sizes[MADE_READY] += 1
    s.sizes[NEW_GROUP] = group
    if row < m.packages:
        course[WORKED] = worked
        _mark_ready(s, group, row)
    else:
        ahead = s.ahead_of[s.facts[row, OWNER] - m.demands]
        s.front[group] = min(s.front[group], ahead)


@apart
def release(m: Arrays, s: State, row: int, now: float, worked: float) -> None:
    """Make a package ready whose predecessors are done, or let its wait run."""
    # The day that begins at the end of the horizon is not in it.
    if s.course[row, EARLIEST] >= m.days:
        return
    moment = s.course[row, SINCE]
    wait = 0.0
    if row >= m.packages:
        wait = s.late.wait[row - m.packages]
    elif s.facts[row, WAIT] >= 0:
        wait = s.wait[s.facts[row, WAIT]]
    if wait > TINY:
        if moment >= m.days:
            return
        calendar = len(s.people)
        position = position_at(m, calendar, moment) + wait
        if position > m.before[calendar, m.span] + TINY:
            return
        week = week_of(m, calendar, position, week_on(int(moment)))
        moment = moment_of(m, calendar, position - m.before[calendar, week], week)
    if moment <= now + TINY:
        make_ready(m, s, row, moment, worked)
    elif moment <= m.days:
        _push(s, moment, row)


@compiled
def _after(
    m: Arrays, s: State, row: int, end: float, day: int, now: float, worked: float
) -> None:
    """One thing less that the package waits for."""
    course = s.course[row]
    if course[BEFORE] < 0.0:
        return  # in hand already
    course[SINCE] = max(course[SINCE], end)
    course[EARLIEST] = max(course[EARLIEST], day)
    course[BEFORE] -= 1.0
    if course[BEFORE] == 0.0:
        if (
            row < m.packages
            and s.facts[row, WAIT] < 0
            and course[SINCE] <= now + TINY
            and course[EARLIEST] < m.days
        ):
            make_ready(m, s, row, course[SINCE], worked)
        else:
            release(m, s, row, now, worked)


@apart
def _finish_demand(m: Arrays, s: State, demand: int, now: float, worked: float) -> None:
    """Note the day a demand is done and tell the demands that wait for it."""
    day = s.owners[demand, LAST_DAY]
    s.owners[demand, FINISH_DAY] = day
    if s.owners[demand, BEGUN_DAY] < 0:
        s.owners[demand, BEGUN_DAY] = day
    s.sizes[OPEN] -= 1
    s.open_in[demand >> 6] -= 1
    for i in range(m.later_from[demand], m.later_from[demand + 1]):
        later = m.later[i]
        for row in range(m.first_package[later], m.first_package[later + 1]):
            _after(m, s, row, s.ends[demand], day, now, worked)


@apart
def find_front(m: Arrays, s: State, group: int) -> None:
    """Note before which demand the first arrival stands whose work is ready."""
    s.front[group] = m.demands + 1
    for i in range(s.sizes[LINE]):
        arrival = s.line[i]
        first, last = s.late.first_row[arrival], s.late.first_row[arrival + 1]
        for row in range(m.packages + first, m.packages + last):
            if s.course[row, BEFORE] == IS_READY and s.facts[row, GROUP] == group:
                s.front[group] = s.ahead_of[arrival]
                return


@apart
def _leave_line(s: State, arrival: int) -> None:
    """Take an arrival that is done out of the rank order."""
    kept = 0
    for i in range(s.sizes[LINE]):
        if s.line[i] != arrival:
            s.line[kept] = s.line[i]
            kept += 1
    s.sizes[LINE] = kept


@compiled
def _pattern_of(m: Arrays, s: State, row: int) -> int:
    """The pattern that a package of an arrival was cut from."""
    arrival = s.facts[row, OWNER] - m.demands
    first = m.packages + s.late.first_row[arrival]
    return m.stream_from[s.late.stream[arrival]] + row - first


@compiled
def settle_row(
    m: Arrays, s: State, row: int, end: float, first: int, now: float, worked: float
) -> None:
    """Tell everybody who waits for a package that it is done; not before a day."""
    owner = s.facts[row, OWNER]
    day = int(end)
    day -= 1 if day == end else 0
    day = min(max(day, first), m.days - 1)
    following = s.facts[row, NEXT]
    if following > 0:
        _after(m, s, row + following, end, day, now, worked)
    elif following < 0:
        kind = row
        if row >= m.packages:
            kind = _pattern_of(m, s, row)
        for i in range(m.next_from[kind], m.next_from[kind + 1]):
            _after(m, s, row + m.following[i] - kind, end, day, now, worked)
    s.owners[owner, LEFT_IN] -= 1
    if owner >= m.demands:
        if s.owners[owner, LEFT_IN] == 0:
            _leave_line(s, owner - m.demands)
        return
    s.sizes[LEFT] -= 1
    s.owners[owner, LAST_DAY] = max(s.owners[owner, LAST_DAY], day)
    s.ends[owner] = max(s.ends[owner], end)
    if s.owners[owner, LEFT_IN] == 0:
        _finish_demand(m, s, owner, now, worked)


@apart
def settle(m: Arrays, s: State, now: float, worked: float) -> None:
    """Tell everybody who waits for what has just been done."""
    while s.sizes[STACK] > 0:
        s.sizes[STACK] -= 1
        row = s.stack[s.sizes[STACK]]
        # Work of no effort is done on the day it may begin, not on the day before.
        end, first = s.course[row, SINCE], int(s.course[row, EARLIEST])
        settle_row(m, s, row, end, first, now, worked)


@compiled
def _has_free_member(m: Arrays, s: State, group: int) -> bool:
    for k in range(m.member_from[group], m.member_from[group + 1]):
        if s.tasks[m.member[k], IS_FREE]:
            return True
    return False


@apart
def _first_late(m: Arrays, s: State, before: int) -> int:
    """Best ready package of an arrival that stands before a demand, or -1."""
    for i in range(s.sizes[LINE]):
        arrival = s.line[i]
        if s.ahead_of[arrival] > before:
            return -1
        first, last = s.late.first_row[arrival], s.late.first_row[arrival + 1]
        for row in range(m.packages + first, m.packages + last):
            if (
                s.course[row, BEFORE] == IS_READY
                and not s.late_skipped[row - m.packages]
                and _has_free_member(m, s, s.facts[row, GROUP])
            ):
                return row
    return -1


@compiled
def best_for(
    m: Arrays, s: State, engineer: int, best: int, front: int
) -> tuple[int, int]:
    """The best package an engineer can do, or the one given, and likewise the demand
    before which the first arrival stands that an engineer can help.
    """
    for k in range(m.joined.shape[1]):
        group = m.joined[engineer, k]
        best = min(best, s.best[group])
        front = min(front, s.front[group])
    return best, front


@compiled
def or_late(m: Arrays, s: State, best: int, front: int) -> int:
    """What is best ranked with the arrivals, or -1."""
    demand = s.facts[best, OWNER] if best < m.packages else m.demands
    if front <= demand:
        late = _first_late(m, s, demand)
        if late >= 0:
            return late
    return best if best < m.packages else -1


@compiled
def hand_out(m: Arrays, s: State, row: int) -> None:
    """Take a package that is about to be begun out of what is ready."""
    if row < m.packages:
        group = s.facts[row, GROUP]
        skip(s, group, row)
        _take_out(s, group, row)


@compiled
def has_work(m: Arrays, s: State, engineer: int) -> bool:
    best, front = best_for(m, s, engineer, m.packages, m.demands + 1)
    return best < m.packages or front <= m.demands
