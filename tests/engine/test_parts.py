"""What a change can reach, and what it cannot."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from capacity.engine._parts import Parts
from capacity.engine.simulation import trace
from tests.engine.made import demand, engineer, package, plan, work
from tests.engine.strategies import plans
from tests.examples import examples

EVA, JON = engineer("Eva", "api"), engineer("Jon", "iam")
BOTH = engineer("Ida", "api iam")
A, B = work("A", 5), work("B", 5)
X, Y = work("X", 5, skill="iam"), work("Y", 5, skill="iam")


def arriving(rank, per_week=1, **more):
    packages = [package(1, **more)]
    return {
        "arrivals": [
            {"id": "new", "per_week": per_week, "rank": rank, "packages": packages}
        ]
    }


CASES = {
    "nothing": ([EVA, JON, A, B, X], {}, [EVA, JON, A, B, X], {}, ""),
    "dates asked for": (
        [EVA, A],
        {},
        [EVA, work("A", 5, dates=["2026-12-01"])],
        {},
        "",
    ),
    "a move among those who share people": (
        [EVA, JON, A, B, X, Y],
        {},
        [EVA, JON, B, A, X, Y],
        {},
        "A B",
    ),
    "a move past those who share nobody": (
        [EVA, JON, A, X, B, Y],
        {},
        [EVA, JON, X, A, Y, B],
        {},
        "",
    ),
    "somebody who can do both": (
        [EVA, JON, BOTH, A, B, X],
        {},
        [EVA, JON, BOTH, B, A, X],
        {},
        "A B X",
    ),
    "a pin keeps others apart": (
        [EVA, BOTH, work("A", 5, engineer="Eva"), work("B", 5, engineer="Eva"), X],
        {},
        [EVA, BOTH, work("B", 5, engineer="Eva"), work("A", 5, engineer="Eva"), X],
        {},
        "A B",
    ),
    "a pin that was there before": (
        [EVA, JON, BOTH, work("A", 5, engineer="Ida"), B, X],
        {},
        [EVA, JON, BOTH, work("A", 5, engineer="Eva"), B, X],
        {},
        "A B X",
    ),
    "one waits for the other": (
        [EVA, JON, A, B, work("X", 5, skill="iam", after=["A"]), Y],
        {},
        [EVA, JON, B, A, work("X", 5, skill="iam", after=["A"]), Y],
        {},
        "A B X Y",
    ),
    "no effort needs nobody": (
        [EVA, JON, A, demand("X", package(0)), work("B", 5)],
        {},
        [EVA, JON, B, demand("X", package(0)), work("A", 5)],
        {},
        "A B",
    ),
    "a demand that comes": ([EVA, JON, A, X], {}, [EVA, JON, A, X, Y], {}, "X Y"),
    "a demand that goes": ([EVA, JON, A, X, Y], {}, [EVA, JON, A, Y], {}, "X Y"),
    "another estimate": (
        [EVA, JON, A, B, X],
        {},
        [EVA, JON, A, work("B", 8), X],
        {},
        "A B",
    ),
    "arrivals on top": (
        [EVA, JON, A, X, Y],
        arriving(0),
        [EVA, JON, A, Y, X],
        arriving(0),
        "X Y",
    ),
    "arrivals at the end that become more": (
        [EVA, JON, A, X],
        arriving(1),
        [EVA, JON, A, X],
        arriving(1, per_week=2),
        "A",
    ),
    "arrivals somewhere in between": (
        [EVA, JON, A, X, Y],
        arriving(0.5),
        [EVA, JON, A, Y, X],
        arriving(0.5),
        "A X Y",
    ),
    "arrivals that never come": (
        [EVA, JON, A, X, Y],
        arriving(0.5, per_week=0),
        [EVA, JON, A, Y, X],
        arriving(0.5, per_week=0),
        "X Y",
    ),
    "people": ([EVA, JON, A, X], {}, [EVA, JON, BOTH, A, X], {}, "A X"),
    "a closed day": (
        [EVA, JON, A, X],
        {},
        [EVA, JON, A, X],
        {"closed_days": ["2026-12-01"]},
        "A X",
    ),
}


@pytest.mark.parametrize(
    ("old", "old_more", "new", "new_more", "reached"), CASES.values(), ids=CASES
)
def test_a_change_reaches_its_part(old, old_more, new, new_more, reached):
    parts = Parts(plan(*old, **old_more), plan(*new, **new_more))

    assert parts.changed() == set(reached.split())


def courses(given_plan, names):
    """Start, end and person of each package of some demands, in every trial."""
    _, tally = trace(given_plan, trials=given_plan.trials)
    rows = [
        (demand.id, package.id)
        for demand in given_plan.demands
        for package in demand.packages
    ]
    kept = sorted(row for row in range(len(rows)) if rows[row][0] in names)
    order = sorted(kept, key=lambda row: rows[row])
    return [
        [[rows[row] for row in order]],
        *(np.nan_to_num(each[:, order], nan=-1).tolist() for each in tally[2:6]),
    ]


def is_at_hand(demand, package, start):
    """Whether a package is ready at the start of a plan."""
    return not (
        package.after
        or demand.after
        or (package.wait is not None and not package.wait.is_zero)
        or (demand.earliest is not None and demand.earliest > start)
    )


def can_do(given_plan, package):
    """Who can do a package, by the ids."""
    person = package.doing or package.engineer
    return {
        engineer.id
        for engineer in given_plan.engineers
        if package.skill in engineer.skills
        and person in (None, engineer.id)
        and not package.effort.is_zero
    }


def is_untouchable(given_plan, count):
    """Whether nothing below the first demands can touch them."""
    above, below = given_plan.demands[:count], given_plan.demands[count:]
    names = {demand.id for demand in above}
    busy_below = set().union(
        *(can_do(given_plan, part) for each in below for part in each.packages)
    )
    return all(
        set(each.after) <= names
        and (
            is_at_hand(each, part, given_plan.start)
            or not can_do(given_plan, part) & busy_below
        )
        for each in above
        for part in each.packages
    )


def freed(given_plan):
    """A plan without work in hand, whose first half of demands is ready at once."""
    half = len(given_plan.demands) // 2
    above = [
        replace(
            each,
            earliest=None,
            after=(),
            packages=tuple(
                replace(part, after=(), wait=None) for part in each.packages
            ),
        )
        for each in given_plan.demands[:half]
    ]
    demands = [
        replace(
            each, packages=tuple(replace(part, doing=None) for part in each.packages)
        )
        for each in (*above, *given_plan.demands[half:])
    ]
    return replace(given_plan, demands=tuple(demands))


@settings(max_examples=examples(40), deadline=None)
@given(plans().map(freed))
def test_what_is_at_hand_at_the_start_or_for_others_cannot_be_touched(given_plan):
    counts = range(len(given_plan.demands) - 1, -1, -1)
    count = next(each for each in counts if is_untouchable(given_plan, each))
    above, below = given_plan.demands[:count], given_plan.demands[count:]

    turned = replace(given_plan, demands=(*above, *below[::-1]))

    names = {demand.id for demand in above}
    assert courses(given_plan, names) == courses(turned, names)


def test_what_becomes_ready_later_is_touched_from_below():
    above = demand("A", package(1, skill="iam"), package(1, "test", after="build"))
    long, short = work("long", 10), work("short", 1)

    first = plan(EVA, JON, above, short, long)
    other = plan(EVA, JON, above, long, short)

    # When A's test becomes ready, Eva is at what was above, and goes on with it.
    assert courses(first, {"A"}) != courses(other, {"A"})
    assert not is_untouchable(first, 1)
