"""Laws of any world, checked on what was traced alone, without the slow twin."""

import math
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import Phase, given, settings

from capacity.engine import forecast
from capacity.engine.calendar import net_capacity, weekly
from capacity.engine.simulation import trace
from tests.engine.made import demand, engineer, package, plan
from tests.engine.strategies import START, plans
from tests.examples import examples

TINY = 1e-6


def rows_of(asked):
    """Every package with its demand, in the order of the tally's columns."""
    return [(owner, each) for owner in asked.demands for each in owner.packages]


def in_hand(asked):
    """Columns of packages that somebody is at when the plan starts."""
    skills = {each.id: each.skills for each in asked.engineers}
    return {
        column
        for column, (_, each) in enumerate(rows_of(asked))
        if each.doing and not each.effort.is_zero and each.skill in skills[each.doing]
    }


@given(plans(has_surprises=True))
@settings(max_examples=examples(25))
def test_nobody_does_two_things_at_once_or_what_they_cannot(asked):
    _, tally = trace(asked, trials=asked.trials)

    packages = [each for _, each in rows_of(asked)]
    for trial in range(asked.trials):
        for row, person in enumerate(asked.engineers):
            mine = np.flatnonzero(tally.who[trial] == row)
            mine = mine[np.argsort(tally.start[trial, mine], kind="stable")]
            for column in mine:
                each = packages[column]
                assert each.skill in person.skills
                assert (each.doing or each.engineer) in (None, person.id)
            for first, second in pairwise(mine):
                assert tally.end[trial, first] <= tally.start[trial, second] + TINY


@given(plans(has_surprises=True))
@settings(max_examples=examples(25))
def test_work_begins_when_it_is_ready_and_its_person_is_there(asked):
    _, tally = trace(asked, trials=asked.trials)

    capacity = net_capacity(asked)
    for trial in range(asked.trials):
        begun = set(np.flatnonzero(tally.who[trial] >= 0).tolist()) - in_hand(asked)
        for column in begun:
            start = tally.start[trial, column]
            assert tally.ready[trial, column] <= start + TINY
            assert capacity[tally.who[trial, column], int(start + TINY)] > 0


@given(plans(has_surprises=True))
@settings(max_examples=examples(25))
def test_what_comes_after_waits_for_all_that_comes_before(asked):
    _, tally = trace(asked, trials=asked.trials)

    columns = {
        (owner.id, each.id): column
        for column, (owner, each) in enumerate(rows_of(asked))
    }
    holding = in_hand(asked)
    for (owner, each), column in zip(rows_of(asked), columns.values(), strict=True):
        if column in holding:
            continue
        before = [columns[owner.id, other] for other in each.after] + [
            column for (name, _), column in columns.items() if name in owner.after
        ]
        for trial in range(asked.trials):
            ready = tally.ready[trial, column]
            if not math.isnan(ready):
                ends = tally.end[trial, before]
                assert (ends <= ready + TINY).all()
                if owner.earliest:
                    assert ready >= (owner.earliest - asked.start).days


@given(plans(has_surprises=True))
@settings(max_examples=examples(25))
def test_no_week_gives_more_than_its_capacity(asked):
    _, tally = trace(asked, trials=asked.trials)

    offered = weekly(asked, net_capacity(asked))[:, : tally.load.shape[1]]

    assert (tally.load >= -TINY).all()
    assert (tally.lost >= -TINY).all()
    assert (tally.load + tally.lost <= asked.trials * offered + TINY).all()


@given(plans())
@settings(max_examples=examples(25))
def test_effort_that_goes_in_comes_out(asked):
    drawn, tally = trace(asked, trials=asked.trials)

    done = ~np.isnan(tally.end) & (tally.end <= asked.horizon_days)
    begun = ~np.isnan(tally.start)

    # What is in somebody's hands at the end is worked off in part.
    least, most = drawn.effort[done].sum(), drawn.effort[begun].sum()
    assert least - TINY <= tally.done.sum() <= most + TINY


def is_there_late(each, asked):
    return each.first_day is not None and START < each.first_day < asked.end


def leaves_early(each, asked):
    return each.last_day is not None and asked.start < each.last_day < asked.end


def packages_of(asked):
    return [each for _, each in rows_of(asked)]


SHAPES = {
    "precedence": lambda asked: any(each.after for each in packages_of(asked)),
    "pins": lambda asked: any(each.engineer for each in packages_of(asked)),
    "work in hand": lambda asked: any(each.doing for each in packages_of(asked)),
    "waits": lambda asked: any(each.wait for each in packages_of(asked)),
    "no effort": lambda asked: any(
        each.effort.is_zero and each.after and each.wait for each in packages_of(asked)
    ),
    "leave": lambda asked: any(each.leave for each in asked.engineers),
    "part-time": lambda asked: any(
        sum(each.hours_per_day) < 40 for each in asked.engineers
    ),
    "late joiners": lambda asked: any(
        is_there_late(each, asked) for each in asked.engineers
    ),
    "leavers": lambda asked: any(leaves_early(each, asked) for each in asked.engineers),
    "closed days": lambda asked: any(
        asked.start < day < asked.end for day in asked.closed_days
    ),
    "nobody": lambda asked: not asked.engineers and asked.demands,
    "demands after worse ranked ones": lambda asked: any(
        other in [later.id for later in asked.demands[place:]]
        for place, each in enumerate(asked.demands)
        for other in each.after
    ),
    "interruptions": lambda asked: any(each.per_week for each in asked.interruptions),
    "arrivals": lambda asked: any(
        each.per_week and each.packages for each in asked.arrivals
    ),
    "shared errors": lambda asked: asked.uncertainty.team_sd,
}


def test_the_plans_of_these_tests_have_every_shape():
    seen = Counter()

    @given(plans(has_surprises=True))
    @settings(
        max_examples=100, derandomize=True, database=None, phases=[Phase.generate]
    )
    def look(asked):
        seen.update(name for name, is_shown in SHAPES.items() if is_shown(asked))

    look()

    assert [name for name in SHAPES if not seen[name]] == []


def surprised(**more):
    """Forty packages of a day for one person who works five days a week."""
    asked = plan(
        engineer("Eva"),
        demand("A", *(package(1, f"p{number}") for number in range(40))),
        horizon_days=200,
        trials=400,
        seed=5,
        **more,
    )
    counts = forecast(asked).finished[0]
    assert counts.sum() == 400
    return (counts * np.arange(1, 201)).sum() / 400


def test_a_day_a_week_of_interruptions_makes_eight_weeks_ten():
    stream = {
        "engineers": ["Eva"],
        "per_week": 2,
        "effort": {"low": 0.5, "likely": 0.5, "high": 0.5},
    }

    # Forty days at four a week; the deviation of a trial is about four days.
    assert surprised(interruptions=[stream]) == pytest.approx(70, abs=2)


def test_a_day_a_week_of_work_from_above_makes_eight_weeks_ten():
    stream = {"id": "new", "per_week": 1, "rank": 0.0, "packages": [package(1)]}

    assert surprised(arrivals=[stream]) == pytest.approx(70, abs=2)
