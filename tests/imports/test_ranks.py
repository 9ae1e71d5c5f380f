from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.imports import ranks
from portfolio.imports.ranks import keys_below

KEYS = st.from_regex(r"[0-9]{0,12}[1-9]", fullmatch=True)


def test_the_examples_are_right():
    assert doctest.testmod(ranks).failed == 0


@given(last=st.none() | KEYS, count=st.integers(0, 300))
def test_keys_rise_above_the_last_one_and_are_rank_keys(last, count):
    keys = keys_below(last, count)

    assert keys == sorted(set(keys))
    assert len(keys) == count
    assert all(key > (last or "") for key in keys)
    assert all(key.isdigit() and not key.endswith("0") for key in keys)


@pytest.mark.parametrize("count", [5, 20_000])
def test_keys_stay_short_after_fifty_imports(count):
    last = None
    for _ in range(50):
        last = keys_below(last, count)[-1]

    assert len(last) < 40
