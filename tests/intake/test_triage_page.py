from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from intake.models import Tier
from portfolio.core.models import Event
from tests.factories import (
    DemandFactory,
    RankedDemandFactory,
    SlaClockFactory,
    TeamFactory,
    UserFactory,
)


def url(name, demand):
    return reverse(f"intake:{name}", args=[demand.reference])


@pytest.fixture
def decider(client, manager):
    client.force_login(manager)
    return client


@pytest.mark.parametrize("demands", [1, 3])
def test_the_list_costs_the_same_queries_for_any_length(
    decider, team, demands, django_assert_num_queries
):
    DemandFactory.create_batch(demands, team=team)

    # Session, person; how many wait, for the navigation; the list, its clocks.
    with django_assert_num_queries(5):
        response = decider.get(reverse("intake:triage"))

    assert len(response.context["waiting"]) == demands


def test_what_is_due_first_stands_first_and_the_overdue_say_so(decider, team):
    now = timezone.now()
    later, overdue, undated, soon, paused = DemandFactory.create_batch(5, team=team)
    for demand, days in ((later, 3), (overdue, -2), (soon, 1.05)):
        due_at = now + dt.timedelta(days=days)
        SlaClockFactory(demand=demand, due_at=due_at)
    # Confirmed in time, so that this one no longer counts.
    SlaClockFactory(
        demand=soon,
        kind="acknowledge",
        state="met",
        due_at=now - dt.timedelta(days=3),
        stopped_at=now - dt.timedelta(days=4),
    )
    SlaClockFactory(demand=paused, state="paused", paused_since=now, waits_for="Ada")

    response = decider.get(reverse("intake:triage"))

    listed = response.context["waiting"]
    assert [demand for demand, _ in listed] == [overdue, soon, later, undated, paused]
    assert [line.chip if line else None for _, line in listed] == [
        "Overdue",
        "",
        "",
        None,
        "Paused",
    ]
    assert response.content.decode().count("Overdue</span>") == 1


def test_only_what_awaits_a_decision_of_the_team_is_listed(decider, team):
    waiting = DemandFactory(team=team)
    asked_back = DemandFactory(team=team, stage="needs_information")
    RankedDemandFactory(team=team)
    DemandFactory(team=team, stage="declined")
    DemandFactory(team=TeamFactory())

    response = decider.get(reverse("intake:triage"))

    assert {demand for demand, _ in response.context["waiting"]} == {
        waiting,
        asked_back,
    }


def test_the_navigation_counts_what_waits(decider, team):
    DemandFactory.create_batch(2, team=team)

    rooms = decider.get(reverse("intake:triage")).context["rooms"]

    [room] = [room for room in rooms if room["name"] == "Triage"]
    assert (room["count"], room["count_words"], room["current"]) == (
        2,
        " waiting for a decision",
        True,
    )


def test_an_empty_inbox_says_so(decider):
    response = decider.get(reverse("intake:triage"))

    assert "Nothing waits for a decision" in response.content.decode()


def test_a_request_opens_as_its_own_page_and_as_a_panel(decider, demand):
    page = decider.get(url("triage-demand", demand)).content.decode()
    panel = decider.get(
        url("triage-demand", demand), headers={"HX-Request": "true"}
    ).content.decode()

    for text in (page, panel):
        assert demand.title in text
        assert demand.data_needed in text
        assert demand.requester.name in text
        assert url("decline", demand) in text
        assert reverse("capacity:accept", args=[demand.reference]) in text
        assert (
            f"{reverse('catalogue:similar')}?source={demand.source_system_id}"
            f"&amp;target={demand.target_system_id}&amp;without={demand.reference}"
            in text
        )
    assert "<html" in page
    assert "<html" not in panel


def test_the_panel_alone_does_not_read_the_list(
    decider, demand, django_assert_num_queries
):
    # Session, person, the demand with all it names, its clocks, what was asked
    # and answered, e-mails about it.
    SlaClockFactory(demand=demand, state="met", stopped_at=timezone.now())
    with django_assert_num_queries(6):
        decider.get(url("triage-demand", demand), headers={"HX-Request": "true"})


def test_a_request_that_was_decided_meanwhile_offers_no_decision(decider, team):
    demand = RankedDemandFactory(team=team)

    text = decider.get(url("triage-demand", demand)).content.decode()

    assert "It no longer waits for a decision." in text
    assert url("decline", demand) not in text


def test_declining_with_a_reason_goes_on_to_the_next(decider, demand, team):
    following = DemandFactory(team=team)

    response = decider.post(
        url("decline", demand), {"reason": "The data hub has it."}, follow=True
    )

    demand.refresh_from_db()
    assert (demand.stage, demand.decision_reason) == (
        "declined",
        "The data hub has it.",
    )
    assert response.redirect_chain == [(url("triage-demand", following), 302)]
    assert f"Declined {demand.reference}." in response.content.decode()


def test_declining_the_last_one_leads_back_to_the_empty_inbox(decider, demand):
    response = decider.post(url("decline", demand), {"reason": "Bought instead."})

    assert response.url == reverse("intake:triage")


def test_declining_without_a_reason_asks_for_it(decider, demand):
    response = decider.post(url("decline", demand), {"reason": " "})

    demand.refresh_from_db()
    text = response.content.decode()
    assert (response.status_code, demand.stage) == (200, "submitted")
    assert '<a href="#id_reason">Say why; the requester reads it.</a>' in text
    assert demand.data_needed in text


def test_htmx_gets_the_form_to_decline_alone(decider, demand):
    text = decider.get(
        url("decline", demand), headers={"HX-Request": "true"}
    ).content.decode()

    assert 'name="reason"' in text
    assert demand.data_needed not in text


def test_declining_what_was_decided_meanwhile_says_so(decider, team):
    demand = RankedDemandFactory(team=team)

    response = decider.post(url("decline", demand), {"reason": "No."}, follow=True)

    demand.refresh_from_db()
    assert demand.stage == "accepted"
    assert "is accepted; only a demand that awaits" in response.content.decode()


@pytest.mark.parametrize("role", ["requester", "engineer", "viewer"])
def test_triage_is_forbidden_without_the_right_to_decide(client, team, demand, role):
    client.force_login(UserFactory(role=role, teams=[team]))

    responses = [
        client.get(reverse("intake:triage")),
        client.get(url("triage-demand", demand)),
        client.get(url("decline", demand)),
        client.post(url("decline", demand), {"reason": "No."}),
    ]

    demand.refresh_from_db()
    assert [response.status_code for response in responses] == [403] * 4
    assert demand.stage == "submitted"


def test_the_manager_of_another_team_does_not_find_it(client, demand):
    client.force_login(UserFactory(role="manager", teams=[TeamFactory()]))

    response = client.post(url("decline", demand), {"reason": "No."})

    assert response.status_code == 404


def test_the_inbox_downloads_as_csv(decider, demand):
    response = decider.get(reverse("intake:triage"), {"format": "csv"})

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response.content.decode().splitlines()[1].startswith(demand.reference)


def test_going_back_gets_the_whole_page_with_one_place_for_messages(decider, demand):
    response = decider.get(
        url("triage-demand", demand),
        headers={"HX-Request": "true", "HX-History-Restore-Request": "true"},
    )

    text = response.content.decode()
    assert "<html" in text
    assert text.count('id="toasts"') == 1
    assert "hx-swap-oob" not in text


def test_the_panel_says_which_tier_is_asked_for_and_what_the_unit_has_left(
    client, manager, demand
):
    demand.tier_wanted = Tier.objects.get(slug="expedite")
    demand.tier_wanted_why = "The shop stands still."
    demand.save()
    client.force_login(manager)

    address = reverse("intake:triage-demand", args=[demand.reference])
    text = " ".join(client.get(address).content.decode().split())

    assert "<b>Expedite is asked for</b>, it counts as Standard" in text
    assert "The shop stands still." in text
    assert f"{demand.business_unit} has 2 of 2 left" in text


def test_granting_the_tier_that_is_asked_for_is_filled_in(client, manager, demand):
    demand.tier_wanted = Tier.objects.get(slug="strategic")
    demand.tier_wanted_why = "The board has decided it."
    demand.save()
    client.force_login(manager)
    address = reverse("intake:tier", args=[demand.reference])

    form = client.get(address).context["form"]
    client.post(address, {name: form[name].value() for name in ("tier", "why")})

    demand.refresh_from_db()
    assert (demand.tier.slug, demand.wants_another_tier) == ("strategic", False)
    changed = Event.objects.about(demand).get(kind="tier-changed")
    assert changed.why == "As asked for: The board has decided it."
