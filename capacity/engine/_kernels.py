"""The compiled heart: one trial after the other, event by event, in continuous time.

Time is days from the Monday of the plan's first week. All that a trial needs is drawn
before it is played or, where it may not be needed, when the trial gets there; the
numbers are the same either way.

Kernels are put into their callers as they are, down to one ``run_trials``; the names
of what they are handed are short, as they are everywhere: ``m`` the plan's arrays,
``d`` what is needed to draw, ``s`` where the trial stands, ``t`` what it came to.
"""

from __future__ import annotations

import math

import numpy as np

from capacity.engine._compiling import apart, called, compiled
from capacity.engine._draws import (
    DRAWN,
    LACKS_ROOM,
    draw_arrivals,
    draw_packages,
    forget_arrivals,
)
from capacity.engine._random import float_of_bits
from capacity.engine._weeks import (
    ARRIVED,
    HEAP,
    IDLE,
    LACKS_KNOTS,
    LATE_READY,
    LATE_WEEKS,
    LEFT,
    LINE,
    NEVER,
    OPEN,
    STACK,
    TINY,
    TRIAL,
    end_in_week,
    forget_weeks,
    knot_at,
    lay_weeks,
    moment_of,
    progress_at,
    sum_at,
    week_of_goal,
)
from capacity.engine.arrays import LAID, STRETCH, Draws, State, Tally
from capacity.engine.model import Arrays, Ints

_BITS_OF_NEVER = np.array([NEVER]).view(np.int64)[0]
_ONE = np.uint64(1)
_NONE = np.uint64(0)
_58 = np.uint64(58)
_DE_BRUIJN = np.uint64(0x03F79D71B4CB0A89)
_LOWEST = np.zeros(64, dtype=np.int64)
for _bit in range(64):
    _LOWEST[((int(_DE_BRUIJN) << _bit) & 0xFFFFFFFFFFFFFFFF) >> 58] = _bit


@apart
def _is_free_now(
    m: Arrays, d: Draws, s: State, t: Tally, engineer: int, now: float
) -> bool:
    """Tell whether an idle engineer has capacity now; else note when next."""
    if s.flows[engineer] and s.ended[engineer] >= now - TINY:
        return True
    day = int(now)
    if day >= m.days:
        return False
    if m.capacity[engineer, day] <= 0.0:
        following = m.next_day[engineer, day]
        if following < m.days:
            s.wake[engineer] = float(following)
        return False
    position = sum_at(m.cumulative[engineer], m.capacity[engineer], now)
    knot = knot_at(m, d, s, t, engineer, day, position)
    if s.rate[knot] > 0.0:
        return True
    people, week = len(s.job), day // 7
    while s.rate[knot] <= 0.0:
        knot += 1
        if knot == s.first_knot[week * people + engineer + 1]:
            week += 1
            if week == m.span:
                return False
            if week == s.sizes[LAID]:
                lay_weeks(m, d, s, t)
            knot = s.first_knot[week * people + engineer]
    # The first moment after the position where capacity begins to flow again.
    position = s.position[knot]
    while day < m.days and m.cumulative[engineer, day + 1] <= position + TINY:
        day += 1
    if day < m.days:
        share = (position - m.cumulative[engineer, day]) / m.capacity[engineer, day]
        s.wake[engineer] = day + share if share > TINY else float(day)
    return False


@compiled
def _begin_at(
    m: Arrays, d: Draws, s: State, t: Tally, engineer: int, now: float
) -> float:
    """Progress a package begun now starts from; exact when it follows the last one."""
    if s.ended[engineer] >= now - TINY:
        return s.goal[engineer]
    position = sum_at(m.cumulative[engineer], m.capacity[engineer], now)
    knot = knot_at(m, d, s, t, engineer, int(now), position)
    return progress_at(s, knot, position)


@compiled
def _count_load(
    m: Arrays, s: State, t: Tally, engineer: int, skill: int, speed: float, last: int
) -> None:
    """Add the work in hand to the weeks it is done in, up to the ``last``."""
    people, begin = len(s.job), s.begin[engineer]
    week = int(s.started[engineer]) // 7
    while week < m.weeks and week <= last:
        upto = s.goal[engineer]
        if week < last:
            upto = s.reached[week * people + engineer]
        used = max(upto - begin, 0.0)
        t.load[engineer, week] += used
        t.done[skill, week] += used * speed
        begin += used
        week += 1


@compiled
def _count_waiting(
    m: Arrays, s: State, t: Tally, row: int, last: int, worked: float
) -> None:
    """Add the time a package stood ready, until it was begun in the ``last`` week."""
    if row < m.packages:
        t.queue[row] += worked - s.worked_at[row]
    first = int(s.ready_at[row]) // 7
    if first < m.weeks and first < last:
        skill, effort = m.skill_of[s.kind[row]], s.effort[row]
        t.unmet[skill, first] += effort
        t.unmet[skill, min(last, m.weeks)] -= effort


@apart
def _begin(
    m: Arrays,
    d: Draws,
    s: State,
    t: Tally,
    engineer: int,
    row: int,
    now: float,
    worked: float,
) -> None:
    """Put a package into an engineer's hands."""
    kind = s.kind[row]
    speed = m.speed[m.group_of[kind], engineer]
    begin = _begin_at(m, d, s, t, engineer, now)
    goal = begin + s.effort[row] / speed
    week = week_of_goal(m, d, s, t, engineer, goal, int(now) // 7)
    end, flows = NEVER, False
    if week < m.span:
        end, flows = end_in_week(m, s, engineer, goal, week)
    s.job[engineer] = row
    s.wake[engineer] = end
    s.ended[engineer] = end
    s.flows[engineer] = flows
    s.begin[engineer] = begin
    s.started[engineer] = now
    s.goal[engineer] = goal
    s.start[row] = now
    s.end[row] = end
    s.who[row] = engineer
    _count_load(m, s, t, engineer, m.skill_of[kind], speed, week)
    if s.ready_at[row] < now:
        _count_waiting(m, s, t, row, int(now) // 7, worked)
    if row < m.packages:
        s.worked_at[row] = worked
        demand = m.demand_of[row]
        if s.begun_day[demand] < 0:
            s.begun_day[demand] = int(now + TINY)


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
def _pop(s: State) -> int:
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
def _make_ready(m: Arrays, s: State, row: int, moment: float, worked: float) -> None:
    """Offer a package to whoever can do it; one of no effort is done at once."""
    s.ready_at[row] = moment
    kind = s.kind[row]
    if m.needs_nobody[kind]:
        s.start[row] = moment
        s.end[row] = moment
        s.stack[s.sizes[STACK]] = row
        s.sizes[STACK] += 1
        return
    group = m.group_of[kind]
    s.ready[group] += 1
    if row < m.packages:
        s.worked_at[row] = worked
        s.bits[group, row >> 6] |= _ONE << np.uint64(row & 63)
        s.best[group] = min(s.best[group], row)
    else:
        s.sizes[LATE_READY] += 1


@apart
def _release(m: Arrays, s: State, row: int, now: float, worked: float) -> None:
    """Make a package ready whose predecessors are done, or let its wait run."""
    # The day that begins at the end of the horizon is not in it.
    if s.not_before[row] >= m.days:
        return
    moment = s.since[row]
    wait = 0.0
    if row >= m.packages:
        wait = s.late.wait[row - m.packages]
    elif m.wait_column[row] >= 0:
        wait = s.wait[m.wait_column[row]]
    if wait > TINY:
        if moment >= m.days:
            return
        position = sum_at(m.worked, m.is_working, moment) + wait
        moment = moment_of(m.worked, m.is_working, position, int(moment))
    if moment <= now + TINY:
        _make_ready(m, s, row, moment, worked)
    elif moment <= m.days:
        _push(s, moment, row)


@compiled
def _after(
    m: Arrays, s: State, row: int, end: float, day: int, now: float, worked: float
) -> None:
    """One thing less that the package waits for."""
    s.since[row] = max(s.since[row], end)
    s.not_before[row] = max(s.not_before[row], day)
    s.open_before[row] -= 1
    if s.open_before[row] == 0:
        _release(m, s, row, now, worked)


@compiled
def _finish_demand(m: Arrays, s: State, demand: int, now: float, worked: float) -> None:
    """Note the day a demand is done and tell the demands that wait for it."""
    day = s.last_day[demand]
    s.finish_day[demand] = day
    if s.begun_day[demand] < 0:
        s.begun_day[demand] = day
    s.sizes[OPEN] -= 1
    s.open_in[demand >> 6] -= 1
    for i in range(m.later_from[demand], m.later_from[demand + 1]):
        later = m.later[i]
        for row in range(m.first_package[later], m.first_package[later + 1]):
            _after(m, s, row, s.ends[demand], day, now, worked)


@compiled
def _leave_line(s: State, arrival: int) -> None:
    """Take an arrival that is done out of the rank order."""
    kept = 0
    for i in range(s.sizes[LINE]):
        if s.line[i] != arrival:
            s.line[kept] = s.line[i]
            kept += 1
    s.sizes[LINE] = kept


@compiled
def _settle(m: Arrays, s: State, now: float, worked: float) -> None:
    """Tell everybody who waits for what has just been done."""
    while s.sizes[STACK] > 0:
        s.sizes[STACK] -= 1
        row = s.stack[s.sizes[STACK]]
        end, kind, owner = s.end[row], s.kind[row], s.owner[row]
        # Work of no effort is done on the day it may begin, not on the day before.
        first = s.not_before[row] if m.needs_nobody[kind] else int(s.start[row] + TINY)
        day = min(max(math.ceil(end) - 1, first), m.days - 1)
        s.left[owner] -= 1
        for i in range(m.next_from[kind], m.next_from[kind + 1]):
            _after(m, s, row + m.following[i] - kind, end, day, now, worked)
        if owner >= m.demands:
            if s.left[owner] == 0:
                _leave_line(s, owner - m.demands)
            continue
        s.sizes[LEFT] -= 1
        s.last_day[owner] = max(s.last_day[owner], day)
        s.ends[owner] = max(s.ends[owner], end)
        if s.left[owner] == 0:
            _finish_demand(m, s, owner, now, worked)


@compiled
def _next_ready(s: State, group: int, word: int, waiting: np.uint64) -> int:
    """First ready package of a group among these of a word, or in a later word."""
    words = s.bits.shape[1]
    while waiting == _NONE:
        word += 1
        if word >= words:
            return 64 * words
        waiting = s.bits[group, word]
    lowest = waiting & (~waiting + _ONE)
    return word * 64 + _LOWEST[(lowest * _DE_BRUIJN) >> _58]


@compiled
def _skip(s: State, group: int, row: int) -> None:
    """Look at a group's packages after this one only."""
    # Shifting twice, as a shift by 64 is undefined.
    passed, word = np.uint64(row & 63), row >> 6
    waiting = ((s.bits[group, word] >> passed) >> _ONE) << passed << _ONE
    s.best[group] = _next_ready(s, group, word, waiting)


@compiled
def _has_free_member(m: Arrays, s: State, group: int) -> bool:
    for k in range(m.member_from[group], m.member_from[group + 1]):
        if s.is_free[m.member[k]]:
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
                s.ready_at[row] < NEVER
                and s.start[row] == NEVER
                and not s.late_skipped[row - m.packages]
                and _has_free_member(m, s, m.group_of[s.kind[row]])
            ):
                return row
    return -1


@compiled
def _best_ready(m: Arrays, s: State, count: int) -> int:
    """Best ranked ready package that somebody free can do, or -1."""
    best = m.packages
    for i in range(count):
        engineer = s.free[i]
        for k in range(m.joined_from[engineer], m.joined_from[engineer + 1]):
            best = min(best, s.best[m.joined[k]])
    if s.sizes[LATE_READY] > 0:
        late = _first_late(m, s, m.demand_of[best] if best < m.packages else m.demands)
        if late >= 0:
            return late
    return best if best < m.packages else -1


@apart
def _end_beyond(m: Arrays, s: State, engineer: int, goal: float) -> float:
    """Moment after the horizon at which the goal is reached, or NEVER."""
    need = goal - s.reached[(m.span - 1) * len(s.job) + engineer]
    days = m.beyond.shape[1]
    week = 0.0
    for day in range(days):
        offered = m.beyond[engineer, day]
        if offered > 0.0 and need <= offered + TINY:
            return m.days + day + min(need / offered, 1.0)
        need -= offered
        if day >= days - 7:
            week += offered
    return m.days + days + 7.0 * need / week if week > 0.0 else NEVER


@compiled
def _end_of(
    m: Arrays,
    d: Draws,
    s: State,
    t: Tally,
    engineer: int,
    row: int,
    now: float,
) -> float:
    """When an engineer would finish a package begun now, or NEVER."""
    speed = m.speed[m.group_of[s.kind[row]], engineer]
    goal = _begin_at(m, d, s, t, engineer, now) + s.effort[row] / speed
    week = week_of_goal(m, d, s, t, engineer, goal, int(now) // 7)
    if week < m.span:
        return end_in_week(m, s, engineer, goal, week)[0]
    return _end_beyond(m, s, engineer, goal)


@apart
def _choose(
    m: Arrays, d: Draws, s: State, t: Tally, row: int, count: int, now: float
) -> int:
    """Who of the free would finish a package first, or -1 if nobody ever would."""
    if count == 1 and m.stays[s.free[0]]:
        return s.free[0]
    group = m.group_of[s.kind[row]]
    chosen, soonest = -1, NEVER
    for k in range(m.member_from[group], m.member_from[group + 1]):
        engineer = m.member[k]
        if not s.is_free[engineer]:
            continue
        end = _end_of(m, d, s, t, engineer, row, now)
        if end == NEVER:
            continue
        if chosen < 0 or end < soonest - TINY:
            chosen, soonest = engineer, end
    return chosen


@compiled
def _has_work(m: Arrays, s: State, engineer: int) -> bool:
    for k in range(m.joined_from[engineer], m.joined_from[engineer + 1]):
        if s.ready[m.joined[k]] > 0:
            return True
    return False


@compiled
def _find_free(m: Arrays, d: Draws, s: State, t: Tally, now: float) -> int:
    """List the people who are free and have something to do, and count them."""
    count = 0
    for i in range(s.sizes[IDLE]):
        engineer = s.idle[i]
        s.wake[engineer] = NEVER
        if _has_work(m, s, engineer) and _is_free_now(m, d, s, t, engineer, now):
            s.is_free[engineer] = True
            s.free[count] = engineer
            count += 1
    return count


@compiled
def _remove(people: Ints, size: int, engineer: int) -> int:
    """Take somebody out of a list; gives its new size."""
    place = 0
    while people[place] != engineer:
        place += 1
    people[place] = people[size - 1]
    return size - 1


@compiled
def _dispatch(
    m: Arrays, d: Draws, s: State, t: Tally, now: float, worked: float
) -> None:
    """Give ready work to free people, in rank order, to who would finish it first."""
    count = _find_free(m, d, s, t, now)
    has_skipped = False
    while count > 0:
        row = _best_ready(m, s, count)
        if row < 0:
            break
        group = m.group_of[s.kind[row]]
        chosen = _choose(m, d, s, t, row, count, now)
        if chosen < 0:
            has_skipped = True
            if row < m.packages:
                _skip(s, group, row)
            else:
                s.late_skipped[row - m.packages] = True
            continue
        if row < m.packages:
            _skip(s, group, row)
            s.bits[group, row >> 6] &= ~(_ONE << np.uint64(row & 63))
        else:
            s.sizes[LATE_READY] -= 1
        s.ready[group] -= 1
        s.is_free[chosen] = False
        count = _remove(s.free, count, chosen)
        s.sizes[IDLE] = _remove(s.idle, s.sizes[IDLE], chosen)
        _begin(m, d, s, t, chosen, row, now, worked)
    for i in range(count):
        s.is_free[s.free[i]] = False
    if has_skipped:
        s.late_skipped[:] = False
        for group in range(len(s.best)):
            s.best[group] = _next_ready(s, group, 0, s.bits[group, 0])


@apart
def _arrive(m: Arrays, s: State, arrival: int, now: float, worked: float) -> None:
    """Let a new demand enter the backlog at its rank among the open ones."""
    stream = s.late.stream[arrival]
    kind = m.stream_from[stream]
    first = m.packages + s.late.first_row[arrival]
    last = m.packages + s.late.first_row[arrival + 1]
    s.left[m.demands + arrival] = last - first
    for row in range(first, last):
        s.kind[row] = kind + row - first
        s.owner[row] = m.demands + arrival
        s.open_before[row] = m.waits_on[s.kind[row]]
        s.since[row] = s.late.time[arrival] + m.start
        s.not_before[row] = 0
        s.ready_at[row] = NEVER
        s.start[row] = NEVER
        s.end[row] = NEVER
        s.effort[row] = s.late.effort[row - m.packages]
        s.late_skipped[row - m.packages] = False

    is_open = s.sizes[LINE] + s.sizes[OPEN]
    to_pass = int(m.stream_rank[stream] * is_open + 0.5 + TINY)
    demand, place = 0, 0
    while to_pass > 0:
        ahead = m.demands
        if place < s.sizes[LINE]:
            ahead = s.ahead_of[s.line[place]]
        if place < s.sizes[LINE] and ahead <= demand:
            place += 1
            to_pass -= 1
        elif (
            demand & 63 == 0
            and ahead >= demand + 64
            and s.open_in[demand >> 6] <= to_pass
        ):
            to_pass -= s.open_in[demand >> 6]
            demand += 64
        else:
            to_pass -= 1 if s.finish_day[demand] < 0 else 0
            demand += 1
    for i in range(s.sizes[LINE], place, -1):
        s.line[i] = s.line[i - 1]
    s.line[place] = arrival
    s.ahead_of[arrival] = demand
    s.sizes[LINE] += 1

    for row in range(first, last):
        if s.open_before[row] == 0:
            _release(m, s, row, now, worked)


@compiled
def _finish_jobs(
    m: Arrays, d: Draws, s: State, t: Tally, now: float, worked: float
) -> None:
    """End what ends now; who was at several packages goes on with the next at once."""
    for engineer in range(len(s.job)):
        if s.wake[engineer] > now + TINY:
            continue
        while s.job[engineer] >= 0 and s.wake[engineer] <= now + TINY:
            row = s.job[engineer]
            s.job[engineer] = -1
            s.idle[s.sizes[IDLE]] = engineer
            s.sizes[IDLE] += 1
            s.stack[s.sizes[STACK]] = row
            s.sizes[STACK] += 1
            if row < m.packages:
                t.touch[row] += worked - s.worked_at[row]
                held = m.next_doing[row]
                if held >= 0:
                    s.sizes[IDLE] -= 1
                    _begin(m, d, s, t, engineer, held, s.wake[engineer], worked)


@compiled
def _next_moment(m: Arrays, s: State) -> float:
    """The next moment at which anything can change."""
    # Positive floats stand in the order of their bits, and the least of whole numbers
    # is found several at a time.
    bits = s.wake_bits
    least = _BITS_OF_NEVER
    for engineer in range(len(bits)):
        least = min(least, bits[engineer])
    moment = float_of_bits(least)
    if s.sizes[HEAP] > 0:
        moment = min(moment, s.heap_time[0])
    if s.sizes[ARRIVED] < s.late.sizes[DRAWN]:
        moment = min(moment, s.late.time[s.sizes[ARRIVED]] + m.start)
    return moment


@apart
def _wipe(m: Arrays, d: Draws, s: State) -> None:
    """Set the state to the start of a trial."""
    for row in range(m.packages):
        s.open_before[row] = m.waits_on[row]
        s.since[row] = m.earliest[m.demand_of[row]]
        s.not_before[row] = int(s.since[row])
        s.ready_at[row] = NEVER
        s.start[row] = NEVER
        s.end[row] = NEVER
        s.who[row] = -1
    for demand in range(m.demands):
        s.left[demand] = m.first_package[demand + 1] - m.first_package[demand]
    s.open_in[:] = 64
    s.ends[:] = 0.0
    s.last_day[:] = m.start
    s.begun_day[:] = -1
    s.finish_day[:] = -1
    s.job[:] = -1
    s.wake[:] = NEVER
    s.goal[:] = 0.0
    s.ended[:] = 0.0
    s.flows[:] = False
    s.is_free[:] = False
    for engineer in range(len(s.job)):
        s.idle[engineer] = engineer
    s.bits[:] = _NONE
    s.best[:] = 64 * s.bits.shape[1]
    s.ready[:] = 0
    s.sizes[HEAP] = 0
    s.sizes[STACK] = 0
    s.sizes[LEFT] = m.packages
    s.sizes[ARRIVED] = 0
    s.sizes[LINE] = 0
    s.sizes[LATE_READY] = 0
    s.sizes[IDLE] = len(s.job)
    s.sizes[OPEN] = m.demands
    forget_weeks(d, s)


@apart
def _start(m: Arrays, d: Draws, s: State, t: Tally) -> None:
    """Put what people are at into their hands, and see what is ready at once."""
    now = float(m.start)
    for engineer in range(len(s.job)):
        held = m.first_doing[engineer]
        while held >= 0:
            s.open_before[held] = -1
            s.ready_at[held] = now
            s.worked_at[held] = 0.0
            held = m.next_doing[held]
        held = m.first_doing[engineer]
        if held >= 0:
            s.sizes[IDLE] = _remove(s.idle, s.sizes[IDLE], engineer)
            _begin(m, d, s, t, engineer, held, now, 0.0)
    for row in range(m.packages):
        if s.open_before[row] == 0:
            _release(m, s, row, now, 0.0)


@apart
def _draw_late(m: Arrays, d: Draws, s: State) -> None:
    """Draw arrivals until one is known that is still to come."""
    while (
        s.sizes[ARRIVED] == s.late.sizes[DRAWN]
        and s.sizes[LATE_WEEKS] < m.span
        and s.late.sizes[LACKS_ROOM] == 0
    ):
        s.sizes[LATE_WEEKS] = min(s.sizes[LATE_WEEKS] + STRETCH, m.span)
        until = float(min(7 * s.sizes[LATE_WEEKS], m.days) - m.start)
        draw_arrivals(d, s.late, s.sizes[TRIAL], until)


@compiled
def _play(m: Arrays, d: Draws, s: State, t: Tally) -> None:
    """Play one world until nothing that is asked for can change any more."""
    _wipe(m, d, s)
    _start(m, d, s, t)
    reported = float(min(7 * m.weeks, m.days))
    now = float(m.start)
    while now <= m.days:
        worked = sum_at(m.worked, m.is_working, now)
        _finish_jobs(m, d, s, t, now, worked)
        while s.sizes[HEAP] > 0 and s.heap_time[0] <= now + TINY:
            moment = s.heap_time[0]
            _make_ready(m, s, _pop(s), moment, worked)
        _draw_late(m, d, s)
        while (
            s.sizes[ARRIVED] < s.late.sizes[DRAWN]
            and s.late.time[s.sizes[ARRIVED]] + m.start <= now + TINY
        ):
            s.sizes[ARRIVED] += 1
            _arrive(m, s, s.sizes[ARRIVED] - 1, now, worked)
            _draw_late(m, d, s)
        _settle(m, s, now, worked)
        if s.sizes[LEFT] == 0 and (len(d.arrival_key) == 0 or now >= reported):
            break
        _dispatch(m, d, s, t, now, worked)
        now = max(now, _next_moment(m, s))
    _close(m, d, s, t)


@apart
def _close(m: Arrays, d: Draws, s: State, t: Tally) -> None:
    """Add what is neither begun nor done when the horizon, or all that counts, ends."""
    worked = m.worked[m.days]
    for engineer in range(len(s.job)):
        row = s.job[engineer]
        if 0 <= row < m.packages:
            t.touch[row] += worked - s.worked_at[row]
    rows = m.packages + s.late.first_row[s.sizes[ARRIVED]]
    for row in range(rows):
        if s.start[row] == NEVER and s.ready_at[row] < m.days:
            _count_waiting(m, s, t, row, m.span, worked)
    while s.sizes[LAID] < m.weeks:
        lay_weeks(m, d, s, t)


@called
def run_trials(
    m: Arrays,
    d: Draws,
    s: State,
    t: Tally,
    first: int,
    is_drawn: bool,  # noqa: FBT001 - Numba knows no keyword-only arguments
) -> bool:
    """Play trials from number ``first`` on, and add their outcome to the tally.

    False when the state had no room for all that was drawn; then the tally is wrong.
    ``is_drawn`` tells that the state already holds what else would be drawn.
    """
    s.sizes[LACKS_KNOTS] = 0
    s.late.sizes[LACKS_ROOM] = 0
    s.events.sizes[LACKS_ROOM] = 0
    for trial in range(len(t.finish_day)):
        s.sizes[TRIAL] = first + trial
        if not is_drawn:
            s.sizes[LATE_WEEKS] = 0
            forget_arrivals(s.late)
            draw_packages(d, first + trial, s.shared, s.effort, s.wait)
        _play(m, d, s, t)
        for demand in range(m.demands):
            if s.finish_day[demand] >= 0:
                t.finish_day[trial, demand] = s.finish_day[demand] - m.start
            if s.begun_day[demand] >= 0:
                t.begun_day[trial, demand] = s.begun_day[demand] - m.start
    lacks = s.sizes[LACKS_KNOTS] + s.late.sizes[LACKS_ROOM]
    return lacks + s.events.sizes[LACKS_ROOM] == 0
