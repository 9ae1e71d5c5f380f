"""Compiled draws of one trial: efforts and waits, interruptions, arrivals.

Interruptions and arrivals are drawn as far as the trial gets, some weeks at a time:
most trials are done long before the horizon.
"""

from __future__ import annotations

import numpy as np

from capacity.engine._compiling import apart, called, compiled
from capacity.engine._random import (
    LONGEST,
    exponential,
    logarithm,
    mixed,
    normal_point,
    share_of,
    spread,
    upper,
)
from capacity.engine.arrays import (
    Draws,
    Events,
    Halves,
    Keys,
    Late,
    Points,
    Scratch,
)
from capacity.engine.model import Floats

_TWO = np.float32(2.0)
_LOWER = np.uint64(0xFFFFFFFF)

# Places in Late.sizes and Events.sizes.
DRAWN, ROWS, LACKS_ROOM = 0, 1, 2


@compiled
def _factor(key: np.uint64, count: int, sd: float) -> float:
    """Lognormal of median 1; exactly 1 for an ``sd`` of 0."""
    z = normal_point(upper(mixed(key, count)))
    return float(exponential(np.float32(sd) * z))


@compiled
def _draw_points(keys: Keys, trial: int, point: Points) -> None:
    """Draw a point for each key."""
    for row in range(len(keys)):
        point[row] = upper(mixed(keys[row], trial))


@compiled
def _draw_ranges(
    keys: Keys, trial: int, likely: Floats, slope: Halves, r: Scratch, drawn: Floats
) -> None:
    """Draw one of each range. In three goes, each of numbers of one size."""
    _draw_points(keys, trial, r.point)
    below, above = slope[0], slope[1]
    for row in range(len(keys)):
        r.ratio[row] = spread(r.point[row], below[row], above[row])
    for row in range(len(keys)):
        drawn[row] = min(LONGEST, likely[row] * r.ratio[row])


@apart
def draw_packages(
    d: Draws, trial: int, r: Scratch, effort: Floats, wait: Floats
) -> None:
    """Draw the efforts and waits of the plan's packages."""
    r.shared[:] = _factor(d.team_key, trial, d.team_sd)
    if d.demand_sd > 0.0:
        sd = np.float32(d.demand_sd)
        _draw_points(d.demand_key, trial, r.point)
        for demand in range(len(d.demand_key)):
            r.ratio[demand] = exponential(sd * normal_point(r.point[demand]))
        for demand in range(len(d.demand_key)):
            r.shared[demand] *= r.ratio[demand]
    _draw_ranges(d.effort_key, trial, d.effort_likely, d.effort_slope, r, effort)
    for row in range(len(d.effort_key)):
        effort[row] *= r.shared[d.demand_of[row]]
    _draw_ranges(d.wait_key, trial, d.wait_likely, d.wait_slope, r, wait)


@compiled
def _gap(point: np.uint32) -> np.float32:
    """Days between what comes once a day."""
    return -logarithm(_TWO * share_of(point))


@compiled
def _draw_block(d: Draws, e: Events, stream: int, key: np.uint64, number: int) -> None:
    """Draw the next interruptions of a stream: gaps, whom they hit, how long."""
    # As far as the compiler knows, any size: it would not do sixteen at once.
    size = len(e.gap)
    below = np.float32(d.stream_shape[1, stream])
    above = np.float32(d.stream_shape[2, stream])
    for i in range(size):
        bits = mixed(key, 2 * (number + i))
        e.point[0, i] = upper(bits)
        e.point[1, i] = np.uint32(bits & _LOWER)
    for i in range(size):
        e.pick[i] = upper(mixed(key, 2 * (number + i) + 1))
    for i in range(size):
        e.gap[i] = _gap(e.point[0, i])
    for i in range(size):
        e.length[i] = spread(e.point[1, i], below, above)


@compiled
def _victim(d: Draws, stream: int, moment: float, point: np.uint32) -> int:
    """Whom an interruption hits: one of those who are with the team then, or -1."""
    first, last = d.member_from[stream], d.member_from[stream + 1]
    if d.is_steady[stream]:
        return d.member[first + _one_of(last - first, point)]
    present = 0
    for k in range(first, last):
        if d.there[d.member[k], 0] <= moment < d.there[d.member[k], 1]:
            present += 1
    chosen = _one_of(present, point)
    for k in range(first, last):
        if d.there[d.member[k], 0] <= moment < d.there[d.member[k], 1]:
            if chosen == 0:
                return d.member[k]
            chosen -= 1
    return -1


@compiled
def _one_of(count: int, point: np.uint32) -> int:
    """One of the numbers below a count, each as likely."""
    return int((np.int64(point) * count) >> 32)


@apart
def draw_events(d: Draws, e: Events, trial: int, until: float) -> None:
    """Draw the interruptions that come next, up to a day; stream after stream."""
    size = 0
    for stream in range(len(d.stream_key)):
        key = mixed(d.stream_key[stream], trial)
        moment, number = e.reached[stream], e.number[stream]
        per_day, likely = d.stream_per_day[stream], d.stream_shape[0, stream]
        place = len(e.gap)
        while per_day > 0.0:
            if place == len(e.gap):
                _draw_block(d, e, stream, key, number)
                place = 0
            following = moment + e.gap[place] / per_day
            if following >= until:
                break
            moment = following
            if size < len(e.time):
                e.time[size] = moment
                e.who[size] = _victim(d, stream, moment, e.pick[place])
                e.effort[size] = min(LONGEST, likely * e.length[place])
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
            gap = _gap(upper(mixed(key, number))) / d.arrival_per_day[stream]
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
    team = _factor(d.team_key, trial, d.team_sd) if begin < size else 1.0
    for arrival in range(begin, size):
        if late.sizes[LACKS_ROOM] == 0:
            _draw_arrived(d, late, trial, arrival, team)


@compiled
def _one_range(key: np.uint64, count: int, shape: Floats, column: int) -> float:
    """Draw one of a range alone."""
    below, above = np.float32(shape[1, column]), np.float32(shape[2, column])
    ratio = spread(upper(mixed(key, count)), below, above)
    return min(LONGEST, shape[0, column] * ratio)


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
        shared *= _factor(
            mixed(d.arrival_factor_key[stream], trial), number, d.demand_sd
        )
    for pattern in range(first, last):
        key = mixed(d.pattern_key[pattern], trial)
        late.effort[row] = shared * _one_range(key, number, d.pattern_shape, pattern)
        late.wait[row] = 0.0
        if d.pattern_wait_shape[0, pattern] > 0.0:
            key = mixed(d.pattern_wait_key[pattern], trial)
            late.wait[row] = _one_range(key, number, d.pattern_wait_shape, pattern)
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
    d: Draws, first: int, r: Scratch, effort: Floats, wait: Floats
) -> None:
    """Draw the packages of some trials, a row each, from trial ``first`` on."""
    for i in range(len(effort)):
        draw_packages(d, first + i, r, effort[i], wait[i])


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
