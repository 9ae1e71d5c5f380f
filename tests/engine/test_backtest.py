"""The walk forward: it never sees the future, and knows what is well forecast."""

from dataclasses import replace

import numpy as np
import pytest

from capacity.engine.backtest import _evenly, _Others, backtest
from capacity.engine.history import History
from capacity.engine.ratios import Settings
from capacity.engine.sums import DRAWS, SharedError
from capacity.engine.walking import walk_packages, walk_sums
from tests.engine.test_calibration import made


def with_project(history, projects):
    return replace(history, project=np.arange(len(history)) % projects)


def test_a_well_behaved_history_is_forecast_well():
    result = backtest(made(500, own=0.5, bias=0.3, team=0.2))

    tasks, sums = result["tasks"], result["sums"]
    assert tasks["n"] == 470
    assert tasks["coverage"] == pytest.approx(
        {"p10": 0.1, "p50": 0.5, "p80": 0.8, "p85": 0.85, "p90": 0.9}, abs=0.06
    )
    assert tasks["crps"] < tasks["baselines"]["raw_estimate"]["crps"]
    assert (sums["size"], sums["n"]) == (20, 23)
    assert sums["inside_p10_p90"] == pytest.approx(0.8, abs=0.1)
    assert set(tasks["baselines"]) == set(sums["baselines"])


def test_the_future_changes_no_forecast():
    history = made(140, team=0.3)
    other = replace(
        history,
        actual=np.concatenate([history.actual[:100], 9 * history.actual[100:]]),
    )

    def walked(each):
        settings, shared = Settings(each), SharedError()
        return [
            (walked.rows[0], walked.sd, walked.sample.tolist())
            for walked in walk_sums(each, 10, settings, shared)
            if walked.rows[0] < 100
        ]

    # All but the actual of the last sum itself is known before row 100.
    assert walked(other) == walked(history)
    assert [Settings(other).at(known) for known in (40, 80, 100)] == [
        Settings(history).at(known) for known in (40, 80, 100)
    ]


def test_packages_of_the_same_moment_do_not_see_each_other():
    history = made(100)
    days = np.floor(history.finished / 7)
    weekly = replace(history, finished=days)

    for known, rows in walk_packages(weekly):
        assert (days[:known] < days[rows[0]]).all()


def test_a_history_that_is_too_short_says_how_much_is_needed():
    with pytest.raises(ValueError, match="There are 30 finished packages"):
        backtest(made(30))


def test_a_history_without_a_whole_sum_has_none():
    result = backtest(made(45))

    assert result["sums"]["n"] == 0
    assert result["sums"]["crps"] is None


def test_sums_of_a_project_are_forecast_from_others_alone():
    history = with_project(made(240), 4)
    mine = history.project == 0
    strange = replace(history, actual=np.where(mine, 50 * history.actual, 1.0))

    result = backtest(strange, size=20, leave_out_project=True)

    # The project left out is 50 times over; nobody could know that from the others.
    assert result["sums"]["n"] == 4 * 3 - 4
    assert result["sums"]["inside_p10_p90"] < 0.8


def test_every_actual_equal_to_its_estimate_is_no_trouble():
    ones = np.ones(80)

    result = backtest(History.of(3 * ones, 3 * ones, np.arange(80.0)))

    assert result["tasks"]["crps"] == 0.0
    assert result["tasks"]["coverage"]["p10"] == 1.0
    assert result["tasks"]["coverage_split"]["p10"] == pytest.approx(0.1)
    assert result["sums"]["inside_p10_p90"] == 1.0


def test_packages_all_finished_on_one_day_cannot_be_forecast():
    with pytest.raises(ValueError, match="Fewer than 30 of the 80 packages"):
        backtest(replace(made(80), finished=np.zeros(80)))


def test_a_project_left_out_is_forecast_from_as_many_packages_of_each_other():
    history = with_project(made(400), 4)
    small = history.take(~((history.project == 1) & (np.arange(400) > 100)))
    others = _Others(small)

    sample = others.draw(others.rows_of[0][80:], np.random.default_rng(1), 0)

    assert len(sample) == DRAWS
    assert set(small.project[others.all_before(300, 0)]) == {1, 2, 3}
    assert _evenly(np.arange(10), 4).tolist() == [0, 3, 6, 9]
