from __future__ import annotations

import pytest
from django.urls import reverse

from intake.models import Letter, System, Tier
from portfolio.core.models import Event, User
from tests.factories import RankedDemandFactory, SystemFactory, TeamFactory


@pytest.fixture
def administrator(client, db):
    person = User.objects.create_superuser("root@example.com", "secret", name="Root")
    client.force_login(person)
    return client


def sent(client, address, **changes):
    """What the form of an admin page would send, with some fields changed."""
    form = client.get(address).context["adminform"].form
    fields = {name: form[name].value() for name in form.fields}
    inlines = {
        "rank_moves-TOTAL_FORMS": 0,
        "rank_moves-INITIAL_FORMS": 0,
    }
    given = {name: value for name, value in fields.items() if value is not None}
    return client.post(address, given | inlines | changes)


def change_of(demand):
    return reverse("admin:intake_demand_change", args=[demand.pk])


def test_correcting_an_answer_is_recorded_and_changes_the_plan(administrator):
    demand = RankedDemandFactory()

    sent(administrator, change_of(demand), title="Connect the web shop")

    demand.refresh_from_db()
    demand.team.refresh_from_db()
    assert (demand.title, demand.stage, demand.revision) == (
        "Connect the web shop",
        "accepted",
        2,
    )
    event = Event.objects.about(demand).get()
    assert (event.kind, event.actor_name, event.after) == ("edited", "Root", "title")
    assert demand.team.plan_revision == 1


def test_stage_and_rank_cannot_be_edited_by_hand(administrator):
    demand = RankedDemandFactory()

    sent(administrator, change_of(demand), stage="delivered", rank="1")

    rank = demand.rank
    demand.refresh_from_db()
    assert (demand.stage, demand.rank) == ("accepted", rank)


def test_demands_cannot_come_after_each_other(administrator, team):
    first, second, third = RankedDemandFactory.create_batch(3, team=team)
    second.after.add(first)
    third.after.add(second)

    response = sent(administrator, change_of(first), after=[third.pk])

    assert response.context["adminform"].form.errors == {
        "after": [
            f"{third.reference} itself waits for {first.reference}; "
            "two demands cannot come after each other."
        ]
    }
    assert list(first.after.all()) == []


def test_a_demand_cannot_come_after_itself(administrator):
    demand = RankedDemandFactory()

    response = sent(administrator, change_of(demand), after=[demand.pk])

    assert list(response.context["adminform"].form.errors) == ["after"]


def test_a_demand_may_come_after_several_that_share_a_root(administrator, team):
    root, left, right, last = RankedDemandFactory.create_batch(4, team=team)
    left.after.add(root)
    right.after.add(root)

    sent(administrator, change_of(last), after=[left.pk, right.pk])

    assert set(last.after.all()) == {left, right}


def test_a_demand_cannot_come_after_one_of_another_team(administrator):
    demand, other = RankedDemandFactory(), RankedDemandFactory(team=TeamFactory())

    response = sent(administrator, change_of(demand), after=[other.pk])

    assert response.context["adminform"].form.errors == {
        "after": [
            f"{other.reference} belongs to another team; a demand can only come "
            "after others of its own."
        ]
    }


def test_nobody_adds_or_deletes_demands_in_the_administration(administrator):
    demand = RankedDemandFactory()

    answers = [
        administrator.get(reverse("admin:intake_demand_add")),
        administrator.post(reverse("admin:intake_demand_delete", args=[demand.pk])),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]


def test_a_manager_edits_systems_and_tiers_but_not_demands(client, manager):
    demand = RankedDemandFactory()
    system = SystemFactory(name="CRM", kind="CRM")
    client.force_login(manager)

    sent(
        client,
        reverse("admin:intake_system_change", args=[system.pk]),
        name="Salesforce",
    )
    tiers = client.get(reverse("admin:intake_tier_changelist"))
    refused = client.get(change_of(demand))

    assert System.objects.get(pk=system.pk).name == "Salesforce"
    assert (tiers.status_code, refused.status_code) == (200, 403)


def test_a_tier_is_renamed_and_nothing_else_in_the_administration(administrator):
    tier = Tier.objects.get(slug="standard")
    history = {"versions-TOTAL_FORMS": 0, "versions-INITIAL_FORMS": 0}
    address = reverse("admin:intake_tier_change", args=[tier.pk])

    sent(administrator, address, name="Normal", slug="normal", **history)
    answers = [
        administrator.get(reverse("admin:intake_tier_add")),
        administrator.post(reverse("admin:intake_tier_delete", args=[tier.pk])),
    ]

    tier.refresh_from_db()
    assert (tier.name, tier.slug) == ("Normal", "standard")
    assert [answer.status_code for answer in answers] == [403, 403]


@pytest.mark.parametrize("page", ["system", "tier", "demand"])
def test_the_lists_of_the_administration_open(administrator, page):
    RankedDemandFactory()

    response = administrator.get(reverse(f"admin:intake_{page}_changelist"))

    assert response.status_code == 200


def test_what_came_by_mail_is_read_by_administrators_and_changed_by_nobody(
    administrator, client, manager
):
    letter = Letter.objects.create(
        message_id="<1@e.com>",
        sender="bot@example.com",
        outcome="ignored",
        why="It was sent to many (Precedence).",
    )
    listing = reverse("admin:intake_letter_changelist")
    removal = reverse("admin:intake_letter_delete", args=[letter.pk])

    listed = administrator.get(listing).content.decode()
    removed = administrator.post(removal, {"post": "yes"})
    client.force_login(manager)

    assert "It was sent to many (Precedence)." in listed
    assert removed.status_code == 403
    assert client.get(listing).status_code == 403
