from __future__ import annotations

import pandas as pd
import pytest

from portfolio.delivery.flow.calibration import (
    Reliability,
    calibration_chart,
    p85_of,
    reliability_of,
)
from portfolio.delivery.proportions import wilson
from tests.delivery.flow.made import SINCE, TODAY, day, drawn

NAMES = ["delivered", "p10", "p50", "p70", "p85", "p95"]


def told(*rows):
    frame = pd.DataFrame(
        [[text and day(text) for text in row] for row in rows], columns=NAMES
    )
    return frame.astype(dict.fromkeys(NAMES, "datetime64[ns]"))


def found(*rows):
    return {
        each.level: (each.right, each.judged)
        for each in reliability_of(told(*rows), SINCE, TODAY)
    }


def test_a_percentile_is_right_when_the_demand_is_done_by_its_date():
    # Done on the day of its P70: too late for P10 and P50, and in time from there.
    row = ("10-15", "10-01", "10-10", "10-15", "10-30", "11-10")

    assert found(row) == {10: (0, 1), 50: (0, 1), 70: (1, 1), 85: (1, 1), 95: (1, 1)}


def test_what_is_still_open_past_its_date_was_missed():
    row = (None, "10-01", "10-10", "10-15", "10-30", "12-10")

    assert found(row) == {10: (0, 1), 50: (0, 1), 70: (0, 1), 85: (0, 1), 95: (0, 0)}


def test_what_came_early_waits_for_its_date_like_what_is_late():
    # Done in September; its P85 of December may not count before December.
    row = ("09-10", "09-01", "09-20", "10-15", "12-01", "12-10")

    assert found(row) == {10: (0, 1), 50: (1, 1), 70: (1, 1), 85: (0, 0), 95: (0, 0)}


def test_only_dates_of_the_period_before_today_are_judged():
    before = ("08-01", "07-01", "07-10", "07-15", "08-01", "08-24")
    today = ("11-20", "11-25", "11-25", "11-25", "11-25", None)

    assert found(before, today) == dict.fromkeys((10, 50, 70, 85, 95), (0, 0))


@pytest.mark.parametrize(
    ("right", "of", "expected"),
    [
        # By hand from Wilson (1927): (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n)
        (33, 42, (0.641, 0.883)),
        (0, 10, (0.0, 0.278)),
        (10, 10, (0.722, 1.0)),
    ],
)
def test_the_interval_is_wilsons(right, of, expected):
    assert wilson(right, of) == pytest.approx(expected, abs=0.0006)


def of_p85(right, judged):
    levels = (10, 50, 70, 95)
    return [*(Reliability(level, 2, 5) for level in levels),
            Reliability(85, right, judged)]  # fmt: skip


def test_the_chart_says_how_often_p85_was_right_and_of_how_many():
    chart = calibration_chart(of_p85(33, 42), scored=61)

    assert chart.title == "Our P85 was right 79 % of the time (n = 42)"
    assert (
        chart.note == "61 published forecasts of delivered demands are scored in all."
    )
    assert ["P85", 33, 42, "79 %", "64 %", "88 %"] in chart.rows
    [line, points] = drawn(chart.figure)["data"]
    assert (line["x"], line["y"]) == ([0, 100], [0, 100])
    # The other levels have five each, too few for a point.
    assert (points["x"], points["y"]) == ([85], [78.57])
    assert points["text"] == ["P85 was right 79 % (64–88 %, n = 42)"]
    assert points["error_y"]["array"] == [pytest.approx(9.6, abs=0.2)]


@pytest.mark.parametrize(
    ("right", "judged", "words"),
    [(20, 40, ": we are too sure"), (60, 60, ": we are too cautious"), (34, 40, "")],
)
def test_it_says_more_only_where_the_interval_leaves_no_room(right, judged, words):
    title = calibration_chart(of_p85(right, judged), scored=1).title

    assert title.partition(")")[2] == words


def test_from_fewer_than_ten_nothing_is_drawn():
    chart = calibration_chart(of_p85(9, 9), scored=0)
    empty = calibration_chart(reliability_of(told(), SINCE, TODAY), scored=0)

    assert chart.lacking == "It needs 10 demands whose first P85 has come; there are 9."
    assert (chart.figure, chart.note, empty.rows) == (None, "", [])
    assert p85_of(reliability_of(told(), SINCE, TODAY)).words == "–"
