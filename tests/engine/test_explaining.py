"""Days moved between two plans, and the causes that add up to them."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings

from capacity.engine import explain, forecast
from capacity.engine.simulation import finish_days
from tests.engine.made import demand, engineer, package, plan, work
from tests.engine.strategies import plans
from tests.engine.test_simulation import busy_plan
from tests.examples import examples

EVA, JON = engineer("Eva"), engineer("Jon")
HALF = engineer("Eva", speed=0.5)


def moves(explanation, name="p85"):
    """Days of each demand, and of each of its causes."""
    return {
        each.id: (
            each.days[name],
            {cause: days[name] for cause, days in each.causes.items()},
        )
        for each in explanation.demands
    }


def test_a_swap_moves_one_demand_by_what_the_other_takes():
    before = plan(EVA, work("A", 5), work("B", 10))
    after = plan(EVA, work("B", 10), work("A", 5))

    explanation = explain(before, after)

    assert moves(explanation) == {
        "B": (-7.0, {"rank": -7.0}),
        "A": (14.0, {"rank": 14.0}),
    }
    assert explanation.demands[0].to_json() == {
        "id": "B",
        "before": {"p50": "2026-12-11", "p85": "2026-12-11"},
        "after": {"p50": "2026-12-04", "p85": "2026-12-04"},
        "days": {"p50": -7.0, "p85": -7.0, "mean": -7.0},
        "causes": {"rank": {"p50": -7.0, "p85": -7.0, "mean": -7.0}},
        "why_null": {},
        "worlds": 1.0,
    }


def test_what_two_causes_do_only_together_is_shared_in_halves():
    # 1 week; at half speed 2; twice the work 2; both 4.
    before, after = plan(EVA, work("A", 5)), plan(HALF, work("A", 10))

    explanation = explain(before, after)

    assert moves(explanation) == {"A": (21.0, {"estimate": 10.5, "capacity": 10.5})}


def test_a_week_that_went_as_planned_moves_nothing():
    before = plan(
        engineer("Eva", leave=[["2026-11-25", "2026-11-25", 1]]),
        demand("A", package(9, doing="Eva"), package(3, "test", after="build")),
        work("B", 2),
    )
    after = plan(
        EVA,
        demand("A", package(5, doing="Eva"), package(3, "test", after="build")),
        work("B", 2),
        start="2026-11-30",
    )

    explanation = explain(before, after)

    assert moves(explanation) == {
        "A": (0.0, {"progress": 0.0}),
        "B": (0.0, {"progress": 0.0}),
    }


def test_a_week_without_work_is_progress_and_leave_is_capacity():
    before = plan(EVA, work("A", 5))
    after = plan(
        engineer("Eva", leave=[["2026-12-01", "2026-12-02", 1]]),
        work("A", 5),
        start="2026-11-30",
    )

    explanation = explain(before, after)

    # A week late; then 2 days of leave push Thursday and Friday beyond a weekend.
    assert moves(explanation) == {"A": (11.0, {"progress": 9.0, "capacity": 2.0})}


def test_everything_at_once_adds_up():
    before = plan(EVA, work("A", 5), work("B", 5), work("C", 3), work("D", 2))
    after = plan(
        EVA,
        JON,
        work("new", 4),
        demand("C", package(3), package(2, "test", after="build")),
        work("B", 8, earliest="2026-12-01"),
        work("A", 5),
        closed_days=["2026-11-24"],
    )

    explanation = explain(before, after)

    assert list(explanation.touched) == [
        "scope",
        "demand",
        "estimate",
        "dependency",
        "rank",
        "capacity",
    ]
    assert explanation.runs == 12
    for moved in explanation.demands:
        if moved.days["p85"] is not None:
            parts = [days["p85"] for days in moved.causes.values()]
            assert sum(parts) == moved.days["p85"]
            assert (moved.after["p85"] - moved.before["p85"]).days == sum(parts)


def reranked_plan():
    """The busy plan with other ranks, estimates, people and interruptions."""
    before = busy_plan(trials=60)
    demands = [*before.demands[10:], *before.demands[:10]]
    first = demands[0].packages[0]
    longer = replace(
        first.effort, likely=2 * first.effort.likely, high=4 * first.effort.high
    )
    demands[0] = replace(
        demands[0],
        packages=(replace(first, effort=longer), *demands[0].packages[1:]),
    )
    stream = replace(before.interruptions[0], per_week=2.5)
    return replace(
        before,
        demands=tuple(demands),
        engineers=(replace(before.engineers[0], overhead=0.4), *before.engineers[1:]),
        interruptions=(stream,),
    )


def test_dates_are_those_of_the_forecasts():
    before, after = busy_plan(trials=60), reranked_plan()

    explanation = explain(before, after)

    for asked, name in ((before, "before"), (after, "after")):
        forecasts = {row["id"]: row for row in forecast(asked).to_json()["demands"]}
        for moved in explanation.to_json()["demands"]:
            assert moved[name] == {
                share: forecasts[moved["id"]]["finish"][share]
                for share in ("p50", "p85")
            }


def test_undoing_a_change_undoes_its_explanation():
    before, after = busy_plan(trials=60), reranked_plan()

    there, back = explain(before, after), explain(after, before)

    assert list(there.touched) == ["estimate", "rank", "capacity", "ktlo"]
    undone = {each.id: each for each in back.demands}
    for moved in there.demands:
        for name in ("p50", "p85"):
            assert undone[moved.id].days[name] == -moved.days[name]
            assert {
                cause: -days[name] for cause, days in undone[moved.id].causes.items()
            } == {cause: days[name] for cause, days in moved.causes.items()}


def test_means_are_over_the_worlds_and_add_up_in_their_last_decimal():
    before, after = busy_plan(trials=60), reranked_plan()

    explanation = explain(before, after)

    for moved in explanation.demands:
        parts = [round(1000 * days["mean"]) for days in moved.causes.values()]
        assert sum(parts) == round(1000 * moved.days["mean"])
        assert moved.worlds >= 0.5
    assert {moved.days["mean"] % 1 for moved in explanation.demands} != {0.0}


def test_the_mean_compares_each_world_with_itself():
    before = busy_plan(trials=60, horizon_days=90)
    after = replace(before, demands=before.demands[::-1])

    explanation = explain(before, after)

    old, new = finish_days(before), finish_days(after)[:, ::-1]
    both = (old >= 0) & (new >= 0)
    assert 0 < both.mean() < 1
    for moved in explanation.demands:
        row = [each.id for each in before.demands].index(moved.id)
        worlds = both[:, row]
        assert moved.worlds == worlds.mean()
        if moved.worlds >= 0.5:
            days = (new - old)[worlds, row].mean()
            assert moved.days["mean"] == pytest.approx(days, abs=0.0005)


def test_fewer_trials_are_the_first_of_more():
    before, after = busy_plan(trials=60), reranked_plan()

    few = explain(before, after, trials=20)

    alone = explain(replace(before, trials=20), replace(after, trials=20))
    assert few.demands == alone.demands
    assert few.trials == 20


def test_another_seed_is_no_cause():
    before = busy_plan(trials=20)

    explanation = explain(before, replace(before, seed=99))

    assert explanation.touched == {}
    assert {each.days["p85"] for each in explanation.demands} == {0.0}


@pytest.mark.parametrize(
    ("change", "runs"),
    [
        ({}, 1),
        ({"start": "2026-11-24"}, 2),
        ({"start": "2026-11-24", "closed_days": ["2026-12-01"]}, 4),
        (
            {
                "start": "2026-11-24",
                "closed_days": ["2026-12-01"],
                "uncertainty": {"team_sd": 0.1},
            },
            6,
        ),
    ],
)
def test_what_did_not_change_costs_no_run(change, runs):
    shares = []
    before, after = plan(EVA, work("A", 5)), plan(EVA, work("A", 5), **change)

    explanation = explain(before, after, progress=shares.append)

    assert explanation.runs == runs
    assert shares == [(run + 1) / runs for run in range(runs)]


def test_demands_of_one_plan_alone_have_a_date_and_a_reason():
    before = plan(EVA, work("done", 1), work("gone", 5), work("A", 5))
    after = plan(EVA, work("new", 5), work("A", 5))

    explanation = explain(before, after, done={"done"})

    said = {
        each.id: (each.before["p85"], each.after["p85"], set(each.why_null.values()))
        for each in explanation.demands
    }
    assert said == {
        "new": (None, date(2026, 11, 27), {"It was not in the plan before."}),
        "A": (date(2026, 12, 7), date(2026, 12, 4), set()),
        "done": (date(2026, 11, 23), None, {"It is done."}),
        "gone": (date(2026, 11, 30), None, {"It is not in the plan any more."}),
    }
    assert moves(explanation)["A"] == (-3.0, {"progress": -3.0, "demand": 0.0})
    assert moves(explanation)["new"] == (None, {"progress": None, "demand": None})


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        (
            plan(EVA, work("A", 5, skill="iam")),
            plan(EVA, work("A", 5)),
            "It could not be forecast before. Nobody has the skill iam.",
        ),
        (
            plan(EVA, work("A", 5)),
            plan(EVA, work("A", 5, skill="iam")),
            "It cannot be forecast. Nobody has the skill iam.",
        ),
        (
            plan(EVA, work("A", 500)),
            plan(EVA, work("A", 5)),
            "P85 was after 2027-01-21, the end of the horizon before.",
        ),
        (
            plan(EVA, work("A", 5)),
            plan(EVA, work("A", 500)),
            "P85 is after 2027-01-21, the end of the horizon.",
        ),
    ],
)
def test_without_a_date_there_are_no_days_but_a_reason(before, after, why):
    (moved,) = explain(before, after).demands

    assert moved.days == {"p50": None, "p85": None, "mean": None}
    assert {days["p85"] for days in moved.causes.values()} == {None}
    assert moved.why_null["p85"] == why


def test_days_that_cannot_be_split_are_given_whole():
    # Ten times the work fits at ten times the speed alone.
    before = plan(EVA, work("A", 5))
    after = plan(engineer("Eva", speed=10), work("A", 60))

    (moved,) = explain(before, after).demands

    assert moved.days == {"p50": 3.0, "p85": 3.0, "mean": None}
    assert moved.causes == {
        cause: {"p50": None, "p85": None, "mean": None}
        for cause in ("estimate", "capacity")
    }
    assert moved.why_null == {
        "p50": "With some of the changes but not all, P50 is after the end of the "
        "horizon, so its days cannot be split.",
        "p85": "With some of the changes but not all, P85 is after the end of the "
        "horizon, so its days cannot be split.",
        "mean": "0 % of the simulated worlds finish it inside the horizon of every "
        "plan; a mean needs half of them.",
    }


def test_the_explanation_is_written_as_json():
    before, after = busy_plan(trials=20), reranked_plan()

    explanation = explain(before, after, trials=20)

    written = json.loads(json.dumps(explanation.to_json(), allow_nan=False))
    assert written["causes"] == ["estimate", "rank", "capacity", "ktlo"]
    assert written["touched"]["capacity"] == ["Eva"]
    assert written["before"] == {"plan_hash": before.hash(), "start": "2026-11-23"}
    assert len(written["demands"]) == 30


@settings(max_examples=examples(25), deadline=None)
@given(plans(has_surprises=True), plans(has_surprises=True))
def test_causes_always_add_up_to_the_difference_of_two_forecasts(before, after):
    before = replace(before, seed=after.seed)

    explanation = explain(before, after, threads=1)

    dates = [
        {
            row["id"]: row["finish"]
            for row in forecast(each, threads=1).to_json()["demands"]
        }
        for each in (before, after)
    ]
    for moved in explanation.demands:
        for name in ("p50", "p85"):
            old, new = (each.get(moved.id, {}).get(name) for each in dates)
            whole = moved.days[name]
            if old is None or new is None:
                assert whole is None
                assert name in moved.why_null
                continue
            assert whole == (date.fromisoformat(new) - date.fromisoformat(old)).days
            parts = [days[name] for days in moved.causes.values()]
            assert None in parts or sum(parts) == whole
            assert (None in parts) == (name in moved.why_null)
