from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from intake.models import Demand
from portfolio.core.words import day_words
from tests.factories import SystemFactory, TeamFactory, UnitFactory, UserFactory


@pytest.fixture
def answers(team):
    """What a requester fills in, with one system of the list and one beside it."""
    SystemFactory(name="SAP S/4HANA", kind="ERP")
    return {
        "token": "5b3bdc9a-6d3c-4f0e-9d3f-0f7f6f0c9a11",
        "title": "Send orders to the ERP\nso that nobody types them",
        "source": "Warehouse robot",
        "target": "sap s/4hana",
        "data_needed": "Orders and their lines",
        "frequency": "daily",
        "needed_by": str(timezone.localdate() + dt.timedelta(days=60)),
        "purpose": "Two people type them today.",
    }


@pytest.fixture
def asker(client, requester):
    client.force_login(requester)
    return client


def test_a_request_is_sent_and_confirmed_with_its_reference(asker, team, answers):
    response = asker.post(reverse("intake:new"), answers, follow=True)

    demand = Demand.objects.get()
    assert response.redirect_chain == [
        (reverse("intake:submitted", args=[demand.reference]), 302)
    ]
    assert (
        demand.team,
        demand.title,
        demand.source_system,
        demand.source_name,
        demand.target_name,
        demand.target_system_name,
        demand.frequency,
    ) == (
        team,
        "Send orders to the ERP so that nobody types them",
        None,
        "Warehouse robot",
        "SAP S/4HANA",
        "",
        "daily",
    )
    text = response.content.decode()
    assert demand.reference in text
    assert day_words(demand.decide_by) in text
    assert demand.get_absolute_url() in text


def test_sending_the_form_twice_answers_with_the_first_request(asker, answers):
    first = asker.post(reverse("intake:new"), answers)
    second = asker.post(reverse("intake:new"), answers)

    assert (first.url, Demand.objects.count()) == (second.url, 1)


def test_each_fresh_form_makes_its_own_request(asker, answers):
    tokens = [
        asker.get(reverse("intake:new")).context["form"]["token"].value()
        for _ in range(2)
    ]

    for token in tokens:
        asker.post(reverse("intake:new"), answers | {"token": token})

    assert Demand.objects.count() == 2


def test_a_form_that_fails_keeps_every_answer_and_links_to_the_errors(asker, answers):
    response = asker.post(
        reverse("intake:new"), answers | {"purpose": "", "frequency": ""}
    )

    text = response.content.decode()
    assert Demand.objects.count() == 0
    assert response.context["form"].errors == {
        "frequency": ["Choose how often it is needed."],
        "purpose": ["Say why it is needed."],
    }
    assert '<a href="#id_frequency">Choose how often it is needed.</a>' in text
    assert '<a href="#id_purpose">Say why it is needed.</a>' in text
    assert 'id="id_frequency"' in text
    for answer in ("Warehouse robot", "sap s/4hana", "Orders and their lines"):
        assert answer in text
    assert answers["needed_by"] in text
    assert answers["token"] in text


def test_a_near_miss_asks_whether_another_system_is_meant(asker, answers):
    typo = answers | {"target": "SAP S4HANA"}

    response = asker.post(reverse("intake:new"), typo)

    form = response.context["form"]
    assert form.errors == {
        "target": [
            "“SAP S4HANA” is not in the list. Did you mean “SAP S/4HANA”? "
            "If not, send it once more as it is."
        ]
    }
    assert form["target_kept"].value() == "SAP S4HANA"


def test_a_near_miss_sent_once_more_is_kept_as_written(asker, answers):
    typo = answers | {"target": "SAP S4HANA", "target_kept": "SAP S4HANA"}

    asker.post(reverse("intake:new"), typo)

    demand = Demand.objects.get()
    assert (demand.target_system, demand.target_system_name) == (None, "SAP S4HANA")


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        (
            {"needed_by": "2020-01-01"},
            {
                "needed_by": [
                    "This date has passed. Give a date from today on, or none."
                ]
            },
        ),
        (
            {"needed_by": "soon"},
            {"needed_by": ["Write the date as day, month and year, as in 2027-03-31."]},
        ),
        (
            {"source": "sap s/4hana"},
            {
                "target": [
                    "Source and target are the same. Name the other system, or the "
                    "part of it that you mean, as in “SAP payroll”."
                ]
            },
        ),
        (
            {"title": "x" * 203},
            {
                "title": [
                    "Shorten it to 200 characters; it has 203. "
                    "Details fit further down."
                ]
            },
        ),
        (
            {"frequency": "never"},
            {
                "frequency": [
                    "Select a valid choice. never is not one of the available choices."
                ]
            },
        ),
    ],
)
def test_an_answer_that_cannot_be_is_said(asker, answers, change, errors):
    response = asker.post(reverse("intake:new"), answers | change)

    assert response.context["form"].errors == errors
    assert Demand.objects.count() == 0


def test_a_date_is_not_required(asker, answers):
    asker.post(reverse("intake:new"), answers | {"needed_by": ""})

    assert Demand.objects.get().needed_by is None


def test_somebody_without_a_unit_is_asked_for_it(client, team, answers):
    unit = UnitFactory(name="Logistics")
    client.force_login(UserFactory(business_unit=None))

    refused = client.post(reverse("intake:new"), answers)
    client.post(reverse("intake:new"), answers | {"business_unit": unit.pk})

    assert refused.context["form"].errors == {
        "business_unit": ["Choose the unit that needs it."]
    }
    assert Demand.objects.get().business_unit == unit


def test_the_team_is_asked_for_only_where_there_are_several(asker, team, answers):
    alone = asker.get(reverse("intake:new")).context["form"]
    other = TeamFactory()

    several = asker.get(reverse("intake:new")).context["form"]
    asker.post(reverse("intake:new"), answers | {"team": other.pk})

    assert ("team" in alone.fields, "team" in several.fields) == (False, True)
    assert Demand.objects.get().team == other


def test_a_member_of_a_team_asks_that_team_first(client, team):
    own = TeamFactory(name="Zebra team")
    client.force_login(UserFactory(role="engineer", teams=[own]))

    form = client.get(reverse("intake:new")).context["form"]

    assert form["team"].value() == own.pk


def test_without_any_team_the_form_says_what_to_do(client, db):
    client.force_login(UserFactory())

    response = client.post(reverse("intake:new"), {"title": "Connect"})

    assert response.context["form"].non_field_errors() == [
        "There is no team yet that could take a request. Please tell an administrator."
    ]


def test_the_form_says_by_when_it_is_confirmed_and_decided(asker, team):
    response = asker.get(reverse("intake:new"))

    due = response.context["due"]
    text = response.content.decode()
    assert due.confirm_by < due.decide_by
    assert day_words(due.confirm_by) in text
    assert day_words(due.decide_by) in text


def test_the_form_is_forbidden_without_the_right_to_submit(client, team, answers):
    client.force_login(UserFactory(role="viewer"))

    responses = [
        client.get(reverse("intake:new")),
        client.post(reverse("intake:new"), answers),
    ]

    assert [response.status_code for response in responses] == [403, 403]
    assert Demand.objects.count() == 0


@pytest.mark.parametrize("systems", [1, 3])
def test_the_form_costs_the_same_queries_for_any_number_of_systems(
    asker, team, systems, django_assert_num_queries
):
    SystemFactory.create_batch(systems)

    # Session, person, unit of the person; systems, teams with calendar, own teams,
    # tier, periods, closed days.
    with django_assert_num_queries(8):
        response = asker.get(reverse("intake:new"))

    assert len(response.context["form"].systems) == systems


def test_what_connects_the_systems_is_asked_for_beside_the_form(asker, team):
    text = asker.get(reverse("intake:new")).content.decode()

    assert f'hx-get="{reverse("catalogue:similar")}"' in text
    assert "Once both systems are named" in text
