"""Work that will still come is measured from what was accepted, tier by tier."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from capacity.engine import Plan
from capacity.models import Forecast, WorkPackage
from capacity.services.arrivals import (
    Accepted,
    TierRate,
    Work,
    arrivals_of,
    measure_arrivals,
)
from capacity.services.forecasting import request_forecast, run_forecast
from capacity.services.gathering import gather
from intake.models import Demand, Tier
from tests.factories import (
    DemandFactory,
    EngineerFactory,
    RankedDemandFactory,
    UserFactory,
    WorkPackageFactory,
)

MONDAY = date(2026, 11, 23)
END = datetime(2026, 11, 23, tzinfo=UTC)
SINCE = END - timedelta(weeks=52)


def accepted(pk, weeks_ago, *, tier="Standard", begun=None, done=None, rank=None):
    """Accepted, begun and done so many weeks before the end."""

    def day(weeks):
        return None if weeks is None else (END - timedelta(weeks=weeks)).date()

    return Accepted(
        pk, tier, END - timedelta(weeks=weeks_ago), day(begun), day(done), rank
    )


def one_a_month(first=1, *, tier="Standard"):
    """Twelve demands of a year, each begun and done at once, the oldest first."""
    return [
        accepted(first + number, weeks, tier=tier, begun=weeks - 0.2, done=weeks - 0.4)
        for number, weeks in enumerate(range(50, 2, -4))
    ]


def measured(rows, work=()):
    rows = sorted(rows, key=lambda each: each.at)
    return arrivals_of(rows, list(work), since=SINCE, end=END)


def ranks_of(rows):
    found = measured([accepted(900, 60, begun=59, done=51.9), *one_a_month(901), *rows])
    return {each.tier: each.rank for each in found.tiers if each.tier != "Standard"}


def test_rates_are_what_was_accepted_in_the_year():
    old = accepted(90, 60, begun=55, done=40)

    found = measured([old, *one_a_month(), accepted(50, 3, tier="Expedite", rank="5")])

    assert found.weeks == 52
    assert [(each.tier, each.accepted, each.per_week) for each in found.tiers] == [
        ("Expedite", 1, round(1 / 52, 4)),
        ("Standard", 12, round(12 / 52, 4)),
    ]


def test_what_is_ahead_was_begun_before_it_or_stands_above_it():
    """Four are open when it comes: it overtakes the two that stand lower now."""
    rows = [
        accepted(1, 30, begun=20, done=10),
        accepted(2, 30, begun=29),
        accepted(3, 30, rank="3"),
        accepted(4, 30, rank="8"),
        accepted(5, 30, begun=29, done=26),  # gone before it comes
        accepted(6, 24, tier="Fixed date", rank="2"),
    ]

    assert ranks_of(rows) == {"Fixed date": 0.5}


@pytest.mark.parametrize(
    ("arrival", "rank"),
    [
        (accepted(9, 24, tier="T", begun=23.9), 0.0),
        (accepted(9, 24, tier="T", begun=12, done=11), 0.5),
        (accepted(9, 24, tier="T", rank="4"), 0.5),
        (accepted(9, 24, tier="T", rank="9"), 1.0),
    ],
)
def test_ranks_run_from_top_to_end(arrival, rank):
    rows = [accepted(1, 30, begun=20, done=10), accepted(2, 30, rank="8"), arrival]

    assert ranks_of(rows) == {"T": rank}


def test_with_nothing_open_a_demand_enters_at_the_end():
    assert ranks_of([accepted(9, 1.5, tier="T", rank="4")]) == {"T": 1.0}


def test_what_came_on_the_first_day_is_no_rate():
    backlog = [accepted(pk, 20, rank=f"{pk:02}1") for pk in range(1, 21)]
    later = [accepted(40 + week, week, rank=f"7{week}1") for week in range(1, 13)]

    found = measured([*backlog, *later])

    assert round(found.weeks, 2) == 19.86
    assert [each.accepted for each in found.tiers] == [12]


def test_work_is_that_of_the_tier_in_proportion_to_its_skills():
    rows = [accepted(90, 60, begun=55, done=40), *one_a_month()]
    work = [
        Work(1, "api", (1.0, 2.0, 4.0)),
        Work(2, "api", (3.0, 4.0, 8.0)),
        Work(2, "events", (5.0, 5.0, 5.0)),
        Work(3, "api", (2.0, 3.0, 6.0)),
    ]

    found = measured(rows, work)

    assert found.tiers == [
        TierRate("Standard", 12, round(12 / 52, 4), 1.0, round(14 / 3, 2))
    ]
    # Three of the twelve are estimated: a package of api each, and one of three with
    # events. All twelve are taken to be like them.
    assert found.streams == [
        {
            "id": "Standard, last: api",
            "per_week": round(12 / 52, 5),
            "rank": 1.0,
            "packages": [
                {
                    "id": "work",
                    "skill": "api",
                    "effort": {"low": 2.0, "likely": 3.0, "high": 6.0},
                }
            ],
        },
        {
            "id": "Standard, last: events",
            "per_week": round(12 / 52 / 3, 5),
            "rank": 1.0,
            "packages": [
                {
                    "id": "work",
                    "skill": "events",
                    "effort": {"low": 5.0, "likely": 5.0, "high": 5.0},
                }
            ],
        },
    ]


def test_a_tier_that_nobody_estimated_brings_work_like_the_others():
    rows = [accepted(90, 60, begun=55, done=40), *one_a_month()]
    work = [Work(1, "api", (1.0, 2.0, 4.0))]

    found = measured([*rows, accepted(50, 3, tier="Expedite", rank="5")], work)

    assert [(each.tier, each.likely_days) for each in found.tiers] == [
        ("Expedite", 2.0),
        ("Standard", 2.0),
    ]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (
            [],
            "0 demands accepted in 0 weeks",
        ),
        (
            [accepted(1, 70, begun=69, done=50), *one_a_month()[:7]],
            "7 demands accepted in 52 weeks",
        ),
        (
            [accepted(pk, 11 - pk / 3, rank=f"{pk:02}1") for pk in range(20)],
            "19 demands accepted in 10 weeks",
        ),
    ],
)
def test_too_little_history_gives_none_and_says_so(rows, found):
    arrivals = measured(rows)

    assert (arrivals.streams, arrivals.tiers) == ([], [])
    assert arrivals.why_none == (f"{found} tell too little; 8 in 12 weeks are needed.")


@pytest.fixture
def history(team, skill):
    """A year of work accepted each fortnight, some of it declined or not ours."""
    EngineerFactory(team=team, with_skills=[skill])
    for fortnight in range(26, 0, -1):
        at = END - timedelta(weeks=2 * fortnight) + timedelta(hours=9)
        demand = DemandFactory(
            team=team,
            stage="delivered",
            decided_at=at,
            started_on=at.date(),
            delivered_on=at.date() + timedelta(days=4),
        )
        WorkPackageFactory(
            demand=demand, skill=skill, state="done", finished_on=demand.delivered_on
        )
        DemandFactory(team=team, stage="declined", decided_at=at)
        RankedDemandFactory(decided_at=at)
    waiting = RankedDemandFactory(team=team, decided_at=END - timedelta(weeks=1))
    WorkPackageFactory(demand=waiting, skill=skill)
    return team


def test_a_plan_has_the_arrivals_of_its_team(history):
    expedite = Tier.objects.get(slug="expedite")
    RankedDemandFactory(
        team=history, tier=expedite, decided_at=END + timedelta(hours=9)
    )

    gathered = gather(history, start=MONDAY, trials=100, seed=7)

    [stream] = Plan.from_json(gathered.plan).arrivals
    assert stream.id == "Standard, last: API design"
    assert stream.per_week == pytest.approx(26 / 51.9, rel=0.02)
    assert [each.tier for each in gathered.arrivals.tiers] == ["Standard"]


def test_ranges_of_arrivals_are_calibrated_like_all_others(history, skill):
    plain = gather(history, start=MONDAY, trials=100, seed=7).plan["arrivals"]
    for demand in Demand.objects.delivered():
        WorkPackageFactory(
            demand=demand, skill=skill, state="done", finished_on=demand.delivered_on
        )
    WorkPackage.objects.filter(state="done").update(actual=15)

    learnt = gather(history, start=MONDAY, trials=100, seed=7).plan["arrivals"]

    [before], [after] = (each[0]["packages"] for each in (plain, learnt))
    assert before["effort"] == {"low": 5.0, "likely": 5.0, "high": 5.0}
    assert after["effort"]["likely"] == pytest.approx(15, rel=0.2)


def test_work_that_nobody_can_do_is_left_out(history, skill):
    found = measure_arrivals(history, start=MONDAY, skills={"Another"})

    assert found.streams == []
    assert found.tiers[0].likely_days == 0.0


def test_a_forecast_keeps_how_its_arrivals_were_measured(
    history, client, django_capture_on_commit_callbacks
):
    forecast = request_forecast(team=history, by=None, reason="Test.")
    run_forecast(forecast_id=forecast.pk)
    client.force_login(UserFactory(role="manager", teams=[history]))

    page = client.get(reverse("capacity:capacity")).content.decode()

    stored = Forecast.objects.get(pk=forecast.pk)
    assert [each["tier"] for each in stored.arrivals["tiers"]] == ["Standard"]
    assert len(stored.plan["arrivals"]) == 1
    assert "Work that will still come" in page
    assert 'data-word="Enters behind">100 %</td>' in page


def test_the_page_says_when_there_is_too_little_to_measure(team, client, backlog):
    run_forecast(forecast_id=request_forecast(team=team, by=None, reason="Test.").pk)
    client.force_login(UserFactory(role="manager", teams=[team]))

    page = client.get(reverse("capacity:capacity")).content.decode()

    assert "The forecast counts on none:" in page
    assert "tell too little; 8 in 12 weeks are needed." in page
