"""The compiled heart: one trial after the other, event by event, in continuous time.

Capacity is looked up in two layers. The calendar turns a moment into a *position*: the
capacity the person offered before it. Interruptions turn the position into *progress*,
a broken line with knots (position, progress, rate); without them it is the position
itself. A package of effort w at speed s therefore ends where progress has grown by
w / s: a search, not an integration.

Two moments less than ``TINY`` apart (a ten-thousandth of a second) are one moment, and
an end that close to midnight is midnight. Sums of decimal fractions are off by far less
than that, and continuous draws never come so close.

The file is long because Numba's cache looks only at the file a kernel stands in: a
kernel that called another file's would go on with its old code when that one changes.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from capacity.engine._compiling import compiled
from capacity.engine.arrays import Drawn, State, Tally
from capacity.engine.model import Arrays, Floats, Ints, Longs

TINY = 1e-9
NEVER = math.inf

# Places in State.sizes.
_HEAP, _STACK, _LEFT, _LATE, _LINE, _LATE_READY = 0, 1, 2, 3, 4, 5

_ONE = np.uint64(1)
_NONE = np.uint64(0)
_58 = np.uint64(58)
_DE_BRUIJN = np.uint64(0x03F79D71B4CB0A89)
_LOWEST = np.zeros(64, dtype=np.int64)
for _bit in range(64):
    _LOWEST[((int(_DE_BRUIJN) << _bit) & 0xFFFFFFFFFFFFFFFF) >> 58] = _bit


class World(NamedTuple):
    """One trial's draws, and where its outcome is added."""

    effort: Floats
    wait: Floats
    knot_from: Longs
    knot_position: Floats
    knot_progress: Floats
    knot_rate: Floats
    late_time: Floats
    late_stream: Ints
    late_effort: Floats
    late_wait: Floats
    finish_day: Ints
    begun_day: Ints
    queue: Floats
    touch: Floats
    load: Floats
    done: Floats
    unmet: Floats


@compiled
def moment_of(cumulative: Floats, rate: Floats, position: float, day: int) -> float:
    """First moment from ``day`` on at which the cumulative sum reaches ``position``."""
    days = len(rate)
    goal = position - TINY
    if cumulative[days] < goal or day >= days:
        return NEVER
    while day + 7 <= days and cumulative[day + 7] < goal:
        day += 7
    while cumulative[day + 1] < goal:
        day += 1
    if rate[day] <= 0.0:
        return float(day)
    share = (position - cumulative[day]) / rate[day]
    if share >= 1.0 - TINY:
        return day + 1.0
    if share <= TINY:
        return float(day)
    return day + share


@compiled
def sum_at(cumulative: Floats, rate: Floats, moment: float) -> float:
    """Cumulative sum at a moment, the inverse of ``moment_of``."""
    day = int(moment)
    if day >= len(rate):
        return cumulative[len(rate)]
    return cumulative[day] + (moment - day) * rate[day]


@compiled
def _knot_at(w: World, engineer: int, knot: int, position: float) -> int:
    """Last knot at or before a position."""
    last = w.knot_from[engineer + 1] - 1
    while knot < last and w.knot_position[knot + 1] <= position + TINY:
        knot += 1
    return knot


@compiled
def _progress_at(w: World, knot: int, position: float) -> float:
    ahead = max(position - w.knot_position[knot], 0.0)
    return w.knot_progress[knot] + w.knot_rate[knot] * ahead


@compiled
def _end_of(
    m: Arrays, w: World, engineer: int, knot: int, goal: float, day: int
) -> float:
    """Moment at which the engineer's progress reaches the goal, or NEVER."""
    last = w.knot_from[engineer + 1] - 1
    while knot < last and w.knot_progress[knot + 1] < goal - TINY:
        knot += 1
    rate = w.knot_rate[knot]
    if rate > 0.0:
        position = w.knot_position[knot] + (goal - w.knot_progress[knot]) / rate
        if knot < last:
            position = min(position, w.knot_position[knot + 1])
    elif goal <= w.knot_progress[knot] + TINY:
        position = w.knot_position[knot]
    else:
        return NEVER
    return moment_of(m.cumulative[engineer], m.capacity[engineer], position, day)


@compiled
def _is_free_now(m: Arrays, w: World, s: State, engineer: int, now: float) -> bool:
    """Tell whether an idle engineer has capacity now; else note when next."""
    day = int(now)
    s.free_from[engineer] = NEVER
    if day >= m.days:
        return False
    if m.capacity[engineer, day] <= 0.0:
        following = m.next_day[engineer, day]
        if following < m.days:
            s.free_from[engineer] = float(following)
        return False
    position = sum_at(m.cumulative[engineer], m.capacity[engineer], now)
    knot = _knot_at(w, engineer, s.knot[engineer], position)
    s.knot[engineer] = knot
    if w.knot_rate[knot] > 0.0:
        s.free_from[engineer] = now
        return True
    last = w.knot_from[engineer + 1] - 1
    while knot < last and w.knot_rate[knot] <= 0.0:
        knot += 1
    if w.knot_rate[knot] <= 0.0:
        return False
    # The first moment after the position where capacity begins to flow again.
    position = w.knot_position[knot]
    while day < m.days and m.cumulative[engineer, day + 1] <= position + TINY:
        day += 1
    if day < m.days:
        share = (position - m.cumulative[engineer, day]) / m.capacity[engineer, day]
        s.free_from[engineer] = day + share if share > TINY else float(day)
    return False


@compiled
def _begin_at(m: Arrays, w: World, s: State, engineer: int, now: float) -> float:
    """Progress a package begun now starts from; exact when it follows the last one."""
    if s.ended[engineer] >= now - TINY:
        return s.goal[engineer]
    position = sum_at(m.cumulative[engineer], m.capacity[engineer], now)
    knot = _knot_at(w, engineer, s.knot[engineer], position)
    s.knot[engineer] = knot
    return _progress_at(w, knot, position)


@compiled
def _effort_of(m: Arrays, w: World, row: int) -> float:
    return w.effort[row] if row < m.packages else w.late_effort[row - m.packages]


@compiled
def _count_load(m: Arrays, w: World, s: State, engineer: int, now: float) -> None:
    """Add the work in hand to the weeks it is done in."""
    kind = s.kind[s.job[engineer]]
    skill, speed = m.skill_of[kind], m.speed[m.group_of[kind], engineer]
    begin, end, knot = s.begin[engineer], s.free_from[engineer], s.knot[engineer]
    week = m.week[min(int(now), m.days - 1)]
    while week < m.weeks:
        border = min(7 * (week + 1) - m.weekday, m.days)
        upto = s.goal[engineer]
        if end > border:
            position = m.cumulative[engineer, border]
            knot = _knot_at(w, engineer, knot, position)
            upto = _progress_at(w, knot, position)
        used = max(upto - begin, 0.0)
        w.load[engineer, week] += used
        w.done[skill, week] += used * speed
        if end <= border or border >= m.days:
            return
        begin += used
        week += 1


@compiled
def _count_waiting(m: Arrays, w: World, s: State, row: int, until: float) -> None:
    """Add the time a package stood ready, up to the moment it was begun."""
    since = s.ready_at[row]
    if row < m.packages:
        w.queue[row] += sum_at(m.worked, m.is_working, until) - sum_at(
            m.worked, m.is_working, since
        )
    first, last = m.week[int(since)], m.week[int(until)]
    if first < m.weeks:
        skill, effort = m.skill_of[s.kind[row]], _effort_of(m, w, row)
        w.unmet[skill, first] += effort
        w.unmet[skill, min(last, m.weeks)] -= effort


@compiled
def _begin(m: Arrays, w: World, s: State, engineer: int, row: int, now: float) -> None:
    """Put a package into an engineer's hands."""
    speed = m.speed[m.group_of[s.kind[row]], engineer]
    begin = _begin_at(m, w, s, engineer, now)
    goal = begin + _effort_of(m, w, row) / speed
    end = _end_of(m, w, engineer, s.knot[engineer], goal, int(now))
    s.job[engineer] = row
    s.free_from[engineer] = end
    s.ended[engineer] = end
    s.begin[engineer] = begin
    s.goal[engineer] = goal
    s.is_begun[row] = True
    s.start[row] = now
    s.end[row] = end
    s.who[row] = engineer
    _count_load(m, w, s, engineer, now)
    if s.ready_at[row] < now:
        _count_waiting(m, w, s, row, now)
    if row < m.packages:
        w.touch[row] += sum_at(m.worked, m.is_working, min(end, m.days)) - sum_at(
            m.worked, m.is_working, now
        )
        demand = m.demand_of[row]
        today = int(now + TINY)
        if w.begun_day[demand] < 0 or today < w.begun_day[demand]:
            w.begun_day[demand] = today


@compiled
def _push(s: State, moment: float, row: int) -> None:
    """Add a running wait to the heap."""
    child = s.sizes[_HEAP]
    s.sizes[_HEAP] = child + 1
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
    size = s.sizes[_HEAP] - 1
    s.sizes[_HEAP] = size
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
def _make_ready(m: Arrays, s: State, row: int, moment: float) -> None:
    """Offer a package to whoever can do it; one of no effort is done at once."""
    s.ready_at[row] = moment
    kind = s.kind[row]
    if m.needs_nobody[kind]:
        s.is_begun[row] = True
        s.start[row] = moment
        s.end[row] = moment
        s.stack[s.sizes[_STACK]] = row
        s.sizes[_STACK] += 1
        return
    group = m.group_of[kind]
    s.ready[group] += 1
    if row < m.packages:
        word = row >> 6
        s.bits[group, word] |= _ONE << np.uint64(row & 63)
        s.low[group] = min(s.low[group], word)
    else:
        s.sizes[_LATE_READY] += 1


@compiled
def _release(m: Arrays, w: World, s: State, row: int, now: float) -> None:
    """Make a package ready whose predecessors are done, or let its wait run."""
    # The day that begins at the end of the horizon is not in it.
    if s.is_begun[row] or s.not_before[row] >= m.days:
        return
    moment = s.since[row]
    wait = 0.0
    if row >= m.packages:
        wait = w.late_wait[row - m.packages]
    elif m.wait_column[row] >= 0:
        wait = w.wait[m.wait_column[row]]
    if wait > TINY:
        if moment >= m.days:
            return
        position = sum_at(m.worked, m.is_working, moment) + wait
        moment = moment_of(m.worked, m.is_working, position, int(moment))
    if moment <= now + TINY:
        _make_ready(m, s, row, moment)
    elif moment <= m.days:
        _push(s, moment, row)


@compiled
def _after(
    m: Arrays, w: World, s: State, row: int, end: float, day: int, now: float
) -> None:
    """One thing less that the package waits for."""
    s.since[row] = max(s.since[row], end)
    s.not_before[row] = max(s.not_before[row], day)
    s.open_before[row] -= 1
    if s.open_before[row] == 0:
        _release(m, w, s, row, now)


@compiled
def _finish_demand(m: Arrays, w: World, s: State, demand: int, now: float) -> None:
    """Note the day a demand is done and tell the demands that wait for it."""
    w.finish_day[demand] = s.last_day[demand]
    if w.begun_day[demand] < 0:
        w.begun_day[demand] = s.last_day[demand]
    for i in range(m.later_from[demand], m.later_from[demand + 1]):
        later = m.later[i]
        for row in range(m.first_package[later], m.first_package[later + 1]):
            _after(m, w, s, row, s.ends[demand], s.last_day[demand], now)


@compiled
def _leave_line(s: State, arrival: int) -> None:
    """Take an arrival that is done out of the rank order."""
    kept = 0
    for i in range(s.sizes[_LINE]):
        if s.line[i] != arrival:
            s.line[kept] = s.line[i]
            kept += 1
    s.sizes[_LINE] = kept


@compiled
def _settle(m: Arrays, w: World, s: State, now: float) -> None:
    """Tell everybody who waits for what has just been done."""
    while s.sizes[_STACK] > 0:
        s.sizes[_STACK] -= 1
        row = s.stack[s.sizes[_STACK]]
        end, kind, owner = s.end[row], s.kind[row], s.owner[row]
        # Work of no effort is done on the day it may begin, not on the day before.
        first = s.not_before[row] if m.needs_nobody[kind] else int(s.start[row] + TINY)
        day = min(max(math.ceil(end) - 1, first), m.days - 1)
        s.left[owner] -= 1
        for i in range(m.next_from[kind], m.next_from[kind + 1]):
            _after(m, w, s, row + m.following[i] - kind, end, day, now)
        if owner >= m.demands:
            if s.left[owner] == 0:
                _leave_line(s, owner - m.demands)
            continue
        s.sizes[_LEFT] -= 1
        s.last_day[owner] = max(s.last_day[owner], day)
        s.ends[owner] = max(s.ends[owner], end)
        if s.left[owner] == 0:
            _finish_demand(m, w, s, owner, now)


@compiled
def _first_ready(s: State, group: int) -> int:
    """Best ready package of the plan in a group that was not skipped, or -1."""
    words = s.bits.shape[1]
    skipped = s.skipped[group]
    if skipped < 0:
        word = s.low[group]
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


@compiled
def _has_free_member(m: Arrays, s: State, group: int) -> bool:
    for k in range(m.member_from[group], m.member_from[group + 1]):
        if s.is_free[m.member[k]]:
            return True
    return False


@compiled
def _first_late(m: Arrays, s: State, before: int) -> int:
    """Best ready package of an arrival that stands before a demand, or -1."""
    for i in range(s.sizes[_LINE]):
        arrival = s.line[i]
        if s.ahead_of[arrival] > before:
            return -1
        for row in range(s.late_row[arrival], s.late_row[arrival + 1]):
            if (
                s.ready_at[row] < NEVER
                and not s.is_begun[row]
                and not s.late_skipped[row]
                and _has_free_member(m, s, m.group_of[s.kind[row]])
            ):
                return row
    return -1


@compiled
def _best_ready(m: Arrays, s: State, count: int) -> int:
    """Best ranked ready package that somebody free can do, or -1."""
    best = -1
    for i in range(count):
        engineer = s.free[i]
        for k in range(m.joined_from[engineer], m.joined_from[engineer + 1]):
            if s.ready[m.joined[k]] > 0:
                found = _first_ready(s, m.joined[k])
                if found >= 0 and (best < 0 or found < best):
                    best = found
    if s.sizes[_LATE_READY] > 0:
        late = _first_late(m, s, m.demand_of[best] if best >= 0 else m.demands)
        if late >= 0:
            return late
    return best


@compiled
def _end_beyond(m: Arrays, w: World, engineer: int, goal: float) -> float:
    """Moment after the horizon at which the goal is reached, or NEVER."""
    last = w.knot_from[engineer + 1] - 1
    need = goal - _progress_at(w, last, m.cumulative[engineer, m.days])
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
def _choose(m: Arrays, w: World, s: State, row: int, now: float) -> int:
    """Who of the free would finish a package first, or -1 if nobody ever would."""
    group = m.group_of[s.kind[row]]
    effort = _effort_of(m, w, row)
    chosen, soonest = -1, NEVER
    for k in range(m.member_from[group], m.member_from[group + 1]):
        engineer = m.member[k]
        if not s.is_free[engineer]:
            continue
        goal = _begin_at(m, w, s, engineer, now) + effort / m.speed[group, engineer]
        end = _end_of(m, w, engineer, s.knot[engineer], goal, int(now))
        if end == NEVER:
            end = _end_beyond(m, w, engineer, goal)
        if end == NEVER:
            continue
        if chosen < 0 or end < soonest - TINY:
            chosen, soonest = engineer, end
    return chosen


@compiled
def _find_free(m: Arrays, w: World, s: State, now: float) -> int:
    """List the people who are free, and count them."""
    count = 0
    for engineer in range(len(s.job)):
        s.is_free[engineer] = (
            s.job[engineer] < 0
            and s.free_from[engineer] <= now + TINY
            and _is_free_now(m, w, s, engineer, now)
        )
        if s.is_free[engineer]:
            s.free[count] = engineer
            count += 1
    return count


@compiled
def _dispatch(m: Arrays, w: World, s: State, now: float) -> None:
    """Give ready work to free people, in rank order, to who would finish it first."""
    count = _find_free(m, w, s, now)
    has_skipped = False
    while count > 0:
        row = _best_ready(m, s, count)
        if row < 0:
            break
        group = m.group_of[s.kind[row]]
        chosen = _choose(m, w, s, row, now)
        if chosen < 0:
            has_skipped = True
            if row < m.packages:
                s.skipped[group] = row
            else:
                s.late_skipped[row] = True
            continue
        if row < m.packages:
            s.bits[group, row >> 6] &= ~(_ONE << np.uint64(row & 63))
        else:
            s.sizes[_LATE_READY] -= 1
        s.ready[group] -= 1
        s.is_free[chosen] = False
        kept = 0
        for i in range(count):
            if s.free[i] != chosen:
                s.free[kept] = s.free[i]
                kept += 1
        count = kept
        _begin(m, w, s, chosen, row, now)
    if has_skipped:
        s.skipped[:] = -1
        s.late_skipped[:] = False


@compiled
def _arrive(m: Arrays, w: World, s: State, arrival: int, now: float) -> None:
    """Let a new demand enter the backlog at its rank among the open ones."""
    stream = w.late_stream[arrival]
    first, last = m.stream_from[stream], m.stream_from[stream + 1]
    s.left[m.demands + arrival] = last - first
    for row in range(s.late_row[arrival], s.late_row[arrival + 1]):
        s.kind[row] = first + row - s.late_row[arrival]
        s.owner[row] = m.demands + arrival
        s.open_before[row] = m.waits_on[s.kind[row]]
        s.since[row] = w.late_time[arrival]
        s.not_before[row] = 0

    is_open = s.sizes[_LINE]
    for demand in range(m.demands):
        if w.finish_day[demand] < 0:
            is_open += 1
    to_pass = int(m.stream_rank[stream] * is_open + 0.5 + TINY)
    demand, place = 0, 0
    while to_pass > 0:
        if place < s.sizes[_LINE] and s.ahead_of[s.line[place]] <= demand:
            place += 1
            to_pass -= 1
        else:
            if w.finish_day[demand] < 0:
                to_pass -= 1
            demand += 1
    for i in range(s.sizes[_LINE], place, -1):
        s.line[i] = s.line[i - 1]
    s.line[place] = arrival
    s.ahead_of[arrival] = demand
    s.sizes[_LINE] += 1

    for row in range(s.late_row[arrival], s.late_row[arrival + 1]):
        if s.open_before[row] == 0:
            _release(m, w, s, row, now)


@compiled
def _finish_jobs(m: Arrays, w: World, s: State, now: float) -> None:
    """End what ends now; who was at several packages goes on with the next at once."""
    for engineer in range(len(s.job)):
        while s.job[engineer] >= 0 and s.free_from[engineer] <= now + TINY:
            row = s.job[engineer]
            s.job[engineer] = -1
            s.stack[s.sizes[_STACK]] = row
            s.sizes[_STACK] += 1
            held = m.next_doing[row] if row < m.packages else -1
            if held >= 0:
                _begin(m, w, s, engineer, held, s.free_from[engineer])


@compiled
def _next_moment(m: Arrays, w: World, s: State, now: float) -> float:
    """The next moment at which anything can change."""
    moment = s.heap_time[0] if s.sizes[_HEAP] > 0 else NEVER
    if s.sizes[_LATE] < len(w.late_time):
        moment = min(moment, w.late_time[s.sizes[_LATE]])
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


@compiled
def _wipe(m: Arrays, w: World, s: State) -> None:
    """Set the state to the start of a trial."""
    for row in range(m.packages):
        s.open_before[row] = m.waits_on[row]
        s.since[row] = m.earliest[m.demand_of[row]]
        s.not_before[row] = int(s.since[row])
    s.ready_at[:] = NEVER
    s.start[:] = NEVER
    s.end[:] = NEVER
    s.who[:] = -1
    s.is_begun[:] = False
    s.late_skipped[:] = False
    for demand in range(m.demands):
        s.left[demand] = m.first_package[demand + 1] - m.first_package[demand]
    s.ends[:] = 0.0
    s.last_day[:] = 0
    s.job[:] = -1
    s.free_from[:] = 0.0
    s.goal[:] = 0.0
    s.ended[:] = 0.0
    for engineer in range(len(s.job)):
        s.knot[engineer] = w.knot_from[engineer]
    s.bits[:] = _NONE
    s.low[:] = s.bits.shape[1]
    s.ready[:] = 0
    s.skipped[:] = -1
    s.sizes[:] = 0
    s.sizes[_LEFT] = m.packages
    s.late_row[0] = m.packages
    for arrival in range(len(w.late_time)):
        stream = w.late_stream[arrival]
        rows = m.stream_from[stream + 1] - m.stream_from[stream]
        s.late_row[arrival + 1] = s.late_row[arrival] + rows


@compiled
def _start(m: Arrays, w: World, s: State) -> None:
    """Put what people are at into their hands, and see what is ready at once."""
    for engineer in range(len(s.job)):
        held = m.first_doing[engineer]
        while held >= 0:
            s.is_begun[held] = True
            s.ready_at[held] = 0.0
            held = m.next_doing[held]
        if m.first_doing[engineer] >= 0:
            _begin(m, w, s, engineer, m.first_doing[engineer], 0.0)
    for row in range(m.packages):
        if s.open_before[row] == 0:
            _release(m, w, s, row, 0.0)


@compiled
def _play(m: Arrays, w: World, s: State) -> None:
    """Play one world until nothing that is asked for can change any more."""
    _wipe(m, w, s)
    _start(m, w, s)
    arrivals = len(w.late_time)
    reported = float(min(7 * m.weeks - m.weekday, m.days))
    now = 0.0
    while now <= m.days:
        _finish_jobs(m, w, s, now)
        while s.sizes[_HEAP] > 0 and s.heap_time[0] <= now + TINY:
            moment = s.heap_time[0]
            _make_ready(m, s, _pop(s), moment)
        while s.sizes[_LATE] < arrivals and w.late_time[s.sizes[_LATE]] <= now + TINY:
            s.sizes[_LATE] += 1
            _arrive(m, w, s, s.sizes[_LATE] - 1, now)
        _settle(m, w, s, now)
        if s.sizes[_LEFT] == 0 and (arrivals == 0 or now >= reported):
            break
        _dispatch(m, w, s, now)
        now = max(now, _next_moment(m, w, s, now))
    for row in range(m.packages if arrivals == 0 else s.late_row[arrivals]):
        if s.start[row] == NEVER and s.ready_at[row] < m.days:
            _count_waiting(m, w, s, row, float(m.days))


@compiled
def run_trials(m: Arrays, drawn: Drawn, s: State, tally: Tally) -> None:
    """Play every drawn trial and add its outcome to the tally."""
    rows = len(drawn.knots.first)
    for trial in range(len(drawn.effort)):
        late, later = drawn.late_from[trial], drawn.late_from[trial + 1]
        row, end = drawn.late_package_from[trial], drawn.late_package_from[trial + 1]
        w = World(
            drawn.effort[trial],
            drawn.wait[trial],
            drawn.knots.first[trial if rows > 1 else 0],
            drawn.knots.position,
            drawn.knots.progress,
            drawn.knots.rate,
            drawn.late_time[late:later],
            drawn.late_stream[late:later],
            drawn.late_effort[row:end],
            drawn.late_wait[row:end],
            tally.finish_day[trial],
            tally.begun_day[trial],
            tally.queue,
            tally.touch,
            tally.load,
            tally.done,
            tally.unmet,
        )
        _play(m, w, s)
        if trial < len(tally.start):
            for package in range(m.packages):
                if s.ready_at[package] < NEVER:
                    tally.ready[trial, package] = s.ready_at[package]
                if s.start[package] < NEVER:
                    tally.start[trial, package] = s.start[package]
                    tally.end[trial, package] = s.end[package]
                tally.who[trial, package] = s.who[package]
