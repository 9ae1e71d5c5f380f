from __future__ import annotations

import pytest
from django.utils import timezone

from intake.services.stages import withdraw_demand
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Event
from portfolio.delivery.models import Commitment, CommitmentVersion
from portfolio.delivery.services.commitments import (
    promise_date,
    rebaseline,
    withdraw_commitment,
)
from tests.delivery.rows import days_from_now, make_forecast
from tests.factories import CommitmentFactory, DemandFactory, RankedDemandFactory


@pytest.fixture
def ranked(team):
    return RankedDemandFactory(team=team, title="Orders to the warehouse")


def events_of(demand):
    return list(
        Event.objects.about(demand)
        .by_time()
        .values_list("kind", "before", "after", "why", "actor_name")
    )


def test_a_promise_keeps_its_chance_its_forecast_and_its_promiser(ranked, manager):
    forecast = make_forecast(ranked.team, {ranked: {10: 6, 20: 4}})
    due_on = days_from_now(15)

    commitment = promise_date(
        demand=ranked, due_on=due_on, by=manager, audience=" Board "
    )

    assert (
        commitment.state,
        commitment.original_due_on,
        commitment.due_on,
        commitment.audience,
        commitment.team,
    ) == ("open", due_on, due_on, "Board", ranked.team)
    version = commitment.versions.get()
    assert (
        version.number,
        version.due_on,
        version.chance,
        version.forecast,
        version.promised_by,
        version.promised_by_name,
    ) == (1, due_on, 0.6, forecast, manager, manager.name)
    assert events_of(ranked) == [
        ("promised", "", due_on.isoformat(), "Told to Board", manager.name)
    ]


def test_a_promise_without_any_forecast_says_that_no_chance_was_known(ranked, manager):
    commitment = promise_date(demand=ranked, due_on=timezone.localdate(), by=manager)

    version = commitment.versions.get()
    assert (version.chance, version.forecast) == (None, None)


def test_a_demand_that_is_not_in_the_backlog_cannot_be_promised(team, manager):
    demand = DemandFactory(team=team, reference="INT-0009", title="CRM to ERP")

    with pytest.raises(RuleBroken) as refused:
        promise_date(demand=demand, due_on=days_from_now(30), by=manager)

    assert str(refused.value) == (
        "“INT-0009 CRM to ERP” is submitted; "
        "only a demand in the backlog can be promised."
    )
    assert not Commitment.objects.exists()


def test_a_date_that_has_passed_cannot_be_promised(ranked, manager):
    with pytest.raises(RuleBroken, match="has passed; promise"):
        promise_date(demand=ranked, due_on=days_from_now(-1), by=manager)

    assert not Commitment.objects.exists()


def test_a_second_promise_is_refused_and_the_first_stays(ranked, manager):
    first = promise_date(demand=ranked, due_on=days_from_now(30), by=manager)

    with pytest.raises(RuleBroken, match="is already promised by"):
        promise_date(demand=ranked, due_on=days_from_now(40), by=manager)

    assert list(Commitment.objects.values_list("pk", "due_on")) == [
        (first.pk, days_from_now(30))
    ]


def test_a_new_date_adds_a_version_and_keeps_the_original(ranked, manager):
    commitment = promise_date(demand=ranked, due_on=days_from_now(30), by=manager)
    forecast = make_forecast(ranked.team, {ranked: {35: 9, 60: 1}})

    rebaseline(
        commitment=commitment,
        due_on=days_from_now(40),
        by=manager,
        reason_code="scope",
        why="Returns were added.",
    )

    commitment.refresh_from_db()
    assert (commitment.original_due_on, commitment.due_on) == (
        days_from_now(30),
        days_from_now(40),
    )
    assert list(
        CommitmentVersion.objects.values_list(
            "number", "due_on", "chance", "forecast", "reason_code", "why"
        )
    ) == [
        (1, days_from_now(30), None, None, "", ""),
        (2, days_from_now(40), 0.9, forecast.pk, "scope", "Returns were added."),
    ]
    assert events_of(ranked)[-1] == (
        "rebaselined",
        days_from_now(30).isoformat(),
        days_from_now(40).isoformat(),
        "Scope changed. Returns were added.",
        manager.name,
    )


@pytest.mark.parametrize(
    ("days", "reason_code", "message"),
    [
        (40, "", "Another date needs a reason"),
        (40, "because", "Another date needs a reason"),
        (30, "scope", "is the date that is promised already"),
        (-1, "scope", "has passed"),
    ],
)
def test_a_new_date_is_refused_with_the_reason(
    ranked, manager, days, reason_code, message
):
    commitment = promise_date(demand=ranked, due_on=days_from_now(30), by=manager)

    with pytest.raises(RuleBroken, match=message):
        rebaseline(
            commitment=commitment,
            due_on=days_from_now(days),
            by=manager,
            reason_code=reason_code,
        )

    commitment.refresh_from_db()
    assert (commitment.due_on, commitment.versions.count()) == (days_from_now(30), 1)


def test_a_promise_taken_back_stays_on_record_with_what_it_was_called(ranked, manager):
    commitment = CommitmentFactory(demand=ranked)

    withdraw_commitment(commitment=commitment, by=manager, why="Dropped by Sales.")
    ranked.title = "Renamed"
    ranked.save()

    commitment.refresh_from_db()
    assert (
        commitment.state,
        commitment.closed_on,
        commitment.closed_reference,
        commitment.closed_title,
    ) == (
        "withdrawn",
        timezone.localdate(),
        ranked.reference,
        "Orders to the warehouse",
    )
    assert events_of(ranked) == [
        (
            "promise-withdrawn",
            commitment.due_on.isoformat(),
            "",
            "Dropped by Sales.",
            manager.name,
        )
    ]


def test_a_promise_is_not_taken_back_without_a_reason(ranked, manager):
    commitment = CommitmentFactory(demand=ranked)

    with pytest.raises(RuleBroken, match="Say why"):
        withdraw_commitment(commitment=commitment, by=manager, why=" ")

    commitment.refresh_from_db()
    assert commitment.state == "open"


def test_a_closed_commitment_never_changes(ranked, manager):
    commitment = CommitmentFactory(demand=ranked)
    withdraw_commitment(commitment=commitment, by=manager, why="Dropped.")

    with pytest.raises(RuleBroken, match="closed records never change"):
        rebaseline(
            commitment=commitment,
            due_on=days_from_now(50),
            by=manager,
            reason_code="scope",
        )

    commitment.refresh_from_db()
    assert commitment.due_on == days_from_now(30)


def test_a_demand_that_is_withdrawn_takes_its_promise_with_it(ranked, manager):
    commitment = CommitmentFactory(demand=ranked)
    other = CommitmentFactory()

    withdraw_demand(demand=ranked, by=manager, why="Bought instead.")

    commitment.refresh_from_db()
    other.refresh_from_db()
    assert (commitment.state, commitment.closed_on, commitment.closed_reference) == (
        "withdrawn",
        timezone.localdate(),
        ranked.reference,
    )
    assert other.state == "open"
    assert [kind for kind, *_ in events_of(ranked)] == [
        "withdrawn",
        "promise-withdrawn",
    ]


def test_a_demand_without_a_promise_is_withdrawn_alone(ranked, manager):
    withdraw_demand(demand=ranked, by=manager, why="Bought instead.")

    assert [kind for kind, *_ in events_of(ranked)] == ["withdrawn"]
