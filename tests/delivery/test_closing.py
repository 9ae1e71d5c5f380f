from __future__ import annotations

import re
from unittest.mock import ANY

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portfolio.delivery.models import Commitment, DeliveryPolicy
from portfolio.delivery.services.commitments import (
    freeze_old_records,
    promise_date,
    rebaseline,
    withdraw_commitment,
)
from portfolio.delivery.services.policies import set_policy
from portfolio.delivery.services.progress import deliver
from tests.delivery.rows import GATES, days_from_now, make_forecast
from tests.factories import CommitmentFactory, RankedDemandFactory, UserFactory


@pytest.fixture
def delivered(team, manager, requester):
    """Promised, moved, and delivered two days after the first date."""
    demand = RankedDemandFactory(
        team=team,
        stage="in_progress",
        started_on=days_from_now(-9),
        title="Orders to the warehouse",
        requester=requester,
    )
    make_forecast(team, {demand: {0: 6, 3: 4}})
    commitment = promise_date(
        demand=demand, due_on=timezone.localdate(), by=manager, audience="Finance"
    )
    Commitment.objects.update(original_due_on=days_from_now(-2))
    commitment.refresh_from_db()
    rebaseline(
        commitment=commitment,
        due_on=days_from_now(3),
        by=manager,
        reason_code="scope",
        why="Returns too.",
    )
    deliver(
        demand=demand,
        by=manager,
        on=timezone.localdate(),
        gates=GATES[:3],
        waiver="Next week.",
    )
    return Commitment.objects.get()


def test_a_record_has_names_dates_chances_thresholds_gates_and_verdict(
    delivered, manager, team, requester
):
    day = {number: days_from_now(number).isoformat() for number in (-2, 0, 3)}
    met = [
        {"gate": gate, "by": manager.name, "at": ANY, "waived_because": ""}
        for gate in GATES[:3]
    ]
    assert delivered.closed_record == {
        "schema": 1,
        "written_later": False,
        "reference": delivered.demand.reference,
        "title": "Orders to the warehouse",
        "unit": delivered.demand.business_unit.name,
        "tier": "Standard",
        "team": team.name,
        "requester": requester.name,
        "owner": "",
        "audience": "Finance",
        "state": "delivered",
        "state_words": "Delivered",
        "original_due_on": day[-2],
        "due_on": day[3],
        "closed_on": day[0],
        "closed_by": manager.name,
        "why": "",
        "versions": [
            {
                "number": 1,
                "due_on": day[0],
                "chance": 0.6,
                "promised_by": manager.name,
                "promised_at": ANY,
                "reason": "",
                "why": "",
            },
            {
                "number": 2,
                "due_on": day[3],
                "chance": 1.0,
                "promised_by": manager.name,
                "promised_at": ANY,
                "reason": "Scope changed",
                "why": "Returns too.",
            },
        ],
        "verdict": {
            "kept_original": False,
            "kept_current": True,
            "days_after_original": 2,
            "days_after_current": -3,
        },
        "last_forecast": {
            "gathered_at": ANY,
            "p50": day[0],
            "p85": day[3],
            "chance": 1.0,
            "status": "on track",
            "green_from": 0.85,
            "amber_from": 0.5,
        },
        "gates": [
            *met,
            {
                "gate": "Runbook",
                "by": manager.name,
                "at": ANY,
                "waived_because": "Next week.",
            },
        ],
    }


def test_a_closed_record_reads_the_same_whatever_changes_later(
    client, delivered, manager, team, requester
):
    reader = UserFactory(role="viewer")
    client.force_login(reader)
    pages = [
        reverse("delivery:record", args=[delivered.pk]),
        reverse("delivery:commitments-csv"),
        reverse("delivery:quarter"),
        reverse("delivery:quarter-csv"),
    ]
    record = delivered.closed_record

    def main_of(response):
        text = response.content.decode()
        main = text.partition("<main")[2].partition("</main>")[0] or text
        # What one may filter by is of today.
        return re.sub(r"<select.*?</select>", "", main, flags=re.DOTALL)

    before = [main_of(client.get(page)) for page in pages]
    demand = delivered.demand
    unit = demand.business_unit
    unit.name = "Renamed unit"
    unit.save()
    demand.title, demand.requester = "Renamed demand", None
    demand.save()
    demand.tier.name = "Renamed tier"
    demand.tier.save()
    team.name = "Renamed team"
    team.save()
    demand.packages.all().delete()
    make_forecast(team, {demand: {90: 10}})
    set_policy(
        team=team, by=manager, green_from=0.99, amber_from=0.98, margin=0, gates=[]
    )
    requester.delete()
    manager.delete()
    after = [main_of(client.get(page)) for page in pages]

    assert Commitment.objects.get().closed_record == record
    assert DeliveryPolicy.objects.get().green_from == 0.99
    assert after == before
    assert all("Orders to the warehouse" in text for text in after)


def test_a_promise_taken_back_keeps_why_and_has_no_verdict(team, manager):
    commitment = CommitmentFactory(demand=RankedDemandFactory(team=team))

    withdraw_commitment(commitment=commitment, by=manager, why="Bought instead.")

    record = Commitment.objects.get().closed_record
    assert (record["why"], record["closed_by"], record["verdict"]) == (
        "Bought instead.",
        manager.name,
        None,
    )


def test_what_closed_before_there_were_records_gets_one_and_only_once(team):
    old = CommitmentFactory(
        demand=RankedDemandFactory(team=team, title="Old"),
        state="withdrawn",
        closed_on=days_from_now(-40),
    )
    CommitmentFactory(demand=RankedDemandFactory(team=team))

    first, second = freeze_old_records(), freeze_old_records()

    old.refresh_from_db()
    assert (first, second) == (1, 0)
    assert (old.closed_title, old.closed_unit) == ("Old", old.demand.business_unit.name)
    record = old.closed_record
    assert (record["last_forecast"], record["written_later"]) == (None, True)


def test_the_page_of_a_record_tells_all_of_it(client, delivered, manager):
    client.force_login(manager)

    text = client.get(reverse("delivery:record", args=[delivered.pk])).content.decode()

    for words in (
        "Kept at its later date: Orders to the warehouse",
        "2 days late",
        "3 days early",
        "Scope changed. Returns too.",
        "Runbook: waived",
        "&gt;95 % · on track (on track from 85 %, at risk from 50 %)",
    ):
        assert words in text


def test_an_open_promise_has_no_record_yet(client, team, manager):
    commitment = CommitmentFactory(demand=RankedDemandFactory(team=team))
    client.force_login(manager)

    response = client.get(reverse("delivery:record", args=[commitment.pk]))

    assert response.status_code == 404


@pytest.mark.parametrize(
    ("role", "status"),
    [("engineer", 200), ("viewer", 200), ("requester", 403)],
)
def test_who_may_read_a_record(delivered, team, role, status):
    client = Client()
    client.force_login(UserFactory(role=role, teams=[team]))

    page = reverse("delivery:record", args=[delivered.pk])

    assert client.get(page).status_code == status


def test_another_team_reads_none(delivered):
    client = Client()
    client.force_login(UserFactory(role="manager"))

    page = reverse("delivery:record", args=[delivered.pk])

    assert client.get(page).status_code == 404
