"""Compiled: who is next, a tree of keys that tell when somebody is to be looked at."""

from __future__ import annotations

import numpy as np

from capacity.engine._compiling import compiled
from capacity.engine._random import bits_of_float, float_of_bits
from capacity.engine._weeks import NEVER
from capacity.engine.arrays import WAKE, State

_LATEST = np.iinfo(np.int64).max


@compiled
def _leaf(s: State, engineer: int) -> int:
    """Place of an engineer's key. It begins at 3, so that fours stand together."""
    return ((len(s.keys) - 4) >> 2) + 3 + engineer


@compiled
def _least_beside(s: State, place: int) -> int:
    """The least of the other three of a four."""
    return min(s.keys[place ^ 1], s.keys[place ^ 2], s.keys[place ^ 3])


@compiled
def wake_at(s: State, engineer: int, moment: float) -> None:
    """Note when an engineer is next to be looked at.

    Positive floats stand in the order of their bits. The lowest eight make no
    difference above ``TINY``; there stands who it is, so that the least of the keys
    tells when and who. It stands first in a tree, each above four others.
    """
    s.people[engineer, WAKE] = moment
    place = _leaf(s, engineer)
    key = (bits_of_float(moment) & -256) | (engineer & 255)
    s.keys[place] = key
    while place > 3:
        key = min(key, _least_beside(s, place))
        place = (place >> 2) + 2
        s.keys[place] = key


@compiled
def next_wake_but(s: State, engineer: int) -> float:
    """The next moment at which anybody else is to be looked at, or a little before."""
    place = _leaf(s, engineer)
    least = _LATEST
    while place > 3:
        least = min(least, _least_beside(s, place))
        place = (place >> 2) + 2
    return float_of_bits(least & -256) if least < _LATEST else NEVER


@compiled
def who_is_next(s: State) -> int:
    """The engineer whose key is the least."""
    engineer = s.keys[3] & 255
    while s.keys[_leaf(s, engineer)] != s.keys[3]:
        engineer += 256
    return engineer


@compiled
def next_wake(s: State) -> float:
    """The next moment at which an engineer is to be looked at."""
    return s.people[who_is_next(s), WAKE] if len(s.people) > 0 else NEVER
