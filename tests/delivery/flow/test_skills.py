from __future__ import annotations

from itertools import pairwise

from portfolio.delivery.flow.skills import load_of, skills_chart, sums_of
from tests.delivery.flow.made import TODAY, day, drawn


def weeks(skill, *rows):
    return [
        {"skill": skill, "week": f"2026-{on}", "demand": demand, "supply": supply}
        for on, demand, supply in rows
    ]


BUSY = weeks("Kafka", ("11-16", 9, 9), ("11-23", 6, 2), ("11-30", 6, 3))
FREE = weeks("API", ("11-23", 1, 4), ("11-30", 1, 4))
NOBODY = weeks("SAP BTP", ("11-23", 2, 0), ("11-30", 2, 0))
UNASKED = weeks("IAM", ("11-23", 0, 4))


def test_the_load_is_of_this_week_and_the_next_and_of_what_is_asked_for():
    load = load_of([*BUSY, *UNASKED], TODAY)

    assert load["skill"].tolist() == ["Kafka", "Kafka"]
    assert sums_of(load).to_numpy().tolist() == [["Kafka", 6.0, 2.5, 2.4]]


def test_the_tightest_skill_stands_first_and_whose_nobody_has_before_it():
    load = load_of([*FREE, *BUSY, *NOBODY], TODAY)

    assert sums_of(load)["skill"].tolist() == ["SAP BTP", "Kafka", "API"]


def test_the_chart_says_which_skill_is_tightest():
    busy = skills_chart(load_of([*FREE, *BUSY], TODAY), TODAY)
    nobody = skills_chart(load_of([*FREE, *NOBODY], TODAY), TODAY)
    free = skills_chart(load_of(FREE, TODAY), TODAY)

    assert busy.title == (
        "Kafka is the tightest skill, with 2.4 weeks of work ready in an average week"
    )
    assert nobody.title == (
        "Work waits for SAP BTP, which nobody has; no skill is asked for more than it "
        "has"
    )
    assert free.title == "No skill is asked for more than it has"
    assert busy.rows[0] == ["Kafka", day("11-23"), 6, 2, "300 %"]


def test_each_skill_has_a_band_of_the_figure():
    chart = skills_chart(load_of([*FREE, *BUSY, *NOBODY], TODAY), TODAY)

    layout = drawn(chart.figure)["layout"]
    domains = [layout[name]["domain"] for name in ("yaxis", "yaxis2", "yaxis3")]
    assert (domains[0][1], domains[2][0]) == (1, 0)
    assert all(upper[0] > lower[1] for upper, lower in pairwise(domains))
    capacity = [each for each in chart.figure["data"] if each["name"] == "Capacity"]
    assert [each["y"] for each in capacity] == [[0, 0, 0], [2, 3, 3], [4, 4, 4]]


def test_without_a_forecast_nothing_is_drawn():
    chart = skills_chart(load_of([], TODAY), TODAY)

    assert chart.lacking == "It needs a finished forecast with work in it."
    assert (chart.figure, chart.rows) == (None, [])
