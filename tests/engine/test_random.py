"""Compiled random numbers are as exact as they say, and made of every bit alike."""

import math
from statistics import NormalDist

import numpy as np
import pytest

from capacity.engine import _random
from capacity.engine._compiling import called

logarithm = called(_random.logarithm.py_func)
exponential = called(_random.exponential.py_func)
normal_point = called(_random.normal_point.py_func)
mixed = called(_random.mixed.py_func)

POINTS = [*range(0, 2**32, 2**32 // 999), *(2**power for power in range(32))]
"""From all over, and down to the least."""


def outside_of(point):
    """The share of worlds farther from the middle."""
    return (point // 2 + 0.5) / 2**32


@pytest.mark.parametrize(("least", "error"), [(1e-7, 1.5e-6), (1e-9, 4e-4), (0, 3e-3)])
def test_normal_points_are_those_of_the_normal_distribution(least, error):
    asked = [point for point in POINTS if outside_of(point) >= least]

    found = [float(normal_point(np.uint32(point))) for point in asked]

    exact = [
        NormalDist().inv_cdf(outside_of(point)) * (1 if point % 2 else -1)
        for point in asked
    ]
    assert found == pytest.approx(exact, abs=error)


def test_logarithms_and_exponentials_are_exact_to_seven_digits():
    powers = np.linspace(-22, 22, 501).astype(np.float32)

    raised = [exponential(power) for power in powers]

    assert raised == pytest.approx([math.exp(power) for power in powers], rel=1.2e-7)
    assert [logarithm(each) for each in raised if each < 0.9] == pytest.approx(
        [math.log(each) for each in raised if each < 0.9], rel=1.2e-7
    )
    assert exponential(np.float32(0)) == 1.0
    assert logarithm(np.float32(1)) == 0.0


def test_bits_of_neighbouring_counts_and_keys_have_nothing_in_common():
    counts = [mixed(np.uint64(7), count) for count in range(2000)]
    keys = [mixed(np.uint64(key), 3) for key in range(2000)]

    for points in (counts, keys):
        bits = np.array([[point >> bit & 1 for bit in range(64)] for point in points])
        # Four and a half standard errors of a share of a half, for each of 64 bits.
        assert np.abs(bits.mean(axis=0) - 0.5).max() < 4.5 * 0.5 / math.sqrt(2000)
        changed = (bits[1:] != bits[:-1]).mean(axis=0)
        assert np.abs(changed - 0.5).max() < 4.5 * 0.5 / math.sqrt(2000)
