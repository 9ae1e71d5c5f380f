"""Compiled: what interruptions leave of people's capacity, week by week.

Capacity is looked up in two layers. The calendar turns a moment into a *position*: the
capacity the person offered before it. Interruptions turn the position into *progress*,
a broken line with knots (position, progress, rate), at least one a week; without them
progress is position. A package of effort w at speed s therefore ends where progress
has grown by w / s: a search, not an integration.

Weeks are laid out as far as somebody has looked, some at a time.

Two moments less than ``TINY`` apart (a ten-thousandth of a second) are one moment, and
an end that close to midnight is midnight. Sums of decimal fractions are off by far less
than that, and continuous draws never come so close.
"""

from __future__ import annotations

import math

from capacity.engine._compiling import apart, compiled
from capacity.engine._draws import DRAWN, draw_events, forget_events
from capacity.engine.arrays import LAID, STRETCH, Draws, State, Tally
from capacity.engine.model import Arrays, Floats

TINY = 1e-9
NEVER = math.inf

# Places in State.sizes.
HEAP, STACK, LEFT, ARRIVED, LINE, LATE_READY, IDLE, OPEN = 0, 1, 2, 3, 4, 5, 6, 7
KNOTS, LATE_WEEKS, TRIAL, LACKS_KNOTS = 9, 10, 11, 12


@apart
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
    return _inside_day(cumulative, rate, position, day)


@compiled
def _inside_day(cumulative: Floats, rate: Floats, position: float, day: int) -> float:
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
def _tie(s: State, position: float, progress: float, rate: float) -> None:
    knot = s.sizes[KNOTS]
    s.position[knot] = position
    s.progress[knot] = progress
    s.rate[knot] = rate
    s.sizes[KNOTS] = knot + 1


@compiled
def _has_room(m: Arrays, s: State, engineer: int, week: int) -> bool:
    """Tell whether a knot more leaves room for the one that every later week needs."""
    to_come = (m.span - week) * len(s.job) - engineer - 1
    return s.sizes[KNOTS] + to_come < len(s.position)


@compiled
def _string_events(m: Arrays, s: State, first: int, last: int) -> None:
    """String up each person's interruptions of each week in order."""
    people = len(s.job)
    s.event_head[:] = -1
    for event in range(s.events.sizes[DRAWN]):
        who = s.events.who[event]
        if who < 0:
            continue
        week = int(s.events.time[event] + m.start) // 7
        bucket = (min(week, last - 1) - first) * people + who
        before, after = -1, s.event_head[bucket]
        while after >= 0 and s.events.time[after] < s.events.time[event]:
            before, after = after, s.event_next[after]
        s.event_next[event] = after
        if before < 0:
            s.event_head[bucket] = event
        else:
            s.event_next[before] = event


@compiled
def _lay_week(m: Arrays, s: State, engineer: int, week: int, event: int) -> float:
    """Lay out a week in which something takes time; gives the progress at its end."""
    here, after = m.before[week, engineer], m.before[week + 1, engineer]
    offered, reached, owed = after - here, s.carried[engineer], s.owed[engineer]
    # What was owed from last week comes first.
    rate = 1.0
    if owed > 0.0:
        rate = 1.0 - owed / offered if offered > owed + TINY else 0.0
        owed = max(owed - offered, 0.0)
    _tie(s, here, reached, rate)
    while event >= 0:
        moment = s.events.time[event] + m.start
        at = sum_at(m.cumulative[engineer], m.capacity[engineer], moment)
        at = min(max(at, here), after)
        reached += rate * (at - here)
        here = at
        effort, left = s.events.effort[event], after - here
        if effort < rate * left - TINY:
            rate -= effort / left
        else:
            owed += max(effort - rate * left, 0.0)
            rate = 0.0
        if _has_room(m, s, engineer, week):
            _tie(s, here, reached, rate)
        else:
            s.sizes[LACKS_KNOTS] = 1
        event = s.event_next[event]
    s.owed[engineer] = owed
    return reached + rate * (after - here)


@apart
def lay_weeks(m: Arrays, d: Draws, s: State, t: Tally) -> None:
    """Lay out some weeks more."""
    last = min(s.sizes[LAID] + STRETCH, m.span)
    draw_events(d, s.events, s.sizes[TRIAL], float(7 * last - m.start))
    lay_drawn(m, s, t, last)


@compiled
def lay_drawn(m: Arrays, s: State, t: Tally, last: int) -> None:
    """Lay out everybody's progress over the capacity offered, up to a week.

    An interruption takes its effort from what is left of the week, in proportion; what
    the week cannot give is taken from the next, from its start on.
    """
    people = len(s.job)
    first = s.sizes[LAID]
    _string_events(m, s, first, last)
    for week in range(first, last):
        for engineer in range(people):
            place = week * people + engineer
            s.first_knot[place] = s.sizes[KNOTS]
            event = s.event_head[place - first * people]
            offered = m.before[week + 1, engineer] - m.before[week, engineer]
            reached = s.carried[engineer] + offered
            if event < 0 and s.owed[engineer] == 0.0:
                _tie(s, m.before[week, engineer], s.carried[engineer], 1.0)
            else:
                full = reached
                reached = _lay_week(m, s, engineer, week, event)
                if week < m.weeks:
                    t.lost[engineer, week] += full - reached
            s.carried[engineer] = reached
            s.reached[place] = reached
    s.first_knot[last * people] = s.sizes[KNOTS]
    s.sizes[LAID] = last


@compiled
def forget_weeks(d: Draws, s: State) -> None:
    """Begin a trial's weeks anew; without interruptions they stay as they are."""
    if len(d.stream_key) > 0:
        s.sizes[LAID] = 0
        s.sizes[KNOTS] = 0
        s.carried[:] = 0.0
        s.owed[:] = 0.0
        forget_events(s.events)


@compiled
def knot_at(
    m: Arrays, d: Draws, s: State, t: Tally, engineer: int, day: int, position: float
) -> int:
    """Last knot of a day's week that lies at or before a position."""
    week = day // 7
    while s.sizes[LAID] <= week:
        lay_weeks(m, d, s, t)
    place = week * len(s.job) + engineer
    knot, last = s.first_knot[place], s.first_knot[place + 1] - 1
    while knot < last and s.position[knot + 1] <= position + TINY:
        knot += 1
    return knot


@compiled
def progress_at(s: State, knot: int, position: float) -> float:
    """Progress at a position at or after a knot and before the next."""
    ahead = max(position - s.position[knot], 0.0)
    return s.progress[knot] + s.rate[knot] * ahead


@compiled
def week_of_goal(
    m: Arrays, d: Draws, s: State, t: Tally, engineer: int, goal: float, week: int
) -> int:
    """First week from ``week`` on by whose end progress reaches the goal, or span."""
    people, goal = len(s.job), goal - TINY
    while week < m.span:
        if week >= s.sizes[LAID]:
            lay_weeks(m, d, s, t)
        if s.reached[week * people + engineer] >= goal:
            return week
        week += 1
    return week


@compiled
def end_in_week(
    m: Arrays, s: State, engineer: int, goal: float, week: int
) -> tuple[float, bool]:
    """Moment at which progress reaches the goal in a week, and if it flows on then."""
    place = week * len(s.job) + engineer
    knot, last = s.first_knot[place], s.first_knot[place + 1] - 1
    while knot < last and s.progress[knot + 1] < goal - TINY:
        knot += 1
    rate, position = s.rate[knot], s.position[knot]
    flows = rate > 0.0
    if flows:
        position += (goal - s.progress[knot]) / rate
        if knot < last and position > s.position[knot + 1] - TINY:
            position = min(position, s.position[knot + 1])
            flows = False
    cumulative, capacity = m.cumulative[engineer], m.capacity[engineer]
    day = 7 * week
    for other in range(7 * week + 1, 7 * week + 7):
        day += 1 if cumulative[other] < position - TINY else 0
    end = _inside_day(cumulative, capacity, position, day)
    return end, flows and day < end < day + 1.0
