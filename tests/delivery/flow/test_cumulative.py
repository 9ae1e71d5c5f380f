from __future__ import annotations

from portfolio.delivery.flow.cumulative import BANDS, cumulative_chart, flow_of
from tests.delivery.flow.made import day, demands, drawn

SINCE, TODAY = day("11-09"), day("11-25")  # Sundays between: the 15th and the 22nd


def flow(*rows):
    found = flow_of(demands(*rows), SINCE, TODAY)
    names = ["asked", "accepted", "in_progress", "delivered"]
    assert set(found.columns) == set(names)
    return {f"{at:%m-%d}": [int(found.loc[at, name]) for name in names]
            for at in found.index}  # fmt: skip


def test_a_demand_stands_at_one_stage_at_the_end_of_each_week():
    through = {
        "asked": "11-10", "accepted": "11-15", "started": "11-20", "delivered": "11-23"
    }  # fmt: skip

    assert flow(through) == {
        "11-09": [0, 0, 0, 0],
        "11-15": [0, 1, 0, 0],
        "11-22": [0, 0, 1, 0],
        "11-25": [0, 0, 0, 1],
    }


def test_what_left_stands_nowhere_from_the_day_it_left():
    declined = {"asked": "11-10", "left": "11-16", "stage": "declined"}
    withdrawn = {
        "asked": "11-01", "accepted": "11-02", "started": "11-10", "left": "11-24",
        "stage": "withdrawn",
    }  # fmt: skip

    assert flow(declined, withdrawn) == {
        "11-09": [0, 1, 0, 0],
        "11-15": [1, 0, 1, 0],
        "11-22": [0, 0, 1, 0],
        "11-25": [0, 0, 0, 0],
    }


def test_days_that_nobody_gave_follow_from_later_ones():
    delivered = {"delivered": "11-16"}
    under_way = {"asked": "11-10", "accepted": "11-12", "stage": "in_progress"}

    assert flow(delivered, under_way)["11-15"] == [0, 0, 1, 0]
    assert flow(delivered, under_way)["11-22"] == [0, 0, 1, 1]


def test_what_was_delivered_before_the_period_is_not_counted():
    assert flow({"started": "11-02", "delivered": "11-09"})["11-25"] == [0, 0, 0, 0]


def test_the_chart_says_how_the_queue_grew():
    waits = [{"asked": "11-10", "accepted": "11-12"}] * 4
    before = [{"asked": "11-01", "accepted": "11-02"}]
    at_work = [
        {"asked": "11-01", "accepted": "11-02", "started": "11-03",
         "stage": "in_progress"}
    ]  # fmt: skip
    found = flow_of(demands(*waits, *before, *at_work), SINCE, TODAY)

    chart = cumulative_chart(found)

    assert chart.title == (
        "5 accepted demands wait to be begun, 4 more than at the start of the period; "
        "1 is in progress"
    )
    assert chart.rows[0] == [TODAY, 0, 5, 1, 0]
    figure = drawn(chart.figure)
    assert [trace["name"] for trace in figure["data"]] == [
        name for _, name, *_ in BANDS
    ]


def test_bands_differ_in_their_pattern_too():
    patterns = [(paint, pattern) for _, _, paint, pattern in BANDS]

    assert patterns == [("p95", ""), ("accent", "/"), ("p85", ""), ("amber", ".")]


def test_from_too_few_demands_nothing_is_drawn():
    few = cumulative_chart(flow_of(demands({"asked": "11-10"}), SINCE, TODAY))
    none = cumulative_chart(flow_of(demands(), SINCE, TODAY))

    assert (few.figure, none.figure) == (None, None)
    assert few.lacking == "It needs 5 demands at one stage; there are at most 1."
    assert none.rows == []
    assert few.rows[0] == [TODAY, 1, 0, 0, 0]
