from __future__ import annotations

import json
from datetime import date

from portfolio.delivery.charts import commitments_figure
from portfolio.delivery.frames import PromiseLine
from portfolio.delivery.rag import AT_RISK, CANNOT

TODAY = date(2026, 11, 23)
KEPT = PromiseLine(
    reference="INT-0001",
    title="Kept",
    unit="Sales",
    state="delivered",
    first_due=date(2026, 9, 10),
    due=date(2026, 9, 10),
    closed_on=date(2026, 9, 8),
)
KEPT_AT_LAST = PromiseLine(
    reference="INT-0002",
    title="Moved once",
    unit="Sales",
    state="delivered",
    first_due=date(2026, 10, 1),
    due=date(2026, 10, 20),
    closed_on=date(2026, 10, 20),
)
BROKEN = PromiseLine(
    reference="INT-0003",
    title="Broken",
    unit="Sales",
    state="delivered",
    first_due=date(2026, 10, 5),
    due=date(2026, 10, 5),
    closed_on=date(2026, 10, 18),
)
OPEN = PromiseLine(
    reference="INT-0004",
    title='Open <b>&</b> <a href="x">long enough that it is cut</a>',
    unit="Sales",
    state="open",
    first_due=date(2026, 12, 1),
    due=date(2026, 12, 11),
    p50=date(2026, 12, 4),
    p85=date(2027, 1, 8),
    chance=0.61,
    rag=AT_RISK,
)
STUCK = PromiseLine(
    reference="INT-0005",
    title="Stuck",
    unit="Sales",
    state="open",
    first_due=date(2026, 12, 20),
    due=date(2026, 12, 20),
    cannot="Nobody has SAP BTP.",
    rag=CANNOT,
)
LINES = [KEPT, KEPT_AT_LAST, BROKEN, OPEN, STUCK]


def traces_of(figure):
    return {
        trace["name"]: (list(zip(trace["x"], trace["y"], strict=True)), trace["meta"])
        for trace in figure["data"]
    }


def test_each_kind_of_date_is_a_trace_of_its_own_with_the_token_of_its_colour():
    traces = traces_of(commitments_figure(LINES, TODAY))

    gap = (None, None)
    hollow = {"paint": {"marker.color": "surface", "marker.line.color": "ink-2"}}
    assert traces == {
        "Early": (
            [("2026-09-10", 0), ("2026-09-08", 0), gap],
            {"paint": {"line.color": "line-strong"}},
        ),
        "Late": (
            [
                ("2026-10-01", 1), ("2026-10-20", 1), gap,
                ("2026-10-05", 2), ("2026-10-18", 2), gap,
            ],
            {"paint": {"line.color": "red"}},
        ),
        "Promise moved": (
            [("2026-12-01", 3), ("2026-12-11", 3), gap],
            {"paint": {"line.color": "line-strong"}},
        ),
        "Forecast, P50 to P85": (
            [("2026-12-04", 3), ("2027-01-08", 3), gap],
            {"paint": {"line.color": "p85", "marker.color": "p85"}},
        ),
        "First promised": (
            [
                ("2026-09-10", 0), ("2026-10-01", 1), ("2026-10-05", 2),
                ("2026-12-01", 3), ("2026-12-20", 4),
            ],
            hollow,
        ),
        "Promised now": ([("2026-10-20", 1), ("2026-12-11", 3)], hollow),
        "Delivered by the first date": (
            [("2026-09-08", 0)],
            {"paint": {"marker.color": "green"}},
        ),
        "Delivered by a later promised date": (
            [("2026-10-20", 1)],
            {"paint": {"marker.color": "amber"}},
        ),
        "Delivered later than promised": (
            [("2026-10-18", 2)],
            {"paint": {"marker.color": "red"}},
        ),
    }  # fmt: skip


def test_what_differs_in_colour_differs_in_shape_too():
    figure = commitments_figure(LINES, TODAY)

    marks = [
        (trace["marker"]["symbol"], bool(trace["marker"]["line"]["width"]))
        for trace in figure["data"]
        if trace["mode"] == "markers"
    ]
    assert marks == [
        ("circle", True),
        ("diamond", True),
        ("circle", False),
        ("square", False),
        ("triangle-right", False),
    ]


def test_a_title_is_never_read_as_markup_and_is_cut_beside_its_row():
    figure = commitments_figure([OPEN, STUCK], TODAY)

    [label, other] = figure["layout"]["yaxis"]["ticktext"]
    assert (
        label == 'INT-0004 Open &lt;b&gt;&amp;&lt;/b&gt; &lt;a href="x"&gt;long enou…'
    )
    assert other == "INT-0005 Stuck"
    assert "<a" not in json.dumps(figure)


def test_the_words_of_a_mark_tell_the_whole_row():
    figure = commitments_figure([OPEN, STUCK, BROKEN], TODAY)

    [first] = [t for t in figure["data"] if t["name"] == "First promised"]
    moved, stuck, broken = (text.split("<br>")[1:] for text in first["text"])
    assert moved == [
        "First promised by Tue 1 Dec",
        "Now promised by Fri 11 Dec",
        "Forecast 4 Dec – 8 Jan",
        "61 % chance on time: at risk",
    ]
    assert stuck == [
        "First promised by Sun 20 Dec",
        "Cannot be forecast: Nobody has SAP BTP.",
    ]
    assert broken == [
        "First promised by Mon 5 Oct",
        "Delivered Sun 18 Oct",
        "13 days late",
    ]


def test_today_is_a_line_and_the_figure_is_as_tall_as_its_rows():
    two, five = (
        commitments_figure(lines, TODAY)["layout"] for lines in (LINES[:2], LINES)
    )

    assert five["height"] - two["height"] == 3 * 28
    assert (five["shapes"][0]["x0"], five["shapes"][0]["x1"]) == (
        "2026-11-23",
        "2026-11-23",
    )
    assert five["meta"]["paint"]["shapes.0.line.color"] == "accent"
