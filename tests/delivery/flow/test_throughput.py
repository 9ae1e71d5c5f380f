from __future__ import annotations

import datetime as dt

import pandas as pd

from portfolio.delivery.flow.throughput import (
    Run,
    bars_of,
    histogram_chart,
    runs_of,
    throughput_chart,
    weekly_of,
)
from tests.delivery.flow.made import SINCE, TODAY, day, demands, drawn

FIRST = dt.date(2026, 8, 31)


def weeks(*counts):
    return pd.Series(counts, index=pd.date_range(FIRST, periods=len(counts), freq="7D"))


def test_weeks_run_from_monday_to_sunday_and_empty_ones_count():
    # The last Monday and Sunday of one week, and a day of this week.
    frame = demands(
        *({"delivered": end} for end in ("10-26", "11-01", "11-16", "11-23"))
    )

    weekly = weekly_of(frame, SINCE, TODAY)

    assert weekly.to_dict() == {
        pd.Timestamp(day("10-26")): 2,
        pd.Timestamp(day("11-02")): 0,
        pd.Timestamp(day("11-09")): 0,
        pd.Timestamp(day("11-16")): 1,
    }


def test_without_deliveries_there_are_no_weeks():
    weekly = weekly_of(demands({"stage": "accepted"}), SINCE, TODAY)

    assert len(weekly) == 0
    assert throughput_chart(weekly, TODAY).lacking == (
        "It needs 8 whole weeks since the first delivery; there are 0."
    )
    assert histogram_chart(weekly).figure is None


def test_six_weeks_on_one_side_of_the_median_are_a_run():
    weekly = weeks(1, 1, 1, 2, 1, 1, 1, 5, 4, 6, 3, 4, 5)

    # The median is 2; the week on it neither counts nor ends the run.
    assert runs_of(weekly) == [
        Run(FIRST, day("10-12"), 6, is_above=False),
        Run(day("10-19"), day("11-23"), 6, is_above=True),
    ]


def test_ups_and_downs_are_no_run():
    assert runs_of(weeks(1, 3, 1, 3, 1, 3, 1, 3)) == []
    assert runs_of(weeks(2, 2, 2, 2, 2, 2, 2, 2)) == []


def test_the_title_tells_a_change_from_chance():
    steady = throughput_chart(weeks(1, 3, 1, 3, 1, 3, 1, 3), TODAY)
    changed = throughput_chart(weeks(1, 1, 1, 1, 1, 1, 5, 4, 6, 3, 4, 5), TODAY)

    assert steady.title == (
        "2.0 demands a week are delivered, and the ups and downs are chance"
    )
    assert changed.title == (
        "Throughput has changed: 6 weeks in a row delivered more than the median of 2, "
        "since 12 Oct"
    )
    figure = drawn(changed.figure)
    assert [trace["name"] for trace in figure["data"]] == [
        "Delivered in a week", "Part of a long run",
    ]  # fmt: skip
    assert changed.rows[0] == [day("11-16"), 5, "above"]


def test_the_histogram_counts_weeks_and_says_what_a_week_surely_delivers():
    chart = histogram_chart(weeks(1, 1, 2, 2, 2, 3, 3, 4, 4, 7))

    # All ten reach 1 and only eight reach 2; five reach 3.
    assert chart.title == (
        "A week delivers 1 or more in 85 % of weeks, 3 or more in half of them"
    )
    assert chart.rows == [
        ["0", 0, "0 %"], ["1", 2, "20 %"], ["2", 3, "30 %"], ["3", 2, "20 %"],
        ["4", 2, "20 %"], ["5", 0, "0 %"], ["6", 0, "0 %"], ["7", 1, "10 %"],
    ]  # fmt: skip
    assert drawn(chart.figure)["data"][0]["y"] == [0, 2, 3, 2, 2, 0, 0, 1]


def test_many_empty_weeks_are_said():
    chart = histogram_chart(weeks(0, 0, 0, 1, 1, 1, 2, 2))

    assert chart.title == (
        "3 of 8 weeks delivered nothing; half of them delivered 1 or more"
    )


def test_a_busy_team_has_steps_of_several():
    assert bars_of(pd.Series([0, 5, 29])) == [
        ("0–2", 1), ("3–5", 1), ("6–8", 0), ("9–11", 0), ("12–14", 0), ("15–17", 0),
        ("18–20", 0), ("21–23", 0), ("24–26", 0), ("27–29", 1),
    ]  # fmt: skip
