"""Rule 5 by hand: what interruptions at known moments leave of a person's time."""

import numpy as np
import pytest

from capacity.engine import _weeks
from capacity.engine._bundle import bundled
from capacity.engine._compiling import called
from capacity.engine.arrays import RATE, Room, empty_state, empty_tally
from capacity.engine.draws import build_sampler
from capacity.engine.model import build_model
from tests.engine.made import engineer, plan

forget_weeks = called(_weeks.forget_weeks.py_func)
lay_drawn = called(_weeks.lay_drawn.py_func)


def line_of(asked, *hits):
    """Knots (position, progress, rate) of one person after (moment, effort) hits.

    Week by week: one where it begins, and one for each hit.
    """
    model = build_model(asked, weeks=3)
    draws = build_sampler(asked).draws
    state = empty_state(model, draws, Room(events=len(hits), arrivals=0, rows=0))
    tally = empty_tally(model, trials=1)
    state.events.time[:] = [moment for moment, _ in hits]
    state.events.effort[:] = [effort for _, effort in hits]
    state.events.who[:] = 0
    state.events.sizes[_weeks.DRAWN] = len(hits)
    forget_weeks(bundled(state))

    lay_drawn(*map(bundled, (model.arrays, state, tally)), model.arrays.span)

    weeks = [knots_of(model.arrays, state, week) for week in range(model.arrays.span)]
    return [knot for week in weeks for knot in week], tally.lost[0]


def knots_of(arrays, state, week):
    first = state.knot_of[0, week]
    if first == _weeks.PLAIN:
        return [(arrays.before[0, week], state.reached[0, week], 1.0)]
    knots = [tuple(each) for each in state.knots[first:, : RATE + 1].tolist()]
    return knots[: [position for position, *_ in knots].index(np.inf)]


EVA = plan(engineer("Eva"), horizon_days=21)


@pytest.mark.parametrize(
    ("hits", "line", "lost"),
    [
        pytest.param(
            [(2.0, 1.0)],
            # Two thirds of Wednesday to Friday are left, and all that comes after.
            [(0, 0, 1), (2, 2, 2 / 3), (5, 4, 1), (10, 9, 1)],
            [1, 0, 0],
            id="one that the rest of the week can give",
        ),
        pytest.param(
            [(3.0, 4.0)],
            [(0, 0, 1), (3, 3, 0), (5, 3, 3 / 5), (10, 6, 1)],
            [2, 2, 0],
            id="what the week cannot give is taken from the next",
        ),
        pytest.param(
            [(4.5, 20.0)],
            [(0, 0, 1), (4.5, 4.5, 0), (5, 4.5, 0), (10, 4.5, 0)],
            [0.5, 5, 5],
            id="a long one takes week after week",
        ),
        pytest.param(
            [(5.5, 1.0)],
            [(0, 0, 1), (5, 5, 0), (5, 5, 4 / 5), (10, 9, 1)],
            [0, 1, 0],
            id="one at the weekend is for Monday's week",
        ),
        pytest.param(
            [(3.0, 0.5), (1.0, 2.0)],
            # Half of Tuesday to Friday is left, then a quarter of Thursday and Friday.
            [(0, 0, 1), (1, 1, 1 / 2), (3, 2, 1 / 4), (5, 2.5, 1), (10, 7.5, 1)],
            [2.5, 0, 0],
            id="a second one shares what the first has left",
        ),
        pytest.param(
            [(7.0, 1.0), (0.0, 7.0), (8.0, 0.5)],
            [
                *[(0, 0, 1), (0, 0, 0)],
                *[(5, 0, 3 / 5), (5, 0, 2 / 5), (6, 0.4, 0.275), (10, 1.5, 1)],
            ],
            [5, 3.5, 0],
            id="what is owed comes before what comes on Monday",
        ),
    ],
)
def test_interruptions_by_hand(hits, line, lost):
    found, taken = line_of(EVA, *hits)

    assert np.array(found) == pytest.approx(np.array(line))
    assert taken.tolist() == pytest.approx(lost)


def test_a_week_that_is_taken_to_the_last_hour_leaves_nothing():
    asked = plan(engineer("Eva", overhead=0.4), horizon_days=14)

    # 5 times 0.6 of 3: in floats a rate of 1e-16 would be left over.
    line, _ = line_of(asked, *[(0.0, 0.6)] * 5)

    assert [rate for *_, rate in line][-2:] == [0.0, 1.0]
