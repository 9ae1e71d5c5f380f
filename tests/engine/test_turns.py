"""Who takes up what next, of plans that can be worked by hand, and of busy ones."""

from __future__ import annotations

from datetime import date

import numpy as np

from capacity.engine.simulation import trace
from capacity.engine.turns import LEAST_SHARE, Turn, turns_of
from tests.engine.made import demand, engineer, package, plan, work
from tests.engine.test_simulation import busy_plan

EVA, JON = engineer("Eva", "api"), engineer("Jon", "api iam")


def test_what_is_in_hand_comes_before_what_follows():
    asked = plan(EVA, work("A", 2), work("B", 3, doing="Eva"), work("C", 5), trials=2)

    found = turns_of(asked)["Eva"]

    ends = date(2026, 11, 25)
    assert found.in_hand == [
        Turn("B", "build", 1.0, 1.0, date(2026, 11, 23), {"p50": ends, "p85": ends})
    ]
    assert [(each.demand, each.next, each.begins) for each in found.to_come] == [
        ("A", 1.0, date(2026, 11, 26)),
        ("C", 0.0, date(2026, 11, 30)),
    ]


def test_work_that_a_colleague_takes_is_not_mine():
    asked = plan(EVA, JON, work("A", 5), work("B", 5), work("X", 1, skill="iam"))

    found = turns_of(asked)

    assert [each.demand for each in found["Eva"].to_come] == ["A"]
    assert [each.demand for each in found["Jon"].to_come] == ["B", "X"]


def test_what_does_not_end_inside_the_horizon_has_no_day():
    asked = plan(EVA, work("A", 50), horizon_days=14)

    [turn] = turns_of(asked)["Eva"].to_come

    assert turn.ends == {"p50": None, "p85": None}


def test_whoever_has_nothing_to_do_has_no_turns():
    found = turns_of(plan(EVA, JON))

    assert [(each.in_hand, each.to_come) for each in found.values()] == [([], [])] * 2


def test_shares_are_counted_over_the_worlds_of_the_forecast():
    asked = busy_plan(trials=60)
    _, course = trace(asked, trials=60)
    names = [(each.id, one.id) for each in asked.demands for one in each.packages]

    found = turns_of(asked)

    for row, person in enumerate(asked.engineers):
        taken = dict(zip(names, (course.who == row).mean(axis=0), strict=True))
        for turn in found[person.id].to_come:
            assert turn.taken == taken[turn.demand, turn.package] >= LEAST_SHARE
        assert sum(each.next for each in found[person.id].to_come) <= 1 + 1e-9
    assert np.nanmax(course.end) > 0


def test_packages_of_one_demand_follow_each_other():
    asked = plan(
        EVA,
        demand("A", package(1, "design"), package(2, "build", after="design")),
    )

    found = turns_of(asked)["Eva"].to_come

    assert [(each.package, each.begins.day) for each in found] == [
        ("design", 23),
        ("build", 24),
    ]
