"""Compiled random numbers that belong to a key and a count, not to a position.

Number n of a key is output n of SplitMix64 started at that key: a bijective mix of
``key + n * gamma``. Any number can be had without those before it, so fewer trials are
a prefix of more, and a package keeps its numbers wherever its demand moves.

Nothing here branches or calls a library, so that a loop over many keys is done several
numbers at a time: 7 ns for a split lognormal where branches took 47.

References
----------
G. L. Steele, D. Lea, C. H. Flood, "Fast Splittable Pseudorandom Number Generators",
OOPSLA 2014, figure 16 (the mix). M. J. Wichura, "Algorithm AS 241: The Percentage
Points of the Normal Distribution", Applied Statistics 37(3), 1988 (PPND16). P. T. P.
Tang, "Table-driven implementation of the exponential function", ACM TOMS 15(2), 1989
(the reduction of the argument, in two parts of ln 2).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from capacity.engine._compiling import compiled

Z90 = 1.2815515655446004  # the 90 % point of the standard normal, for P10 and P90
LONGEST = 1e9  # focused days that nobody lives to see the end of

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_1 = np.uint64(1)
_12 = np.uint64(12)
_27 = np.uint64(27)
_30 = np.uint64(30)
_31 = np.uint64(31)
_52 = np.uint64(52)
_1023 = np.uint64(1023)
_MANTISSA = np.uint64(0x000FFFFFFFFFFFFF)
_BITS_OF_1 = np.uint64(0x3FF0000000000000)
_BITS_OF_2_TO_52 = np.uint64(0x4330000000000000)
_ROUNDER = 6755399441055744.0  # 1.5 * 2 ** 52: what is added to it is rounded
_HALF_STEP = 2.0**-53
_LN2 = 0.6931471805599453
_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_SQRT2 = 1.4142135623730951


def _recast(given: Any, made: Any, made_in_llvm: Any) -> Any:
    """Take the 64 bits of a number for those of another type."""

    def declare(_context: Any, _number: Any) -> Any:
        def generate(_context: Any, builder: Any, _signature: Any, numbers: Any) -> Any:
            return builder.bitcast(numbers[0], made_in_llvm)

        return made(given), generate

    return intrinsic(declare)


_float_of = _recast(types.uint64, types.float64, ir.DoubleType())
float_of_bits = _recast(types.int64, types.float64, ir.DoubleType())
bits_of_float = _recast(types.float64, types.int64, ir.IntType(64))
_bits_of = _recast(types.float64, types.uint64, ir.IntType(64))


@compiled
def mixed(key: np.uint64, count: int) -> np.uint64:
    """64 random bits: number ``count``, from 0, of ``key``."""
    bits = key + (np.uint64(count) + _1) * _GAMMA
    bits = (bits ^ (bits >> _30)) * _MIX_1
    bits = (bits ^ (bits >> _27)) * _MIX_2
    return bits ^ (bits >> _31)


@compiled
def uniform(key: np.uint64, count: int) -> float:
    """A number inside (0, 1), never at its ends, so that logarithms exist."""
    return _float_of((mixed(key, count) >> _12) | _BITS_OF_1) - 1.0 + _HALF_STEP


@compiled
def logarithm(x: float) -> float:
    """Natural logarithm of a positive number, to 1e-14."""
    bits = _bits_of(x)
    power = _float_of((bits >> _52) | _BITS_OF_2_TO_52) - 4503599627371519.0
    mantissa = _float_of((bits & _MANTISSA) | _BITS_OF_1)
    is_upper = mantissa > _SQRT2
    mantissa = 0.5 * mantissa if is_upper else mantissa
    power = power + 1.0 if is_upper else power
    ratio = (mantissa - 1.0) / (mantissa + 1.0)
    square = ratio * ratio
    series = (
        (((((((1.0 / 17 * square + 1.0 / 15) * square + 1.0 / 13) * square
        + 1.0 / 11) * square + 1.0 / 9) * square + 1.0 / 7) * square
        + 1.0 / 5) * square + 1.0 / 3) * square
    )  # fmt: skip
    return power * _LN2 + 2.0 * ratio * (1.0 + series)


@compiled
def exponential(x: float) -> float:
    """Exponential of a number between -700 and 700, to 3e-13; exactly 1 for 0."""
    shifted = x * 1.4426950408889634 + _ROUNDER
    power = shifted - _ROUNDER
    rest = (x - power * _LN2_HIGH) - power * _LN2_LOW
    series = (
        (((((((((1.0 / 3628800 * rest + 1.0 / 362880) * rest + 1.0 / 40320) * rest
        + 1.0 / 5040) * rest + 1.0 / 720) * rest + 1.0 / 120) * rest
        + 1.0 / 24) * rest + 1.0 / 6) * rest + 0.5) * rest + 1.0) * rest + 1.0
    )  # fmt: skip
    return series * _float_of((_bits_of(shifted) + _1023) << _52)


@compiled
def normal_point(p: float) -> float:
    """The point below which a standard normal lies with probability ``p`` (AS 241).

    Without the third of its pieces: numbers of 52 bits lie 8.2 from the middle at most,
    where the second is still right to 1e-5.
    """
    q = p - 0.5
    r = 0.180625 - q * q
    top = q * (
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
    nearer = p if q < 0.0 else 1.0 - p
    r = math.sqrt(-logarithm(nearer)) - 1.6
    tail_top = (
        ((((((7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r
        + 2.41780725177450611770e-1) * r + 1.27045825245236838258e0) * r
        + 3.64784832476320460504e0) * r + 5.76949722146069140550e0) * r
        + 4.63033784615654529590e0) * r + 1.42343711074968357734e0
    )  # fmt: skip
    tail_bottom = (
        ((((((1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r
        + 1.51986665636164571966e-2) * r + 1.48103976427480074590e-1) * r
        + 6.89767334985100004550e-1) * r + 1.67638483018380384940e0) * r
        + 2.05319162663775882187e0) * r + 1.0
    )  # fmt: skip
    tail_top = -tail_top if q < 0.0 else tail_top
    is_inner = abs(q) <= 0.425
    return (top if is_inner else tail_top) / (bottom if is_inner else tail_bottom)


@compiled
def spread(p: float, likely: float, below: float, above: float) -> float:
    """Split lognormal: ``likely * exp(s * z)`` with its own s on either side."""
    z = normal_point(p)
    power = (below if z < 0.0 else above) * z
    power = min(700.0, power)
    power = max(-700.0, power)
    drawn = likely * exponential(power)
    return min(LONGEST, drawn)


@compiled
def factor(p: float, sd: float) -> float:
    """Lognormal of median 1; exactly 1 for an ``sd`` of 0."""
    return exponential(sd * normal_point(p))
