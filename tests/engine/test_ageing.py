"""The chance of being finished by age, and the level that wanders over it."""

import numpy as np
import pytest

from capacity.engine._ageing import (
    CLASSES,
    EDGES,
    at_risk,
    fit_curve,
    follow_level,
    summed_chance,
)


def test_days_at_risk_and_ends_by_hand():
    created = np.array([0.0, 2.0, 5.0, 5.0])
    finished = np.array([4.0, np.inf, 5.0, 20.0])

    open_days, done = at_risk(created, finished, low=2.0, high=9.0)

    # The first is 2 to 4 days old, the second 0 to 7, the third done on its first day
    # and so open for half of it, the fourth 0 to 4.
    assert open_days.tolist() == [2.5, 5.0, 6.0, *[0.0] * (CLASSES - 3)]
    assert done.tolist() == [1.0, 0.0, 1.0, *[0.0] * (CLASSES - 3)]


def test_periods_add_up_to_the_whole():
    rng = np.random.default_rng(0)
    created = np.floor(rng.uniform(0, 300, 80))
    finished = created + np.floor(rng.exponential(60, 80))

    whole = at_risk(created, finished, low=-1.0, high=280.0)
    parts = [
        at_risk(created, finished, low=low, high=high)
        for low, high in ((-1.0, 100.0), (100.0, 101.0), (101.0, 280.0))
    ]

    # Half a day of what is done on its first day may fall on either side.
    assert sum(part[0] for part in parts) == pytest.approx(whole[0], abs=1.0)
    assert sum(part[1] for part in parts) == pytest.approx(whole[1])


def test_much_evidence_is_followed_and_none_goes_downhill():
    open_days, done = np.zeros(CLASSES), np.zeros(CLASSES)
    open_days[:4], done[:4] = 1e5, [4e4, 2e4, 1e4, 5e3]

    curve = fit_curve(open_days, done)

    assert np.exp(curve.height[:4]) == pytest.approx([0.4, 0.2, 0.1, 0.05], rel=0.01)
    assert (np.diff(curve.height) < 0).all()
    spread = np.sqrt((curve.spread**2).sum(axis=1))
    assert spread[0] < 0.02
    assert 0.5 < spread[6] < spread[10]


def test_chances_sum_up_over_the_classes():
    chances = np.full(CLASSES, 0.5)
    chances[2:] = 0.1

    summed = summed_chance(chances, np.array([0.0, 2.0, 3.0, 13.0]))

    assert EDGES[2] == 3.0
    assert summed.tolist() == pytest.approx([0.0, 1.0, 1.5, 2.5])


def test_a_level_that_falls_to_a_third_is_found_there():
    rng = np.random.default_rng(1)
    foreseen = np.full(40, 50.0)
    done = rng.poisson(np.r_[np.full(25, 50.0), np.full(15, 17.0)]).astype(float)

    level = follow_level(done, foreseen)
    steady = follow_level(rng.poisson(foreseen).astype(float), foreseen)

    assert np.exp(level.chance @ level.mean) == pytest.approx(1 / 3, rel=0.25)
    assert level.chance @ level.drift > 2 * (steady.chance @ steady.drift)


def test_blocks_without_anything_open_only_widen():
    level = follow_level(np.zeros(5), np.zeros(5))

    assert (level.mean == 0).all()
    assert (level.variance > 0.25).all()
