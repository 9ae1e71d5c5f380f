"""The replay of a history sees no future and counts honestly."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest

from capacity.engine.backlog_backtest import Asked, _summed_up, backtest, replay
from capacity.engine.throughput import TooLittleHistory

from .test_backlog import items_of, overtaking


def test_what_comes_later_changes_no_earlier_answer():
    items = overtaking(1, days=500)
    other = items_of(
        items.created,
        np.where(items.finished > 364, items.finished + 40, items.finished),
    )

    def answers(history):
        return [
            (each.method, each.day, each.share, each.waiting, each.percentiles)
            for each in replay(history, until=800, trials=40)
            if each.day <= items.created.min() + 364
        ]

    first = answers(items)

    assert [day - items.created.min() for _, day, *_ in first[::4]] == [182, 273, 364]
    assert first == answers(other)


def test_outcomes_and_the_plain_answer_by_hand():
    """One item a week is finished at once; four others wait for day 300 and later."""
    weekly = np.arange(0.0, 280.0, 7.0)
    created = np.r_[weekly, [150.0] * 4]
    finished = np.r_[weekly, [300.0, 310.0, 320.0, inf]]

    asked = list(replay(items_of(created, finished), until=400, trials=40))

    at_182 = [each for each in asked if each.day == 182]
    assert [(each.method, each.share, each.outcome) for each in at_182] == [
        ("ours", 0.5, 310 - 182),
        ("backlog_over_throughput", 0.5, 310 - 182),
        ("ours", 0.8, inf),
        ("backlog_over_throughput", 0.8, inf),
    ]
    assert [each.percentiles for each in at_182 if each.method != "ours"] == [
        (14.0, 14.0),
        (28.0, 28.0),
    ]
    assert {each.waiting for each in at_182} == {4}


ASKED = Asked(
    method="ours",
    day=200,
    waiting=9,
    share=0.5,
    percentiles=(14.0, 70.0),
    outcome=20.0,
    observed=100,
    crps=0.2,
)


def test_what_the_end_hides_is_left_out_and_counted():
    asked = [
        ASKED,
        replace(ASKED, outcome=80.0),
        replace(ASKED, outcome=inf),  # P85 has passed: missed
        replace(ASKED, outcome=inf, observed=50),  # P85 has not: unknown
        replace(ASKED, outcome=inf, percentiles=(inf, inf)),
        replace(ASKED, outcome=80.0, percentiles=(14.0, inf)),
    ]

    summed = _summed_up(asked)

    assert (summed["n"], summed["p50"], summed["p85"]) == (6, 0.0, 0.5)
    assert summed["unknown"] == {"p50": 1, "p85": 2}
    assert summed["never"] == pytest.approx(1 / 3, abs=1e-4)
    assert summed["median_p85_weeks"] == 10.0


def test_overtaken_items_are_foreseen_where_the_plain_answer_fails():
    found = backtest(overtaking(2, days=900), until=1500, trials=80)

    assert found["p85"] >= 0.7
    assert found["baselines"]["backlog_over_throughput"]["p85"] < 0.4
    assert found["crps"] < found["baselines"]["backlog_over_throughput"]["crps"] / 2
    assert found["n"] == len(found["questions"]) == 16
    assert set(found["shares"]) == {"0.5", "0.8"}


def test_a_history_that_is_too_short_says_what_is_needed():
    with pytest.raises(TooLittleHistory, match="has 98 days with new items, and 50 of"):
        backtest(items_of(range(99), [*range(50), *[inf] * 49]), until=300)
