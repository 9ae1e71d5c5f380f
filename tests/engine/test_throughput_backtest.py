"""The walk through past completions sees no future and counts honestly."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest

from capacity.engine.throughput import Completions, TooLittleHistory
from capacity.engine.throughput_backtest import (
    Asked,
    _summed_up,
    _width_at,
    backtest,
    copy_weeks,
    walk,
)

from .test_throughput import MONDAY, in_weeks


def test_what_comes_later_changes_no_earlier_forecast():
    rng = np.random.default_rng(1)
    counts = rng.negative_binomial(1, 0.1, 72)
    other = counts.copy()
    other[48:] = rng.poisson(90, 24)

    def answers(history):
        return [
            (each.method, each.week, each.horizon, each.items, each.percentiles)
            for each in walk("a", history, horizons=(4, 8), trials=60)
            if each.week <= 48
        ]

    first = answers(in_weeks(counts))

    assert {week for _, week, *_ in first} == set(range(26, 49, 4))
    assert first == answers(in_weeks(other))


def test_copying_one_kind_of_week_is_plain_division():
    known = np.array([4, 4])

    times = copy_weeks(known, [2, 10], trials=3, rng=np.random.default_rng(0))

    assert [each.tolist() for each in times] == [[0.5] * 3, [2.5] * 3]


def test_copying_weeks_without_work_never_ends():
    times = copy_weeks(np.zeros(3, int), [1], trials=2, rng=np.random.default_rng(0))

    assert np.isinf(next(times)).all()


ASKED = Asked(
    series="a",
    method="ours",
    week=26,
    horizon=4,
    items=8,
    percentiles=(28.0, 42.0, 70.0),
    outcome=35.0,
    observed=100,
    crps=0.1,
)


def test_coverage_is_the_mean_over_series_and_leaves_out_what_nobody_knows():
    asked = [
        ASKED,
        replace(ASKED, outcome=60.0),
        replace(ASKED, series="b", outcome=inf),  # missed: P95 lies before the end
        replace(ASKED, series="b", outcome=inf, observed=56),  # P95 lies behind it
        replace(ASKED, series="b", outcome=inf, observed=30),  # P85 does as well
    ]

    summed = _summed_up(asked)

    assert (summed["n"], summed["series"], summed["unknown"]) == (5, 2, 0.2)
    assert (summed["p50"], summed["p85"]) == (0.0, 0.25)
    assert summed["p95"] == 0.5
    assert summed["median_width"] == 0.5


def test_a_method_is_widened_until_it_covers_as_often():
    asked = [replace(ASKED, outcome=28.0 + 14 * step) for step in range(5)]

    assert _width_at(asked, 0.4) == 0.5
    assert _width_at(asked, 1.0) == pytest.approx(2.0, rel=0.03)


def test_a_regular_series_is_foreseen_and_the_figures_have_their_shape():
    found = backtest({"a": in_weeks([5, 6, 4, 5] * 13)}, horizons=(4,), trials=60)

    ours = found["horizons"]["4"]
    assert (ours["n"], ours["series"], ours["unknown"]) == (5, 1, 0.0)
    assert ours["p85"] == 1.0
    assert ours["crps"] < 0.2
    assert set(found["baselines"]) == {
        "bootstrap_12_weeks",
        "bootstrap_26_weeks",
        "bootstrap_all",
    }
    assert set(found["baselines"]["bootstrap_all"]["horizons"]["4"]) == {
        *ours,
        "width_at_our_p85",
    }


def test_series_that_are_too_short_say_how_long_they_must_be():
    short = Completions(MONDAY, np.ones(7 * 30, dtype=np.int64))

    with pytest.raises(TooLittleHistory, match="has 30 weeks; 34 are needed"):
        backtest({"a": short})
