from __future__ import annotations

import datetime as dt
import re

import pytest

from intake.services.stages import (
    block_demand,
    deliver_demand,
    mark_estimated,
    start_demand,
    unblock_demand,
    withdraw_demand,
)
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Event
from portfolio.core.words import full_day
from tests.factories import DemandFactory, RankedDemandFactory


@pytest.fixture
def yesterday(today):
    return today - dt.timedelta(days=1)


@pytest.fixture
def tomorrow(today):
    return today + dt.timedelta(days=1)


def trail(demand):
    return [
        (event.kind, event.before, event.after, event.why)
        for event in Event.objects.about(demand).by_time()
    ]


def test_a_demand_goes_from_accepted_to_delivered(team, manager, today, yesterday):
    demand = RankedDemandFactory(team=team)

    mark_estimated(demand=demand, by=manager)
    start_demand(demand=demand, by=manager, on=yesterday)
    delivered = deliver_demand(demand=demand, by=manager, on=today)

    assert (
        delivered.stage,
        delivered.started_on,
        delivered.delivered_on,
        delivered.rank,
        delivered.revision,
    ) == ("delivered", yesterday, today, None, 4)
    assert trail(demand) == [
        ("estimated", "accepted", "estimated", ""),
        ("started", "estimated", "in_progress", ""),
        ("delivered", "in_progress", "delivered", ""),
    ]
    team.refresh_from_db()
    assert team.plan_revision == 3


def test_a_demand_in_the_backlog_keeps_its_rank(manager, today):
    demand = RankedDemandFactory()

    started = start_demand(demand=demand, by=manager, on=today)

    assert started.rank == demand.rank


@pytest.mark.parametrize(
    ("stage", "service", "message"),
    [
        (
            "estimated",
            mark_estimated,
            "is estimated; only an accepted demand becomes estimated.",
        ),
        (
            "in_progress",
            start_demand,
            "is in progress; work begins on a demand that is accepted and not yet in "
            "progress.",
        ),
        (
            "estimated",
            deliver_demand,
            "is estimated; only a demand in progress can be delivered.",
        ),
    ],
)
def test_a_stage_is_refused_from_any_other_than_the_one_before(
    manager, stage, service, message, today
):
    demand = RankedDemandFactory(stage=stage)
    on = {} if service is mark_estimated else {"on": today}

    with pytest.raises(RuleBroken, match=re.escape(f"{demand.reference} {message}")):
        service(demand=demand, by=manager, **on)

    assert trail(demand) == []


def test_a_start_in_the_future_is_refused(manager, tomorrow):
    demand = RankedDemandFactory()

    with pytest.raises(RuleBroken, match=f"{full_day(tomorrow)} has not come yet"):
        start_demand(demand=demand, by=manager, on=tomorrow)


def test_a_delivery_in_the_future_is_refused(manager, today, tomorrow):
    demand = RankedDemandFactory(stage="in_progress", started_on=today)

    with pytest.raises(RuleBroken, match=f"{full_day(tomorrow)} has not come yet"):
        deliver_demand(demand=demand, by=manager, on=tomorrow)


def test_a_delivery_before_the_start_is_refused(manager, today, yesterday):
    demand = RankedDemandFactory(stage="in_progress", started_on=today)
    message = (
        f"{demand.reference} was started on {full_day(today)}; "
        f"it cannot be delivered on {full_day(yesterday)}, before that."
    )

    with pytest.raises(RuleBroken, match=re.escape(message)):
        deliver_demand(demand=demand, by=manager, on=yesterday)


def test_withdrawing_takes_a_demand_out_of_the_backlog(team, manager, yesterday):
    demand = RankedDemandFactory(
        team=team, blocked_since=yesterday, blocked_cause="No test system"
    )

    withdrawn = withdraw_demand(demand=demand, by=manager, why="We buy it instead.")

    team.refresh_from_db()
    assert (withdrawn.stage, withdrawn.rank, withdrawn.is_blocked) == (
        "withdrawn",
        None,
        False,
    )
    assert trail(demand) == [
        ("withdrawn", "accepted", "withdrawn", "We buy it instead.")
    ]
    assert team.plan_revision == 1


def test_withdrawing_an_undecided_demand_changes_no_plan(team, demand):
    withdraw_demand(demand=demand, by=demand.requester)

    team.refresh_from_db()
    assert team.plan_revision == 0


def test_withdrawing_refuses_what_is_closed(manager):
    demand = DemandFactory(stage="declined")

    with pytest.raises(RuleBroken, match="is declined; only an open demand"):
        withdraw_demand(demand=demand, by=manager)


def test_blocking_and_unblocking_leave_both_in_the_trail(team, manager, today):
    demand = RankedDemandFactory(team=team)

    blocked = block_demand(
        demand=demand, by=manager, cause="No test system", waits_for="SAP basis"
    )
    unblocked = unblock_demand(demand=demand, by=manager, why="It came.")

    assert (blocked.blocked_since, blocked.blocked_cause) == (today, "No test system")
    assert (unblocked.blocked_since, unblocked.blocked_cause) == (None, "")
    assert trail(demand) == [
        ("blocked", "", "SAP basis", "No test system"),
        ("unblocked", "No test system (SAP basis)", "", "It came."),
    ]


@pytest.mark.parametrize(("cause", "waits_for"), [("", "SAP basis"), ("Why", " ")])
def test_blocking_wants_a_cause_and_whom_it_waits_for(manager, cause, waits_for):
    demand = RankedDemandFactory()

    with pytest.raises(RuleBroken, match="Say what blocks"):
        block_demand(demand=demand, by=manager, cause=cause, waits_for=waits_for)


def test_blocking_refuses_what_is_already_blocked(manager, today):
    demand = RankedDemandFactory(blocked_since=today, blocked_cause="No test system")

    with pytest.raises(RuleBroken, match="is already blocked: No test system"):
        block_demand(demand=demand, by=manager, cause="Leave", waits_for="Vendor")


def test_blocking_refuses_what_is_not_in_the_backlog(demand, manager):
    with pytest.raises(RuleBroken, match="is submitted; only a demand in the backlog"):
        block_demand(demand=demand, by=manager, cause="Leave", waits_for="Vendor")


def test_unblocking_refuses_what_is_not_blocked(manager):
    demand = RankedDemandFactory()

    with pytest.raises(RuleBroken, match=f"{demand.reference} is not blocked"):
        unblock_demand(demand=demand, by=manager)
