"""Previews say what two whole forecasts would differ by, at once."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.engine import PlanError, forecast, prepare
from capacity.engine.finishes import Finishes
from capacity.engine.preview import Prepared, Shelf
from capacity.engine.simulation import finish_days
from tests.engine.made import demand, engineer, package, plan, work
from tests.engine.strategies import plans
from tests.engine.test_simulation import busy_plan
from tests.examples import examples

EVA, JON = engineer("Eva", "api"), engineer("Jon", "iam")
A, B, C = work("A", 5), work("B", 10), work("C", 1)
X, Y = work("X", 5, skill="iam"), work("Y", 2, skill="iam")


def differences(before, after):
    """What two whole forecasts say of every demand, as a preview says it."""
    found = {}
    rows = [
        {row["id"]: row for row in forecast(each, threads=1).to_json()["demands"]}
        for each in (before, after)
    ]
    nothing = {"finish": dict.fromkeys(("p50", "p85", "p95")), "cannot": None}
    dates = {each.id: set() for asked in (before, after) for each in asked.demands}
    for asked in (before, after):
        for each in asked.demands:
            dates[each.id].update(each.dates)
    for name in {**rows[1], **rows[0]}:
        old, new = (each.get(name, nothing) for each in rows)
        found[name] = {
            "id": name,
            "before": {key: old["finish"][key] for key in ("p50", "p85", "p95")},
            "after": {key: new["finish"][key] for key in ("p50", "p85", "p95")},
            "chance": {
                day.isoformat(): [
                    chance_of(each, name, day) for each in (before, after)
                ]
                for day in sorted(dates[name])
            },
            "cannot": new["cannot"],
        }
    return found


def chance_of(asked, name, day):
    """The chance of one more date, from a forecast of its own."""
    dated = replace(
        asked,
        demands=tuple(
            replace(each, dates=(day,)) if each.id == name else each
            for each in asked.demands
        ),
    )
    rows = {row["id"]: row for row in forecast(dated, threads=1).to_json()["demands"]}
    return rows[name]["chance"][day.isoformat()] if name in rows else None


def seen(preview):
    found = {shift.id: shift.to_json() for shift in preview.shifts}
    for row in found.values():
        for name, moved in row.pop("days").items():
            old, new = row["before"][name], row["after"][name]
            if old is None or new is None:
                assert moved is None
            else:
                assert moved == (date.fromisoformat(new) - date.fromisoformat(old)).days
    return found


@st.composite
def moves(draw):
    """Two teams with more than they can do, and the same after a change."""
    teams = draw(st.lists(st.integers(0, 1), min_size=4, max_size=8))
    demands = []
    for number, team in enumerate(teams):
        efforts = draw(st.lists(st.sampled_from([1, 2, 4, 5]), min_size=1, max_size=2))
        parts = [
            package((effort, effort, 2 * effort), f"p{place}", f"s{team}")
            for place, effort in enumerate(efforts)
        ]
        if draw(st.booleans()):
            parts[-1]["after"] = [part["id"] for part in parts[:-1]]
        waits = number and draw(st.integers(0, 5)) == 0
        demands.append(
            demand(
                f"INT-{number}",
                *parts,
                after=[f"INT-{draw(st.integers(0, number - 1))}"] if waits else [],
                dates=["2026-12-10"],
            )
        )
    people = [engineer("Eva", "s0"), engineer("Jon", "s1")]
    if draw(st.integers(0, 3)) == 0:
        people.append(engineer("Ida", "s0 s1"))
    streams = {}
    if draw(st.booleans()):
        stream = {
            "id": "new",
            "per_week": 2,
            "rank": draw(st.sampled_from([0, 0.5, 1])),
            "packages": [package(1, skill="s0")],
        }
        streams = {"arrivals": [stream]}
    before = plan(*people, *draw(st.permutations(demands)), trials=3, **streams)
    changed = list(before.demands)
    place = draw(st.integers(0, len(changed) - 1))
    moved = changed.pop(place)
    if draw(st.integers(0, 3)) == 0:
        moved = replace(moved, packages=moved.packages[:1])
    changed.insert(draw(st.integers(0, len(changed))), moved)
    return before, replace(before, demands=tuple(changed))


@settings(max_examples=examples(60), deadline=None)
@given(moves())
def test_a_preview_is_the_difference_of_two_whole_forecasts(change):
    before, after = change

    preview = prepare(before, trials=3, threads=1).preview(after, threads=1)

    whole = Finishes.of(after, threads=1)
    assert preview.after.days.tolist() == whole.days.tolist()
    assert seen(preview) == differences(before, after)


@settings(max_examples=examples(15), deadline=None)
@given(plans(has_surprises=True), plans(has_surprises=True))
def test_even_of_a_plan_that_is_another(before, after):
    after = replace(after, seed=before.seed)

    preview = prepare(before, trials=3, threads=1).preview(after, threads=1)

    assert seen(preview) == differences(before, after)


def test_no_change_moves_nothing_and_plays_nothing():
    prepared = prepare(busy_plan(), trials=50)

    preview = prepared.preview(busy_plan())

    assert preview.played == frozenset()
    assert preview.to_json() == {
        "trials": 50,
        "seed": 3,
        "start": "2026-11-23",
        "played": 0,
        "demands": [],
    }


def test_a_move_says_whom_it_hurts():
    before = plan(EVA, A, work("B", 10, dates=["2026-12-07"]), trials=500)
    prepared = prepare(before, trials=10)

    preview = prepared.preview(prepared.reordered(["B", "A"]))

    same = {"p50": "2026-11-27", "p85": "2026-11-27", "p95": "2026-11-27"}
    assert preview.to_json()["demands"] == [
        {
            "id": "B",
            "before": dict.fromkeys(same, "2026-12-11"),
            "after": dict.fromkeys(same, "2026-12-04"),
            "days": dict.fromkeys(same, -7),
            "chance": {"2026-12-07": [0.0, 1.0]},
            "cannot": None,
        },
        {
            "id": "A",
            "before": same,
            "after": dict.fromkeys(same, "2026-12-11"),
            "days": dict.fromkeys(same, 14),
            "chance": {},
            "cannot": None,
        },
    ]


def test_only_what_the_change_can_reach_is_played_again():
    prepared = prepare(plan(EVA, JON, A, X, B, Y, C), trials=5)

    moved = prepared.preview(prepared.reordered(["A", "Y", "X", "B", "C"]))
    passed = prepared.preview(prepared.reordered(["X", "A", "Y", "B", "C"]))

    assert moved.played == {"X", "Y"}
    assert {shift.id for shift in moved.shifts if shift.is_any} == {"X", "Y"}
    assert passed.played == frozenset()


def test_demands_that_come_and_go_and_cannot_be_forecast_are_told():
    prepared = prepare(plan(EVA, A, B), trials=5)
    after = plan(EVA, A, work("new", 1, skill="iam", dates=["2026-12-01"]))

    told = {row["id"]: row for row in prepared.preview(after).to_json()["demands"]}

    assert set(told) == {"B"}
    assert told["B"]["after"] == {"p50": None, "p85": None, "p95": None}
    (_, new, _) = prepared.preview(after).shifts
    assert (new.id, new.cannot) == ("new", "Nobody has the skill iam.")
    assert list(new.chance.values()) == [(None, None)]


def test_previews_are_the_first_worlds_of_the_forecast():
    whole = finish_days(busy_plan())

    prepared = prepare(busy_plan(), trials=20)

    days = prepared.finishes.days.astype(int).T
    assert (days % 65_535 == whole[:20]).all() == (whole[:20] >= 0).all()
    assert (days[whole[:20] >= 0] == whole[:20][whole[:20] >= 0]).all()


def test_a_prepared_plan_is_read_as_it_was_written():
    prepared = prepare(busy_plan(), trials=20)

    read = Prepared.from_bytes(prepared.to_bytes())

    assert read.plan == prepared.plan
    assert read.finishes.days.tolist() == prepared.finishes.days.tolist()


@pytest.mark.parametrize("broken", [b"", b"{}", b"\n", "half"])
def test_bytes_that_are_no_prepared_plan_are_refused(broken):
    whole = prepare(plan(EVA, A, B), trials=5).to_bytes()

    with pytest.raises(PlanError):
        Prepared.from_bytes(whole[:-3] if broken == "half" else broken)


@pytest.mark.parametrize(
    ("order", "count"), [(["A"], 1), (["A", "B", "B"], 3), (["A", "Z"], 2)]
)
def test_an_order_that_is_none_is_refused(order, count):
    prepared = prepare(plan(EVA, A, B), trials=5)

    with pytest.raises(PlanError) as refused:
        prepared.reordered(order)

    assert str(refused.value) == (
        f"The order has {count} demands and the plan 2; each has to stand in it once, "
        "and B does not."
    )


def test_a_shelf_reads_each_plan_once_and_keeps_the_last_few():
    stored = {
        name: prepare(plan(EVA, each, C), trials=5).to_bytes()
        for name, each in (("first", A), ("second", B), ("third", X))
    }
    shelf, read = Shelf(size=2), []

    def ask(name, change):
        def load():
            read.append(name)
            return stored[name]

        return json.loads(shelf.answer(name, load, change, threads=1))

    swapped = ask("first", '{"order": ["C", "A"]}')
    ask("second", '{"order": ["C", "B"]}')
    again = ask("first", '{"order": ["C", "A"]}')
    ask("third", '{"order": ["C", "X"]}')
    ask("second", b'{"order": ["C", "B"]}')

    assert [row["id"] for row in swapped["demands"]] == ["C", "A"]
    assert again == swapped
    assert read == ["first", "second", "third", "second"]


def test_a_shelf_answers_what_a_whole_plan_would_change():
    before, after = plan(EVA, A), plan(engineer("Eva", "api", speed=0.5), A)
    change = json.dumps({"plan": after.to_json()})

    answer = Shelf().answer("plan", prepare(before, trials=5).to_bytes, change)

    (row,) = json.loads(answer)["demands"]
    assert (row["id"], row["days"]["p85"]) == ("A", 7)


@pytest.mark.parametrize("change", ["{}", '{"order": [], "plan": {}}', "[]"])
def test_a_shelf_refuses_what_is_no_change(change):
    stored = prepare(plan(EVA, A), trials=5).to_bytes()

    with pytest.raises(PlanError, match="either “order” or “plan” was expected"):
        Shelf().answer("plan", lambda: stored, change)


def test_an_arrival_enters_behind_what_others_have_open_too():
    people = [engineer("Eva", "s0"), engineer("Jon", "s1")]
    mine = [work(name, 2, skill="s0") for name in "ABC"]
    others = [work("X", 1, skill="s1"), work("Y", 9, skill="s1")]
    stream = {
        "id": "new",
        "per_week": 2,
        "rank": 0.5,
        "packages": [package(2, skill="s0")],
    }
    prepared = prepare(plan(*people, *mine, *others, arrivals=[stream]), trials=50)

    preview = prepared.preview(prepared.reordered(["A", "B", "C", "Y", "X"]))

    assert preview.played == {"X", "Y", "A", "B", "C"}
    assert not np.array_equal(preview.after.days[:3], preview.before.days[:3])
