from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from capacity.models import DemandForecast
from intake.models import RankMove
from intake.services.ranking import move_demand
from intake.services.stages import deliver_demand, withdraw_demand
from portfolio.delivery.services.commitments import (
    promise_date,
    rebaseline,
    withdraw_commitment,
)
from portfolio.reports.changes import KINDS, change_words
from portfolio.reports.content import build_content
from tests.delivery.rows import days_from_now, make_forecast
from tests.factories import CommitmentFactory, RankedDemandFactory, WorkPackageFactory
from tests.reports.rows import frozen_before

TODAY = dt.date(2026, 11, 23)


def changes_of(team, before):
    today = timezone.localdate()
    changes = build_content(team=team, today=today, before=before)["changes"]
    return {kind: changes[kind] for kind in KINDS if changes[kind]}


def iso(days):
    return days_from_now(days).isoformat()


def named(demand):
    return {"reference": demand.reference, "title": demand.title}


def test_without_a_snapshot_before_nothing_is_compared(team):
    RankedDemandFactory(team=team)

    changes = build_content(team=team, today=timezone.localdate())["changes"]

    assert changes == {
        "since": None,
        "since_week": None,
        **{kind: [] for kind in KINDS},
    }


def test_the_snapshot_that_was_compared_with_is_named(team):
    before = frozen_before(team)

    changes = build_content(team=team, today=timezone.localdate(), before=before)[
        "changes"
    ]

    assert changes["since"] == iso(-7)
    assert changes["since_week"] == before.content["week"]


def test_what_came_what_was_delivered_and_what_left(team, manager):
    done = RankedDemandFactory(
        team=team, stage="in_progress", started_on=days_from_now(-30)
    )
    left = RankedDemandFactory(team=team)
    before = frozen_before(team)
    deliver_demand(demand=done, by=manager, on=days_from_now(-2))
    withdraw_demand(demand=left, by=manager)
    new = RankedDemandFactory(team=team)

    assert changes_of(team, before) == {
        "new": [named(new)],
        "done": [{**named(done), "on": iso(-2)}],
        "left": [{**named(left), "after": "Withdrawn"}],
    }


def test_only_what_somebody_moved_is_re_ranked(team, manager):
    demands = RankedDemandFactory.create_batch(4, team=team)
    before = frozen_before(team)
    move_demand(demand=demands[3], to_place=2, by=manager, why="Audit")
    move_demand(demand=demands[3], to_place=1, by=manager, why="The audit came")
    move_demand(demand=demands[1], to_place=4, by=manager)
    move_demand(demand=demands[1], to_place=3, by=manager)

    assert changes_of(team, before) == {
        "reranked": [
            {
                **named(demands[3]),
                "before": 4,
                "after": 1,
                "why": "The audit came",
                "by": manager.name,
            },
        ]
    }


def test_a_move_before_the_snapshot_is_none_since(team, manager):
    demands = RankedDemandFactory.create_batch(2, team=team)
    RankMove.objects.create(
        demand=demands[0],
        moved_at=timezone.now() - dt.timedelta(days=8),
        from_place=2,
        to_place=1,
    )

    assert changes_of(team, frozen_before(team)) == {}


def test_promises_given_moved_and_taken_back(team, manager):
    given, moved, back = RankedDemandFactory.create_batch(3, team=team)
    moving, leaving = CommitmentFactory(demand=moved), CommitmentFactory(demand=back)
    before = frozen_before(team)
    promise_date(demand=given, due_on=days_from_now(50), by=manager)
    rebaseline(
        commitment=moving,
        due_on=days_from_now(40),
        by=manager,
        reason_code="scope",
        why="Returns too.",
    )
    withdraw_commitment(commitment=leaving, by=manager, why="Dropped.")

    assert changes_of(team, before) == {
        "promised": [{**named(given), "after": iso(50)}],
        "date_moved": [
            {
                **named(moved),
                "before": iso(30),
                "after": iso(40),
                "days": 10,
                "why": "Scope changed. Returns too.",
            }
        ],
        "taken_back": [{**named(back), "before": iso(30)}],
    }


def test_a_promise_that_was_kept_is_delivered_and_not_taken_back(team, manager):
    demand = RankedDemandFactory(
        team=team, stage="in_progress", started_on=days_from_now(-30)
    )
    commitment = CommitmentFactory(demand=demand)
    before = frozen_before(team)
    deliver_demand(demand=demand, by=manager, on=days_from_now(-1))
    commitment.state, commitment.closed_on = "delivered", days_from_now(-1)
    commitment.save()

    assert list(changes_of(team, before)) == ["done"]


def test_status_and_forecast_that_moved(team):
    worse, same = RankedDemandFactory.create_batch(2, team=team)
    CommitmentFactory(demand=worse)
    make_forecast(team, {worse: {20: 10}, same: {20: 10}})
    before = frozen_before(team)
    make_forecast(team, {worse: {20: 6, 45: 4}, same: {24: 10}})

    assert changes_of(team, before) == {
        "status": [
            {
                **named(worse),
                "before": "on track",
                "after": "at risk",
                "chance_before": ">95 %",
                "chance_after": "60 %",
            }
        ],
        "forecast_moved": [
            {**named(worse), "before": iso(20), "after": iso(45), "days": 25}
        ],
    }


def explained(forecast, demand, days, **causes):
    moved = {"before": iso(0), "after": iso(days), "days": days, "causes": causes}
    DemandForecast.objects.filter(forecast=forecast, demand=demand).update(moved=moved)


def test_forecast_that_moved_says_why_in_days_that_add_up(team):
    demand = RankedDemandFactory(team=team)
    make_forecast(team, {demand: {20: 10}})
    before = frozen_before(team)
    explained(make_forecast(team, {demand: {32: 10}}), demand, 12, rank=9, capacity=3)
    explained(make_forecast(team, {demand: {30: 10}}), demand, -2, rank=-3, rounding=1)

    (row,) = changes_of(team, before)["forecast_moved"]

    assert (row["days"], row["why"]) == (
        10,
        "+6 days: the order changed, "
        "+3 days: people, their hours, skills or leave changed, "
        "+1 day: not explained",
    )


def test_an_estimate_that_changed_is_a_change_of_scope_and_a_first_one_is_not(team):
    grown, first, same = RankedDemandFactory.create_batch(3, team=team)
    package, _ = (WorkPackageFactory(demand=demand) for demand in (grown, same))
    before = frozen_before(team)
    package.likely, package.high = 8, 12
    package.save()
    WorkPackageFactory(demand=first)

    assert changes_of(team, before) == {
        "scope": [{**named(grown), "before": 5.0, "after": 8.0}]
    }


@pytest.mark.parametrize(
    ("kind", "row", "words"),
    [
        ("scope", {"before": 5.0, "after": 8.0}, "5.0 → 8.0 likely focused days"),
        (
            "scope",
            {"before": 5.0, "after": None},
            "5.0 likely focused days before, no estimate now",
        ),
        ("new", {}, ""),
        ("done", {"on": "2026-11-20"}, "on 20 Nov"),
        ("left", {"after": "Withdrawn"}, "withdrawn"),
        ("promised", {"after": "2026-12-04"}, "by 4 Dec"),
        ("taken_back", {"before": "2026-12-04"}, "was promised by 4 Dec"),
        ("reranked", {"before": 12, "after": 3, "why": "Audit"}, "from 12 to 3: Audit"),
        (
            "date_moved",
            {
                "before": "2026-12-04",
                "after": "2026-12-11",
                "days": 7,
                "why": "Scope changed",
            },
            "4 Dec → 11 Dec, 7 days later: Scope changed",
        ),
        (
            "forecast_moved",
            {"before": "2026-12-11", "after": "2026-12-10", "days": -1},
            "11 Dec → 10 Dec, 1 day earlier",
        ),
        (
            "status",
            {
                "before": "on track",
                "after": "late",
                "chance_before": "88 %",
                "chance_after": "41 %",
            },
            "on track (88 %) → late (41 %)",
        ),
    ],
)
def test_each_change_in_words(kind, row, words):
    assert change_words(kind, row, TODAY) == words
