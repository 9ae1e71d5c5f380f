from __future__ import annotations

import pandas as pd

from portfolio.delivery.flow.attainment import attainment_chart, attainment_of
from tests.delivery.flow.made import drawn

COLUMNS = ["position", "tier", "kind", "state", "clocks"]


def table(*rows):
    return attainment_of(pd.DataFrame(list(rows), columns=COLUMNS))


MIXED = [
    (4, "Standard", "Decide", "met", 6),
    (4, "Standard", "Decide", "breached", 2),
    (4, "Standard", "Decide", "paused", 1),
    (1, "Expedite", "Decide", "met", 3),
    (1, "Expedite", "Decide", "running", 1),
    (1, "Expedite", "Acknowledge", "running", 2),
]


def test_the_share_is_of_what_is_decided():
    found = table(*MIXED)

    assert found[["tier", "kind", "met", "running", "paused", "breached", "decided"]
                 ].to_numpy().tolist() == [
        ["Expedite", "Acknowledge", 0, 2, 0, 0, 0],
        ["Expedite", "Decide", 3, 1, 0, 0, 3],
        ["Standard", "Decide", 6, 0, 1, 2, 8],
    ]  # fmt: skip
    assert found["share"].tolist()[1:] == [1.0, 0.75]
    assert pd.isna(found["share"][0])


def test_the_chart_says_how_many_were_met_and_where_fewest():
    chart = attainment_chart(table(*MIXED))

    assert chart.title == (
        "82 % of 11 targets were met; fewest of Standard, decide: 75 %"
    )
    assert chart.rows == [
        ["Expedite", "Acknowledge", 0, 2, 0, 0, "–"],
        ["Expedite", "Decide", 3, 1, 0, 0, "100 %"],
        ["Standard", "Decide", 6, 0, 1, 2, "75 %"],
    ]
    figure = drawn(chart.figure)
    assert {trace["name"]: trace["x"] for trace in figure["data"]} == {
        "Met": [0, 75, 66.67],
        "Running, in time": [100, 25, 0],
        "Paused": [0, 0, 11.11],
        "Breached": [0, 0, 22.22],
    }
    assert figure["layout"]["yaxis"]["ticktext"][2] == (
        "Standard, decide: 75 % met of 8"
    )


def test_each_state_has_a_pattern_of_its_own():
    figure = attainment_chart(table(*MIXED)).figure

    patterns = [trace["marker"]["pattern"]["shape"] for trace in figure["data"]]
    assert len(set(patterns)) == 4


def test_from_too_few_decided_clocks_nothing_is_drawn():
    few = attainment_chart(table((4, "Standard", "Decide", "met", 4)))
    none = attainment_chart(table())

    assert few.lacking == "It needs 5 clocks that were met or breached; there are 4."
    assert (few.figure, none.figure, none.rows) == (None, None, [])
