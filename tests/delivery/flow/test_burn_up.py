from __future__ import annotations

import datetime as dt

import pytest

from portfolio.delivery.flow.burn_up import (
    burn_up_chart,
    burn_up_of,
    cone_of,
    horizon_of,
    quarter_end,
)
from tests.delivery.flow.made import day, demands, drawn

SINCE, TODAY = day("09-01"), day("11-25")


def backlog():
    return demands(
        {"asked": "09-02", "accepted": "09-03", "started": "09-04",
         "delivered": "10-05"},
        *(
            {"asked": "09-10", "accepted": "09-11", "p10": p10, "p50": p50, "p85": p85}
            for p10, p50, p85 in [
                ("11-30", "12-02", "12-09"),
                ("12-01", "12-10", "12-20"),
                ("12-15", "12-28", "2027-01-20"),
            ]
        ),
        {"asked": "09-10", "accepted": "09-11"},
    )  # fmt: skip


def test_the_scope_is_what_is_delivered_and_what_is_accepted():
    burnt = burn_up_of(backlog(), SINCE, TODAY)

    assert burnt.iloc[-1].to_dict() == {"delivered": 1, "scope": 5}
    assert burnt.iloc[0].to_dict() == {"delivered": 0, "scope": 0}


def test_the_cone_counts_whose_date_has_come():
    cone = cone_of(backlog(), 1, TODAY, day("12-23"))

    assert [f"{at:%m-%d}" for at in cone.index] == [
        "11-25", "12-02", "12-09", "12-16", "12-23"
    ]  # fmt: skip
    assert cone["p10"].tolist() == [1, 3, 3, 4, 4]
    assert cone["p50"].tolist() == [1, 2, 2, 3, 3]
    assert cone["p85"].tolist() == [1, 1, 2, 2, 3]


def test_it_looks_no_further_ahead_than_back():
    assert horizon_of(backlog(), SINCE, TODAY) == day("2027-01-20")
    assert horizon_of(backlog(), day("11-01"), TODAY) == TODAY + dt.timedelta(weeks=4)
    assert horizon_of(demands(), SINCE, TODAY) == TODAY + (TODAY - SINCE)


@pytest.mark.parametrize(
    ("today", "end"),
    [
        ("11-25", "2027-03-31"),  # 31 December is too near to say much
        ("10-01", "12-31"),
        ("2027-01-31", "2027-03-31"),
        ("2027-02-20", "2027-06-30"),
    ],
)
def test_quarter_ends_that_are_near_give_way_to_the_next(today, end):
    assert quarter_end(day(today)) == day(end)


def test_the_chart_says_how_many_are_done_by_the_quarter():
    frame = backlog()
    burnt = burn_up_of(frame, SINCE, TODAY)

    chart = burn_up_chart(burnt, cone_of(frame, 1, TODAY, day("12-23")), frame, TODAY)

    assert chart.title == (
        "By 23 Dec, 2 of 4 open demands are done at even odds, 2 at 85 %"
    )
    assert chart.rows[0] == [day("12-23"), None, None, 4, 3, 3]
    assert [day("11-25"), 1, 5, None, None, None] in chart.rows
    names = [trace["name"] for trace in drawn(chart.figure)["data"]]
    assert names == ["Forecast, P10 to P85", "Forecast, P50", "Scope", "Delivered"]


def test_without_forecasts_no_cone_is_drawn():
    frame = backlog().assign(p10=None, p50=None, p85=None).astype(
        dict.fromkeys(["p10", "p50", "p85"], "datetime64[ns]")
    )  # fmt: skip
    burnt = burn_up_of(frame, SINCE, TODAY)

    chart = burn_up_chart(burnt, cone_of(frame, 1, TODAY, day("12-23")), frame, TODAY)

    assert chart.figure is None
    assert chart.lacking == "It needs 3 open demands with a forecast; there are 0."
    assert chart.title == "1 demand is delivered, and 4 accepted ones are open"
    assert chart.rows[0] == [TODAY, 1, 5, None, None, None]
