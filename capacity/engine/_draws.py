"""Compiled draws of one trial: efforts and waits, interruptions, arrivals.

Interruptions and arrivals are drawn as far as the trial gets, some weeks at a time:
most trials are done long before the horizon.
"""

from __future__ import annotations

import numpy as np

from capacity.engine._compiling import apart, called, compiled
from capacity.engine._random import factor, logarithm, mixed, spread, uniform
from capacity.engine.arrays import BLOCK, Draws, Events, Late
from capacity.engine.model import Floats

# Places in Late.sizes and Events.sizes.
DRAWN, ROWS, LACKS_ROOM = 0, 1, 2


@compiled
def _team_factor(d: Draws, trial: int) -> float:
    """By how much everybody is off together in a trial."""
    return factor(uniform(d.team_key, trial), d.team_sd) if d.team_sd > 0.0 else 1.0


@apart
def draw_packages(
    d: Draws, trial: int, shared: Floats, effort: Floats, wait: Floats
) -> None:
    """Draw the efforts and waits of the plan's packages; ``shared`` is by demand."""
    shared[:] = _team_factor(d, trial)
    if d.demand_sd > 0.0:
        for demand in range(len(d.demand_key)):
            shared[demand] *= factor(uniform(d.demand_key[demand], trial), d.demand_sd)
    likely, below, above = d.effort_shape[0], d.effort_shape[1], d.effort_shape[2]
    for row in range(len(d.effort_key)):
        point = uniform(d.effort_key[row], trial)
        effort[row] = spread(point, likely[row], below[row], above[row])
    for row in range(len(d.effort_key)):
        effort[row] *= shared[d.demand_of[row]]
    likely, below, above = d.wait_shape[0], d.wait_shape[1], d.wait_shape[2]
    for column in range(len(d.wait_key)):
        point = uniform(d.wait_key[column], trial)
        wait[column] = spread(point, likely[column], below[column], above[column])


@compiled
def _draw_block(d: Draws, e: Events, stream: int, key: np.uint64, number: int) -> None:
    """Draw the next interruptions of a stream: gaps, whom they hit, how long."""
    per_day = d.stream_per_day[stream]
    likely, below = d.stream_shape[0, stream], d.stream_shape[1, stream]
    above = d.stream_shape[2, stream]
    for i in range(BLOCK):
        e.gap[i] = -logarithm(uniform(key, 3 * (number + i))) / per_day
    for i in range(BLOCK):
        e.pick[i] = uniform(key, 3 * (number + i) + 1)
    for i in range(BLOCK):
        point = uniform(key, 3 * (number + i) + 2)
        e.length[i] = spread(point, likely, below, above)


@compiled
def _victim(d: Draws, stream: int, moment: float, point: float) -> int:
    """Whom an interruption hits: one of those who are with the team then, or -1."""
    first, last = d.member_from[stream], d.member_from[stream + 1]
    if d.is_steady[stream]:
        return d.member[first + int(point * (last - first))]
    present = 0
    for k in range(first, last):
        if d.there[d.member[k], 0] <= moment < d.there[d.member[k], 1]:
            present += 1
    chosen = int(point * present)
    for k in range(first, last):
        if d.there[d.member[k], 0] <= moment < d.there[d.member[k], 1]:
            if chosen == 0:
                return d.member[k]
            chosen -= 1
    return -1


@apart
def draw_events(d: Draws, e: Events, trial: int, until: float) -> None:
    """Draw the interruptions that come next, up to a day; stream after stream."""
    size = 0
    for stream in range(len(d.stream_key)):
        key = mixed(d.stream_key[stream], trial)
        moment, number = e.reached[stream], e.number[stream]
        place = BLOCK
        while d.stream_per_day[stream] > 0.0:
            if place == BLOCK:
                _draw_block(d, e, stream, key, number)
                place = 0
            following = moment + e.gap[place]
            if following >= until:
                break
            moment = following
            if size < len(e.time):
                e.time[size] = moment
                e.who[size] = _victim(d, stream, moment, e.pick[place])
                e.effort[size] = e.length[place]
                size += 1
            else:
                e.sizes[LACKS_ROOM] = 1
            number += 1
            place += 1
        e.reached[stream] = moment
        e.number[stream] = number
    e.sizes[DRAWN] = size


@apart
def draw_arrivals(d: Draws, late: Late, trial: int, until: float) -> None:
    """Draw the arrivals that come next, up to a day, in order, and their packages."""
    begin, size = late.sizes[DRAWN], late.sizes[DRAWN]
    for stream in range(len(d.arrival_key)):
        key = mixed(d.arrival_key[stream], trial)
        moment, number = late.reached[stream], late.number[stream]
        while d.arrival_per_day[stream] > 0.0:
            gap = -logarithm(uniform(key, 3 * number)) / d.arrival_per_day[stream]
            if moment + gap >= until:
                break
            moment += gap
            if size < len(late.time):
                place = size
                while place > begin and late.time[place - 1] > moment:
                    late.time[place] = late.time[place - 1]
                    late.stream[place] = late.stream[place - 1]
                    late.which[place] = late.which[place - 1]
                    place -= 1
                late.time[place] = moment
                late.stream[place] = stream
                late.which[place] = number
                size += 1
            else:
                late.sizes[LACKS_ROOM] = 1
            number += 1
        late.reached[stream] = moment
        late.number[stream] = number
    team = _team_factor(d, trial) if begin < size else 1.0
    for arrival in range(begin, size):
        if late.sizes[LACKS_ROOM] == 0:
            _draw_arrived(d, late, trial, arrival, team)


@compiled
def _draw_arrived(d: Draws, late: Late, trial: int, arrival: int, team: float) -> None:
    """Draw the packages of one arrival, with the errors they share."""
    stream, number = late.stream[arrival], late.which[arrival]
    first, last = d.pattern_from[stream], d.pattern_from[stream + 1]
    row = late.sizes[ROWS]
    if row + last - first > len(late.effort):
        late.sizes[LACKS_ROOM] = 1
        return
    shared = team
    if d.demand_sd > 0.0:
        key = mixed(d.arrival_factor_key[stream], trial)
        shared *= factor(uniform(key, number), d.demand_sd)
    for pattern in range(first, last):
        point = uniform(mixed(d.pattern_key[pattern], trial), number)
        late.effort[row] = shared * spread(
            point,
            d.pattern_shape[0, pattern],
            d.pattern_shape[1, pattern],
            d.pattern_shape[2, pattern],
        )
        late.wait[row] = 0.0
        if d.pattern_wait_shape[0, pattern] > 0.0:
            point = uniform(mixed(d.pattern_wait_key[pattern], trial), number)
            late.wait[row] = spread(
                point,
                d.pattern_wait_shape[0, pattern],
                d.pattern_wait_shape[1, pattern],
                d.pattern_wait_shape[2, pattern],
            )
        row += 1
    late.first_row[arrival + 1] = row
    late.sizes[ROWS] = row
    late.sizes[DRAWN] = arrival + 1


@compiled
def forget_events(e: Events) -> None:
    """Begin a trial's interruptions anew."""
    e.reached[:] = 0.0
    e.number[:] = 0


@compiled
def forget_arrivals(late: Late) -> None:
    """Begin a trial's arrivals anew."""
    late.reached[:] = 0.0
    late.number[:] = 0
    late.first_row[0] = 0
    late.sizes[DRAWN] = 0
    late.sizes[ROWS] = 0


@called
def fill_packages(
    d: Draws, first: int, shared: Floats, effort: Floats, wait: Floats
) -> None:
    """Draw the packages of some trials, a row each, from trial ``first`` on."""
    for i in range(len(effort)):
        draw_packages(d, first + i, shared, effort[i], wait[i])


@called
def fill_events(d: Draws, e: Events, trial: int, until: float) -> None:
    """Draw all interruptions of a trial up to a day."""
    forget_events(e)
    draw_events(d, e, trial, until)


@called
def fill_arrivals(d: Draws, late: Late, trial: int, until: float) -> None:
    """Draw all arrivals of a trial up to a day."""
    forget_arrivals(late)
    draw_arrivals(d, late, trial, until)
