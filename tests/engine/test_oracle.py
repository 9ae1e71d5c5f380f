"""The engine agrees with its slow twin, draw by draw and package by package."""

import pytest
from hypothesis import given, settings

from capacity.engine.draws import has_wait
from capacity.engine.simulation import trace
from tests.engine.oracle import World
from tests.engine.strategies import plans


def worlds(plan, drawn):
    names = [
        (demand.id, package.id)
        for demand in plan.demands
        for package in demand.packages
    ]
    waiting = [
        (demand.id, package.id)
        for demand in plan.demands
        for package in demand.packages
        if has_wait(package)
    ]
    for efforts, waits in zip(drawn.effort.tolist(), drawn.wait.tolist(), strict=True):
        yield World(
            plan,
            dict(zip(names, efforts, strict=True)),
            dict(zip(waiting, waits, strict=True)),
        ).play()


def courses_of(plan, tally, trial):
    people = [engineer.id for engineer in plan.engineers]
    horizon = plan.horizon_days
    rows = zip(
        tally.ready[trial].tolist(),
        tally.start[trial].tolist(),
        tally.end[trial].tolist(),
        tally.who[trial].tolist(),
        strict=True,
    )
    return [
        (
            ready if ready == ready else None,
            start if start == start else None,
            end if end <= horizon else None,
            people[who] if who >= 0 else None,
        )
        for ready, start, end, who in rows
    ]


def courses_in(world):
    return [
        tuple(
            None if each is None else float(each) for each in (c.ready, c.start, c.end)
        )
        + (c.who,)
        for c in world.courses.values()
    ]


def assert_agreement(plan):
    drawn, tally = trace(plan, trials=plan.trials)

    for trial, world in enumerate(worlds(plan, drawn)):
        ours, theirs = courses_of(plan, tally, trial), courses_in(world)
        assert [c[3] for c in ours] == [c[3] for c in theirs]
        for mine, other in zip(ours, theirs, strict=True):
            assert mine[:3] == pytest.approx(other[:3], abs=1e-6)
        assert tally.finish_day[trial].tolist() == [
            world.finish_day(demand) for demand in plan.demands
        ]
        assert tally.begun_day[trial].tolist() == [
            world.begun_day(demand) for demand in plan.demands
        ]


@given(plans())
@settings(max_examples=150, deadline=None)
def test_engine_agrees_with_its_slow_twin(plan):
    assert_agreement(plan)


@pytest.mark.slow
@given(plans())
@settings(max_examples=5000, deadline=None)
def test_engine_agrees_with_its_slow_twin_on_thousands_of_plans(plan):
    assert_agreement(plan)
