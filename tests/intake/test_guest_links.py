"""Links for people without an account, as managers make and revoke them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from intake.guest_links import link_address
from intake.models import SubmissionLink
from intake.services.guests import (
    make_link,
)
from tests.factories import (
    TeamFactory,
    UnitFactory,
    UserFactory,
)


def test_a_manager_makes_copies_and_revokes_links(client, team, manager):
    unit = UnitFactory()
    client.force_login(manager)
    page = reverse("intake:guest-links")
    sent = {
        "name": "Warehouse",
        "business_unit": unit.pk,
        "team": team.pk,
        "days": 7,
        "most_a_day": 5,
    }

    client.post(page, sent)
    link = SubmissionLink.objects.get()
    listed = client.get(page).content.decode()
    client.post(reverse("intake:revoke-link", args=[link.pk]))
    closed = client.get(page).content.decode()

    link.refresh_from_db()
    assert (link.business_unit, link.made_by, link.most_a_day) == (unit, manager, 5)
    assert link.expires_at - link.made_at - dt.timedelta(days=7) < dt.timedelta(
        minutes=1
    )
    assert link_address(link) in listed
    assert link_address(link) not in closed
    assert link.revoked_at is not None


def test_links_of_another_team_are_neither_made_nor_revoked(client, link):
    client.force_login(UserFactory(role="manager", teams=TeamFactory.create_batch(2)))

    made = client.post(
        reverse("intake:guest-links"),
        {
            "name": "X",
            "business_unit": link.business_unit_id,
            "team": link.team_id,
            "days": 7,
            "most_a_day": 5,
        },
    )
    revoked = client.post(reverse("intake:revoke-link", args=[link.pk]))

    assert (made.status_code, revoked.status_code) == (200, 404)
    assert SubmissionLink.objects.get().revoked_at is None


@pytest.mark.parametrize("role", ["requester", "engineer", "viewer"])
def test_links_are_for_managers(client, link, team, role):
    client.force_login(UserFactory(role=role, teams=[team]))

    assert client.get(reverse("intake:guest-links")).status_code == 403


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_the_same_for_any_number(
    client, team, manager, number, django_assert_num_queries
):
    for _ in range(number):
        make_link(
            by=manager,
            team=team,
            business_unit=UnitFactory(),
            name="X",
            days=1,
            most_a_day=1,
        )
    client.force_login(manager)

    # Session, person; teams and units to choose from; links; how many wait in triage.
    with django_assert_num_queries(6):
        response = client.get(reverse("intake:guest-links"))

    assert len(response.context["links"]) == number
