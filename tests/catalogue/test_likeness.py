from __future__ import annotations

import pytest
from django.urls import reverse

from portfolio.catalogue.likeness import likeness, most_alike, stems
from tests.factories import DemandFactory, IntegrationFactory, UserFactory


def test_words_of_every_request_say_nothing():
    assert stems("Send the orders to the ERP so that nobody types them") == {
        "order",
        "erp",
    }


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ("Orders and stock of the shop", "Order stock for shops", 1.0),
        ("Loyalty points at once", "Loyalty points of trade customers, weekly", 2 / 3),
        ("Orders to the ERP", "Orders of trade customers", 0.0),
        ("", "Orders of trade customers", 0.0),
    ],
)
def test_likeness_is_the_share_of_words_in_both(one, other, share):
    assert likeness(stems(one), stems(other)) == pytest.approx(share)


def test_the_likest_stand_first_and_the_unlike_are_left_out():
    sentences = [
        "Loyalty points of trade customers by mail",
        "Loyalty points for customers",
        "Container arrivals",
    ]

    found = most_alike(
        "Show customers their loyalty points", zip(sentences, sentences, strict=True), 5
    )

    assert found == [sentences[1], sentences[0]]


def test_what_is_asked_in_like_words_is_shown_while_typing(client, team, requester):
    mine = DemandFactory(
        team=team, requester=requester, title="Show loyalty points in the shop"
    )
    DemandFactory(team=team, title="Show loyalty points in the app")
    runs = IntegrationFactory(name="Loyalty → CRM, points and levels")
    client.force_login(requester)

    response = client.get(
        reverse("catalogue:similar"), {"title": "Loyalty points for everybody"}
    )

    similar = response.context["similar"]
    # Requests of other units are not told of, however alike.
    assert (similar.worded, similar.named) == ([mine], [runs])
    assert mine.title in response.content.decode()


def test_a_draft_of_ones_own_is_not_similar_to_itself(client, team, requester):
    DemandFactory(
        team=team,
        requester=requester,
        title="Show loyalty points in the shop",
        stage="draft",
        submitted_at=None,
    )
    client.force_login(requester)

    response = client.get(
        reverse("catalogue:similar"), {"title": "Show loyalty points in the shop"}
    )

    assert not response.context["similar"].is_anything


def test_a_manager_reads_what_the_team_was_asked(client, team):
    other = DemandFactory(team=team, title="Show loyalty points in the app")
    client.force_login(UserFactory(role="manager", teams=[team]))

    response = client.get(reverse("catalogue:similar"), {"title": "Loyalty points"})

    assert response.context["similar"].worded == [other]
