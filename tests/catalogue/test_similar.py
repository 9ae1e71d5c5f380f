from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from tests.factories import (
    DemandFactory,
    IntegrationFactory,
    SystemFactory,
    UserFactory,
)

URL = reverse("catalogue:similar")


@pytest.fixture
def systems(db):
    return SystemFactory(name="SAP"), SystemFactory(name="Shop")


@pytest.fixture
def asking(client, requester):
    client.force_login(requester)
    return requester


def listed(response):
    similar = response.context["similar"]
    return (
        [integration.name for integration in similar.between],
        [integration.name for integration in similar.leaving],
    )


def test_the_same_direction_comes_first_then_the_other_then_the_same_source(
    client, asking, systems
):
    sap, shop = systems
    IntegrationFactory(name="a back", source=shop, target=sap)
    IntegrationFactory(name="b there", source=sap, target=shop)
    IntegrationFactory(name="c elsewhere", source=sap)
    IntegrationFactory(name="d into the shop", target=shop)
    IntegrationFactory(
        name="e retired", source=sap, target=shop, retired_on=dt.date(2025, 1, 1)
    )

    response = client.get(URL, {"source": sap.pk, "target": shop.pk})

    assert listed(response) == (["b there", "a back"], ["c elsewhere"])


def test_five_integrations_are_enough(client, asking, systems):
    sap, shop = systems
    for number in range(4):
        IntegrationFactory(name=f"between {number}", source=sap, target=shop)
        IntegrationFactory(name=f"leaving {number}", source=sap)

    response = client.get(URL, {"source": sap.pk, "target": shop.pk})

    assert listed(response) == (
        ["between 0", "between 1", "between 2", "between 3"],
        ["leaving 0"],
    )


def test_systems_may_be_given_by_name_in_any_case(client, asking, systems):
    sap, shop = systems
    IntegrationFactory(name="there", source=sap, target=shop)

    response = client.get(URL, {"source": "sap", "target": " SHOP "})

    assert listed(response) == (["there"], [])


@pytest.mark.parametrize(
    "query",
    [{}, {"source": ""}, {"source": "None", "target": "None"}, {"source": "9" * 40}],
)
def test_unknown_systems_are_similar_to_nothing(client, asking, systems, query):
    IntegrationFactory(source=systems[0], target=systems[1])

    response = client.get(URL, query, headers={"HX-Request": "true"})

    assert response.status_code == 200
    assert response.content.decode().strip() == ""


def test_it_says_when_nothing_connects_the_two(client, asking, systems):
    sap, shop = systems

    page = client.get(URL, {"source": sap.pk, "target": shop.pk}).content.decode()

    assert "Nothing connects SAP and Shop yet." in page


def test_open_demands_between_the_two_are_offered_for_following(
    client, asking, systems, team
):
    sap, shop = systems
    here = {"team": team, "requester": asking}
    there = DemandFactory(source_system=sap, target_system=shop, **here)
    back = DemandFactory(source_system=shop, target_system=sap, **here)
    DemandFactory(source_system=sap, **here)
    DemandFactory(source_system=sap, target_system=shop, stage="withdrawn", **here)

    response = client.get(URL, {"source": sap.pk, "target": shop.pk})

    found = response.context["similar"].demands
    assert {demand.reference for demand in found} == {there.reference, back.reference}
    assert there.get_absolute_url() in response.content.decode()


def test_titles_of_other_units_do_not_leak(client, asking, systems, team):
    sap, shop = systems
    DemandFactory(
        team=team, title="Secret takeover", source_system=sap, target_system=shop
    )

    page = client.get(URL, {"source": sap.pk, "target": shop.pk}).content.decode()

    assert "Secret takeover" not in page


def test_a_manager_sees_what_every_unit_asked_for(client, manager, systems, team):
    sap, shop = systems
    client.force_login(manager)
    demand = DemandFactory(team=team, source_system=sap, target_system=shop)

    response = client.get(URL, {"source": sap.pk, "target": shop.pk})

    assert response.context["similar"].demands == [demand]


def test_the_demand_that_is_looked_at_is_not_similar_to_itself(
    client, manager, systems, team
):
    sap, shop = systems
    client.force_login(manager)
    demand = DemandFactory(team=team, source_system=sap, target_system=shop)

    query = {"source": sap.pk, "target": shop.pk, "without": demand.reference}
    response = client.get(URL, query)

    assert response.context["similar"].demands == []


@pytest.mark.parametrize("rows", [1, 3])
def test_it_costs_the_same_queries_for_any_length(
    client, asking, systems, team, rows, django_assert_num_queries
):
    sap, shop = systems
    for _ in range(rows):
        IntegrationFactory(source=sap, target=shop)
        IntegrationFactory(source=sap)
        DemandFactory(
            team=team, requester=asking, source_system=sap, target_system=shop
        )

    # Session, user and two systems; between, demands, and leaving.
    with django_assert_num_queries(7):
        client.get(
            URL,
            {"source": sap.pk, "target": shop.pk},
            headers={"HX-Request": "true"},
        )


def test_a_stranger_has_to_sign_in_first(client, db):
    UserFactory()

    response = client.get(URL, {"source": "1", "target": "2"})

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("core:sign-in"))
