"""Rule 10 by hand: where demands enter that arrive at known moments."""

import pytest

from capacity.engine import _weeks
from capacity.engine._bundle import bundled
from capacity.engine._draws import DRAWN, ROWS
from capacity.engine._kernels import run_trials
from capacity.engine.arrays import Room, empty_state, empty_tally
from capacity.engine.draws import build_sampler
from capacity.engine.model import build_model
from tests.engine.made import demand, engineer, package, plan, work

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Mon 30", "Tue 1", "Wed 2")


def finished(*parts, arrivals):
    """Day each demand is done; arrivals are (moment, rank), a day of work each."""
    asked = plan(
        *parts,
        arrivals=[
            {
                "id": f"stream {number}",
                "per_week": 0,
                "rank": rank,
                "packages": [package(1, "new")],
            }
            for number, (_, rank) in enumerate(arrivals)
        ],
    )
    model = build_model(asked, weeks=4)
    count = len(arrivals)
    draws = build_sampler(asked).draws
    state = empty_state(model, draws, Room(events=0, arrivals=count, rows=count))
    tally = empty_tally(model, trials=1)
    state.effort[: model.arrays.packages] = [
        each.effort.likely for d in asked.demands for each in d.packages
    ]
    state.late.time[:] = [moment for moment, _ in arrivals]
    state.late.stream[:] = range(count)
    state.late.first_row[:] = range(count + 1)
    state.late.effort[:] = 1
    state.late.wait[:] = 0
    state.late.sizes[[DRAWN, ROWS]] = count
    state.sizes[_weeks.LATE_WEEKS] = model.arrays.span

    assert run_trials(*map(bundled, (model.arrays, draws, state, tally)), 0, True)

    return {
        each.id: DAYS[day]
        for each, day in zip(asked.demands, tally.finish_day[0], strict=True)
    }


FOUR = (engineer("Eva"), *(work(name, 1) for name in "ABCD"))
CALM = {"A": "Mon", "B": "Tue", "C": "Wed", "D": "Thu"}


@pytest.mark.parametrize(
    ("arrivals", "days"),
    [
        pytest.param([], CALM, id="nothing arrives"),
        pytest.param([(0.5, 1.0)], CALM, id="at the bottom it delays nothing"),
        pytest.param(
            [(0.5, 0.0)],
            {"A": "Mon", "B": "Wed", "C": "Thu", "D": "Fri"},
            id="at the top it waits for what is in hand only",
        ),
        pytest.param(
            [(0.5, 0.5)],
            {"A": "Mon", "B": "Tue", "C": "Thu", "D": "Fri"},
            id="in the middle it stands behind two of four",
        ),
        pytest.param(
            [(2.5, 0.5)],
            {"A": "Mon", "B": "Tue", "C": "Wed", "D": "Fri"},
            id="what is done does not count",
        ),
        pytest.param(
            [(0.5, 0.5), (0.6, 0.5)],
            {"A": "Mon", "B": "Tue", "C": "Fri", "D": "Mon 30"},
            id="what has arrived before counts",
        ),
        pytest.param(
            [(0.2, 0.0), (0.3, 0.0)],
            {"A": "Mon", "B": "Thu", "C": "Fri", "D": "Mon 30"},
            id="two at the top both go first",
        ),
        pytest.param(
            [(0.2, 0.0), (3.5, 1.0), (3.6, 0.4)],
            {"A": "Mon", "B": "Wed", "C": "Thu", "D": "Mon 30"},
            id="one that is done makes room in the line",
        ),
    ],
)
def test_arrivals_by_hand(arrivals, days):
    assert finished(*FOUR, arrivals=arrivals) == days


def test_one_may_enter_between_another_and_the_best_demand():
    # Z is in hand. Of six open ones the second enters behind one: the first arrival.
    days = finished(
        engineer("Eva"),
        *(work(name, 1) for name in "ABCD"),
        work("Z", 1, doing="Eva"),
        arrivals=[(0.2, 0.0), (0.3, 0.2)],
    )

    assert days == {"Z": "Mon", "A": "Thu", "B": "Fri", "C": "Mon 30", "D": "Tue 1"}


def test_an_arrival_goes_to_who_can_do_it_and_stops_nobody_else():
    days = finished(
        engineer("Eva"),
        engineer("Jon", "events"),
        work("A", 2),
        work("B", 2, "events"),
        demand("C", package(1, "x", "events")),
        arrivals=[(0.5, 0.0)],
    )

    assert days == {"A": "Tue", "B": "Tue", "C": "Wed"}
