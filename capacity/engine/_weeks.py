"""Compiled: what interruptions leave of people's capacity, as far as somebody looks.

Capacity is looked up in two layers. The calendar turns a moment into a *position*: the
capacity the person offered before it. Interruptions turn the position into *progress*:
in a week without any it grows as the position does; in another it is a broken line,
with knots (position, progress, rate) where the week begins and where an interruption
comes. A package of effort w at speed s therefore ends where progress has grown by
w / s: a search through the weeks and one inside the last, not an integration.

Weeks are laid out some at a time. A week and a knot that nothing reaches stand behind
the last, so that a search need not ask where they end.

Two moments less than ``TINY`` apart (a ten-thousandth of a second) are one moment, and
an end that close to midnight is midnight. Sums of decimal fractions are off by far less
than that, and continuous draws never come so close.
"""

from __future__ import annotations

import math

from capacity.engine._compiling import apart, compiled
from capacity.engine._draws import DRAWN, draw_events, forget_events
from capacity.engine.arrays import (
    COST,
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
from capacity.engine.model import (
    FULLEST,
    OFFERS,
    SHARES,
    SUMS,
    Arrays,
)

TINY = 1e-9
NEVER = math.inf
PLAIN = -1

# Places in State.sizes.
HEAP, STACK, LEFT, ARRIVED, LINE, IDLE, OPEN = 0, 1, 2, 3, 4, 6, 7
LATE_WEEKS, TRIAL, LACKS_KNOTS = 9, 10, 11
MADE_READY, NEW_GROUP, TIED = 12, 13, 14


@compiled
def _rounded(share: float) -> float:
    """A share of a day; one that close to midnight is midnight."""
    share = 0.0 if share <= TINY else share
    return 1.0 if share >= 1.0 - TINY else share


@compiled
def week_on(day: int) -> int:
    """Week of a day: a seventh, by a multiplication, right for a million years."""
    return (day * 613566757) >> 32


@compiled
def position_at(m: Arrays, calendar: int, moment: float) -> float:
    """Sum of what a calendar offers before a moment."""
    day = int(moment)
    week = week_on(day)
    if week >= m.span:
        return m.before[calendar, m.span]
    pattern, weekday = m.patterns[m.pattern[calendar, week]], day - 7 * week
    offered = pattern[SUMS + weekday] + (moment - day) * pattern[OFFERS + weekday]
    return m.before[calendar, week] + offered


@compiled
def week_of(m: Arrays, calendar: int, position: float, week: int) -> int:
    """Week, from one on, in which a calendar reaches a position that it does reach."""
    goal = position - TINY
    # Weeks are mostly alike: most of the time they need only be counted.
    ahead = (goal - m.before[calendar, week]) * m.weeks_per_day[calendar]
    week += max(int(ahead - TINY), 0)
    while m.before[calendar, week + 1] < goal:
        week += 1
    return week


@compiled
def moment_of(m: Arrays, calendar: int, into: float, week: int) -> float:
    """First moment of a week at which a calendar has offered so much of it."""
    pattern = m.patterns[m.pattern[calendar, week]]
    # Days are mostly alike too.
    day = max(int((into - TINY) * pattern[FULLEST] - TINY), 0)
    while pattern[SUMS + day + 1] < into - TINY:
        day += 1
    share = (into - pattern[SUMS + day]) * pattern[SHARES + day]
    return 7 * week + day + _rounded(share)


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
def _tie(s: State, knot: int, position: float, reached: float, rate: float) -> None:
    line = s.knots[knot]
    line[POSITION] = position
    line[PROGRESS] = reached
    line[RATE] = rate
    line[COST] = 1.0 / rate if rate > 0.0 else NEVER


@compiled
def _carry(offered: float, owed: float) -> tuple[float, float]:
    """Take what is owed from a week first; gives its rate, and what was taken."""
    if owed == 0.0:
        return 1.0, 0.0
    return 1.0 - owed / offered if offered > owed + TINY else 0.0, min(owed, offered)


@compiled
def _lay_plain(m: Arrays, s: State, engineer: int, week: int, upto: int) -> None:
    """Lay out weeks in which nothing interrupts somebody."""
    ahead = s.reached[engineer, week] - m.before[engineer, week]
    for plain in range(week, upto):
        s.reached[engineer, plain + 1] = m.before[engineer, plain + 1] + ahead
        s.knot_of[engineer, plain] = PLAIN


@compiled
def _lay_broken(
    m: Arrays, s: State, t: Tally, engineer: int, week: int, event: int
) -> int:
    """Lay out a week that something is taken from; gives the next interruption."""
    begin, after = m.before[engineer, week], m.before[engineer, week + 1]
    here, reached = begin, s.reached[engineer, week]
    owed, end = s.people[engineer, OWED], float(7 * (week + 1) - m.start)
    rate, lost = _carry(after - begin, owed)
    owed -= lost
    knot, room = s.sizes[TIED], len(s.knots) - 2
    s.knot_of[engineer, week] = knot
    _tie(s, knot, here, reached, rate)
    while event >= 0 and s.events.time[event] < end:
        moment = s.events.time[event] + m.start
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
        lost += taken
        knot = min(knot + 1, room)
        _tie(s, knot, here, reached, rate)
        event = s.event_next[event]
    _tie(s, knot + 1, NEVER, NEVER, 0.0)
    s.sizes[TIED] = min(knot + 2, room)
    s.reached[engineer, week + 1] = reached + rate * (after - here)
    s.people[engineer, OWED] = owed
    if week < m.weeks:
        t.lost[engineer, week] += lost
    return event


@compiled
def lay_drawn(m: Arrays, s: State, t: Tally, last: int) -> None:
    """Lay out everybody's progress over the capacity offered, up to a week.

    An interruption takes its effort from what is left of the week, in proportion; what
    the week cannot give is taken from the next, from its start on.
    """
    _string_events(s)
    for engineer in range(len(s.people)):
        week, event = s.sizes[LAID], s.event_head[engineer]
        while week < last:
            if s.people[engineer, OWED] == 0.0:
                upto = last
                if event >= 0:
                    upto = week_on(int(s.events.time[event] + m.start))
                _lay_plain(m, s, engineer, week, upto)
                week = upto
            if week < last:
                event = _lay_broken(m, s, t, engineer, week, event)
                week += 1
        s.reached[engineer, last + 1] = NEVER
    s.sizes[LAID] = last
    if s.sizes[TIED] == len(s.knots) - 2:
        s.sizes[LACKS_KNOTS] = 1


@apart
def lay_weeks(m: Arrays, d: Draws, s: State, t: Tally) -> None:
    """Lay out some weeks more."""
    last = min(s.sizes[LAID] + STRETCH, m.span)
    draw_events(d, s.events, s.sizes[TRIAL], float(7 * last - m.start))
    lay_drawn(m, s, t, last)


@compiled
def forget_weeks(s: State) -> None:
    """Begin a trial's weeks anew: everybody at nothing."""
    for engineer in range(len(s.people)):
        s.reached[engineer, 0] = 0.0
        s.reached[engineer, 1] = NEVER
        s.people[engineer, OWED] = 0.0
    s.sizes[LAID] = 0
    s.sizes[TIED] = 0
    forget_events(s.events)


@compiled
def knot_at(s: State, knot: int, position: float) -> int:
    """Last knot of a week at or before a position, from one on."""
    while s.knots[knot + 1, POSITION] <= position + TINY:
        knot += 1
    return knot


@compiled
def progress_at(s: State, knot: int, position: float) -> float:
    """Progress at a position at or after a knot and before the next."""
    ahead = max(position - s.knots[knot, POSITION], 0.0)
    return s.knots[knot, PROGRESS] + s.knots[knot, RATE] * ahead


@compiled
def go_to(m: Arrays, d: Draws, s: State, t: Tally, engineer: int, now: float) -> float:
    """Move an engineer without work on to a moment; gives their progress then."""
    week = min(week_on(int(now)), m.span - 1)
    while s.sizes[LAID] <= week:
        lay_weeks(m, d, s, t)
    s.tasks[engineer, WEEK] = week
    position, knot = position_at(m, engineer, now), s.knot_of[engineer, week]
    if knot == PLAIN:
        return s.reached[engineer, week] + position - m.before[engineer, week]
    return progress_at(s, knot_at(s, knot, position), position)


@compiled
def end_in(
    m: Arrays, s: State, engineer: int, week: int, goal: float
) -> tuple[float, bool]:
    """Moment of a week at which somebody reaches what they do reach in it.

    And whether capacity flows on from there.
    """
    knot = s.knot_of[engineer, week]
    if knot == PLAIN:
        end = moment_of(m, engineer, goal - s.reached[engineer, week], week)
        return end, end != int(end)
    while s.knots[knot + 1, PROGRESS] < goal - TINY:
        knot += 1
    following = s.knots[knot + 1, POSITION]
    position, flows = s.knots[knot, POSITION], s.knots[knot, RATE] > 0.0
    if flows:
        position += (goal - s.knots[knot, PROGRESS]) * s.knots[knot, COST]
        flows = position <= following - TINY
        position = min(position, following)
    end = moment_of(m, engineer, position - m.before[engineer, week], week)
    return end, flows and end != int(end)
