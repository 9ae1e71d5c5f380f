"""A change says only what is different, and gives a whole plan again."""

import datetime as dt
from dataclasses import replace

import pytest

from capacity.engine import PlanError
from capacity.engine.changing import change_plan
from tests.engine.made import demand, engineer, package, plan, work

EVA, JON = engineer("Eva", "api"), engineer("Jon", "iam")
A, B, C = work("A", 5), work("B", 10), work("C", 1)


def three():
    return plan(EVA, JON, A, B, C)


def order(changed):
    return [each.id for each in changed.demands]


def test_no_change_gives_the_same_plan():
    assert change_plan(three(), {}) == three()


def test_order_moves_those_it_names_among_their_own_places():
    changed = change_plan(three(), {"order": ["C", "not in the plan", "A"]})

    assert order(changed) == ["C", "B", "A"]


def test_new_demand_stands_where_the_order_puts_it():
    changed = change_plan(
        three(), {"demands": [work("D", 2)], "order": ["D", "A", "B", "C"]}
    )

    assert order(changed) == ["D", "A", "B", "C"]


def test_known_demand_keeps_what_is_not_named():
    changed = change_plan(three(), {"demands": [{"id": "B", "earliest": "2027-01-04"}]})

    known = three().demands[1]
    assert order(changed) == ["A", "B", "C"]
    assert changed.demands[1].packages == known.packages
    assert str(changed.demands[1].earliest) == "2027-01-04"


def test_what_came_after_a_dropped_demand_waits_no_longer():
    behind = demand("D", package(2), after=["A", "B"])
    before = plan(EVA, A, B, behind)

    changed = change_plan(before, {"drop": ["A"]})

    assert [(each.id, each.after) for each in changed.demands] == [
        ("B", ()),
        ("D", ("B",)),
    ]


def test_closed_days_are_others():
    monday, friday = dt.date(2026, 11, 23), dt.date(2026, 11, 27)
    before = replace(three(), closed_days=(monday,))

    closed = change_plan(before, {"closed_days": ["2026-11-27"]})
    opened = change_plan(before, {"closed_days": []})
    same = change_plan(before, {})

    assert closed.closed_days == (friday,)
    assert opened.closed_days == ()
    assert same.closed_days == (monday,)


def test_leave_comes_on_top_of_what_is_there():
    away = {**EVA, "leave": [["2026-12-01", "2026-12-02", 1.0]]}
    before = plan(away, A)

    changed = change_plan(
        before, {"leave": {"Eva": [["2027-01-04", "2027-01-08", 0.5]]}}
    )

    assert [
        (str(each.first), str(each.last), each.share)
        for each in changed.engineers[0].leave
    ] == [("2026-12-01", "2026-12-02", 1.0), ("2027-01-04", "2027-01-08", 0.5)]


def test_people_change_and_join():
    changed = change_plan(
        three(),
        {"engineers": [{"id": "Eva", "until": "2026-12-31"}, engineer("Ida", "api")]},
    )

    assert [each.id for each in changed.engineers] == ["Eva", "Jon", "Ida"]
    assert changed.engineers[0].skills == {"api": 1.0}
    assert str(changed.engineers[0].last_day) == "2026-12-31"


def test_dates_are_asked_besides_those_of_the_plan():
    changed = change_plan(three(), {"dates": {"A": ["2027-02-01"], "gone": []}})

    assert [str(day) for day in changed.demands[0].dates] == ["2027-02-01"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"drop": ["Z"]}, "Z is to be dropped and not in the plan."),
        ({"order": ["A", "B", "A"]}, "A"),
        ({"leave": {"Zoe": []}}, "Zoe is given leave and not in the plan."),
        ({"leave": []}, "The change, leave, is no object; one by id was expected."),
        ({"demands": [{"packages": []}]}, "entry 1, has no id"),
        ({"moves": []}, "The change has the unknown key “moves”"),
        ([], "The change is a list; an object was expected."),
        ({"demands": [demand("D", package(2), after=["nobody"])]}, "nobody"),
    ],
)
def test_wrong_change_is_refused_with_its_reason(change, words):
    with pytest.raises(PlanError) as refused:
        change_plan(three(), change)

    assert words in str(refused.value)
