from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from django.utils import timezone

from portfolio.core.services.events import record_event
from portfolio.delivery.choosing import Asked
from portfolio.delivery.flow.records import (
    count_scores,
    local_days_of,
    read_clocks,
    read_demands,
    read_first_told,
    read_targets,
    read_told,
)
from portfolio.delivery.models import CommitmentVersion, ForecastScore
from tests.delivery.rows import days_from_now, make_forecast
from tests.factories import (
    CommitmentFactory,
    DemandFactory,
    RankedDemandFactory,
    SlaClockFactory,
    UnitFactory,
    UserFactory,
    WorkPackageFactory,
)


@pytest.fixture
def asked(team, manager, today):
    return Asked(team=team, user=manager, since=days_from_now(-90), today=today)


def ago(days):
    return timezone.now() - dt.timedelta(days=days)


def days(frame, name):
    return [None if pd.isna(day) else day.date() for day in frame[name]]


def test_a_demand_carries_its_days_and_its_forecast(team, asked):
    demand = RankedDemandFactory(
        team=team,
        stage="in_progress",
        submitted_at=ago(20),
        decided_at=ago(15),
        started_on=days_from_now(-10),
        blocked_since=days_from_now(-2),
        blocked_cause="No access",
    )
    forecast = make_forecast(team, {demand: {5: 5, 9: 5}})

    [row] = read_demands(
        asked, {demand.pk: forecast.demand_forecasts.get()}
    ).to_dict("records")  # fmt: skip

    assert {name: row[name] for name in ("reference", "unit", "stage", "blocked")} == {
        "reference": demand.reference,
        "unit": demand.business_unit.name,
        "stage": "in_progress",
        "blocked": True,
    }
    assert [row[name].date() for name in ("asked", "accepted", "started", "p50")] == [
        days_from_now(-20), days_from_now(-15), days_from_now(-10), days_from_now(5)
    ]  # fmt: skip
    assert pd.isna(row["delivered"])
    assert pd.isna(row["left"])


def test_only_what_was_open_or_ended_in_the_period_is_read(team, asked):
    def delivered(on):
        return DemandFactory(
            team=team, stage="delivered", delivered_on=days_from_now(on)
        )

    lately, _long_ago = delivered(-90), delivered(-91)
    refused = DemandFactory(team=team, stage="declined", decided_at=ago(9))
    DemandFactory(team=team, stage="declined", decided_at=ago(99))
    withdrawn = DemandFactory(team=team, stage="withdrawn", decided_at=ago(80))
    record_event(subject=withdrawn, kind="withdrawn", by=None, team=team)
    DemandFactory(team=team, stage="withdrawn")
    DemandFactory(team=team, stage="draft")
    DemandFactory()

    frame = read_demands(asked, {}).set_index("reference")

    assert set(frame.index) == {
        lately.reference, refused.reference, withdrawn.reference
    }  # fmt: skip
    assert days(frame.loc[[refused.reference]], "left") == [days_from_now(-9)]
    assert days(frame.loc[[withdrawn.reference]], "left") == [asked.today]
    # A refusal is no acceptance; what was withdrawn later was accepted before.
    assert days(frame.loc[[refused.reference]], "accepted") == [None]
    assert days(frame.loc[[withdrawn.reference]], "accepted") == [days_from_now(-80)]


def test_tier_unit_and_skill_choose(team, manager, today):
    unit = UnitFactory()
    package = WorkPackageFactory(
        demand=RankedDemandFactory(team=team, business_unit=unit)
    )
    WorkPackageFactory(demand=package.demand, skill=package.skill)
    RankedDemandFactory(team=team)
    period = {"team": team, "user": manager, "since": days_from_now(-9), "today": today}
    tier = package.demand.tier

    counts = [
        len(read_demands(Asked(**period, **chosen), {}))
        for chosen in ({}, {"unit": unit}, {"skill": package.skill}, {"tier": tier})
    ]

    assert counts == [2, 1, 1, 2]


def test_a_requester_is_shown_the_demands_of_their_own_unit(team, today):
    requester = UserFactory(role="requester")
    own = RankedDemandFactory(team=team, business_unit=requester.business_unit)
    other = RankedDemandFactory(team=team)
    make_forecast(team, {own: {-5: 10}, other: {-5: 10}})
    for demand in (own, other):
        SlaClockFactory(demand=demand, state="met", stopped_at=ago(3))

    asked = Asked(team=team, user=requester, since=days_from_now(-90), today=today)

    assert read_demands(asked, {})["reference"].tolist() == [own.reference]
    assert read_clocks(asked, timezone.now())["clocks"].tolist() == [1]
    assert len(read_first_told(asked)) == 1


def test_nothing_at_all_reads_as_empty_frames(asked):
    assert len(read_demands(asked, {})) == 0
    assert len(read_clocks(asked, timezone.now())) == 0
    assert len(read_first_told(asked)) == 0
    assert len(read_told(0)) == len(read_targets(0)) == 0


def test_clocks_are_counted_and_what_is_late_is_breached_before_it_is_written(
    team, asked
):
    for state, fields in [
        ("met", {"stopped_at": ago(5)}),
        ("met", {"stopped_at": ago(6)}),
        ("met", {"stopped_at": ago(99)}),
        ("running", {"due_at": ago(1)}),
        ("running", {"due_at": ago(-1)}),
        ("paused", {}),
        ("cancelled", {"stopped_at": ago(3)}),
    ]:
        SlaClockFactory(demand=DemandFactory(team=team), state=state, **fields)

    counts = read_clocks(asked, timezone.now())

    assert set(counts["tier"]) == {"Standard"}
    assert set(counts["kind"]) == {"Decide"}
    assert dict(zip(counts["state"], counts["clocks"], strict=True)) == {
        "met": 2, "breached": 1, "running": 1, "paused": 1
    }  # fmt: skip


def test_first_told_is_the_score_of_what_is_done_and_the_forecast_of_what_is_open(
    team, asked
):
    done = DemandFactory(team=team, stage="delivered", delivered_on=days_from_now(-9))
    for is_first, p85 in ((True, -12), (False, -8)):
        ForecastScore.objects.create(
            demand=done, is_first=is_first, told_on=days_from_now(-40), reached=0.5,
            delivered_on=days_from_now(-9), p85=days_from_now(p85),
        )  # fmt: skip
    waits = RankedDemandFactory(team=team)
    make_forecast(team, {waits: {-3: 10}}, gathered_at=ago(30))
    make_forecast(team, {waits: {30: 10}})

    frame = read_first_told(asked)

    assert sorted(zip(days(frame, "p85"), map(str, days(frame, "delivered")),
                      strict=True)) == [
        (days_from_now(-12), str(days_from_now(-9))), (days_from_now(-3), "None"),
    ]  # fmt: skip
    assert count_scores(asked) == 2


def test_the_drift_reads_every_forecast_and_every_date_promised(team, today):
    demand = RankedDemandFactory(team=team)
    for days_ago, finish in ((20, 5), (3, 9)):
        make_forecast(team, {demand: {finish: 10}}, gathered_at=ago(days_ago))
    commitment = CommitmentFactory(demand=demand)
    CommitmentVersion.objects.create(
        commitment=commitment, number=2, due_on=days_from_now(40), reason_code="scope"
    )

    told, targets = read_told(demand.pk), read_targets(demand.pk)

    assert days(told, "at") == [days_from_now(-20), days_from_now(-3)]
    assert days(told, "p85") == [days_from_now(5), days_from_now(9)]
    assert days(targets, "due") == [days_from_now(30), days_from_now(40)]


def test_a_moment_belongs_to_the_day_it_is_where_the_team_is():
    late = dt.datetime(2026, 11, 24, 23, 30, tzinfo=dt.UTC)

    assert [day.date() for day in local_days_of([late])] == [dt.date(2026, 11, 25)]
