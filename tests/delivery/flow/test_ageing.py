from __future__ import annotations

from portfolio.delivery.flow.ageing import ageing_chart, ageing_of
from portfolio.delivery.flow.days import Workdays
from tests.delivery.flow.made import TODAY, day, demands, drawn

PACE = {50: 2, 70: 3, 85: 4, 95: 8}


def at_work(*starts, **fields):
    return demands(
        *({"stage": "in_progress", "started": on, **fields} for on in starts)
    )


def chart_of(frame, pace=PACE, undated=0):
    ageing = ageing_of(frame, TODAY, pace, Workdays())
    return ageing_chart(ageing, pace, undated=undated, today=TODAY)


def test_ages_count_working_days_up_to_today_and_stand_beside_the_pace():
    frame = at_work("11-20", "11-25", "11-02")

    ageing = ageing_of(frame, TODAY, PACE, Workdays())

    assert ageing[["reference", "age", "look"]].to_numpy().tolist() == [
        ["INT-0003", 18, "oldest"],
        ["INT-0001", 4, "usual"],
        ["INT-0002", 1, "usual"],
    ]


def test_the_chart_says_how_many_are_older_than_most_became():
    old = chart_of(at_work("11-20", "11-19", "11-02"))
    young = chart_of(at_work("11-25", "11-24"))

    assert old.title == (
        "2 of 3 demands in progress are older than 85 % of delivered ones became"
    )
    assert young.title == (
        "None of 2 demands in progress is older than 85 % of delivered ones became"
    )


def test_each_look_has_a_shape_of_its_own_and_what_is_blocked_a_cross():
    frame = at_work("11-20", "11-19", "11-02")
    frame.loc[1, "blocked"] = True

    chart = chart_of(frame)

    figure = drawn(chart.figure)
    marks = {
        trace["name"]: (trace["marker"]["symbol"], trace["x"], trace["y"])
        for trace in figure["data"]
        if trace["mode"] == "markers"
    }
    assert marks == {
        "Within what 85 % took": ("circle", [4], [2]),
        "Older than 85 % became": ("square", [5], [1]),
        "Older than 95 % became": ("triangle-right", [18], [0]),
        "Blocked": ("x-thin", [0], [1]),
    }
    assert [key.words for key in chart.legend][-1] == "blocked"
    assert chart.rows[1] == [
        "INT-0002", "Demand 2", "Sales", "Standard", day("11-19"), 5,
        "older than 85 % became", "blocked",
    ]  # fmt: skip


def test_without_a_pace_the_ages_are_drawn_alone():
    chart = chart_of(at_work("11-20", "11-02"), pace={}, undated=1)

    assert chart.title == (
        "The oldest of 2 demands in progress, INT-0002, began 18 working days ago"
    )
    assert chart.figure["layout"]["shapes"] == []
    assert chart.note == (
        "The lines of pace need 10 demands delivered in the period with a known start. "
        "Left out: 1 demand without a known start."
    )


def test_with_nothing_in_progress_nothing_is_drawn():
    chart = chart_of(demands({"started": "11-02", "delivered": "11-20"}))

    assert (chart.title, chart.figure) == ("Nothing is in progress", None)
    assert chart.lacking == "It needs one demand in progress."
