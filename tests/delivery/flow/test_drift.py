from __future__ import annotations

import pandas as pd

from portfolio.delivery.flow.drift import daily_of, drift_chart
from tests.delivery.flow.made import TODAY, day, drawn


def frame(names, *rows):
    found = pd.DataFrame(
        [[text and day(text) for text in row] for row in rows], columns=names
    )
    return found.astype(dict.fromkeys(names, "datetime64[ns]"))


TOLD = frame(
    ["at", "p50", "p85"],
    ("10-01", "11-20", "12-01"),
    ("10-20", "11-25", "12-05"),
    ("10-20", "11-28", "12-08"),
    ("11-10", "12-05", "12-18"),
)
PROMISED = frame(["at", "due"], ("10-05", "12-04"), ("11-02", "12-11"))
NONE = frame(["at", "due"])


def chart_of(told=TOLD, targets=PROMISED, delivered=None):
    return drift_chart("INT-0042", told, targets, delivered=delivered, today=TODAY)


def test_of_several_forecasts_on_a_day_the_last_counts():
    assert daily_of(TOLD)["p85"].dt.strftime("%m-%d").tolist() == [
        "12-01", "12-08", "12-18"
    ]  # fmt: skip


def test_the_title_says_how_far_it_moved_and_how_it_stands():
    early = PROMISED.assign(due=[pd.Timestamp("2026-12-30")] * 2)
    same = PROMISED.assign(due=[pd.Timestamp("2026-12-18")] * 2)

    assert chart_of().title == (
        "P85 of INT-0042 has moved 17 days later since 1 Oct and lies 7 days after the "
        "promise"
    )
    assert chart_of(targets=early).title.endswith("and lies 12 days before the promise")
    assert chart_of(targets=same).title.endswith("and meets the promise to the day")
    assert chart_of(targets=NONE).title == (
        "P85 of INT-0042 has moved 17 days later since 1 Oct"
    )
    assert chart_of(delivered=day("11-20")).title.endswith(
        "; it was delivered on Fri 20 Nov"
    )


def test_the_promise_is_a_step_and_each_row_has_what_held_then():
    chart = chart_of()

    figure = drawn(chart.figure)
    [promised] = [each for each in figure["data"] if each["name"] == "Promised"]
    assert promised["line"]["shape"] == "hv"
    assert list(zip(promised["x"], promised["y"], strict=True)) == [
        ("2026-10-05", "2026-12-04"),
        ("2026-11-02", "2026-12-11"),
        ("2026-11-25", "2026-12-11"),
    ]
    assert chart.rows == [
        [day("11-10"), day("12-05"), day("12-18"), day("12-11")],
        [day("10-20"), day("11-28"), day("12-08"), day("12-04")],
        [day("10-01"), day("11-20"), day("12-01"), None],
    ]


def test_what_was_delivered_is_a_mark_of_its_own_shape():
    chart = chart_of(delivered=day("11-20"))

    [mark] = [each for each in chart.figure["data"] if each["name"] == "Delivered"]
    assert (mark["marker"]["symbol"], mark["x"], mark["y"]) == (
        "diamond", ["2026-11-20"], ["2026-11-20"]
    )  # fmt: skip


def test_from_forecasts_of_two_days_nothing_is_drawn():
    chart = chart_of(told=TOLD[:3])

    assert chart.figure is None
    assert chart.title == "INT-0042 has too few forecasts to show how they moved"
    assert chart.lacking == "It needs forecasts of 3 days; there are 2."


def test_without_a_demand_it_says_so():
    chart = drift_chart("", TOLD[:0], NONE, delivered=None, today=TODAY)

    assert chart.title == "No demand has a forecast that could move"
    assert (chart.figure, chart.rows) == (None, [])
