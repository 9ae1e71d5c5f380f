"""The compiled heart: one trial after the other, event by event, in continuous time.

Time is days from the Monday of the plan's first week. All that a trial needs is drawn
before it is played or, where it may not be needed, when the trial gets there; the
numbers are the same either way.

Kernels are put into their callers as they are, down to one ``run_trials``; the names
of what they are handed are short, as they are everywhere: ``m`` the plan's arrays,
``d`` what is needed to draw, ``s`` where the trial stands, ``t`` what it came to.
"""

from __future__ import annotations

import numpy as np

from capacity.engine._compiling import apart, called, compiled
from capacity.engine._draws import (
    DRAWN,
    LACKS_ROOM,
    draw_arrivals,
    draw_packages,
    forget_arrivals,
)
from capacity.engine._hands import (
    dispatch,
    remove,
    take_up,
    take_up_apart,
    worked_at,
)
from capacity.engine._ready import (
    best_for,
    find_front,
    hand_out,
    make_ready,
    or_late,
    pop,
    release,
    settle,
    settle_row,
)
from capacity.engine._wakes import (
    LATEST,
    key_of,
    least_key,
    let_sleep,
    moment_before,
    next_wake,
    wake_at,
    who_is_next,
)
from capacity.engine._weeks import (
    ARRIVED,
    HEAP,
    IDLE,
    LACKS_KNOTS,
    LATE_WEEKS,
    LEFT,
    LINE,
    MADE_READY,
    NEVER,
    NEW_GROUP,
    OPEN,
    STACK,
    TINY,
    TRIAL,
    forget_weeks,
    lay_weeks,
    week_on,
)
from capacity.engine.arrays import (
    BEFORE,
    BEGUN_DAY,
    EARLIEST,
    ENDED,
    FINISH_DAY,
    FLOWS,
    GOAL,
    IN_HAND,
    IS_FREE,
    IS_PLAIN,
    IS_READY,
    JOB,
    LAID,
    LAST_DAY,
    LEFT_IN,
    READY,
    SINCE,
    STARTED,
    STRETCH,
    WAKE,
    WORKED,
    WORKED_BEFORE,
    Draws,
    State,
    Tally,
)
from capacity.engine.model import (
    GROUP,
    NEXT,
    OWNER,
    Arrays,
)

_NONE = np.uint64(0)


@apart
def _arrive(m: Arrays, s: State, arrival: int, now: float, worked: float) -> None:
    """Let a new demand enter the backlog at its rank among the open ones."""
    stream = s.late.stream[arrival]
    kind = m.stream_from[stream]
    first = m.packages + s.late.first_row[arrival]
    last = m.packages + s.late.first_row[arrival + 1]
    s.owners[m.demands + arrival, LEFT_IN] = last - first
    for row in range(first, last):
        pattern = kind + row - first
        s.facts[row, GROUP] = m.facts[pattern, GROUP]
        s.facts[row, NEXT] = m.facts[pattern, NEXT]
        s.facts[row, OWNER] = m.demands + arrival
        course = s.course[row]
        course[BEFORE] = m.waits_on[pattern]
        course[SINCE] = s.late.time[arrival] + m.start
        course[EARLIEST] = 0.0
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
            to_pass -= 1 if s.owners[demand, FINISH_DAY] < 0 else 0
            demand += 1
    for i in range(s.sizes[LINE], place, -1):
        s.line[i] = s.line[i - 1]
    s.line[place] = arrival
    s.ahead_of[arrival] = demand
    s.sizes[LINE] += 1

    for row in range(first, last):
        if s.course[row, BEFORE] == 0.0:
            release(m, s, row, now, worked)


@compiled
def _finish_jobs(
    m: Arrays, d: Draws, s: State, t: Tally, now: float, worked: float
) -> None:
    """End what ends now; who was at several packages goes on with the next at once."""
    for engineer in range(len(s.people)):
        if s.tasks[engineer, JOB] < 0 and s.people[engineer, WAKE] <= now + TINY:
            let_sleep(s, engineer)
        while s.tasks[engineer, JOB] >= 0 and s.people[engineer, WAKE] <= now + TINY:
            row = s.tasks[engineer, JOB]
            end = s.people[engineer, WAKE]
            s.tasks[engineer, JOB] = -1
            s.idle[s.sizes[IDLE]] = engineer
            s.sizes[IDLE] += 1
            let_sleep(s, engineer)
            s.stack[s.sizes[STACK]] = row
            s.sizes[STACK] += 1
            s.course[row, SINCE] = s.people[engineer, ENDED]
            s.course[row, EARLIEST] = int(s.people[engineer, STARTED] + TINY)
            if row < m.packages:
                t.touch[row] += worked - s.people[engineer, WORKED_BEFORE]
                held = m.next_doing[row]
                if held >= 0:
                    s.sizes[IDLE] -= 1
                    take_up_apart(m, d, s, t, engineer, held, end, worked)


@compiled
def _next_from_outside(m: Arrays, s: State) -> float:
    """The next moment at which a wait passes or something arrives."""
    moment = NEVER
    if s.sizes[HEAP] > 0:
        moment = s.heap_time[0]
    if s.sizes[ARRIVED] < s.late.sizes[DRAWN]:
        moment = min(moment, s.late.time[s.sizes[ARRIVED]] + m.start)
    return moment


@apart
def _wipe(m: Arrays, s: State) -> None:
    """Set the state to the start of a trial."""
    for row in range(m.packages):
        course = s.course[row]
        since = m.earliest[m.facts[row, OWNER]]
        course[BEFORE] = m.waits_on[row]
        course[SINCE] = since
        course[EARLIEST] = since
    for demand in range(m.demands):
        owner = s.owners[demand]
        owner[LEFT_IN] = m.first_package[demand + 1] - m.first_package[demand]
        owner[LAST_DAY] = m.start
        owner[BEGUN_DAY] = -1
        owner[FINISH_DAY] = -1
    s.trace[:] = NEVER
    s.open_in[:] = 64
    s.ends[:] = 0.0
    for engineer in range(len(s.people)):
        for column in range(8):
            s.people[engineer, column] = 0.0
            s.tasks[engineer, column] = 0
        is_plain = m.stays[engineer] and m.first_doing[engineer] < 0
        s.tasks[engineer, IS_PLAIN] = 1 if is_plain else 0
        s.tasks[engineer, JOB] = -1
        s.idle[engineer] = engineer
        s.people[engineer, WAKE] = NEVER
    s.keys[:] = LATEST
    s.bits[:] = _NONE
    s.marks[:] = _NONE
    s.best[:] = 64 * s.bits.shape[1]
    s.front[:] = m.demands + 1
    s.sizes[HEAP] = 0
    s.sizes[STACK] = 0
    s.sizes[LEFT] = m.packages - m.hopeless
    s.sizes[ARRIVED] = 0
    s.sizes[LINE] = 0
    s.sizes[MADE_READY] = 0
    s.sizes[IDLE] = len(s.people)
    s.sizes[OPEN] = m.demands
    forget_weeks(s)


@apart
def _start(m: Arrays, d: Draws, s: State, t: Tally) -> None:
    """Put what people are at into their hands, and see what is ready at once."""
    now = float(m.start)
    for engineer in range(len(s.people)):
        held = m.first_doing[engineer]
        while held >= 0:
            s.course[held, BEFORE] = IN_HAND
            s.course[held, SINCE] = now
            s.course[held, WORKED] = 0.0
            if len(s.trace) > 0:
                s.trace[held, READY] = now
            held = m.next_doing[held]
        held = m.first_doing[engineer]
        if held >= 0:
            s.sizes[IDLE] = remove(s.idle, s.sizes[IDLE], engineer)
            take_up_apart(m, d, s, t, engineer, held, now, 0.0)
    for row in range(m.packages):
        if s.course[row, BEFORE] == 0.0:
            release(m, s, row, now, 0.0)


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


@apart
def _concerns_idle(m: Arrays, s: State, made: int) -> bool:
    """Tell whether somebody idle for lack of work may do what has become ready."""
    if made > 1:
        return True
    group = s.sizes[NEW_GROUP]
    for i in range(s.sizes[IDLE]):
        engineer = s.idle[i]
        if s.people[engineer, WAKE] == NEVER and m.speed[group, engineer] > 0.0:
            return True
    return False


@apart
def _go_on(
    m: Arrays, d: Draws, s: State, t: Tally, now: float, reported: float
) -> float:
    """Let one after the other end their work and begin the next; gives the moment.

    Who is idle has no capacity until their next wake, or nothing to do. While neither
    changes, most moments are of this kind. It ends where more happens at once, or where
    somebody finds nothing to do, with that still to be done.
    """
    outside = _next_from_outside(m, s)
    key = least_key(s)
    while True:
        engineer = who_is_next(s, key)
        moment = s.people[engineer, WAKE]
        row = s.tasks[engineer, JOB]
        let_sleep(s, engineer)
        others = least_key(s)
        if (
            row < 0
            or moment > m.days
            or moment + TINY >= outside
            or moment + TINY >= moment_before(others)
            or s.tasks[engineer, FLOWS] & s.tasks[engineer, IS_PLAIN] == 0
        ):
            wake_at(s, engineer, moment)
            return max(now, min(moment, outside))
        now = moment
        worked = worked_at(m, now)
        s.tasks[engineer, JOB] = -1
        if row < m.packages:
            t.touch[row] += worked - s.people[engineer, WORKED_BEFORE]
        waits, made = s.sizes[HEAP], s.sizes[MADE_READY]
        first = int(s.people[engineer, STARTED] + TINY)
        settle_row(m, s, row, now, first, now, worked)
        if s.sizes[STACK] > 0:
            settle(m, s, now, worked)
        if s.sizes[HEAP] > waits:
            outside = min(outside, s.heap_time[0])
        made = s.sizes[MADE_READY] - made
        row = -1
        goes_on = s.sizes[LEFT] > 0 or (len(d.arrival_key) > 0 and now < reported)
        is_alone = made == 0 or s.sizes[IDLE] == 0 or not _concerns_idle(m, s, made)
        if goes_on and is_alone:
            s.tasks[engineer, IS_FREE] = 1
            best, front = best_for(m, s, engineer, m.packages, m.demands + 1)
            row = or_late(m, s, best, front)
            s.tasks[engineer, IS_FREE] = 0
        if row < 0:
            s.idle[s.sizes[IDLE]] = engineer
            s.sizes[IDLE] += 1
            return now
        hand_out(m, s, row)
        begin = s.people[engineer, GOAL]
        take_up(m, d, s, t, engineer, begin, row, now, worked)
        if row >= m.packages:
            find_front(m, s, s.facts[row, GROUP])
        key = min(others, key_of(s, engineer))


@compiled
def _play(m: Arrays, d: Draws, s: State, t: Tally) -> None:
    """Play one world until nothing that is asked for can change any more."""
    _wipe(m, s)
    _start(m, d, s, t)
    reported = float(min(7 * m.weeks, m.days))
    now = float(m.start)
    while now <= m.days:
        worked = worked_at(m, now)
        if next_wake(s) <= now + TINY:
            _finish_jobs(m, d, s, t, now, worked)
        while s.sizes[HEAP] > 0 and s.heap_time[0] <= now + TINY:
            moment = s.heap_time[0]
            make_ready(m, s, pop(s), moment, worked)
        _draw_late(m, d, s)
        while (
            s.sizes[ARRIVED] < s.late.sizes[DRAWN]
            and s.late.time[s.sizes[ARRIVED]] + m.start <= now + TINY
        ):
            s.sizes[ARRIVED] += 1
            _arrive(m, s, s.sizes[ARRIVED] - 1, now, worked)
            _draw_late(m, d, s)
        settle(m, s, now, worked)
        if (
            s.sizes[LEFT] == 0
            and (len(d.arrival_key) == 0 or now >= reported)
            # What nobody can do becomes ready too, and counts as waiting from then on.
            and (m.hopeless == 0 or s.sizes[HEAP] == 0)
        ):
            break
        dispatch(m, d, s, t, now, worked)
        if s.sizes[IDLE] < len(s.people):
            now = _go_on(m, d, s, t, now, reported)
        else:
            now = max(now, min(next_wake(s), _next_from_outside(m, s)))
    _close(m, d, s, t)


@apart
def _close(m: Arrays, d: Draws, s: State, t: Tally) -> None:
    """Add what is neither begun nor done when the horizon, or all that counts, ends."""
    worked = float(m.worked[m.days])
    for engineer in range(len(s.people)):
        row = s.tasks[engineer, JOB]
        if 0 <= row < m.packages:
            t.touch[row] += worked - s.people[engineer, WORKED_BEFORE]
    rows = m.packages + s.late.first_row[s.sizes[ARRIVED]]
    for row in range(rows):
        course = s.course[row]
        waits = course[BEFORE] == IS_READY or course[BEFORE] == IN_HAND
        if waits and course[SINCE] < m.days:
            if row < m.packages:
                t.queue[row] += worked - course[WORKED]
            first = week_on(int(course[SINCE]))
            if first < m.weeks:
                skill = m.skill_of[s.facts[row, GROUP]]
                t.unmet[skill, first] += s.effort[row]
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
            draw_packages(d, first + trial, s.scratch, s.effort, s.wait)
        _play(m, d, s, t)
        for demand in range(m.demands):
            owner = s.owners[demand]
            if owner[FINISH_DAY] >= 0:
                t.finish_day[trial, demand] = owner[FINISH_DAY] - m.start
            if owner[BEGUN_DAY] >= 0:
                t.begun_day[trial, demand] = owner[BEGUN_DAY] - m.start
    lacks = s.sizes[LACKS_KNOTS] + s.late.sizes[LACKS_ROOM]
    return lacks + s.events.sizes[LACKS_ROOM] == 0
