"""A forecast is bent by how earlier ones came true, as far as they are evidence."""

import numpy as np
import pytest

from capacity.engine.recalibration import Position, position_of, recalibrate

SAMPLE = np.arange(1.0, 101.0)


def came_at(*levels, weight=1.0):
    return [Position(level, level, weight) for level in levels]


def test_outcomes_spread_evenly_change_next_to_nothing():
    past = came_at(*(np.arange(200) + 0.5) / 200)

    bent = recalibrate(SAMPLE, past, prior=20.0)

    assert np.abs(bent - SAMPLE).max() <= 1


def test_outcomes_that_were_always_late_move_every_percentile_back():
    bent = recalibrate(SAMPLE, came_at(*[0.9] * 20), prior=20.0)

    # Half of the evidence lies at 0.9: level 0.85 is reached there, 0.4 at twice that.
    assert (bent[84], bent[39]) == (91.0, 80.0)


def test_outcomes_always_in_the_middle_narrow_the_forecast():
    bent = recalibrate(SAMPLE, came_at(*[0.5] * 20), prior=20.0)

    assert bent[84] - bent[14] < SAMPLE[84] - SAMPLE[14]


def test_one_outcome_moves_less_than_many_and_an_overlapping_one_less_still():
    def p50(past):
        return recalibrate(SAMPLE, past, prior=20.0)[49]

    many, one, part = (
        p50(came_at(*[0.95] * 10)),
        p50(came_at(0.95)),
        p50(came_at(0.95, weight=0.2)),
    )

    assert many > one > part >= SAMPLE[49]


def test_what_is_still_open_counts_as_anywhere_later():
    bent = recalibrate(SAMPLE, [Position(0.6, 1.0, 20.0)], prior=20.0)

    assert bent[29] == 60.0
    assert np.all(np.diff(bent) >= 0)


def test_never_stays_never():
    sample = np.r_[np.arange(1.0, 91.0), np.full(10, np.inf)]

    bent = recalibrate(sample, came_at(*[0.97] * 20), prior=20.0)

    assert np.isinf(bent[50:]).all()


@pytest.mark.parametrize(
    ("outcome", "waited", "position"),
    [
        (3.0, 0.0, Position(0.5, 0.5, 1.0)),
        (2.0, 0.0, Position(0.375, 0.375, 1.0)),
        (99.0, 0.0, Position(1.0, 1.0, 1.0)),
        (None, 2.0, Position(0.5, 1.0, 1.0)),
        (None, 0.5, Position(0.0, 1.0, 1.0)),
    ],
)
def test_positions_by_hand(outcome, waited, position):
    sample = np.array([1.0, 2.0, 4.0, 9.0])

    assert position_of(sample, outcome=outcome, waited=waited, weight=1.0) == position
