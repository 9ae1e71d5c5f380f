"""Compiled: what interruptions leave of people's capacity, as broken lines.

Calls no other file's kernels, as Numba's cache would not notice when those change.
"""

from __future__ import annotations

from capacity.engine._compiling import compiled
from capacity.engine.arrays import Events, Knots
from capacity.engine.model import Arrays, Floats, Longs

# Less left of a week than this is nothing: nobody begins work in a rounding error.
TINY = 1e-9


@compiled
def _tie(
    knots: Knots, place: int, position: float, progress: float, rate: float
) -> int:
    knots.position[place] = position
    knots.progress[place] = progress
    knots.rate[place] = rate
    return place + 1


@compiled
def _gather(events: Events, trial: int, engineer: int, mine: Longs) -> int:
    """List one engineer's interruptions in the order in which they come."""
    size = 0
    for event in range(events.first[trial], events.first[trial + 1]):
        if events.who[event] == engineer:
            place = size
            while place > 0 and events.time[mine[place - 1]] > events.time[event]:
                mine[place] = mine[place - 1]
                place -= 1
            mine[place] = event
            size += 1
    return size


@compiled
def _position(m: Arrays, engineer: int, moment: float) -> float:
    day = min(int(moment), m.days - 1)
    ahead: float = (moment - day) * m.capacity[engineer, day]
    return m.cumulative[engineer, day] + ahead


@compiled
def tie_knots(
    m: Arrays, events: Events, knots: Knots, mine: Longs, lost: Floats
) -> None:
    """Lay out every engineer's progress over the capacity offered, trial by trial.

    An interruption takes its effort from what is left of the week, in proportion; what
    the week cannot give is taken from the next, from its start on. ``mine`` has room
    for the most events of a trial; ``lost`` (engineers, weeks) collects what is taken.
    """
    weeks = (m.days + m.weekday + 6) // 7
    place = 0
    for trial in range(len(events.first) - 1):
        for engineer in range(len(m.capacity)):
            size = _gather(events, trial, engineer, mine)
            knots.first[trial, engineer] = place
            place = _tie(knots, place, 0.0, 0.0, 1.0)
            owed, number = 0.0, 0
            for week in range(weeks):
                end = min(7 * (week + 1) - m.weekday, m.days)
                is_quiet = number == size or events.time[mine[number]] >= end
                if is_quiet and owed == 0.0 and knots.rate[place - 1] == 1.0:
                    continue
                here = m.cumulative[engineer, max(7 * week - m.weekday, 0)]
                after = m.cumulative[engineer, end]
                offered = after - here
                reached = knots.progress[place - 1] + knots.rate[place - 1] * (
                    here - knots.position[place - 1]
                )
                before = reached
                # What was owed from last week comes first.
                rate = 1.0 - owed / offered if offered > owed + TINY else 0.0
                owed = max(owed - offered, 0.0)
                place = _tie(knots, place, here, reached, rate)
                while number < size and events.time[mine[number]] < end:
                    event = mine[number]
                    moved = _position(m, engineer, events.time[event]) - here
                    reached += rate * moved
                    here += moved
                    left = max(after - here, 0.0)
                    if events.effort[event] < rate * left - TINY:
                        rate -= events.effort[event] / left
                    else:
                        owed += max(events.effort[event] - rate * left, 0.0)
                        rate = 0.0
                    place = _tie(knots, place, here, reached, rate)
                    number += 1
                reached += rate * max(after - here, 0.0)
                if week < lost.shape[1]:
                    lost[engineer, week] += offered - (reached - before)
        knots.first[trial, len(m.capacity)] = place
