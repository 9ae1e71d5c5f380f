"""Scores against values worked by hand, and against other ways to compute them."""

import numpy as np
import pytest

from capacity.engine.scoring import (
    crps_lognormal,
    crps_sample,
    crps_weighted,
    mid_quantiles,
    normal_score,
    normal_share,
    pinball,
    shares_below,
)


def test_crps_of_weights_is_the_one_worked_by_hand():
    # E|X - 2| = (1 * 1/4 + 0 * 1/4 + 2 * 1/2) = 5/4; E|X - X'| / 2 =
    # 1 * 1/16 + 3 * 1/8 + 2 * 1/8 = 11/16.
    values, weights = np.array([1.0, 2.0, 4.0]), np.array([[0.25, 0.25, 0.5]])

    assert crps_weighted(values, weights, np.array([2.0])).tolist() == [5 / 4 - 11 / 16]


def test_crps_of_a_point_is_the_absolute_error():
    point = np.array([3.0]), np.ones((2, 1)), np.array([5.0, 1.0])

    assert crps_weighted(*point).tolist() == [2.0, 2.0]


def test_crps_of_even_weights_is_that_of_the_sample():
    sample = np.sort(np.random.default_rng(1).lognormal(size=40))

    weighted = crps_weighted(sample, np.full((1, 40), 1 / 40), np.array([1.3]))

    assert weighted[0] == pytest.approx(crps_sample(sample, 1.3), abs=1e-12)


def test_crps_of_a_lognormal_is_that_of_many_draws():
    draws = np.exp(0.3 + 0.8 * np.random.default_rng(2).standard_normal(200_000))

    exact = crps_lognormal(np.array([0.3]), np.array([0.8]), np.array([2.5]))

    assert exact[0] == pytest.approx(crps_sample(draws, 2.5), abs=0.01)


def test_crps_is_least_for_the_true_distribution():
    rng = np.random.default_rng(3)
    actual = np.exp(0.5 * rng.standard_normal(4000))

    losses = [
        crps_lognormal(np.zeros(4000), np.full(4000, sd), actual).mean()
        for sd in (0.3, 0.5, 0.8)
    ]

    assert min(losses) == losses[1]


def test_pinball_loss_is_the_one_worked_by_hand():
    loss = pinball(np.array([10.0, 10.0, 10.0]), np.array([14.0, 6.0, 10.0]), 0.9)

    assert loss.tolist() == pytest.approx([3.6, 0.4, 0.0])


def test_quantiles_at_ties_err_to_either_side_alike():
    # Half of the mass at 1 counts as below it: 1 is the quantile of 0.25 + 0.5 / 2.
    values, weights = np.array([0.5, 1.0, 1.0, 2.0]), np.full((1, 4), 0.25)

    found = mid_quantiles(values, weights, np.array([0.05, 0.125, 0.5, 0.6875, 0.99]))

    assert found.tolist() == [[0.5, 0.5, 1.0, 1.5, 2.0]]


def test_an_actual_that_ties_has_the_mass_of_its_value():
    values, weights = np.array([0.5, 1.0, 1.0, 2.0]), np.full((3, 4), 0.25)

    below, up_to = shares_below(values, weights, np.array([1.0, 1.5, 2.0]))

    assert (below.tolist(), up_to.tolist()) == ([0.25, 0.75, 0.75], [0.75, 0.75, 1.0])


def test_normal_scores_and_shares_belong_together():
    shares = np.array([0.001, 0.1, 0.5, 0.9, 0.999])

    assert normal_share(normal_score(shares)) == pytest.approx(shares, abs=1e-6)
    assert normal_score(np.array([0.9]))[0] == pytest.approx(1.28155, abs=1e-4)
