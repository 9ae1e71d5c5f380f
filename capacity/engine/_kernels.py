"""The compiled heart: one trial after the other, event by event, in continuous time.

Capacity is looked up in two layers. The calendar turns a moment into a *position*: the
capacity the person offered before it. Interruptions turn the position into *progress*,
a broken line with knots (position, progress, rate); without them it is the position
itself. A package of effort w at speed s therefore ends where progress has grown by
w / s: a search, not an integration.

Two moments less than ``TINY`` apart (a ten-thousandth of a second) are one moment, and
an end that close to midnight is midnight. Sums of decimal fractions are off by far less
than that, and continuous draws never come so close.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from capacity.engine.model import Arrays, Drawn, State, Tally

TINY = 1e-9
NEVER = math.inf

# Without Numba's reference counts, as nothing is allocated here: counting every array
# of every call took nine tenths of the time and kept threads from each other.
_compiled = njit(cache=True, nogil=True, _nrt=False)

_ONE = np.uint64(1)
_NONE = np.uint64(0)
_58 = np.uint64(58)
_DE_BRUIJN = np.uint64(0x03F79D71B4CB0A89)
_LOWEST = np.zeros(64, dtype=np.int64)
for _bit in range(64):
    _product = (int(_DE_BRUIJN) << _bit) & 0xFFFFFFFFFFFFFFFF
    _LOWEST[_product >> 58] = _bit


_HEAP, _STACK, _LEFT = 0, 1, 2


@_compiled
def moment_of(
    cumulative: NDArray[np.float64],
    capacity: NDArray[np.float64],
    position: float,
    day: int,
) -> float:
    """First moment from ``day`` on at which the cumulative sum reaches ``position``."""
    days = len(capacity)
    goal = position - TINY
    if cumulative[days] < goal or day >= days:
        return NEVER
    while day + 7 <= days and cumulative[day + 7] < goal:
        day += 7
    while cumulative[day + 1] < goal:
        day += 1
    if capacity[day] <= 0.0:
        return float(day)
    share = (position - cumulative[day]) / capacity[day]
    if share >= 1.0 - TINY:
        return day + 1.0
    if share <= TINY:
        return float(day)
    return day + share


@_compiled
def sum_at(
    cumulative: NDArray[np.float64], capacity: NDArray[np.float64], moment: float
) -> float:
    """Cumulative sum at a moment, the inverse of ``moment_of``."""
    day = int(moment)
    if day >= len(capacity):
        return cumulative[len(capacity)]
    return cumulative[day] + (moment - day) * capacity[day]


@_compiled
def _knot_at(drawn: Drawn, row: int, engineer: int, knot: int, position: float) -> int:
    last = drawn.knot_from[row, engineer + 1] - 1
    while knot < last and drawn.knot_position[knot + 1] <= position + TINY:
        knot += 1
    return knot


@_compiled
def _end_of(
    m: Arrays, drawn: Drawn, row: int, engineer: int, knot: int, goal: float, day: int
) -> float:
    """Moment at which the engineer's progress reaches the goal, or NEVER."""
    last = drawn.knot_from[row, engineer + 1] - 1
    while knot < last and drawn.knot_progress[knot + 1] < goal - TINY:
        knot += 1
    rate = drawn.knot_rate[knot]
    if rate > 0.0:
        position = drawn.knot_position[knot] + (goal - drawn.knot_progress[knot]) / rate
        if knot < last:
            position = min(position, drawn.knot_position[knot + 1])
    elif goal <= drawn.knot_progress[knot] + TINY:
        position = drawn.knot_position[knot]
    else:
        return NEVER
    return moment_of(m.cumulative[engineer], m.capacity[engineer], position, day)


@_compiled
def _look_up(
    m: Arrays, drawn: Drawn, s: State, row: int, engineer: int, now: float
) -> bool:
    """Tell whether an idle engineer has capacity now; else note when next."""
    day = int(now)
    if day >= m.days:
        s.free_from[engineer] = NEVER
        return False
    if m.capacity[engineer, day] <= 0.0:
        following = m.next_day[engineer, day]
        s.free_from[engineer] = float(following) if following < m.days else NEVER
        return False
    position = sum_at(m.cumulative[engineer], m.capacity[engineer], now)
    knot = _knot_at(drawn, row, engineer, s.knot[engineer], position)
    s.knot[engineer] = knot
    if drawn.knot_rate[knot] > 0.0:
        return True
    last = drawn.knot_from[row, engineer + 1] - 1
    while knot < last and drawn.knot_rate[knot] <= 0.0:
        knot += 1
    if drawn.knot_rate[knot] <= 0.0:
        s.free_from[engineer] = NEVER
        return False
    position = drawn.knot_position[knot]
    while day < m.days and m.cumulative[engineer, day + 1] <= position + TINY:
        day += 1
    if day >= m.days:
        s.free_from[engineer] = NEVER
        return False
    share = (position - m.cumulative[engineer, day]) / m.capacity[engineer, day]
    s.free_from[engineer] = day + share if share > TINY else float(day)
    return False


@_compiled
def _progress_at(
    m: Arrays, drawn: Drawn, s: State, row: int, engineer: int, now: float
) -> float:
    """Progress a package begun now starts from; exact when it follows the last one."""
    if s.ended[engineer] >= now - TINY:
        return s.progress[engineer]
    position = sum_at(m.cumulative[engineer], m.capacity[engineer], now)
    knot = _knot_at(drawn, row, engineer, s.knot[engineer], position)
    s.knot[engineer] = knot
    ahead = max(position - drawn.knot_position[knot], 0.0)
    return drawn.knot_progress[knot] + drawn.knot_rate[knot] * ahead


@_compiled
def _spread_load(
    m: Arrays,
    drawn: Drawn,
    tally: Tally,
    row: int,
    engineer: int,
    knot: int,
    skill: int,
    speed: float,
    now: float,
    end: float,
    begin: float,
    goal: float,
) -> None:
    """Add a package's work to the weeks it is done in."""
    week = m.week[min(int(now), m.days - 1)]
    while week < m.weeks:
        border = min(7 * (week + 1) - m.weekday, m.days)
        upto = goal
        if end > border:
            position = m.cumulative[engineer, border]
            knot = _knot_at(drawn, row, engineer, knot, position)
            upto = drawn.knot_progress[knot] + drawn.knot_rate[knot] * max(
                position - drawn.knot_position[knot], 0.0
            )
        tally.load[engineer, week] += max(upto - begin, 0.0)
        tally.done[skill, week] += max(upto - begin, 0.0) * speed
        if end <= border or border >= m.days:
            return
        begin = max(upto, begin)
        week += 1


@_compiled
def _begin(
    m: Arrays,
    drawn: Drawn,
    s: State,
    tally: Tally,
    trial: int,
    trace: int,
    row: int,
    engineer: int,
    package: int,
    speed: float,
    now: float,
) -> None:
    """Put a package into an engineer's hands."""
    begin = _progress_at(m, drawn, s, row, engineer, now)
    goal = begin + drawn.effort[trial, package] / speed
    end = _end_of(m, drawn, row, engineer, s.knot[engineer], goal, int(now))
    s.job[engineer] = package
    s.is_begun[package] = True
    s.free_from[engineer] = end
    s.ended[engineer] = end
    s.progress[engineer] = goal
    tally.start[trace, package] = now
    tally.end[trace, package] = end
    tally.who[trace, package] = engineer
    demand = m.demand_of[package]
    begun = tally.begun_day[trial, demand]
    today = int(now + TINY)
    if begun < 0 or today < begun:
        tally.begun_day[trial, demand] = today
    horizon = float(m.days)
    started = sum_at(m.worked, m.is_working, now)
    tally.queue[package] += started - sum_at(
        m.worked, m.is_working, min(s.ready_at[package], now)
    )
    tally.touch[package] += sum_at(m.worked, m.is_working, min(end, horizon)) - started
    first = m.week[min(int(s.ready_at[package]), m.days)]
    if first < m.weeks:
        amount = drawn.effort[trial, package]
        skill = m.skill_of[package]
        tally.unmet[skill, first] += amount
        last = m.week[int(now)]
        tally.unmet[skill, min(last, m.weeks)] -= amount
    _spread_load(
        m,
        drawn,
        tally,
        row,
        engineer,
        s.knot[engineer],
        m.skill_of[package],
        speed,
        now,
        end,
        begin,
        goal,
    )


@_compiled
def _push(s: State, moment: float, package: int) -> None:
    """Add a running wait to the heap."""
    child = s.count[_HEAP]
    s.count[_HEAP] = child + 1
    while child > 0:
        parent = (child - 1) >> 1
        if s.heap_time[parent] <= moment:
            break
        s.heap_time[child] = s.heap_time[parent]
        s.heap_package[child] = s.heap_package[parent]
        child = parent
    s.heap_time[child] = moment
    s.heap_package[child] = package


@_compiled
def _pop(s: State) -> int:
    """Take the wait that passes first off the heap."""
    package = s.heap_package[0]
    size = s.count[_HEAP] - 1
    s.count[_HEAP] = size
    moment, last = s.heap_time[size], s.heap_package[size]
    parent = 0
    while True:
        child = 2 * parent + 1
        if child >= size:
            break
        if child + 1 < size and s.heap_time[child + 1] < s.heap_time[child]:
            child += 1
        if s.heap_time[child] >= moment:
            break
        s.heap_time[parent] = s.heap_time[child]
        s.heap_package[parent] = s.heap_package[child]
        parent = child
    s.heap_time[parent] = moment
    s.heap_package[parent] = last
    return package


@_compiled
def _make_ready(
    m: Arrays, s: State, tally: Tally, trace: int, package: int, moment: float
) -> None:
    s.ready_at[package] = moment
    tally.ready[trace, package] = moment
    if m.is_free[package]:
        s.is_begun[package] = True
        tally.start[trace, package] = moment
        tally.end[trace, package] = moment
        s.stack[s.count[_STACK]] = package
        s.count[_STACK] += 1
        return
    group = m.group_of[package]
    word = package >> 6
    s.bits[group, word] |= _ONE << np.uint64(package & 63)
    s.low[group] = min(s.low[group], word)
    s.ready[group] += 1


@_compiled
def _release(
    m: Arrays,
    drawn: Drawn,
    s: State,
    tally: Tally,
    trial: int,
    trace: int,
    package: int,
    now: float,
) -> None:
    """Make a package ready whose predecessors are done, or let its wait run."""
    if s.is_begun[package]:
        return
    moment = s.since[package]
    column = m.wait_column[package]
    if column >= 0 and drawn.wait[trial, column] > TINY:
        if moment >= m.days:
            return
        position = sum_at(m.worked, m.is_working, moment) + drawn.wait[trial, column]
        moment = moment_of(m.worked, m.is_working, position, int(moment))
    if moment <= now + TINY:
        _make_ready(m, s, tally, trace, package, moment)
    elif moment <= m.days:
        _push(s, moment, package)


@_compiled
def _settle(
    m: Arrays,
    drawn: Drawn,
    s: State,
    tally: Tally,
    trial: int,
    trace: int,
    now: float,
) -> None:
    """Tell everybody who waits for what has just been done."""
    while s.count[_STACK] > 0:
        s.count[_STACK] -= 1
        package = s.stack[s.count[_STACK]]
        end = tally.end[trace, package]
        s.count[_LEFT] -= 1
        demand = m.demand_of[package]
        s.ends[demand] = max(s.ends[demand], end)
        # Work of no effort may be done on the day it may begin, not the day before.
        begun = m.earliest[demand]
        if not m.is_free[package]:
            begun = tally.start[trace, package] + TINY
        day = min(max(int(math.ceil(end)) - 1, int(begun)), m.days - 1)
        s.left[demand] -= 1
        s.last_day[demand] = max(s.last_day[demand], day)
        for i in range(m.next_from[package], m.next_from[package + 1]):
            other = m.following[i]
            s.since[other] = max(s.since[other], end)
            s.open_before[other] -= 1
            if s.open_before[other] == 0:
                _release(m, drawn, s, tally, trial, trace, other, now)
        if s.left[demand] == 0:
            tally.finish_day[trial, demand] = s.last_day[demand]
            if tally.begun_day[trial, demand] < 0:
                tally.begun_day[trial, demand] = s.last_day[demand]
            for i in range(m.later_from[demand], m.later_from[demand + 1]):
                later = m.later[i]
                for other in range(m.first_package[later], m.first_package[later + 1]):
                    s.since[other] = max(s.since[other], s.ends[demand])
                    s.open_before[other] -= 1
                    if s.open_before[other] == 0:
                        _release(m, drawn, s, tally, trial, trace, other, now)


@_compiled
def _first_ready(s: State, group: int) -> int:
    """Best ready package of a group that was not skipped, or -1."""
    words = s.bits.shape[1]
    word = s.low[group]
    skipped = s.skipped[group]
    if skipped < 0:
        while word < words and s.bits[group, word] == _NONE:
            word += 1
        s.low[group] = word
        if word == words:
            return -1
        waiting = s.bits[group, word]
    else:
        word = skipped >> 6
        # Shifting twice, as a shift by 64 is undefined.
        passed = np.uint64(skipped & 63)
        waiting = ((s.bits[group, word] >> passed) >> _ONE) << passed << _ONE
        while waiting == _NONE:
            word += 1
            if word == words:
                return -1
            waiting = s.bits[group, word]
    lowest = waiting & (~waiting + _ONE)
    return word * 64 + _LOWEST[(lowest * _DE_BRUIJN) >> _58]


@_compiled
def _dispatch(
    m: Arrays,
    drawn: Drawn,
    s: State,
    tally: Tally,
    trial: int,
    trace: int,
    row: int,
    now: float,
) -> None:
    """Give ready work to free people, in rank order, to who would finish it first."""
    count = 0
    for engineer in range(len(s.job)):
        s.is_free[engineer] = (
            s.job[engineer] < 0
            and s.free_from[engineer] <= now + TINY
            and _look_up(m, drawn, s, row, engineer, now)
        )
        if s.is_free[engineer]:
            s.free[count] = engineer
            count += 1
    has_skipped = False
    while count > 0:
        package, group = -1, -1
        for i in range(count):
            engineer = s.free[i]
            for k in range(m.joined_from[engineer], m.joined_from[engineer + 1]):
                if s.ready[m.joined[k]] > 0:
                    found = _first_ready(s, m.joined[k])
                    if found >= 0 and (package < 0 or found < package):
                        package, group = found, m.joined[k]
        if package < 0:
            break
        chosen, speed, soonest = -1, 1.0, NEVER
        for k in range(m.member_from[group], m.member_from[group + 1]):
            engineer = m.member[k]
            if not s.is_free[engineer]:
                continue
            goal = (
                _progress_at(m, drawn, s, row, engineer, now)
                + drawn.effort[trial, package] / m.member_speed[k]
            )
            end = _end_of(m, drawn, row, engineer, s.knot[engineer], goal, int(now))
            never = end == NEVER and m.leaves[engineer]
            if not never and (chosen < 0 or end < soonest - TINY):
                chosen, speed, soonest = engineer, m.member_speed[k], end
        if chosen < 0:
            s.skipped[group] = package
            has_skipped = True
            continue
        s.bits[group, package >> 6] &= ~(_ONE << np.uint64(package & 63))
        s.ready[group] -= 1
        s.is_free[chosen] = False
        kept = 0
        for i in range(count):
            if s.free[i] != chosen:
                s.free[kept] = s.free[i]
                kept += 1
        count = kept
        _begin(m, drawn, s, tally, trial, trace, row, chosen, package, speed, now)
    if has_skipped:
        s.skipped[:] = -1


@_compiled
def _next_moment(m: Arrays, s: State, now: float) -> float:
    """The next moment at which anything can change."""
    moment = s.heap_time[0] if s.count[_HEAP] > 0 else NEVER
    for engineer in range(len(s.job)):
        if s.free_from[engineer] >= moment:
            continue
        if s.job[engineer] >= 0:
            moment = s.free_from[engineer]
        elif s.free_from[engineer] > now:
            for k in range(m.joined_from[engineer], m.joined_from[engineer + 1]):
                if s.ready[m.joined[k]] > 0:
                    moment = s.free_from[engineer]
                    break
    return moment


@_compiled
def _speed_in_hand(m: Arrays, engineer: int, package: int) -> float:
    group = m.group_of[package]
    for k in range(m.member_from[group], m.member_from[group + 1]):
        if m.member[k] == engineer:
            return m.member_speed[k]
    return 1.0


@_compiled
def _wipe(m: Arrays, s: State, drawn: Drawn, row: int) -> None:
    """Set the state to the start of a trial."""
    for package in range(len(m.demand_of)):
        s.open_before[package] = m.waits_on[package]
        s.since[package] = m.earliest[m.demand_of[package]]
    s.ready_at[:] = NEVER
    s.is_begun[:] = False
    for demand in range(len(m.earliest)):
        s.left[demand] = m.first_package[demand + 1] - m.first_package[demand]
    s.ends[:] = 0.0
    s.last_day[:] = 0
    s.job[:] = -1
    s.free_from[:] = 0.0
    s.progress[:] = 0.0
    s.ended[:] = 0.0
    for engineer in range(len(s.job)):
        s.knot[engineer] = drawn.knot_from[row, engineer]
    s.bits[:] = _NONE
    s.low[:] = s.bits.shape[1]
    s.ready[:] = 0
    s.skipped[:] = -1
    s.count[_HEAP] = 0
    s.count[_STACK] = 0
    s.count[_LEFT] = len(m.demand_of)


@_compiled
def _run_trial(
    m: Arrays, drawn: Drawn, s: State, tally: Tally, trial: int, trace: int, row: int
) -> None:
    """Play one world from its first day to its last."""
    _wipe(m, s, drawn, row)
    now = 0.0
    for engineer in range(len(s.job)):
        package = m.first_doing[engineer]
        held = package
        while held >= 0:
            s.is_begun[held] = True
            s.ready_at[held] = 0.0
            tally.ready[trace, held] = 0.0
            held = m.next_doing[held]
        if package >= 0:
            speed = _speed_in_hand(m, engineer, package)
            _begin(m, drawn, s, tally, trial, trace, row, engineer, package, speed, now)
    for package in range(len(m.demand_of)):
        if s.open_before[package] == 0:
            _release(m, drawn, s, tally, trial, trace, package, now)
    while True:
        for engineer in range(len(s.job)):
            # One who is at several packages goes on with the next at once.
            while s.job[engineer] >= 0 and s.free_from[engineer] <= now + TINY:
                package = s.job[engineer]
                s.job[engineer] = -1
                s.stack[s.count[_STACK]] = package
                s.count[_STACK] += 1
                held = m.next_doing[package]
                if held >= 0:
                    speed = _speed_in_hand(m, engineer, held)
                    end = s.free_from[engineer]
                    _begin(
                        m,
                        drawn,
                        s,
                        tally,
                        trial,
                        trace,
                        row,
                        engineer,
                        held,
                        speed,
                        end,
                    )
        while s.count[_HEAP] > 0 and s.heap_time[0] <= now + TINY:
            moment = s.heap_time[0]
            _make_ready(m, s, tally, trace, _pop(s), moment)
        _settle(m, drawn, s, tally, trial, trace, now)
        if s.count[_LEFT] == 0:
            return
        _dispatch(m, drawn, s, tally, trial, trace, row, now)
        now = max(now, _next_moment(m, s, now))
        if now > m.days:
            break
    _count_unbegun(m, drawn, s, tally, trial)


@_compiled
def _count_unbegun(m: Arrays, drawn: Drawn, s: State, tally: Tally, trial: int) -> None:
    """Count the waiting of work that stood ready to the end of the horizon."""
    for package in range(len(m.demand_of)):
        moment = s.ready_at[package]
        if not s.is_begun[package] and moment < m.days:
            tally.queue[package] += m.worked[m.days] - sum_at(
                m.worked, m.is_working, moment
            )
            week = m.week[int(moment)]
            if week < m.weeks:
                tally.unmet[m.skill_of[package], week] += drawn.effort[trial, package]


@_compiled
def run_trials(m: Arrays, drawn: Drawn, s: State, tally: Tally) -> None:
    """Play every drawn trial and add its outcome to the tally."""
    trials = len(drawn.effort)
    traces, rows = len(tally.start), len(drawn.knot_from)
    for trial in range(trials):
        trace = trial if traces > 1 else 0
        row = trial if rows > 1 else 0
        _run_trial(m, drawn, s, tally, trial, trace, row)
