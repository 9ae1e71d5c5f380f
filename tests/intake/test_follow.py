from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from intake.follow import Entry, Step
from intake.services.ranking import move_demand
from intake.services.stages import (
    block_demand,
    deliver_demand,
    mark_estimated,
    start_demand,
)
from intake.services.submitting import submit_request
from intake.services.triage import accept_demand, decline_demand
from portfolio.core.models import Event
from portfolio.core.services.events import record_event
from portfolio.core.words import day_words
from tests.factories import DemandFactory, RankedDemandFactory, UserFactory


@pytest.fixture
def asker(client, requester):
    client.force_login(requester)
    return client


def page_of(client, demand):
    return client.get(demand.get_absolute_url())


def said(response):
    return [
        (entry.what, entry.who, entry.why) for entry in response.context["timeline"]
    ]


def test_it_shows_how_far_a_request_has_come(asker, requester, team, manager, today):
    demand = submit_request(by=requester, team=team, title="Connect A with B")
    accept_demand(demand=demand, by=manager)
    mark_estimated(demand=demand, by=manager)
    start_demand(demand=demand, by=manager, on=today)

    response = page_of(asker, demand)

    assert response.context["steps"] == [
        Step("Submitted", today, reached=True, current=False),
        Step("Accepted", today, reached=True, current=False),
        Step("Estimated", today, reached=True, current=False),
        Step("In progress", today, reached=True, current=True),
        Step("Delivered", None, reached=False, current=False),
    ]
    assert said(response) == [
        ("Request sent", requester.name, ""),
        ("Accepted", manager.name, ""),
        ("Work estimated", manager.name, ""),
        ("Work began", manager.name, ""),
    ]


def test_a_declined_request_shows_the_decision_and_its_reason(
    asker, demand, requester, manager, today
):
    decline_demand(demand=demand, by=manager, reason="The data hub has it already.")

    response = page_of(asker, demand)

    # An hour ago, which may be yesterday.
    submitted_on = timezone.localdate(demand.submitted_at)
    assert response.context["steps"] == [
        Step("Submitted", submitted_on, reached=True, current=False),
        Step("Declined", today, reached=True, current=True),
    ]
    text = response.content.decode()
    assert "The data hub has it already." in text
    assert manager.name in text


def test_a_submitted_request_says_by_when_it_is_decided(asker, requester, team):
    demand = submit_request(by=requester, team=team, title="Connect A with B")

    text = page_of(asker, demand).content.decode()

    assert day_words(demand.decide_by) in text
    assert [
        line.chip for line in asker.get(demand.get_absolute_url()).context["clocks"]
    ] == [
        "Running",
        "Running",
    ]


def test_a_late_decision_is_said(asker, requester, team):
    demand = DemandFactory(
        team=team,
        requester=requester,
        decide_by=timezone.now() - dt.timedelta(days=2),
    )

    text = page_of(asker, demand).content.decode()

    assert "Decision overdue" in text
    assert "and is late." in text


def test_it_names_nobody_but_the_requester_and_who_decided(
    asker, demand, manager, team, today
):
    colleague = UserFactory(role="engineer", teams=[team], name="Somebody Else")
    accept_demand(demand=demand, by=manager)
    start_demand(demand=demand, by=colleague, on=today)

    response = page_of(asker, demand)

    assert said(response)[-1] == ("Work began", team.name, "")
    assert "Somebody Else" not in response.content.decode()


def test_moves_on_the_board_and_their_reasons_are_not_for_the_requester(
    asker, demand, manager, team
):
    RankedDemandFactory(team=team)
    accept_demand(demand=demand, by=manager)
    move_demand(demand=demand, to_place=1, by=manager, why="Before the secret merger")

    response = page_of(asker, demand)

    assert "secret merger" not in response.content.decode()
    assert [entry.what for entry in response.context["timeline"]] == ["Accepted"]


def test_a_promise_is_told_with_its_day(asker, demand, manager, team, today):
    due_on = today + dt.timedelta(days=40)
    accept_demand(demand=demand, by=manager)
    event = record_event(
        subject=demand, kind="promised", by=manager, team=team, after=due_on
    )

    response = page_of(asker, demand)

    assert response.context["timeline"][-1] == Entry(
        at=event.at,
        what=f"Promised: {day_words(due_on)}",
        who=manager.name,
        why="",
    )


def test_the_promise_that_holds_now_is_the_last_one(
    asker, demand, manager, team, today
):
    first, second = today + dt.timedelta(days=40), today + dt.timedelta(days=60)
    accept_demand(demand=demand, by=manager)
    promises = []

    for kind, day in [
        ("promised", first),
        ("rebaselined", second),
        ("promise-withdrawn", ""),
    ]:
        record_event(subject=demand, kind=kind, by=manager, team=team, after=day)
        promises.append(page_of(asker, demand).context["promised"])

    assert promises == [first, second, None]


def test_a_block_says_why_and_for_whom_it_waits(asker, demand, manager):
    accept_demand(demand=demand, by=manager)
    block_demand(
        demand=demand, by=manager, cause="No test system", waits_for="SAP basis"
    )

    text = page_of(asker, demand).content.decode()

    assert "No test system" in text
    assert "Waiting for SAP basis" in text


@pytest.mark.parametrize("page", ["request", "submitted", "withdraw"])
def test_the_request_of_another_unit_is_not_there(client, demand, page):
    client.force_login(UserFactory())

    response = client.get(reverse(f"intake:{page}", args=[demand.reference]))

    assert response.status_code == 404
    assert demand.title not in response.content.decode()


def test_a_colleague_of_the_same_unit_may_follow_it(client, demand, requester):
    client.force_login(UserFactory(business_unit=requester.business_unit))

    response = page_of(client, demand)

    assert response.status_code == 200


@pytest.mark.parametrize("events", [1, 3])
def test_the_page_costs_the_same_queries_for_any_history(
    asker, demand, manager, events, django_assert_num_queries
):
    for _ in range(events):
        record_event(subject=demand, kind="blocked", by=manager)

    # Session, person; demand with all it names, its events, its clocks; the version
    # they run under, closed days, periods; what was joined with it; e-mails about it.
    with django_assert_num_queries(10):
        response = page_of(asker, demand)

    assert len(response.context["timeline"]) == events


def test_the_board_is_linked_for_those_who_may_see_it(client, demand, manager):
    accept_demand(demand=demand, by=manager)
    links = {}

    for person in (manager, demand.requester):
        client.force_login(person)
        links[person] = "Open on the board" in page_of(client, demand).content.decode()

    assert links == {manager: True, demand.requester: False}


def test_the_forecast_is_asked_for_while_it_is_in_the_backlog(
    asker, demand, manager, today
):
    before = page_of(asker, demand).content.decode()
    accept_demand(demand=demand, by=manager)
    accepted = page_of(asker, demand).content.decode()
    start_demand(demand=demand, by=manager, on=today)
    deliver_demand(demand=demand, by=manager, on=today)
    delivered = page_of(asker, demand).content.decode()

    address = reverse("capacity:forecast-words", args=[demand.reference])
    assert [address in text for text in (before, accepted, delivered)] == [
        False,
        True,
        False,
    ]


def test_the_requester_withdraws_with_a_reason(asker, demand):
    asked = asker.get(reverse("intake:withdraw", args=[demand.reference]))
    response = asker.post(
        reverse("intake:withdraw", args=[demand.reference]),
        {"why": "We buy it instead."},
        follow=True,
    )

    demand.refresh_from_db()
    assert asked.status_code == 200
    assert demand.stage == "withdrawn"
    assert Event.objects.about(demand).get().why == "We buy it instead."
    assert f"{demand.reference} is withdrawn." in response.content.decode()


def test_a_colleague_cannot_withdraw_what_another_asked_for(client, demand, requester):
    client.force_login(UserFactory(business_unit=requester.business_unit))

    response = client.post(reverse("intake:withdraw", args=[demand.reference]))

    demand.refresh_from_db()
    assert (response.status_code, demand.stage) == (403, "submitted")


def test_what_is_closed_cannot_be_withdrawn_again(asker, demand, manager):
    decline_demand(demand=demand, by=manager, reason="No.")

    response = asker.post(
        reverse("intake:withdraw", args=[demand.reference]), follow=True
    )

    demand.refresh_from_db()
    assert demand.stage == "declined"
    assert "only an open demand can be withdrawn" in response.content.decode()
