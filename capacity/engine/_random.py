"""Compiled random numbers that belong to a key and a count, not to a position.

Number n of a key is output n of SplitMix64 started at that key: a bijective mix of
``key + n * gamma``. Any number can be had without those before it, so fewer trials are
a prefix of more, and a package keeps its numbers wherever its demand moves.

References
----------
G. L. Steele, D. Lea, C. H. Flood, "Fast Splittable Pseudorandom Number Generators",
OOPSLA 2014, figure 16 (the mix). M. J. Wichura, "Algorithm AS 241: The Percentage
Points of the Normal Distribution", Applied Statistics 37(3), 1988 (PPND16).
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_27 = np.uint64(27)
_30 = np.uint64(30)
_31 = np.uint64(31)
_11 = np.uint64(11)
_UNIT = 2.0**-53
Z90 = 1.2815515655446004  # the 90 % point of the standard normal, for P10 and P90


@njit(cache=True, nogil=True, inline="always")
def mixed(key: np.uint64, count: int) -> np.uint64:
    """64 random bits: number ``count``, from 0, of ``key``."""
    bits = key + (np.uint64(count) + np.uint64(1)) * _GAMMA
    bits = (bits ^ (bits >> _30)) * _MIX_1
    bits = (bits ^ (bits >> _27)) * _MIX_2
    return bits ^ (bits >> _31)


@njit(cache=True, nogil=True, inline="always")
def uniform(key: np.uint64, count: int) -> float:
    """A number inside (0, 1), never at its ends, so that logarithms exist."""
    return (np.float64(mixed(key, count) >> _11) + 0.5) * _UNIT


@njit(cache=True, nogil=True)
def normal_point(p: float) -> float:
    """The point below which a standard normal lies with probability ``p`` (AS 241)."""
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        top = (
            ((((((2.5090809287301226727e3 * r + 3.3430575583588128105e4) * r
            + 6.7265770927008700853e4) * r + 4.5921953931549871457e4) * r
            + 1.3731693765509461125e4) * r + 1.9715909503065514427e3) * r
            + 1.3314166789178437745e2) * r + 3.3871328727963666080e0
        )  # fmt: skip
        bottom = (
            ((((((5.2264952788528545610e3 * r + 2.8729085735721942674e4) * r
            + 3.9307895800092710610e4) * r + 2.1213794301586595867e4) * r
            + 5.3941960214247511077e3) * r + 6.8718700749205790830e2) * r
            + 4.2313330701600911252e1) * r + 1.0
        )  # fmt: skip
        return q * top / bottom
    r = math.sqrt(-math.log(min(p, 1.0 - p)))
    if r <= 5.0:
        r -= 1.6
        top = (
            ((((((7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r
            + 2.41780725177450611770e-1) * r + 1.27045825245236838258e0) * r
            + 3.64784832476320460504e0) * r + 5.76949722146069140550e0) * r
            + 4.63033784615654529590e0) * r + 1.42343711074968357734e0
        )  # fmt: skip
        bottom = (
            ((((((1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r
            + 1.51986665636164571966e-2) * r + 1.48103976427480074590e-1) * r
            + 6.89767334985100004550e-1) * r + 1.67638483018380384940e0) * r
            + 2.05319162663775882187e0) * r + 1.0
        )  # fmt: skip
    else:
        r -= 5.0
        top = (
            ((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r
            + 1.24266094738807843860e-3) * r + 2.65321895265761230930e-2) * r
            + 2.96560571828504891230e-1) * r + 1.78482653991729133580e0) * r
            + 5.46378491116411436990e0) * r + 6.65790464350110377720e0
        )  # fmt: skip
        bottom = (
            ((((((2.04426310338993978564e-15 * r + 1.42151175831644588870e-7) * r
            + 1.84631831751005468180e-5) * r + 7.86869131145613259100e-4) * r
            + 1.48753612908506148525e-2) * r + 1.36929880922735805310e-1) * r
            + 5.99832206555887937690e-1) * r + 1.0
        )  # fmt: skip
    return -top / bottom if q < 0.0 else top / bottom


@njit(cache=True, nogil=True, inline="always")
def spread(z: float, likely: float, below: float, above: float) -> float:
    """Split lognormal: ``likely * exp(s * z)`` with its own s on either side."""
    return likely * math.exp((below if z < 0.0 else above) * z)


@njit(cache=True, nogil=True)
def fill_spread(
    keys: NDArray[np.uint64],
    shape: NDArray[np.float64],
    first: int,
    out: NDArray[np.float64],
) -> None:
    """Fill ``out`` (trials, columns) with split lognormal numbers of each key.

    ``shape`` (columns, 3) is likely, s below and s above it.
    """
    trials, columns = out.shape
    for column in range(columns):
        key = keys[column]
        middle, left, right = shape[column, 0], shape[column, 1], shape[column, 2]
        if left == 0.0 and right == 0.0:
            for i in range(trials):
                out[i, column] = middle
        else:
            for i in range(trials):
                z = normal_point(uniform(key, first + i))
                out[i, column] = spread(z, middle, left, right)


@njit(cache=True, nogil=True)
def apply_factors(
    team_key: np.uint64,
    team_sd: float,
    demand_keys: NDArray[np.uint64],
    demand_sd: float,
    demand_of: NDArray[np.int32],
    first: int,
    effort: NDArray[np.float64],
) -> None:
    """Multiply efforts (trials, packages) by the trial's and the demand's factor."""
    trials, packages = effort.shape
    factor = np.ones(len(demand_keys))
    for i in range(trials):
        team = 1.0
        if team_sd > 0.0:
            team = math.exp(team_sd * normal_point(uniform(team_key, first + i)))
        for demand in range(len(demand_keys)):
            factor[demand] = team
            if demand_sd > 0.0:
                z = normal_point(uniform(demand_keys[demand], first + i))
                factor[demand] = team * math.exp(demand_sd * z)
        for package in range(packages):
            effort[i, package] *= factor[demand_of[package]]


@njit(cache=True, nogil=True)
def count_events(
    keys: NDArray[np.uint64],
    per_day: NDArray[np.float64],
    days: float,
    first: int,
    counts: NDArray[np.int64],
) -> None:
    """Count the events of Poisson streams, into ``counts`` (trials, streams)."""
    trials, streams = counts.shape
    for i in range(trials):
        for stream in range(streams):
            key = mixed(keys[stream], first + i)
            moment, number = 0.0, 0
            while per_day[stream] > 0.0:
                moment -= math.log(uniform(key, 3 * number)) / per_day[stream]
                if moment >= days:
                    break
                number += 1
            counts[i, stream] = number


@njit(cache=True, nogil=True)
def fill_interruptions(
    keys: NDArray[np.uint64],
    per_day: NDArray[np.float64],
    shape: NDArray[np.float64],
    member_from: NDArray[np.int32],
    member: NDArray[np.int32],
    there: NDArray[np.float64],
    first: int,
    counts: NDArray[np.int64],
    time: NDArray[np.float64],
    who: NDArray[np.int32],
    effort: NDArray[np.float64],
) -> None:
    """Fill in when each interruption comes, whom it hits and how long it takes.

    ``shape`` (streams, 3) is likely, s below and s above; ``there`` (engineers, 2) the
    span of days in which somebody is with the team. ``who`` is -1 where nobody is.
    """
    trials, streams = counts.shape
    event = 0
    for i in range(trials):
        for stream in range(streams):
            key = mixed(keys[stream], first + i)
            moment = 0.0
            for number in range(counts[i, stream]):
                moment -= math.log(uniform(key, 3 * number)) / per_day[stream]
                present = 0
                for k in range(member_from[stream], member_from[stream + 1]):
                    if there[member[k], 0] <= moment < there[member[k], 1]:
                        present += 1
                chosen = int(uniform(key, 3 * number + 1) * present)
                who[event] = -1
                for k in range(member_from[stream], member_from[stream + 1]):
                    if there[member[k], 0] <= moment < there[member[k], 1]:
                        if chosen == 0:
                            who[event] = member[k]
                        chosen -= 1
                z = normal_point(uniform(key, 3 * number + 2))
                time[event] = moment
                effort[event] = spread(
                    z, shape[stream, 0], shape[stream, 1], shape[stream, 2]
                )
                event += 1


@njit(cache=True, nogil=True)
def fill_arrivals(
    keys: NDArray[np.uint64],
    per_day: NDArray[np.float64],
    first: int,
    counts: NDArray[np.int64],
    time: NDArray[np.float64],
    stream_of: NDArray[np.int32],
    number_of: NDArray[np.int64],
) -> None:
    """Fill in when each arrival comes, of which stream it is, and which one of it."""
    trials, streams = counts.shape
    begin = 0
    for i in range(trials):
        size = 0
        for stream in range(streams):
            key = mixed(keys[stream], first + i)
            moment = 0.0
            for number in range(counts[i, stream]):
                moment -= math.log(uniform(key, 3 * number)) / per_day[stream]
                place = begin + size
                while place > begin and time[place - 1] > moment:
                    time[place] = time[place - 1]
                    stream_of[place] = stream_of[place - 1]
                    number_of[place] = number_of[place - 1]
                    place -= 1
                time[place] = moment
                stream_of[place] = stream
                number_of[place] = number
                size += 1
        begin += size


@njit(cache=True, nogil=True)
def fill_arrived(
    keys: NDArray[np.uint64],
    shape: NDArray[np.float64],
    pattern_from: NDArray[np.int32],
    factor_keys: NDArray[np.uint64],
    demand_sd: float,
    team_key: np.uint64,
    team_sd: float,
    trial: int,
    stream_of: NDArray[np.int32],
    number_of: NDArray[np.int64],
    out: NDArray[np.float64],
) -> None:
    """Fill in one trial's numbers of all arrived packages, with shared factors."""
    team = 1.0
    if team_sd > 0.0:
        team = math.exp(team_sd * normal_point(uniform(team_key, trial)))
    place = 0
    for arrival in range(len(stream_of)):
        stream, number = stream_of[arrival], number_of[arrival]
        factor = team
        if demand_sd > 0.0:
            key = mixed(factor_keys[stream], trial)
            factor *= math.exp(demand_sd * normal_point(uniform(key, number)))
        for pattern in range(pattern_from[stream], pattern_from[stream + 1]):
            z = normal_point(uniform(mixed(keys[pattern], trial), number))
            out[place] = factor * spread(
                z, shape[pattern, 0], shape[pattern, 1], shape[pattern, 2]
            )
            place += 1
