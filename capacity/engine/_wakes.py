"""Compiled: who is next, a tree of keys that tell when somebody is to be looked at."""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from capacity.engine._compiling import compiled
from capacity.engine._random import bits_of_float, float_of_bits
from capacity.engine._weeks import NEVER
from capacity.engine.arrays import WAKE, WIDTH, State

LATEST = np.iinfo(np.int64).max


@compiled
def _leaf(s: State, engineer: int) -> int:
    """Place of an engineer's key, behind those that stand above."""
    return (len(s.keys) - WIDTH) // WIDTH + engineer


def _least_of_some(_context: Any, keys: Any, _first: Any) -> Any:
    """The least of as many keys as stand together, from a place on."""

    def generate(context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        array = context.make_array(keys)(context, builder, given[0])
        several = ir.VectorType(ir.IntType(64), WIDTH)
        place = builder.gep(array.data, [given[1]])
        place = builder.bitcast(place, several.as_pointer())
        name = f"llvm.vector.reduce.smin.v{WIDTH}i64"
        kind = ir.FunctionType(ir.IntType(64), [several])
        least = cgutils.get_or_insert_function(builder.module, kind, name)
        return builder.call(least, [builder.load(place, align=8)])

    return types.int64(keys, types.int64), generate


_least_from: Any = intrinsic(_least_of_some)


@compiled
def _least_in(s: State, place: int) -> int:
    """The least of the keys that stand together with one, found several at a time."""
    return _least_from(s.keys, place & -WIDTH)


@compiled
def key_of(s: State, engineer: int) -> int:
    """Somebody's key."""
    return s.keys[_leaf(s, engineer)]


@compiled
def least_key(s: State) -> int:
    """The key of who is next."""
    return _least_in(s, 0)


@compiled
def moment_before(key: int) -> float:
    """The moment a key stands for, or a little before; NEVER for nobody's."""
    return float_of_bits(key & -256) if key < LATEST else NEVER


@compiled
def wake_at(s: State, engineer: int, moment: float) -> None:
    """Note when somebody who sleeps is next to be looked at.

    Positive floats stand in the order of their bits. The lowest eight make no
    difference above ``TINY``; there stands who it is, so that the least of the keys
    tells when and who. Above sixteen keys that stand together is the least of them.
    """
    s.people[engineer, WAKE] = moment
    key = (bits_of_float(moment) & -256) | (engineer & 255)
    place = _leaf(s, engineer)
    s.keys[place] = key
    while place >= WIDTH:
        place = (place >> 4) - 1
        s.keys[place] = min(s.keys[place], key)


@compiled
def let_sleep(s: State, engineer: int) -> None:
    """Note that somebody need not be looked at until they are woken."""
    s.people[engineer, WAKE] = NEVER
    place = _leaf(s, engineer)
    s.keys[place] = LATEST
    while place >= WIDTH:
        least = _least_in(s, place)
        place = (place >> 4) - 1
        s.keys[place] = least


@compiled
def who_is_next(s: State, key: int) -> int:
    """The engineer whose key it is."""
    engineer = key & 255
    while s.keys[_leaf(s, engineer)] != key:
        engineer += 256
    return engineer


@compiled
def next_wake(s: State) -> float:
    """The next moment at which an engineer is to be looked at."""
    key = least_key(s)
    return s.people[who_is_next(s, key), WAKE] if key < LATEST else NEVER
