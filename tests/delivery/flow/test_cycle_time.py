from __future__ import annotations

from portfolio.delivery.flow import cycle_time
from portfolio.delivery.flow.cycle_time import cycle_time_chart, finished_of, pace_of
from portfolio.delivery.flow.days import Workdays
from tests.delivery.flow.made import SINCE, TODAY, day, demands, drawn

# All begin on Monday 7 September; the n-th takes n working days.
ENDS = ["09-07", "09-08", "09-09", "09-10", "09-11",
        "09-14", "09-15", "09-16", "09-17", "09-18"]  # fmt: skip


def ten(**fields):
    return demands(*({"started": "09-07", "delivered": end} for end in ENDS))


def chart_of(frame, undated=0):
    finished = finished_of(frame, SINCE, TODAY, Workdays())
    return cycle_time_chart(finished, undated=undated, since=SINCE, today=TODAY)


def test_the_pace_is_what_so_many_of_a_hundred_took():
    finished = finished_of(ten(), SINCE, TODAY, Workdays())

    assert finished["took"].tolist() == list(range(10, 0, -1))
    assert pace_of(finished) == {50: 5, 70: 7, 85: 9, 95: 10}


def test_the_chart_says_it_in_a_sentence_draws_it_and_has_every_row():
    chart = chart_of(ten())

    assert chart.title == (
        "85 % of demands were delivered within 9 working days of their start (n = 10)"
    )
    assert chart.rows[0] == [
        "INT-0010", "Demand 10", "Sales", "Standard", day("09-07"), day("09-18"), 10
    ]  # fmt: skip
    assert len(chart.rows) == 10
    figure = drawn(chart.figure)
    assert figure["data"][0]["y"] == list(range(10, 0, -1))
    assert [shape["y0"] for shape in figure["layout"]["shapes"]] == [5, 7, 9, 10]
    assert [each["text"] for each in figure["layout"]["annotations"]] == [
        "50 %: 5 d", "70 %: 7 d", "85 %: 9 d", "95 %: 10 d",
        "Working days from start to delivery",
    ]  # fmt: skip


def test_its_lines_differ_in_their_dashes_too():
    shapes = chart_of(ten()).figure["layout"]["shapes"]

    assert len({shape["line"]["dash"] for shape in shapes}) == 4


def test_only_what_was_delivered_in_the_period_counts():
    frame = demands(
        {"started": "08-03", "delivered": "08-24"},
        {"started": "08-03", "delivered": "08-25"},
        {"started": "11-02", "stage": "in_progress"},
        {"delivered": "09-01"},
    )

    finished = finished_of(frame, SINCE, TODAY, Workdays())

    assert finished["reference"].tolist() == ["INT-0002"]


def test_from_fewer_than_ten_nothing_is_drawn_and_it_says_what_is_needed():
    chart = chart_of(ten()[:9], undated=2)

    assert chart.figure is None
    assert chart.lacking == (
        "It needs 10 demands delivered in the period with a known start; there are 9."
    )
    assert chart.note == "Left out are 2 demands without a known start."
    assert len(chart.rows) == 9


def test_of_very_many_the_last_are_drawn_and_the_lines_are_of_all(monkeypatch):
    monkeypatch.setattr(cycle_time, "MOST_DRAWN", 4)

    chart = chart_of(ten())

    assert chart.figure["data"][0]["y"] == [10, 9, 8, 7]
    assert chart.figure["layout"]["shapes"][0]["y0"] == 5
    assert chart.note.startswith("Drawn are the last 4 of 10")


def test_a_title_is_never_read_as_markup():
    frame = ten()
    frame["title"] = '<a href="x">&'

    figure = chart_of(frame).figure

    assert '&lt;a href="x"&gt;&amp;<br>' in figure["data"][0]["text"][0]
