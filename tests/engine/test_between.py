"""Which difference of two plans belongs to which cause, and what lies between them."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.engine.between import CAUSES, Between
from tests.engine.made import demand, engineer, package, plan, work
from tests.engine.strategies import plans
from tests.examples import examples

EVA, JON = engineer("Eva"), engineer("Jon")
DURING = "2026-12-01"


def stream(*names, per_week=1, **more):
    effort = {"low": 0.1, "likely": 0.3, "high": 1}
    return {
        "interruptions": [
            {"engineers": names, "per_week": per_week, "effort": effort, **more}
        ]
    }


def arriving(per_week=1, **more):
    packages = [package(1, **more)]
    return {
        "arrivals": [
            {"id": "new", "per_week": per_week, "rank": 0.5, "packages": packages}
        ]
    }


def away(first, last):
    return engineer("Eva", leave=[[first, last, 1]])


A, B, C = work("A", 5), work("B", 5), work("C", 5)

# What is said before and after, and the causes with what they touch.
CASES = {
    "nothing": ([EVA, A], {}, [EVA, A], {}, {}),
    "dates asked for": (
        [EVA, A],
        {},
        [EVA, work("A", 5, dates=[DURING])],
        {"together": [["A"]]},
        {},
    ),
    "a new day": (
        [EVA, A],
        {},
        [EVA, A],
        {"start": "2026-11-30"},
        {"progress": ()},
    ),
    "a longer horizon": (
        [EVA, A],
        {},
        [EVA, A],
        {"horizon_days": 70},
        {"progress": ()},
    ),
    "another order": ([EVA, A, B, C], {}, [EVA, B, A, C], {}, {"rank": ("B", "A")}),
    "a demand on top": ([EVA, A], {}, [EVA, B, A], {}, {"demand": ("B",)}),
    "a demand dropped": ([EVA, A, B], {}, [EVA, B], {}, {"demand": ("A",)}),
    "a demand in hand that is gone": (
        [EVA, work("A", 5, doing="Eva"), B],
        {},
        [EVA, B],
        {},
        {"progress": ("A",)},
    ),
    "a demand gone on another day": (
        [EVA, A, B],
        {},
        [EVA, B],
        {"start": "2026-11-24"},
        {"progress": ("A",)},
    ),
    "a demand waited for that is gone": (
        [EVA, A, work("B", 5, after=["A"])],
        {},
        [EVA, B],
        {},
        {"demand": ("A",)},
    ),
    "a demand that waits for a new one": (
        [EVA, A],
        {},
        [EVA, work("A", 5, after=["B"]), B],
        {},
        {"demand": ("B",)},
    ),
    "a demand that waits for another": (
        [EVA, A, B],
        {},
        [EVA, A, work("B", 5, after=["A"])],
        {},
        {"dependency": ("B",)},
    ),
    "an earliest day": (
        [EVA, A],
        {},
        [EVA, work("A", 5, earliest=DURING)],
        {},
        {"dependency": ("A",)},
    ),
    "another estimate": ([EVA, A], {}, [EVA, work("A", 8)], {}, {"estimate": ("A",)}),
    "less left of work in hand": (
        [EVA, work("A", 5, doing="Eva")],
        {},
        [EVA, work("A", 3, doing="Eva")],
        {},
        {"progress": ("A",)},
    ),
    "more left of work in hand": (
        [EVA, work("A", 5, doing="Eva")],
        {},
        [EVA, work("A", 8, doing="Eva")],
        {},
        {"estimate": ("A",)},
    ),
    "work taken in hand by who it was kept for": (
        [EVA, work("A", 5, engineer="Eva", wait=2)],
        {},
        [EVA, work("A", 5, doing="Eva")],
        {},
        {"progress": ("A",)},
    ),
    "nothing left": ([EVA, A], {}, [EVA, work("A", 0)], {}, {"progress": ("A",)}),
    "a pin": (
        [EVA, A],
        {},
        [EVA, work("A", 5, engineer="Eva")],
        {},
        {"dependency": ("A",)},
    ),
    "a wait": ([EVA, A], {}, [EVA, work("A", 5, wait=2)], {}, {"dependency": ("A",)}),
    "a wait that ran": (
        [EVA, work("A", 5, wait=7)],
        {},
        [EVA, work("A", 5, wait=2)],
        {"start": "2026-11-30"},
        {"progress": ("A",)},
    ),
    "a wait shortened by more than has passed": (
        [EVA, work("A", 5, wait=8)],
        {},
        [EVA, work("A", 5, wait=2)],
        {"start": "2026-11-30"},
        {"progress": (), "dependency": ("A",)},
    ),
    "another package": (
        [EVA, demand("A", package(5))],
        {},
        [EVA, demand("A", package(5), package(1, "test", after="build"))],
        {},
        {"scope": ("A",)},
    ),
    "a package dropped": (
        [EVA, demand("A", package(5), package(1, "test", after="build"))],
        {},
        [EVA, demand("A", package(1, "test"))],
        {},
        {"scope": ("A",)},
    ),
    "a package that is done": (
        [EVA, demand("A", package(5, doing="Eva"), package(1, "test", after="build"))],
        {},
        [EVA, demand("A", package(1, "test"))],
        {},
        {"progress": ("A",)},
    ),
    "packages with another name": (
        [EVA, demand("A", package(5))],
        {},
        [EVA, demand("A", package(5, "make"))],
        {},
        {"scope": ("A",)},
    ),
    "packages in another order": (
        [EVA, demand("A", package(5), package(1, "test"))],
        {},
        [EVA, demand("A", package(1, "test"), package(5))],
        {},
        {"scope": ("A",)},
    ),
    "packages that wait for each other": (
        [EVA, demand("A", package(5), package(1, "test"))],
        {},
        [EVA, demand("A", package(5), package(1, "test", after="build"))],
        {},
        {"dependency": ("A",)},
    ),
    "another skill": (
        [engineer("Eva", "api iam"), A],
        {},
        [engineer("Eva", "api iam"), work("A", 5, skill="iam")],
        {},
        {"scope": ("A",)},
    ),
    "a joiner": ([EVA, A], {}, [EVA, JON, A], {}, {"capacity": ("Jon",)}),
    "a leaver": ([EVA, JON, A], {}, [JON, A], {}, {"capacity": ("Eva",)}),
    "people in another order": (
        [EVA, JON, A],
        {},
        [JON, EVA, A],
        {},
        {"capacity": ("Jon", "Eva")},
    ),
    "speed": (
        [EVA, A],
        {},
        [engineer("Eva", speed=0.5), A],
        {},
        {"capacity": ("Eva",)},
    ),
    "hours": (
        [EVA, A],
        {},
        [engineer("Eva", hours_per_day=[4] * 5 + [0, 0]), A],
        {},
        {"capacity": ("Eva",)},
    ),
    "overhead": (
        [EVA, A],
        {},
        [engineer("Eva", overhead=0.2), A],
        {},
        {"capacity": ("Eva",)},
    ),
    "a last day": (
        [EVA, A],
        {},
        [engineer("Eva", until=DURING), A],
        {},
        {"capacity": ("Eva",)},
    ),
    "leave": ([EVA, A], {}, [away(DURING, DURING), A], {}, {"capacity": ("Eva",)}),
    "leave that is over": (
        [away("2026-11-20", "2026-11-24"), A],
        {},
        [EVA, A],
        {"start": "2026-11-25"},
        {"progress": ()},
    ),
    "leave after the horizon before": (
        [EVA, A],
        {},
        [away("2027-01-22", "2027-01-23"), A],
        {"start": "2026-11-25"},
        {"progress": ()},
    ),
    "leave that goes on, written anew": (
        [away("2026-11-20", "2026-11-27"), A],
        {},
        [away("2026-11-25", "2026-11-27"), A],
        {"start": "2026-11-25"},
        {"progress": ()},
    ),
    "leave on a new day": (
        [EVA, A],
        {},
        [away(DURING, DURING), A],
        {"start": "2026-11-25"},
        {"progress": (), "capacity": ("Eva",)},
    ),
    "a closed day": (
        [EVA, A],
        {},
        [EVA, A],
        {"closed_days": [DURING]},
        {"capacity": ()},
    ),
    "a closed day that is over": (
        [EVA, A],
        {"closed_days": ["2026-11-24"]},
        [EVA, A],
        {"start": "2026-11-25"},
        {"progress": ()},
    ),
    "more interruptions": (
        [EVA, A],
        stream("Eva"),
        [EVA, A],
        stream("Eva", per_week=2),
        {"ktlo": ("Eva",)},
    ),
    "somebody who is interrupted now": (
        [EVA, JON, A],
        stream("Eva"),
        [EVA, JON, A],
        stream("Eva", "Jon"),
        {"ktlo": ("Eva", "Jon")},
    ),
    "a joiner who is interrupted": (
        [EVA, A],
        stream("Eva"),
        [EVA, JON, A],
        stream("Eva", "Jon"),
        {"capacity": ("Jon",)},
    ),
    "more arrivals": (
        [EVA, A],
        arriving(),
        [EVA, A],
        arriving(2),
        {"arrivals": ("new",)},
    ),
    "no more arrivals": ([EVA, A], arriving(), [EVA, A], {}, {"arrivals": ("new",)}),
    "shared errors": (
        [EVA, A],
        {},
        [EVA, A],
        {"uncertainty": {"team_sd": 0.2}},
        {"uncertainty": ()},
    ),
}


@pytest.mark.parametrize(
    ("old", "old_more", "new", "new_more", "touched"), CASES.values(), ids=CASES
)
def test_every_difference_has_one_cause(old, old_more, new, new_more, touched):
    between = Between(plan(*old, **old_more), plan(*new, **new_more))

    assert between.touched == touched


def test_the_causes_cover_every_one_that_can_be_found():
    found = {cause for case in CASES.values() for cause in case[-1]}

    assert found == set(CAUSES)


def test_what_is_said_to_be_done_is_done_and_the_rest_is_dropped():
    before = plan(
        EVA,
        work("A", 5, doing="Eva"),
        B,
        demand("C", package(5), package(1, "test", after="build"), package(2, "tell")),
    )
    after = plan(EVA, demand("C", package(2, "tell")), start="2026-11-30")

    between = Between(before, after, done={"B", ("C", "build")})

    assert between.touched == {
        "progress": ("B", "C"),
        "scope": ("C",),
        "demand": ("A",),
    }


def test_one_cause_changes_nothing_of_the_others():
    before = plan(EVA, A, B, work("D", 3))
    after = plan(EVA, JON, B, work("A", 8, engineer="Jon"), C)
    between = Between(before, after)

    ranked = between.plan_with({"rank"})
    with_demands = between.plan_with({"demand", "rank"})
    estimated = between.plan_with({"estimate"})

    assert ranked == plan(EVA, B, A, work("D", 3))
    assert with_demands == plan(EVA, B, A, C)
    assert estimated == plan(EVA, work("A", 8), B, work("D", 3))


def test_a_pin_to_somebody_who_is_not_there_yet_waits_for_the_person():
    before = plan(EVA, work("A", 5, engineer="Eva"))
    after = plan(JON, work("A", 5, engineer="Jon"))
    between = Between(before, after)

    assert between.plan_with({"dependency"}) == before
    assert between.plan_with({"capacity"}) == after


def test_the_week_that_has_passed_stays_as_it_was():
    before = plan(
        away("2026-11-24", "2026-11-25"), A, work("B", 5), closed_days=["2026-11-26"]
    )
    after = plan(
        away("2026-12-02", "2026-12-04"), B, A, start="2026-11-30", closed_days=[DURING]
    )

    mixed = Between(before, after).plan_with({"capacity"})

    assert mixed.start == before.start
    assert mixed.closed_days == (before.closed_days[0], after.closed_days[0])
    assert mixed.engineers[0].leave == (
        *before.engineers[0].leave,
        *after.engineers[0].leave,
    )


def test_demands_that_would_wait_for_each_other_in_a_circle_do_not():
    before = plan(EVA, A, work("B", 5, after=["A"]))
    after = plan(EVA, work("A", 5, after=["N"]), work("N", 1, after=["B"]), B)
    between = Between(before, after)

    assert between.plan_with({"demand"}) == plan(
        EVA, A, work("N", 1), work("B", 5, after=["A"])
    )


def spelt_alike(given):
    """A plan without what changes no date, and without the order of references."""
    return replace(
        given,
        together=(),
        demands=tuple(
            replace(
                each,
                dates=(),
                after=tuple(sorted(set(each.after))),
                packages=tuple(
                    replace(part, after=tuple(sorted(set(part.after))))
                    for part in each.packages
                ),
            )
            for each in given.demands
        ),
    )


@settings(max_examples=examples(40), deadline=None)
@given(plans(has_surprises=True), plans(has_surprises=True), st.data())
def test_any_causes_can_be_applied_to_any_plan(before, after, data):
    before = replace(before, seed=after.seed)
    if data.draw(st.booleans()):
        after = replace(after, start=before.start, horizon_days=before.horizon_days)
    between = Between(before, after)
    touched = list(between.touched)

    applied = data.draw(st.lists(st.sampled_from(touched))) if touched else []
    some = between.plan_with(applied)

    assert {each.id for each in some.demands} <= {
        each.id for each in (*before.demands, *after.demands)
    }
    assert between.plan_with([]) == before
    if touched:
        assert between.plan_with(touched) == after
    # The way that makes the plans in between leads to both ends.
    if (before.start, before.end) == (after.start, after.end):
        assert spelt_alike(between._mixed(set(touched))) == spelt_alike(after)
        assert spelt_alike(between._mixed(set())) == spelt_alike(before)
