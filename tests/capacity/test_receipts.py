"""What an expedite displaced: the forecast with it against the same without it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from capacity import engine
from capacity.displaced import told
from capacity.models import Engineer, ExpediteReceipt, Forecast
from capacity.services.estimating import Estimate, accept_with_packages
from capacity.services.forecasting import (
    request_forecast,
    rescue_forecasts,
    run_forecast,
)
from capacity.services.receipts import receipts_due, write_receipts
from intake.models import Tier
from intake.services.ranking import move_demand
from intake.services.stages import deliver_demand, start_demand
from intake.services.triage import change_tier
from portfolio.core.models import Event
from portfolio.core.services.changes import note_plan_change
from tests.factories import (
    CommitmentFactory,
    DemandFactory,
    RankedDemandFactory,
    SkillFactory,
    WorkPackageFactory,
)

WRITE = "capacity.tasks.write_receipts"


@pytest.fixture
def expedite(team, requester):
    """Sent with somebody's name who has approved it, and not yet decided."""
    tier = Tier.objects.get(slug="expedite")
    return DemandFactory(
        team=team,
        tier=tier,
        requester=requester,
        answered_under=tier.current,
        answers={"approver": "Henrik Lund"},
    )


@pytest.fixture
def accept(expedite, manager, skill):
    def at(place):
        days = Decimal(3)
        return accept_with_packages(
            demand=expedite,
            packages=[Estimate("Mend it", skill, days, days, days)],
            by=manager,
            place=place,
        )

    return at


def forecast(team):
    team.refresh_from_db()
    asked = request_forecast(team=team, by=None, reason="Asked for.")
    return run_forecast(forecast_id=asked.pk)


def written(team):
    """What is displaced, in the newest receipt."""
    forecast(team)
    write_receipts(team=team)
    return ExpediteReceipt.objects.first().displaced


def test_a_receipt_is_the_difference_of_two_forecasts(
    team, manager, backlog, expedite, accept
):
    needed_by = timezone.localdate() + timedelta(days=13)
    promised = CommitmentFactory(
        demand=backlog[1], original_due_on=needed_by + timedelta(days=3)
    ).due_on
    backlog[1].needed_by = needed_by
    backlog[1].save()
    accept(1)
    with_it = forecast(team)

    receipt, = write_receipts(team=team)  # fmt: skip

    plan = Forecast.objects.get(pk=with_it.pk).plan
    plan["demands"][2]["dates"].append(promised.isoformat())
    without = {**plan, "demands": plan["demands"][1:]}
    assert plan["demands"][0]["id"] == expedite.reference
    answers = [
        {row["id"]: row for row in engine.forecast(engine.Plan.from_json(each))
         .to_json()["demands"]}
        for each in (without, plan)
    ]  # fmt: skip
    expected = []
    for demand in backlog:
        row = {"reference": demand.reference, "chances": {}, "promised": None}
        for name in ("p50", "p85"):
            days = [each[demand.reference]["finish"][name] for each in answers]
            before, after = (date.fromisoformat(day) for day in days)
            row |= {name: days, f"{name}_later": (after - before).days}
        if demand == backlog[1]:
            row["promised"] = promised.isoformat()
            row["chances"] = {
                day.isoformat(): [
                    each[demand.reference]["chance"][day.isoformat()]
                    for each in answers
                ]
                for day in (needed_by, promised)
            }
        expected.append(row)
    assert receipt.displaced == expected
    assert all(row["p85_later"] > 0 for row in receipt.displaced)
    assert receipt.hash_without == engine.Plan.from_json(without).hash()
    assert (receipt.forecast, receipt.trials, receipt.place, receipt.of) == (
        with_it,
        200,
        1,
        3,
    )


def test_a_receipt_names_who_approved_it(team, manager, backlog, expedite, accept):
    accepted = accept(1)
    forecast(team)

    receipt, = write_receipts(team=team)  # fmt: skip

    assert (receipt.approved_by, receipt.approved_by_name, receipt.approved_at) == (
        manager,
        manager.name,
        accepted.decided_at,
    )
    assert (receipt.approver_named, receipt.event.kind) == ("Henrik Lund", "estimated")


def test_who_made_it_an_expedite_later_has_approved_it(team, manager, backlog):
    tier = Tier.objects.get(slug="expedite")
    change_tier(demand=backlog[0], tier=tier, by=manager, why="It broke.")
    forecast(team)

    receipt, = write_receipts(team=team)  # fmt: skip

    assert (receipt.demand, receipt.approved_by) == (backlog[0], manager)
    assert [row["reference"] for row in receipt.displaced] == [backlog[1].reference]


def test_at_the_end_it_displaces_nothing_and_moved_up_it_leaves_another(
    team, manager, backlog, expedite, accept
):
    accept(None)
    at_the_end = written(team)
    move_demand(demand=expedite, to_place=2, by=manager, why="It burns.")

    in_the_middle = written(team)

    assert at_the_end == []
    assert [row["reference"] for row in in_the_middle] == [backlog[1].reference]
    assert [each.event.kind for each in ExpediteReceipt.objects.all()] == [
        "moved",
        "estimated",
    ]


def test_what_comes_after_it_is_not_held_by_it_where_it_never_came(
    team, manager, backlog, expedite, accept
):
    accept(1)
    backlog[0].after.add(expedite)

    displaced = written(team)

    assert [row["reference"] for row in displaced] == [
        each.reference for each in backlog
    ]


def test_a_receipt_is_written_once_and_by_a_forecast_that_knows_the_plan(
    team, manager, backlog, expedite, accept
):
    accept(1)
    assert write_receipts(team=team) == []
    forecast(team)
    note_plan_change(team_id=team.pk)
    assert write_receipts(team=team) == []
    forecast(team)

    first, second = write_receipts(team=team), write_receipts(team=team)

    assert (len(first), second, receipts_due(team)) == (1, [], [])


def test_a_worker_is_told_once_there_is_a_forecast_to_read(
    team, manager, backlog, expedite, accept, sent
):
    unestimated = RankedDemandFactory(team=team, tier=expedite.tier)
    move_demand(demand=unestimated, to_place=1, by=manager)
    forecast(team)
    before = [task for task, _arguments in sent() if task == WRITE]
    accept(1)
    rescue_forecasts()
    stale = [task for task, _arguments in sent() if task == WRITE]

    forecast(team)
    after = [each for each in sent() if each[0] == WRITE]
    rescue_forecasts()
    again = [each for each in sent() if each[0] == WRITE]
    write_receipts(team=team)
    rescue_forecasts()

    assert (before, stale) == ([], [])
    assert after == again == [(WRITE, [team.pk])]
    assert [each for each in sent() if each[0] == WRITE] == []


def test_an_expedite_that_nobody_can_do_says_so_and_leaves_another_once_it_can(
    team, manager, backlog, expedite, accept
):
    rare = SkillFactory(name="SAP BTP")
    accept(1)
    WorkPackageFactory(demand=expedite, name="Look at it", skill=rare)
    forecast(team)
    first, = write_receipts(team=team)  # fmt: skip
    forecast(team)
    again = write_receipts(team=team)
    Engineer.objects.get().skill_levels.create(skill=rare)
    note_plan_change(team_id=team.pk)
    forecast(team)
    second, = write_receipts(team=team)  # fmt: skip

    assert (first.cannot, first.displaced, first.approved_by) == (
        "Nobody has the skill SAP BTP.",
        [],
        manager,
    )
    assert told([first], {})[0].words == (
        "It cannot be forecast, so nothing waits for it in any date yet: "
        "Nobody has the skill SAP BTP."
    )
    assert again == []
    assert (second.cannot, second.event) == ("", first.event)
    assert [row["reference"] for row in second.displaced] == [
        each.reference for each in backlog
    ]
    assert receipts_due(team) == []


def test_one_that_is_over_before_any_forecast_says_that_nothing_was_compared(
    team, manager, backlog, expedite, accept
):
    history = DemandFactory(
        team=team,
        tier=expedite.tier,
        stage="delivered",
        delivered_on=timezone.localdate(),
    )
    Event.objects.create(
        subject=history._meta.label_lower,
        subject_id=history.pk,
        kind="accepted",
        at=timezone.now() - timedelta(days=200),
    )
    forecast(team)
    accept(1)
    package = expedite.packages.get()
    package.state, package.engineer = "done", Engineer.objects.get()
    package.actual, package.finished_on = Decimal(2), timezone.localdate()
    package.save()
    expedite.refresh_from_db()
    start_demand(demand=expedite, by=manager, on=timezone.localdate())
    deliver_demand(demand=expedite, by=manager, on=timezone.localdate())

    receipt, = write_receipts(team=team)  # fmt: skip
    again = write_receipts(team=team)

    assert (receipt.demand, receipt.approved_by, again) == (expedite, manager, [])
    [read] = told([receipt], {})
    assert read.words == (
        "It was delivered before a forecast could tell with it and without."
    )
    assert read.days_done_words == (
        "2 focused days went into it; what those displaced is not known."
    )


def test_one_under_way_says_what_was_done_before_and_is_not_counted(
    team, manager, backlog, expedite, accept
):
    accept(1)
    package = expedite.packages.get()
    package.state, package.engineer = "doing", Engineer.objects.get()
    package.remaining, package.started_on = Decimal("0.5"), timezone.localdate()
    package.save()

    written(team)

    receipt = ExpediteReceipt.objects.get()
    [read] = told([receipt], {})
    assert receipt.days_done == Decimal("2.5")
    assert read.days_done_words == (
        "2.5 focused days of it were done before; what those displaced is not in here, "
        "only what was left to do."
    )
