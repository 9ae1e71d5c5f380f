from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.quarters import Quarter, weekdays

DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("day", "first", "last", "key", "words"),
    [
        ("2026-01-01", "2026-01-01", "2026-03-31", "2026Q1", "Q1 2026"),
        ("2026-11-24", "2026-10-01", "2026-12-31", "2026Q4", "Q4 2026"),
        ("2024-06-30", "2024-04-01", "2024-06-30", "2024Q2", "Q2 2024"),
    ],
)
def test_a_day_has_its_quarter(day, first, last, key, words):
    quarter = Quarter.of(date.fromisoformat(day))

    assert (str(quarter.first), str(quarter.last)) == (first, last)
    assert (quarter.key, quarter.words) == (key, words)


@given(DAYS, st.integers(0, 400))
def test_weekdays_are_those_that_one_would_count(first, more):
    days = [first + timedelta(days=number) for number in range(more + 1)]

    counted = weekdays(first, days[-1])

    assert counted == sum(day.weekday() < 5 for day in days)


@given(DAYS, st.integers(0, 200))
def test_all_quarters_together_have_all_of_some_work(begin, more):
    end = begin + timedelta(days=more)
    months = {(begin + timedelta(days=n)).replace(day=1) for n in range(more + 1)}
    quarters = {Quarter.of(month) for month in months}

    shares = [quarter.share_of(begin, end) for quarter in quarters]

    assert sum(shares) == pytest.approx(1)


def test_work_of_a_weekend_alone_lies_where_it_ends():
    saturday, sunday = date(2026, 11, 28), date(2026, 11, 29)

    quarter = Quarter.of(sunday)

    assert quarter.share_of(saturday, sunday) == 1.0
    assert Quarter.of(date(2026, 8, 1)).share_of(saturday, sunday) == 0.0
