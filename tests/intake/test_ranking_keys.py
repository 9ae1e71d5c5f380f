from __future__ import annotations

import re
from bisect import insort
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.ranking import between, spread

KEY = re.compile(r"^[0-9]*[1-9]$")
keys = st.from_regex(r"\A[0-9]{0,12}[1-9]\Z")


def fraction(key):
    return Fraction(int(key), 10 ** len(key))


@given(keys, keys)
def test_text_order_of_keys_is_number_order(one, other):
    assert (one < other) == (fraction(one) < fraction(other))


@given(st.lists(keys, min_size=2, max_size=2, unique=True).map(sorted))
def test_a_key_between_two_lies_between_them_and_never_ends_in_zero(pair):
    low, high = pair

    middle = between(low, high)

    assert KEY.match(middle)
    assert fraction(low) < fraction(middle) < fraction(high)


@given(keys)
def test_there_is_always_room_at_both_ends(key):
    above, below = between(None, key), between(key, None)

    assert KEY.match(above)
    assert KEY.match(below)
    assert 0 < fraction(above) < fraction(key) < fraction(below) < 1


@given(st.lists(st.integers(0, 10**6), max_size=80))
def test_any_sequence_of_insertions_stays_in_order(places):
    inserted: list[str] = []
    for place in places:
        at = place % (len(inserted) + 1)
        low = inserted[at - 1] if at else None
        high = inserted[at] if at < len(inserted) else None
        inserted.insert(at, between(low, high))

    resorted: list[str] = []
    for key in inserted:
        insort(resorted, key)
    assert inserted == resorted
    assert len(set(inserted)) == len(inserted)


@pytest.mark.parametrize("at_the_end", [True, False])
def test_thousands_of_arrivals_at_one_end_keep_keys_short(at_the_end):
    key = between(None, None)
    longest = 0

    for _ in range(4_000):
        key = between(key, None) if at_the_end else between(None, key)
        longest = max(longest, len(key))

    assert longest == 4


@given(st.integers(0, 3_000))
def test_spread_keys_rise_and_are_short(count):
    spaced = spread(count)

    assert spaced == sorted(set(spaced))
    assert len(spaced) == count
    assert all(KEY.match(key) for key in spaced)
    assert all(len(key) <= len(str(count)) + 2 for key in spaced)


@pytest.mark.parametrize(
    ("low", "high", "message"),
    [
        ("3", "25", "Nothing lies between “3” and “25”; give low first."),
        ("5", "5", "Nothing lies between “5” and “5”; give low first."),
        ("50", None, "“50” is not a rank key: digits that do not end in 0."),
        (None, "a1", "“a1” is not a rank key: digits that do not end in 0."),
        ("", None, "“” is not a rank key: digits that do not end in 0."),
    ],
)
def test_between_refuses_what_is_no_interval(low, high, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        between(low, high)


@pytest.mark.parametrize(
    ("low", "high", "middle"),
    [
        (None, None, "5"),
        ("1", "2", "15"),
        ("1", "12", "11"),
        ("19", "2", "195"),
        ("001", "01", "006"),
        (None, "0001", "00005"),
        ("9999", None, "99995"),
    ],
)
def test_between_takes_the_shortest_middle(low, high, middle):
    assert between(low, high) == middle
