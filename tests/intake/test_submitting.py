from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from intake.models import Demand
from intake.services.submitting import submit_request
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Event
from tests.factories import SystemFactory, TeamFactory, UserFactory


def test_submit_request_files_it_under_the_next_reference(db):
    team = TeamFactory(reference_prefix="INT", last_number=41)
    requester = UserFactory()
    crm, erp = SystemFactory.create_batch(2)

    demand = submit_request(
        by=requester,
        team=team,
        title=" Orders from the CRM to the ERP, so that nobody types them twice ",
        source_system=crm,
        target_system=erp,
        data_needed="Orders and their lines",
        frequency="daily",
        needed_by=dt.date(2031, 3, 1),
        purpose="Two people type them today.",
    )

    demand.refresh_from_db()
    assert (
        demand.reference,
        demand.title,
        demand.stage,
        demand.tier.slug,
        demand.requester,
        demand.business_unit,
        demand.source_system,
        demand.target_system,
        demand.needed_by,
        demand.rank,
    ) == (
        "INT-0042",
        "Orders from the CRM to the ERP, so that nobody types them twice",
        "submitted",
        "standard",
        requester,
        requester.business_unit,
        crm,
        erp,
        dt.date(2031, 3, 1),
        None,
    )
    event = Event.objects.about(demand).get()
    assert (event.kind, event.actor, event.before, event.after, event.at) == (
        "submitted",
        requester,
        "draft",
        "submitted",
        demand.submitted_at,
    )


def test_references_grow_past_four_digits(db):
    team = TeamFactory(reference_prefix="INT", last_number=9_999)

    demand = submit_request(by=UserFactory(), team=team, title="Connect A with B")

    assert demand.reference == "INT-10000"


def test_teams_count_their_references_apart(db):
    one, other = TeamFactory(last_number=7), TeamFactory(last_number=80)

    references = [
        submit_request(by=UserFactory(), team=team, title="Connect").reference
        for team in (one, other, one)
    ]

    assert references == [
        f"{one.reference_prefix}-0008",
        f"{other.reference_prefix}-0081",
        f"{one.reference_prefix}-0009",
    ]


def test_submit_request_says_by_when_it_is_decided_in_working_days(team):
    demand = submit_request(by=UserFactory(), team=team, title="Connect A with B")

    hours = team.calendar.business_hours()
    assert demand.decide_by == hours.after(
        demand.submitted_at, hours.working_days(demand.submitted_at, 5)
    )
    assert demand.decide_by > timezone.now() + dt.timedelta(days=4)


def test_submit_request_goes_through_while_the_calendar_is_never_open(team):
    team.calendar.periods.all().delete()

    demand = submit_request(by=UserFactory(), team=team, title="Connect A with B")

    assert (demand.stage, demand.decide_by) == ("submitted", None)


def test_the_same_form_sent_twice_makes_one_request(team):
    requester, token = UserFactory(), uuid.uuid4()

    first = submit_request(by=requester, team=team, title="Connect", token=token)
    second = submit_request(by=requester, team=team, title="Connect", token=token)

    team.refresh_from_db()
    assert second == first
    assert (Demand.objects.count(), Event.objects.count(), team.last_number) == (
        1,
        1,
        1,
    )


def test_the_token_of_one_person_hides_nothing_from_another(team):
    token = uuid.uuid4()

    references = [
        submit_request(by=person, team=team, title="Connect", token=token).reference
        for person in UserFactory.create_batch(2)
    ]

    assert len(set(references)) == 2


def test_a_system_outside_the_list_is_kept_as_written(team):
    crm = SystemFactory(name="CRM")

    demand = submit_request(
        by=UserFactory(),
        team=team,
        title="Connect",
        source_system=crm,
        source_system_name="left over from before",
        target_system_name=" Warehouse robot ",
    )

    assert (demand.source_name, demand.target_name) == ("CRM", "Warehouse robot")


def test_submit_request_refuses_somebody_without_a_business_unit(team):
    with pytest.raises(RuleBroken, match="Say for which business unit you ask"):
        submit_request(by=UserFactory(business_unit=None), team=team, title="Connect")

    assert Demand.objects.count() == 0


def test_submit_request_refuses_a_blank_title(team):
    with pytest.raises(RuleBroken, match="Say in a sentence what should be connected"):
        submit_request(by=UserFactory(), team=team, title="  ")

    team.refresh_from_db()
    assert (Demand.objects.count(), team.last_number) == (0, 0)
