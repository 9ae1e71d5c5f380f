from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from portfolio.core.calendars import BusinessHours
from portfolio.delivery.flow.days import Workdays, percentiles, whole_weeks
from portfolio.delivery.flow.drawing import spread_apart
from tests.delivery.flow.made import day


def between(workdays, first, last):
    first, last = (pd.Series([pd.Timestamp(day(text))]) for text in (first, last))
    return workdays.between(first, last).tolist()


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("11-23", "11-23", 1),  # begun and done on one Monday
        ("11-23", "11-27", 5),
        ("11-27", "11-30", 2),  # over a weekend
        ("11-28", "11-29", 1),  # a Saturday and its Sunday still took a day
    ],
)
def test_both_ends_count_and_weekends_do_not(first, last, expected):
    assert between(Workdays(), first, last) == [expected]


def test_workdays_follow_the_calendar_of_the_team():
    hours = BusinessHours(
        zone=dt.UTC,
        periods=tuple((weekday, dt.time(9), dt.time(17)) for weekday in (6, 0, 1)),
        country="DE",
        closed=frozenset({day("12-28")}),
    )

    workdays = Workdays.of(hours, day("12-01"), day("2027-01-31"))

    # Sun 20 to Tue 29: of Sun, Mon, Tue twice, Mon 28 is closed.
    assert between(workdays, "12-20", "12-29") == [5]
    # Friday 25 December is a holiday, and no day of this week anyway.
    assert between(workdays, "12-25", "12-27") == [1]


def test_a_calendar_that_is_never_open_counts_the_usual_week():
    never = BusinessHours(zone=dt.UTC, periods=())

    assert Workdays.of(never, day("11-01"), day("11-30")) == Workdays()


def test_a_percentile_is_a_value_that_so_many_do_not_exceed():
    ten = np.array([10, 9, 8, 7, 6, 5, 4, 3, 2, 1])

    assert percentiles(ten) == [5, 7, 9, 10]
    assert percentiles(np.array([4])) == [4, 4, 4, 4]
    assert percentiles(np.array([], dtype=int)) == []


def test_whole_weeks_leave_out_the_broken_one_before_and_this_one():
    wednesdays = whole_weeks(day("11-04"), day("11-25"))
    mondays = whole_weeks(day("11-09"), day("11-23"))

    assert wednesdays == mondays == [day("11-09"), day("11-16")]
    assert whole_weeks(day("11-24"), day("11-25")) == []


def test_labels_make_way_for_each_other_and_keep_their_order():
    assert spread_apart([5.0, 1.0, 5.5], 2.0) == [4.25, 1.0, 6.25]
    assert spread_apart([1.0, 2.0, 3.0], 2.0) == [0.0, 2.0, 4.0]
    assert spread_apart([], 2.0) == []
