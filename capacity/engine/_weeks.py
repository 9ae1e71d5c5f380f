"""Compiled: what interruptions leave of people's capacity, as far as somebody looks.

Capacity is looked up in two layers. The calendar turns a moment into a *position*: the
capacity the person offered before it. Interruptions turn the position into *progress*,
a broken line with knots (position, progress, rate): one where an interruption comes,
and one where its week ends. Between them, and without them, progress grows as the
position does. A package of effort w at speed s therefore ends where progress has grown
by w / s: a search, not an integration.

A person's knots are laid out some weeks at a time, and dropped when they are passed:
nobody looks back. Three that no progress reaches stand behind the last one, so that a
search may look at four at once without asking where they end.

Two moments less than ``TINY`` apart (a ten-thousandth of a second) are one moment, and
an end that close to midnight is midnight. Sums of decimal fractions are off by far less
than that, and continuous draws never come so close.
"""

from __future__ import annotations

import math

import numpy as np

from capacity.engine._compiling import apart, compiled
from capacity.engine._draws import DRAWN, draw_events, forget_events
from capacity.engine.arrays import (
    COST,
    FLOW,
    IN_WEEK,
    JOB,
    KNOT,
    KNOTS,
    LAID,
    OWED,
    POSITION,
    PROGRESS,
    RATE,
    STRETCH,
    WEEK,
    Draws,
    State,
    Tally,
)
from capacity.engine.model import FULLEST, OFFERS, SHARES, SUMS, Arrays, Floats

TINY = 1e-9
NEVER = math.inf
AHEAD = 4

# Places in State.sizes.
HEAP, STACK, LEFT, ARRIVED, LINE, IDLE, OPEN = 0, 1, 2, 3, 4, 6, 7
LATE_WEEKS, TRIAL, LACKS_KNOTS = 9, 10, 11
MADE_READY, NEW_GROUP = 12, 13


@compiled
def _rounded(share: float) -> float:
    """A share of a day; one that close to midnight is midnight."""
    share = 0.0 if share <= TINY else share
    return 1.0 if share >= 1.0 - TINY else share


@compiled
def week_on(day: int) -> int:
    """Week of a day; unsigned, as then a multiplication will do."""
    return int(np.int64(np.uint64(day) // np.uint64(7)))


@compiled
def position_at(m: Arrays, calendar: int, moment: float) -> float:
    """Sum of what a calendar offers before a moment."""
    day = int(moment)
    week = week_on(day)
    if week >= m.span:
        return m.before[m.span, calendar]
    pattern, weekday = m.patterns[m.pattern[week, calendar]], day - 7 * week
    offered = pattern[SUMS + weekday] + (moment - day) * pattern[OFFERS + weekday]
    return m.before[week, calendar] + offered


@compiled
def week_of(m: Arrays, calendar: int, position: float, week: int) -> int:
    """Week, from one on, in which a calendar reaches a position that it does reach."""
    goal = position - TINY
    # Weeks are mostly alike: most of the time they need only be counted.
    ahead = (goal - m.before[week, calendar]) * m.weeks_per_day[calendar]
    week += max(int(ahead - TINY), 0)
    while m.before[week + 1, calendar] < goal:
        week += 1
    return week


@compiled
def moment_of(m: Arrays, calendar: int, position: float, week: int) -> float:
    """First moment at which a calendar has offered a position, in that week."""
    pattern = m.patterns[m.pattern[week, calendar]]
    into = position - m.before[week, calendar]
    # Days are mostly alike too.
    day = max(int((into - TINY) * pattern[FULLEST] - TINY), 0)
    while pattern[SUMS + day + 1] < into - TINY:
        day += 1
    share = (into - pattern[SUMS + day]) * pattern[SHARES + day]
    return 7 * week + day + _rounded(share)


@compiled
def _end_line(s: State, engineer: int) -> None:
    """Put what is never reached behind the last knot."""
    for knot in range(s.tasks[engineer, KNOTS], s.tasks[engineer, KNOTS] + AHEAD):
        s.knots[engineer, knot, POSITION] = NEVER
        s.knots[engineer, knot, PROGRESS] = NEVER


@compiled
def _drop_passed(s: State, engineer: int) -> None:
    """Let a person's line begin with the knot they are at."""
    passed = s.tasks[engineer, KNOT]
    if passed == 0:
        return
    left = s.tasks[engineer, KNOTS] - passed
    line = s.knots[engineer]
    for knot in range(left):
        for column in range(4):
            line[knot, column] = line[knot + passed, column]
    s.tasks[engineer, KNOTS] = left
    s.tasks[engineer, KNOT] = 0


@compiled
def _string_events(s: State) -> None:
    """String up each person's interruptions in order of time."""
    s.event_head[:] = -1
    for event in range(s.events.sizes[DRAWN]):
        who = s.events.who[event]
        if who < 0:
            continue
        time = s.events.time[event]
        head = s.event_head[who]
        if head < 0 or s.events.time[head] > time:
            s.event_next[event] = head
            s.event_head[who] = event
            if head < 0:
                s.event_last[who] = event
            continue
        # Streams are in order: what comes after all so far needs no search.
        before = s.event_last[who]
        if s.events.time[before] > time:
            before = head
            after = s.event_next[before]
            while s.events.time[after] <= time:
                before, after = after, s.event_next[after]
            s.event_next[event] = after
        else:
            s.event_next[event] = -1
            s.event_last[who] = event
        s.event_next[before] = event


@compiled
def _tie(line: Floats, knot: int, position: float, reached: float, rate: float) -> None:
    line[knot, POSITION] = position
    line[knot, PROGRESS] = reached
    line[knot, RATE] = rate
    line[knot, COST] = 1.0 / rate if rate > 0.0 else NEVER


@compiled
def _carry(
    m: Arrays, t: Tally, engineer: int, week: int, owed: float
) -> tuple[float, float]:
    """Take what is owed from a week first; gives its rate, and what is still owed."""
    if owed == 0.0:
        return 1.0, 0.0
    offered = m.before[week + 1, engineer] - m.before[week, engineer]
    taken = min(owed, offered)
    if week < m.weeks:
        t.lost[engineer, week] += taken
    return 1.0 - owed / offered if offered > owed + TINY else 0.0, owed - taken


@compiled
def _lay_line(
    m: Arrays, s: State, t: Tally, engineer: int, event: int, last: int
) -> None:
    """Lay out a person's line up to a week, with the interruptions strung up."""
    line, task = s.knots[engineer], s.tasks[engineer]
    knot, room = task[KNOTS] - 1, len(line) - AHEAD - 1
    here, reached = line[knot, POSITION], line[knot, PROGRESS]
    week, rate, owed = task[IN_WEEK], s.people[engineer, FLOW], s.people[engineer, OWED]
    while True:
        upto, moment = last - 1, 0.0
        if event >= 0:
            moment = s.events.time[event] + m.start
            upto = min(week_on(int(moment)), upto)
        while week < upto and (rate != 1.0 or owed > 0.0):
            week += 1
            begin = m.before[week, engineer]
            reached += rate * (begin - here)
            here = begin
            rate, owed = _carry(m, t, engineer, week, owed)
            knot = min(knot + 1, room)
            _tie(line, knot, here, reached, rate)
        week = upto
        if event < 0:
            break
        begin, after = m.before[week, engineer], m.before[week + 1, engineer]
        at = min(max(position_at(m, engineer, moment), begin), after)
        reached += rate * (at - here)
        here = at
        effort, left = s.events.effort[event], after - at
        taken = rate * left
        if effort < taken - TINY:
            taken = effort
            rate -= effort / left
        else:
            owed += max(effort - taken, 0.0)
            rate = 0.0
        if week < m.weeks:
            t.lost[engineer, week] += taken
        knot = min(knot + 1, room)
        _tie(line, knot, here, reached, rate)
        event = s.event_next[event]
    if knot == room:
        s.sizes[LACKS_KNOTS] = 1
    task[KNOTS], task[IN_WEEK] = knot + 1, week
    s.people[engineer, FLOW], s.people[engineer, OWED] = rate, owed
    _end_line(s, engineer)


@apart
def lay_weeks(m: Arrays, d: Draws, s: State, t: Tally, now: float) -> None:
    """Lay out some weeks more."""
    last = min(s.sizes[LAID] + STRETCH, m.span)
    draw_events(d, s.events, s.sizes[TRIAL], float(7 * last - m.start))
    for engineer in range(len(s.people)):
        if s.tasks[engineer, JOB] < 0:
            position = position_at(m, engineer, now)
            s.tasks[engineer, KNOT] = knot_from(s, engineer, position)
        _drop_passed(s, engineer)
    lay_drawn(m, s, t, last)


@compiled
def lay_drawn(m: Arrays, s: State, t: Tally, last: int) -> None:
    """Lay out everybody's progress over the capacity offered, up to a week.

    An interruption takes its effort from what is left of the week, in proportion; what
    the week cannot give is taken from the next, from its start on.
    """
    _string_events(s)
    for engineer in range(len(s.people)):
        _lay_line(m, s, t, engineer, s.event_head[engineer], last)
    s.sizes[LAID] = last


@compiled
def forget_weeks(m: Arrays, d: Draws, s: State) -> None:
    """Begin a trial's weeks anew: everybody at nothing, at full rate."""
    for engineer in range(len(s.people)):
        s.tasks[engineer, KNOT] = 0
        s.tasks[engineer, KNOTS] = 1
        s.knots[engineer, 0, POSITION] = 0.0
        s.knots[engineer, 0, PROGRESS] = 0.0
        s.knots[engineer, 0, RATE] = 1.0
        s.knots[engineer, 0, COST] = 1.0
        s.tasks[engineer, IN_WEEK] = 0
        s.people[engineer, FLOW] = 1.0
        s.people[engineer, OWED] = 0.0
        _end_line(s, engineer)
    s.sizes[LAID] = 0 if len(d.stream_key) > 0 else m.span
    forget_events(s.events)


@compiled
def knot_from(s: State, engineer: int, position: float) -> int:
    """Last knot at or before a position, from where the engineer is on."""
    knot = s.tasks[engineer, KNOT]
    while s.knots[engineer, knot + 1, POSITION] <= position + TINY:
        knot += 1
    return knot


@compiled
def knot_before(s: State, engineer: int, goal: float) -> int:
    """Last knot whose progress is short of a goal, from where the engineer is on."""
    line, at, goal = s.knots[engineer], s.tasks[engineer, KNOT], goal - TINY
    knot = at
    # Counted without a branch: most goals are a knot or two away, who knows which.
    for ahead in range(1, AHEAD):
        knot += 1 if line[at + ahead, PROGRESS] < goal else 0
    while line[knot + 1, PROGRESS] < goal:
        knot += 1
    return knot


@compiled
def go_to(m: Arrays, d: Draws, s: State, t: Tally, engineer: int, now: float) -> float:
    """Move an engineer without work on to a moment; gives their position then."""
    while s.sizes[LAID] <= week_on(int(now)) and s.sizes[LAID] < m.span:
        lay_weeks(m, d, s, t, now)
    position = position_at(m, engineer, now)
    s.tasks[engineer, KNOT] = knot_from(s, engineer, position)
    s.tasks[engineer, WEEK] = min(week_on(int(now)), m.span - 1)
    return position


@compiled
def progress_at(s: State, engineer: int, knot: int, position: float) -> float:
    """Progress at a position at or after a knot and before the next."""
    ahead = max(position - s.knots[engineer, knot, POSITION], 0.0)
    return s.knots[engineer, knot, PROGRESS] + s.knots[engineer, knot, RATE] * ahead
