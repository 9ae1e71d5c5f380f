from __future__ import annotations

import pytest
from django.utils import timezone

from intake.scoring import Score
from portfolio.board.backlog import read_backlog, read_work
from portfolio.board.rows import Dates, Row, Work, days_words
from portfolio.delivery.rag import AT_RISK, CANNOT, LATE, NO_DATE, NOT_YET
from tests.delivery.rows import days_from_now, make_forecast
from tests.factories import (
    CommitmentFactory,
    RankedDemandFactory,
    SkillFactory,
    WorkPackageFactory,
)


def read(team, user):
    return read_backlog(team=team, user=user, today=timezone.localdate())


def test_row_says_all_that_the_board_shows_of_a_demand(team, manager, backlog):
    orders = backlog[0]
    WorkPackageFactory(demand=orders, position=1, skill=SkillFactory(name="API"))
    iam = SkillFactory(name="IAM")
    WorkPackageFactory(demand=orders, position=0, skill=iam, likely="5.5", high=9)
    CommitmentFactory(demand=orders, original_due_on=days_from_now(12))
    make_forecast(team, {orders: {10: 6, 12: 1, 20: 3}})

    row = read(team, manager).rows[0]

    assert row == Row(
        place=1,
        reference="INT-0001",
        url="/board/INT-0001/",
        title="Orders",
        revision=1,
        unit=orders.business_unit.name,
        unit_slug=orders.business_unit.slug,
        owner="",
        tier="Standard",
        tier_slug="standard",
        stage="accepted",
        stage_words="accepted",
        blocked="",
        likely_days=10.5,
        skills=("IAM", "API"),
        scored=row.scored,
        dates=Dates(
            p10=days_from_now(10),
            p50=days_from_now(10),
            p85=days_from_now(20),
            p95=days_from_now(20),
            promised=days_from_now(12),
            needed=None,
        ),
        chance=0.7,
        rag=AT_RISK,
        silence="",
    )
    assert row.score == Score(
        8 / 10.5, "(value 4 + time criticality 2 + risk reduction 2) ÷ 10.5 days"
    )


def test_rows_stand_in_rank_order_with_their_places(team, manager, backlog):
    backlog[0].rank, backlog[2].rank = backlog[2].rank + "5", "0000001"
    for demand in (backlog[0], backlog[2]):
        demand.save(update_fields=["rank"])

    rows = read(team, manager).rows

    assert [(row.place, row.title) for row in rows] == [
        (1, "Invoices"),
        (2, "Stock"),
        (3, "Orders"),
    ]


def test_only_the_backlog_of_the_team_is_read(team, manager, backlog):
    RankedDemandFactory(title="Of another team")
    backlog[1].stage, backlog[1].rank = "withdrawn", None
    backlog[1].save(update_fields=["stage", "rank"])

    rows = read(team, manager).rows

    assert [row.title for row in rows] == ["Orders", "Invoices"]


def test_chance_is_that_of_the_needed_by_date_where_nothing_is_promised(
    team, manager, backlog
):
    orders, stock, _ = backlog
    for demand, days in ((orders, 10), (stock, -1)):
        demand.needed_by = days_from_now(days)
        demand.save(update_fields=["needed_by"])
    make_forecast(team, {orders: {10: 2, 20: 8}, stock: {5: 10}})

    rows = read(team, manager).rows

    assert [(row.chance, row.rag) for row in rows] == [
        (0.2, LATE),
        (0.0, LATE),
        (None, NO_DATE),
    ]


def test_row_without_dates_says_why(team, manager, backlog):
    orders, stock, invoices = backlog
    for demand in (orders, stock):
        WorkPackageFactory(demand=demand)
    stock.needed_by = invoices.needed_by = days_from_now(5)
    for demand in (stock, invoices):
        demand.save(update_fields=["needed_by"])
    make_forecast(team, {}, cannot={stock: "Nobody has the skill SAP BTP."})

    rows = read(team, manager).rows

    assert [(row.silence, row.rag) for row in rows] == [
        ("Not forecast yet", NO_DATE),
        ("Cannot be forecast. Nobody has the skill SAP BTP.", CANNOT),
        ("Cannot be forecast. It has no estimate yet.", NOT_YET),
    ]


def test_demand_that_mostly_exceeds_the_horizon_says_so(team, manager, backlog):
    WorkPackageFactory(demand=backlog[0])
    make_forecast(team, {backlog[0]: {100: 4}})

    row = read(team, manager).rows[0]

    assert (row.dates.p50, row.silence) == (
        None,
        "Half of the simulated worlds do not finish it within the horizon.",
    )


def test_owner_is_named_to_managers_and_not_to_leadership(
    team, manager, viewer, backlog
):
    backlog[0].owner = manager
    backlog[0].save()

    owners = [read(team, user).rows[0].owner for user in (manager, viewer)]

    assert owners == [manager.name, ""]


def test_blocked_says_for_whom_it_waits(team, manager, backlog):
    backlog[0].blocked_since = days_from_now(-2)
    backlog[0].blocked_cause = "No test system"
    backlog[0].blocked_waits_for = "SAP basis team"
    backlog[0].save()

    assert read(team, manager).rows[0].blocked == "waits for SAP basis team"


@pytest.mark.parametrize("demands", [1, 3, 50])
def test_backlog_costs_seven_queries_for_any_length(
    team, manager, django_assert_num_queries, demands
):
    ranked = RankedDemandFactory.create_batch(demands, team=team)
    for demand in ranked:
        WorkPackageFactory(demand=demand)
        CommitmentFactory(demand=demand)
    make_forecast(team, {demand: {10: 10} for demand in ranked})

    with django_assert_num_queries(7):
        rows = read(team, manager).rows

    assert [row.chance_words for row in rows] == [">95 %"] * demands


def test_axis_reaches_the_latest_date_of_any_row(team, manager, backlog):
    CommitmentFactory(demand=backlog[2], original_due_on=days_from_now(200))
    make_forecast(team, {backlog[0]: {100: 10}})

    axis = read(team, manager).axis()

    assert axis.last == days_from_now(212)


def test_work_is_summed_by_demand_with_each_skill_once():
    packages = [(1, "IAM", 2.0), (2, "API", 1.0), (1, "API", 3.0),
                (1, "IAM", 0.5)]  # fmt: skip

    work = read_work(packages)

    assert work == {
        1: Work(likely_days=5.5, skills=("IAM", "API")),
        2: Work(likely_days=1.0, skills=("API",)),
    }


@pytest.mark.parametrize(
    ("days", "words"), [(0.5, "0.5"), (4.0, "4"), (9.96, "10"), (31.4, "31")]
)
def test_days_have_a_decimal_only_where_it_matters(days, words):
    said = days_words(days)

    assert said == words
