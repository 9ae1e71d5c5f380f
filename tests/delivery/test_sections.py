from __future__ import annotations

import json
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portfolio.core.words import day_words
from portfolio.delivery.models import Commitment
from tests.delivery.rows import GATES, days_from_now, make_forecast
from tests.factories import (
    CommitmentFactory,
    DemandFactory,
    RankedDemandFactory,
    UserFactory,
    WorkPackageFactory,
)

HTMX = {"HX-Request": "true"}


@pytest.fixture
def ranked(team):
    return RankedDemandFactory(team=team, title="Orders <b>now</b>")


@pytest.fixture
def page(client, manager):
    client.force_login(manager)
    return client


def url_of(name, demand):
    return reverse(f"delivery:{name}", args=[demand.reference])


def test_the_promise_page_offers_the_p85_with_its_chance(page, ranked):
    make_forecast(ranked.team, {ranked: {10: 5, 20: 4, 40: 1}})

    response = page.get(url_of("promise", ranked))

    words = f"90 % chance by {day_words(days_from_now(20))}: on track"
    assert response.context["form"]["due_on"].value() == days_from_now(20)
    assert response.context["told"].words == words
    assert "Orders &lt;b&gt;now&lt;/b&gt;" in response.content.decode()


def test_the_promise_page_takes_the_day_that_was_picked_on_a_bar(page, ranked):
    response = page.get(url_of("promise", ranked), {"due_on": days_from_now(12)})

    assert response.context["form"]["due_on"].value() == days_from_now(12)


def test_another_day_for_a_promise_is_picked_on_a_bar_as_well(page, ranked):
    CommitmentFactory(demand=ranked)

    response = page.get(url_of("promise", ranked), {"due_on": days_from_now(12)})

    form = response.context["form"]
    assert (form["due_on"].value(), "reason_code" in form.fields) == (
        days_from_now(12),
        True,
    )


def test_a_promise_by_a_plain_post_goes_back_to_where_it_came_from(page, ranked):
    response = page.post(
        url_of("promise", ranked),
        {"due_on": days_from_now(20), "audience": "Finance", "next": "/board/"},
    )

    assert (response.status_code, response.url) == (302, "/board/")
    assert list(Commitment.objects.values_list("demand", "due_on", "audience")) == [
        (ranked.pk, days_from_now(20), "Finance")
    ]


def test_a_promise_never_leads_to_another_site(page, ranked):
    response = page.post(
        url_of("promise", ranked),
        {"due_on": days_from_now(20), "next": "https://elsewhere.example/"},
    )

    assert response.url == f"/requests/{ranked.reference}/"


def test_a_promise_by_htmx_answers_with_the_section_and_tells_the_page(page, ranked):
    response = page.post(
        url_of("promise", ranked), {"due_on": days_from_now(20)}, headers=HTMX
    )

    text = response.content.decode()
    assert text.lstrip().startswith("<section")
    assert 'id="promise"' in text
    assert "Promised by" in text
    assert f"{ranked.reference} is promised by" in text
    assert json.loads(response.headers["HX-Trigger"]) == {
        "delivery-changed": {"reference": ranked.reference},
        "promise-changed": {"reference": ranked.reference},
    }


def test_a_refused_promise_keeps_the_answers_and_says_why(page, ranked):
    response = page.post(
        url_of("promise", ranked),
        {"due_on": days_from_now(-3), "audience": "Finance"},
    )

    form = response.context["form"]
    assert form.errors == {
        "__all__": [
            f"{day_words(days_from_now(-3))} has passed; promise today or a later date."
        ]
    }
    assert form["audience"].value() == "Finance"
    assert not Commitment.objects.exists()


def test_a_demand_that_is_promised_is_given_another_date_with_a_reason(page, ranked):
    commitment = CommitmentFactory(demand=ranked)

    page.post(
        url_of("promise", ranked),
        {"due_on": days_from_now(44), "reason_code": "scope", "why": "More lines."},
    )

    commitment.refresh_from_db()
    assert (commitment.original_due_on, commitment.due_on) == (
        days_from_now(30),
        days_from_now(44),
    )


def test_another_date_without_a_reason_is_refused(page, ranked):
    commitment = CommitmentFactory(demand=ranked)

    response = page.post(url_of("promise", ranked), {"due_on": days_from_now(44)})

    commitment.refresh_from_db()
    assert response.context["form"].errors == {
        "reason_code": ["Choose a reason; the weekly status shows it."]
    }
    assert commitment.due_on == days_from_now(30)


def test_a_promise_is_taken_back_with_a_reason(page, ranked):
    commitment = CommitmentFactory(demand=ranked)

    page.post(url_of("withdraw", ranked), {"why": "Sales dropped it."})

    commitment.refresh_from_db()
    assert commitment.state == "withdrawn"


def test_taking_back_what_is_not_promised_says_so(page, ranked):
    response = page.post(
        url_of("withdraw", ranked), {"why": "Oops"}, headers=HTMX, follow=True
    )

    assert [str(message) for message in response.context["messages"]] == [
        f"{ranked.reference} is not promised."
    ]


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (5, "<1 % chance by {}: late"),
        (15, "60 % chance by {}: at risk"),
        (20, ">95 % chance by {}: on track"),
        (-1, "{} has passed."),
    ],
)
def test_the_chance_of_a_date_is_told_in_words(page, ranked, day, words):
    make_forecast(ranked.team, {ranked: {10: 6, 20: 4}})

    response = page.get(
        url_of("chance", ranked), {"due_on": days_from_now(day)}, headers=HTMX
    )

    text = unescape(response.content.decode())
    assert f">{words.format(day_words(days_from_now(day)))}</span>" in text
    assert "<html" not in text


def test_the_chance_of_what_cannot_be_forecast_tells_the_reason(page, ranked):
    make_forecast(ranked.team, {}, cannot={ranked: "Nobody has SAP BTP."})

    response = page.get(url_of("chance", ranked), {"due_on": days_from_now(9)})

    assert response.context["told"].words == ("Cannot be forecast: nobody has SAP BTP.")


def test_the_chance_without_a_forecast_or_a_date_says_what_is_missing(page, ranked):
    no_forecast = page.get(url_of("chance", ranked), {"due_on": days_from_now(9)})
    no_date = page.get(url_of("chance", ranked), {"due_on": "soon"})

    assert no_forecast.context["told"].words == (
        "Not forecast yet: a promise made now carries no chance."
    )
    assert "Pick a date to see its chance." in no_date.content.decode()


def test_work_begins_and_ends_by_two_posts(page, ranked):
    WorkPackageFactory(demand=ranked)
    CommitmentFactory(demand=ranked)

    page.post(url_of("start", ranked), {"on": days_from_now(-4)})
    between = page.get(url_of("deliver", ranked)).content.decode()
    page.post(url_of("deliver", ranked), {"on": timezone.localdate(), "gates": GATES})

    ranked.refresh_from_db()
    assert "1 unfinished package is marked done" in between
    assert (ranked.stage, ranked.started_on, ranked.delivered_on) == (
        "delivered",
        days_from_now(-4),
        timezone.localdate(),
    )


def test_a_delivery_before_work_began_is_refused_in_words(page, ranked):
    response = page.post(url_of("deliver", ranked), {"on": timezone.localdate()})

    assert response.context["form"].non_field_errors() == [
        f"{ranked.reference} is accepted; only a demand in progress can be delivered."
    ]


def test_progress_by_htmx_answers_with_the_next_step(page, ranked):
    response = page.post(
        url_of("start", ranked), {"on": timezone.localdate()}, headers=HTMX
    )

    text = response.content.decode()
    assert text.lstrip().startswith("<section")
    assert f'action="{url_of("deliver", ranked)}"' in text
    assert list(json.loads(response.headers["HX-Trigger"])) == [
        "delivery-changed",
        "stage-changed",
    ]


@pytest.mark.parametrize(
    ("due", "later", "on", "words"),
    [
        (-2, -2, -2, "Promise kept"),
        (-9, -2, -2, "Promise kept at its later date"),
        (-9, -5, -2, "Promise missed"),
    ],
)
def test_a_closed_promise_reads_how_it_ended(page, team, due, later, on, words):
    demand = DemandFactory(team=team, stage="delivered", delivered_on=days_from_now(on))
    CommitmentFactory(
        demand=demand,
        state="delivered",
        original_due_on=days_from_now(due),
        due_on=days_from_now(later),
        closed_on=days_from_now(on),
    )

    text = page.get(url_of("promise", demand)).content.decode()

    title = text.split('id="promise-title"')[1].split("<")[0]
    assert " ".join(title.strip("> ").split()) == words
    assert "Promise this date" not in text


@pytest.mark.parametrize(
    ("role", "name", "method", "status"),
    [
        ("requester", "promise", "get", 403),
        ("viewer", "promise", "get", 200),
        ("viewer", "promise", "post", 403),
        ("engineer", "promise", "post", 403),
        ("engineer", "withdraw", "post", 403),
        ("requester", "chance", "get", 403),
        ("viewer", "start", "post", 403),
        ("viewer", "deliver", "post", 403),
        ("requester", "deliver", "post", 403),
        ("engineer", "start", "get", 403),
    ],
)
def test_rights_of_the_sections(ranked, role, name, method, status):
    client = Client()
    client.force_login(UserFactory(role=role, teams=[ranked.team]))

    response = getattr(client, method)(url_of(name, ranked))

    assert response.status_code == status
    assert not Commitment.objects.exists()


def test_who_only_reads_sees_the_promise_without_the_form(ranked):
    CommitmentFactory(demand=ranked)
    client = Client()
    client.force_login(UserFactory(role="viewer"))

    text = client.get(url_of("promise", ranked)).content.decode()

    assert "Promised by" in text
    assert "Promise another date" not in text


@pytest.mark.parametrize("name", ["promise", "chance", "start", "deliver"])
def test_a_demand_of_another_team_is_not_there(page, name):
    other = DemandFactory()

    response = page.get(url_of(name, other))

    assert response.status_code == 404
