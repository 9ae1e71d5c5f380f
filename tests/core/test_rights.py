from __future__ import annotations

import pytest
from django.urls import reverse

from portfolio.core.choices import Role
from portfolio.core.models import Team
from portfolio.core.rights import PERMISSIONS
from tests.factories import TeamFactory, UserFactory


def test_every_role_has_its_permissions_named():
    assert set(PERMISSIONS) == set(Role.values)


@pytest.mark.parametrize(
    ("role", "permission", "granted"),
    [
        ("requester", "intake.submit_demand", True),
        ("requester", "intake.see_board", False),
        ("engineer", "intake.see_board", True),
        ("engineer", "intake.decide_demand", False),
        ("manager", "intake.decide_demand", True),
        ("manager", "capacity.change_engineer", True),
        ("manager", "core.change_user", False),
        ("viewer", "intake.see_board", True),
        ("viewer", "capacity.see_people", False),
        ("viewer", "intake.rank_demand", False),
        ("administrator", "intake.decide_demand", True),
        ("administrator", "core.change_user", True),
        ("administrator", "intake.change_tier", True),
    ],
)
def test_what_a_person_may_do_follows_from_the_role(db, role, permission, granted):
    person = UserFactory(role=role)

    assert person.has_perm(permission) is granted


def test_somebody_switched_off_may_do_nothing(db):
    person = UserFactory(role="manager", is_active=False)

    assert not person.has_perm("intake.decide_demand")


def test_a_team_is_seen_by_its_members_and_leadership(team):
    other = TeamFactory()
    member = UserFactory(role="manager", teams=[team])
    leader = UserFactory(role="viewer")
    nobody = UserFactory(role="manager")

    assert list(Team.objects.visible_to(member)) == [team]
    assert set(Team.objects.visible_to(leader)) == {team, other}
    assert not Team.objects.visible_to(nobody).exists()


@pytest.mark.parametrize(
    ("role", "allowed"), [("manager", True), ("administrator", True), ("viewer", False)]
)
def test_the_administration_opens_for_managers_and_administrators(
    client, team, role, allowed
):
    client.force_login(UserFactory(role=role, teams=[team]))

    response = client.get(reverse("admin:index"))

    assert (response.status_code == 200) is allowed


def test_an_administrator_edits_accounts_and_everything_else(client, team):
    client.force_login(UserFactory(role="administrator", teams=[team]))

    index = client.get(reverse("admin:index")).content.decode()

    assert client.get(reverse("admin:core_user_changelist")).status_code == 200
    for room in ("People", "Tiers", "Engineers", "Integrations"):
        assert room in index


def test_a_manager_sees_no_accounts_in_the_administration(client, manager):
    client.force_login(manager)

    assert client.get(reverse("admin:core_user_changelist")).status_code == 403
    assert client.get(reverse("admin:core_team_changelist")).status_code == 200
