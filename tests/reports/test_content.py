from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from capacity.quarters import Quarter
from portfolio.core.words import counted
from portfolio.reports.content import build_content, content_hash
from portfolio.reports.variants import for_leadership
from portfolio.reports.weeks import monday_of, week_name
from tests.delivery.rows import days_from_now, make_forecast
from tests.factories import (
    CommitmentFactory,
    DemandFactory,
    EngineerFactory,
    RankedDemandFactory,
    SkillFactory,
    WorkPackageFactory,
)
from tests.reports.rows import frozen_before, promised_demand


def test_the_snapshot_says_how_every_commitment_stands(team, today):
    demand = promised_demand(team, worlds={8: 2, 25: 1, 40: 1})

    content = build_content(team=team, today=today)

    assert content["commitments"] == [
        {
            "reference": demand.reference,
            "title": "Orders into the warehouse",
            "unit": demand.business_unit.name,
            "tier": "Standard",
            "original_due_on": days_from_now(30).isoformat(),
            "due_on": days_from_now(30).isoformat(),
            "moved_because": "",
            "p50": days_from_now(8).isoformat(),
            "p85": days_from_now(40).isoformat(),
            "chance": 0.75,
            "chance_words": "75 %",
            "rag": "amber",
            "rag_word": "at risk",
            "trend": "",
            "reason": "",
            "promised_by": "",
            "people": [],
        }
    ]
    assert content["headline"] == {
        "rag": "amber",
        "sentence": "1 open commitment: 1 at risk.",
        "trend": "",
        "trend_way": "",
        "open": 1,
        "green": 0,
        "amber": 1,
        "red": 0,
        "grey": 0,
        "due_in_four_weeks": 0,
        "delivered_this_week": 0,
        "delivered_in_four_weeks": 0,
    }


def test_the_backlog_is_judged_by_its_promise_or_by_when_it_is_needed(team, today):
    promised = promised_demand(team, worlds={8: 2, 25: 1, 40: 1})
    needed = RankedDemandFactory(
        team=team,
        needed_by=days_from_now(10),
        blocked_since=today,
        blocked_cause="No test system",
    )
    stuck = RankedDemandFactory(team=team)
    make_forecast(
        team,
        {promised: {8: 2, 25: 1, 40: 1}, needed: {12: 4}},
        trials=4,
        cannot={stuck: "It has no estimate yet."},
    )

    backlog = build_content(team=team, today=today)["backlog"]

    told = [
        (
            row["rank"], row["reference"], row["likely_days"], row["due_on"],
            row["needed_by"], row["chance_words"], row["rag_word"], row["cannot"],
            row["blocked"],
        )
        for row in backlog
    ]  # fmt: skip
    assert told == [
        (1, promised.reference, 5.0, days_from_now(30).isoformat(), None,
         "75 %", "at risk", "", ""),
        (2, needed.reference, None, None, days_from_now(10).isoformat(),
         "<1 %", "late", "", "No test system"),
        (3, stuck.reference, None, None, None,
         "–", "no date", "It has no estimate yet.", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("dates", "sentence", "rag"),
    [
        ([], "No commitment is open.", "grey"),
        ([40], "The one open commitment is on track.", "green"),
        ([40, 50], "All 2 open commitments are on track.", "green"),
        ([5, 40], "2 open commitments: 1 late and 1 on track.", "red"),
        ([12, 5, 40], "3 open commitments: 1 late, 1 at risk and 1 on track.", "red"),
    ],
)
def test_the_headline_says_the_whole_in_one_sentence(team, today, dates, sentence, rag):
    demands = RankedDemandFactory.create_batch(len(dates), team=team)
    for demand, due in zip(demands, dates, strict=True):
        CommitmentFactory(demand=demand, original_due_on=days_from_now(due))
    make_forecast(team, {demand: {10: 6, 20: 4} for demand in demands})

    headline = build_content(team=team, today=today)["headline"]

    assert (headline["sentence"], headline["rag"]) == (sentence, rag)


def test_a_promise_without_a_forecast_is_counted_as_such(team, today):
    CommitmentFactory(demand=RankedDemandFactory(team=team))

    headline = build_content(team=team, today=today)["headline"]

    assert headline["sentence"] == "1 open commitment: 1 without a forecast."
    assert headline["rag"] == "grey"


def test_the_trend_compares_with_the_snapshot_before(team, today):
    CommitmentFactory(demand=RankedDemandFactory(team=team))
    before = frozen_before(team)
    unchanged = build_content(team=team, today=today, before=before)["headline"]
    promised_demand(team, worlds={60: 4})

    changed = build_content(team=team, today=today, before=before)["headline"]
    assert (unchanged["trend_way"], changed["trend_way"]) == ("steady", "worse")

    week = before.content["week"]
    assert unchanged["trend"] == f"As many of each as in {week}."
    assert changed["trend"] == f"Since {week}: 1 more late."


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "Waits mostly for Event streaming"),
        (
            {"blocked_since": dt.date(2026, 1, 5), "blocked_cause": "No contract"},
            "Blocked: No contract",
        ),
    ],
)
def test_a_promise_that_is_not_on_track_tells_why(team, today, fields, reason):
    demand = RankedDemandFactory(team=team, **fields)
    CommitmentFactory(demand=demand, original_due_on=days_from_now(5))
    forecast = make_forecast(team, {demand: {10: 10}})
    forecast.demand_forecasts.update(waits_for="Event streaming")

    [row] = build_content(team=team, today=today)["commitments"]

    assert row["reason"] == reason


def test_deliveries_are_told_by_week_and_against_their_promise(team, today):
    monday = monday_of(today)
    kept, free, old = (
        DemandFactory(team=team, stage="delivered", delivered_on=day)
        for day in (
            monday,
            monday - dt.timedelta(days=28),
            monday - dt.timedelta(days=29),
        )
    )
    CommitmentFactory(
        demand=kept,
        state="delivered",
        closed_on=monday,
        original_due_on=monday - dt.timedelta(days=3),
        due_on=monday + dt.timedelta(days=2),
    )

    content = build_content(team=team, today=today)

    told = [
        (row["reference"], row["week"], row["kept_original"], row["kept_current"])
        for row in content["delivered"]
    ]
    assert told == [
        (kept.reference, week_name(today), False, True),
        (free.reference, week_name(monday - dt.timedelta(days=28)), None, None),
    ]
    assert old.reference not in json.dumps(content)
    assert [row["delivered"] for row in content["delivered_by_week"]] == [1, 0, 0, 0, 1]
    assert content["headline"]["delivered_this_week"] == 1
    assert content["headline"]["delivered_in_four_weeks"] == 1
    kept = {"closed": 1, "kept_original": 0, "kept_current": 1}
    assert content["integrity"] == {
        **kept,
        "withdrawn": 0,
        "by_quarter": [{"quarter": Quarter.of(monday).words, **kept}],
    }


def test_capacity_is_work_left_and_supply_by_skill_without_names(team, today):
    demand = promised_demand(team, worlds={8: 4})
    engineer = EngineerFactory(team=team, name="Ada Somebody")
    WorkPackageFactory(
        demand=demand,
        skill=demand.packages.get().skill,
        state="doing",
        engineer=engineer,
        remaining=Decimal("2.5"),
    )
    WorkPackageFactory(demand=demand, skill=SkillFactory(name="SAP BTP"))
    WorkPackageFactory(demand=demand, state="done", finished_on=today)

    content = build_content(team=team, today=today)

    assert content["capacity"] == [
        {"skill": "SAP BTP", "work": 5.0, "supply": None, "weeks": None},
        {"skill": "API design", "work": 7.5, "supply": 30.0, "weeks": 3.0},
    ]
    assert content["commitments"][0]["people"] == ["Ada Somebody"]
    assert "Ada Somebody" not in json.dumps(for_leadership(content))


def test_open_demands_are_counted_by_tier_and_stage(team, today):
    DemandFactory(team=team)
    RankedDemandFactory.create_batch(2, team=team)
    DemandFactory(team=team, stage="draft")
    RankedDemandFactory()

    by_tier = build_content(team=team, today=today)["by_tier"]

    nothing = {
        "submitted": 0, "needs_information": 0, "accepted": 0, "estimated": 0,
        "in_progress": 0, "open": 0,
    }  # fmt: skip
    three = {**nothing, "submitted": 1, "accepted": 2, "open": 3}
    assert by_tier == [
        {"tier": "Expedite", **nothing},
        {"tier": "Fixed date", **nothing},
        {"tier": "Strategic", **nothing},
        {"tier": "Standard", **three},
        {"tier": "All", **three},
    ]


def test_the_forecast_is_named_so_that_it_can_be_run_again(team, today):
    promised_demand(team, worlds={8: 4})

    forecast = build_content(team=team, today=today)["forecast"]

    assert (forecast["seed"], forecast["trials"], forecast["plan_hash"]) == (
        7,
        4,
        "ab" * 32,
    )


def test_the_same_rows_give_the_same_bytes(team, today):
    demand = promised_demand(team, worlds={8: 4})
    first, second = (
        json.dumps(build_content(team=team, today=today)) for _ in range(2)
    )

    demand.title = "Renamed"
    demand.save(update_fields=["title"])
    renamed = build_content(team=team, today=today)

    assert first == second
    assert content_hash(json.loads(first)) == content_hash(json.loads(second))
    assert content_hash(renamed) != content_hash(json.loads(first))


def test_the_content_is_plain_json(team, today):
    promised_demand(team, worlds={8: 4})

    content = build_content(team=team, today=today)

    assert json.loads(json.dumps(content)) == content


def test_an_empty_team_has_a_status_too(team, today):
    content = build_content(team=team, today=today)

    assert (content["commitments"], content["backlog"], content["capacity"]) == (
        [],
        [],
        [],
    )
    assert content["forecast"] is None


def test_gathering_costs_the_same_queries_for_any_length(team, today):
    before = frozen_before(team)
    counts = []

    for number in (1, 3):
        demands = RankedDemandFactory.create_batch(number, team=team)
        for demand in demands:
            CommitmentFactory(demand=demand)
            WorkPackageFactory(demand=demand)
            DemandFactory(team=team, stage="delivered", delivered_on=today)
        make_forecast(team, {demand: {10: 10} for demand in demands})
        with CaptureQueriesContext(connection) as queries:
            content = build_content(team=team, today=today, before=before)
        counts.append(len(queries))

    assert counted(len(content["commitments"]), "row") == "4 rows"
    assert counts[0] == counts[1] <= 31
