"""What is learnt from made packages of which the truth is known."""

import numpy as np
import pytest

from capacity.engine import Range, Uncertainty
from capacity.engine.calibration import USUAL, calibrate, widths, without_shared
from capacity.engine.history import History
from capacity.engine.ratios import Asked, Past, Setting
from capacity.engine.sums import PastSum, SharedError, needed_sd, shared_scores
from capacity.engine.walking import NEEDED

Z90 = 1.28155


def made(packages, *, own=0.5, demand=0.0, team=0.0, bias=0.0, seed=1, **more):
    """Packages of three to a demand; the team's factor holds for 40 of them."""
    rng = np.random.default_rng(seed)
    estimate = np.exp(rng.normal(1.0, 0.7, packages))
    numbers = np.arange(packages)
    error = (
        bias
        + rng.normal(0.0, own, packages)
        + rng.normal(0.0, demand, packages)[numbers // 3]
        + rng.normal(0.0, team, packages)[numbers // 40]
    )
    days = numbers.astype(float)
    actual = estimate * np.exp(error)
    return History.of(estimate, actual, days, project=numbers // 3, **more)


def asked(*estimates, skill=-1, width=0.0):
    count = len(estimates)
    return Asked(np.array(estimates), np.full(count, skill), np.full(count, width))


def test_too_little_history_leaves_ranges_as_declared():
    learnt = calibrate(made(NEEDED - 1))

    declared = [Range(1, 2, 5)]
    assert (learnt.is_calibrated, learnt.finished) == (False, NEEDED - 1)
    assert learnt.uncertainty == USUAL
    assert learnt.ranges(declared, np.array([-1])) == declared


def test_no_history_is_too_little():
    nothing = np.empty(0)

    assert calibrate(History.of(nothing, nothing, nothing)).finished == 0


def test_ranges_follow_what_was_finished():
    learnt = calibrate(made(200, own=0.5, bias=0.4))

    (found,) = learnt.ranges([Range(2.9, 3, 3.1)], np.array([-1]))
    # The marginal, own part and shared errors together, is the distribution learnt.
    shared = np.hypot(learnt.uncertainty.demand_sd, learnt.uncertainty.team_sd)
    spread = np.hypot(np.log(found.high / found.low) / (2 * Z90), shared)
    assert found.likely == pytest.approx(3 * np.exp(0.4), rel=0.15)
    assert spread == pytest.approx(0.5, rel=0.15)


def test_zero_stays_zero():
    nothing = Range(0, 0, 0)

    found = calibrate(made(60)).ranges([nothing, Range(1, 2, 3)], np.array([-1, -1]))

    assert found[0] == nothing
    assert 0 < found[1].low < found[1].likely < found[1].high


def test_what_demands_share_is_found():
    without = calibrate(made(300)).uncertainty.demand_sd
    with_it = calibrate(made(300, demand=0.4)).uncertainty.demand_sd

    assert without < 0.15
    assert with_it == pytest.approx(0.4, abs=0.12)


def test_what_everybody_shares_is_found():
    without = calibrate(made(300)).uncertainty.team_sd
    with_it = calibrate(made(300, team=0.4)).uncertainty.team_sd

    assert without < 0.1
    assert with_it > 0.2


def test_wider_declared_ranges_stay_wider_where_that_was_right():
    rng = np.random.default_rng(5)
    width = np.where(rng.random(250) < 0.5, 0.2, 0.8)
    estimate = np.exp(rng.normal(1.0, 0.5, 250))
    actual = estimate * np.exp(width * rng.standard_normal(250))
    learnt = calibrate(History.of(estimate, actual, np.arange(250.0), width=width))

    narrow, wide = (
        Range(3 * np.exp(-Z90 * each), 3, 3 * np.exp(Z90 * each)) for each in (0.2, 0.8)
    )
    found = widths(learnt.ranges([narrow, wide], np.array([-1, -1])))

    assert found[1] > 2 * found[0]


def test_own_and_shared_error_together_have_the_quantiles_wanted():
    wanted = np.array([[-1.0, -0.1, 0.6], [-0.5, 0.1, 1.2]])
    rng = np.random.default_rng(2)
    own, shared = rng.standard_normal(200_000), rng.standard_normal(200_000)

    for quantiles, (low, likely, high) in zip(
        wanted, without_shared(wanted, 0.25), strict=True
    ):
        side = np.where(own < 0, likely - low, high - likely) / Z90
        both = likely + side * own + 0.25 * shared
        assert np.quantile(both, [0.1, 0.5, 0.9]) == pytest.approx(quantiles, abs=0.02)


def test_no_shared_error_leaves_quantiles_alone():
    wanted = np.array([[-1.0, -0.1, 0.6]])

    assert without_shared(wanted, 0.0) == pytest.approx(wanted, abs=1e-5)


def test_packages_of_like_size_and_skill_weigh_most():
    history = History.of(
        np.array([1.0, 1.0, 50.0, 50.0] * 20),
        np.array([1.0, 2.0, 50.0, 100.0] * 20),
        np.zeros(80),
        skill=np.array([0, 1, 0, 1] * 20),
    )
    past = Past.at(history, Setting(half_life=1e9, bandwidth=0.25))

    (weights,) = past.weigh(asked(1.0, skill=1))

    alike = (past.size < 1) & (past.skill == 1)
    near = (past.size < 1) & (past.skill == 0)
    # n / (n + 10): of 20 of the skill 2/3 is kept, of 40 of the size 4/5 of the rest.
    assert weights.sum() == pytest.approx(1.0)
    assert weights[alike].sum() == pytest.approx(2 / 3 + (4 / 5 + 1 / 5 / 2) / 6)
    assert weights[near].sum() == pytest.approx((4 / 5 + 1 / 5 / 2) / 6)


def test_recent_packages_weigh_more():
    past = Past.at(
        History.of(np.ones(3), np.array([1.0, 2.0, 3.0]), np.arange(3.0)),
        Setting(half_life=1.0),
    )

    (weights,) = past.weigh(asked(1.0))

    assert weights == pytest.approx(np.array([1, 2, 4]) / 7)


def test_a_sum_in_the_middle_needs_no_shared_error():
    rng = np.random.default_rng(1)
    sample = np.exp(0.1 * rng.standard_normal(1000))

    needed = [needed_sd(sample, shared_scores(rng), each) for each in (1.0, 1.4, 99.0)]

    # 1.4 is the P90 of a spread of ln(1.4) / 1.28, of which 0.1 is the sum's own.
    assert needed[0] == 0.0
    assert needed[1] == pytest.approx(np.hypot(np.log(1.4) / Z90, 0.0), abs=0.04)
    assert needed[2] == 1.0


def test_a_shared_error_covers_as_many_sums_as_it_should():
    rng = np.random.default_rng(4)
    shared, inside = SharedError(), []
    for number in range(600):
        sample = np.exp(0.1 * rng.standard_normal(1000))
        actual = np.exp(np.hypot(0.1, 0.3) * rng.standard_normal())
        sd = shared.sd_at(float(number))
        needed = needed_sd(sample, shared_scores(rng), actual)
        inside.append(needed <= sd)
        shared.learn(PastSum(number, needed, sd))

    assert shared.settled_sd() == pytest.approx(0.3, abs=0.05)
    assert np.mean(inside) == pytest.approx(0.8, abs=0.02)


def test_a_sum_counts_only_for_what_begins_after_its_end():
    shared = SharedError(usual=0.2)
    shared.learn(PastSum(ended=5.0, needed_sd=1.0))

    assert (shared.sd_at(5.0), shared.sd_at(5.1) > 0.2) == (0.2, True)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"estimate": np.array([1.0, 0.0])}, "Package 1 has estimate 0.0"),
        ({"actual": np.array([np.nan, 1.0])}, "Package 0 has actual nan"),
        ({"actual": np.ones(3)}, "actual has 3 entries; 2 were expected"),
        ({"finished": np.array([2.0, 1.0])}, "finished decreases"),
    ],
)
def test_a_history_says_what_is_wrong_with_it(change, words):
    two = {
        "estimate": np.ones(2),
        "actual": np.ones(2),
        "finished": np.zeros(2),
        "skill": np.zeros(2, dtype=int),
        "project": np.zeros(2, dtype=int),
        "width": np.zeros(2),
    }

    with pytest.raises(ValueError, match=words):
        History(**{**two, **change})


def test_the_usual_shared_error_is_a_valid_one():
    assert Uncertainty.from_json(USUAL.to_json()) == USUAL
