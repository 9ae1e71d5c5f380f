"""The engine agrees with its slow twin, draw by draw and package by package."""

import numpy as np
import pytest
from hypothesis import given, settings

from capacity.engine.simulation import trace
from tests.engine.oracle import World
from tests.engine.strategies import plans
from tests.engine.worlds import draws_of
from tests.examples import examples


def worlds(plan):
    """The twin's world of every trial, with what the engine drew for it."""
    for drawn in draws_of(plan, trials=plan.trials):
        yield World(
            plan, drawn.efforts, drawn.waits, drawn.interruptions, drawn.arrivals
        ).play()


def courses_of(plan, tally, trial):
    people = [engineer.id for engineer in plan.engineers]
    rows = zip(
        tally.ready[trial].tolist(),
        tally.start[trial].tolist(),
        tally.end[trial].tolist(),
        tally.who[trial].tolist(),
        strict=True,
    )
    return [
        (
            people[who] if who >= 0 else None,
            None if np.isnan(ready) else ready,
            None if np.isnan(start) else start,
            end if end <= plan.horizon_days else None,
        )
        for ready, start, end, who in rows
    ]


def courses_in(world, demand):
    return [
        (
            course.who,
            *(
                None if moment is None else float(moment)
                for moment in (course.ready, course.start, course.end)
            ),
        )
        for course in (
            world.courses[demand.id, package.id] for package in demand.packages
        )
    ]


def assert_agreement(plan):
    _, tally = trace(plan, trials=plan.trials)
    played = list(worlds(plan))

    for trial, world in enumerate(played):
        theirs = [row for demand in plan.demands for row in courses_in(world, demand)]
        for mine, other in zip(courses_of(plan, tally, trial), theirs, strict=True):
            assert mine[0] == other[0]
            assert mine[1:] == pytest.approx(other[1:], abs=1e-6)
        assert tally.finish_day[trial].tolist() == [
            world.finish_day(demand) for demand in plan.demands
        ]
        assert tally.begun_day[trial].tolist() == [
            world.begun_day(demand) for demand in plan.demands
        ]
    assert_sums_agree(plan, tally, played)


def assert_sums_agree(plan, tally, played):
    every = [*plan.demands, *plan.arrivals]
    people = [engineer.id for engineer in plan.engineers]
    skills = dict.fromkeys(
        [
            *(skill for each in plan.engineers for skill in each.skills),
            *(each.skill for demand in every for each in demand.packages),
        ]
    )
    unmet = np.cumsum(tally.unmet, axis=1)[:, :-1]
    packages = [
        (demand.id, each.id) for demand in plan.demands for each in demand.packages
    ]

    for ours, names, report in (
        (tally.queue[:, None], packages, World.queue),
        (tally.touch[:, None], packages, World.touch),
        (tally.load, people, World.load),
        (tally.lost, people, World.lost),
        (tally.done, skills, World.done),
        (unmet, skills, World.standing),
    ):
        theirs = [
            np.sum([np.array(report(world, name), float) for world in played], axis=0)
            for name in names
        ]
        assert ours == pytest.approx(np.array(theirs).reshape(ours.shape), abs=1e-5)


@given(plans())
@settings(max_examples=examples(40), deadline=None)
def test_engine_agrees_with_its_slow_twin(plan):
    assert_agreement(plan)


@given(plans(has_surprises=True))
@settings(max_examples=examples(40), deadline=None)
def test_engine_agrees_on_interruptions_and_arrivals(plan):
    assert_agreement(plan)


@pytest.mark.slow
@given(plans())
@settings(max_examples=examples(300), deadline=None)
def test_engine_agrees_on_hundreds_of_plans(plan):
    assert_agreement(plan)


@pytest.mark.slow
@given(plans(has_surprises=True))
@settings(max_examples=examples(150), deadline=None)
def test_engine_agrees_on_many_plans_with_surprises(plan):
    assert_agreement(plan)
