from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from portfolio.core.absence import Told, who_is_told
from tests.factories import EngineerFactory, LeaveFactory, UserFactory

DAY = dt.date(2026, 11, 24)


def away(**rest):
    return UserFactory(away_from=DAY, away_until=DAY, **rest)


@pytest.mark.parametrize(
    ("first", "last", "is_away"),
    [
        (None, None, False),
        (DAY, DAY, True),
        (DAY, None, True),
        (DAY - dt.timedelta(days=3), DAY - dt.timedelta(days=1), False),
        (DAY + dt.timedelta(days=1), None, False),
    ],
)
def test_away_is_from_the_first_day_to_the_last(db, first, last, is_away):
    person = UserFactory(away_from=first, away_until=last)

    assert who_is_told([person], DAY) == ([] if is_away else [Told(person)])


def test_the_deputy_is_told_instead(db):
    deputy = UserFactory()
    person = away(deputy=deputy)

    assert who_is_told([person], DAY) == [Told(deputy, instead_of=person)]


def test_nobody_is_told_twice(db):
    there = UserFactory()
    first, second = away(deputy=there), away(deputy=there)

    assert who_is_told([first, there, second], DAY) == [Told(there)]


def test_a_deputy_who_is_away_hands_it_on(db):
    last = UserFactory()
    person = away(deputy=away(deputy=last))

    assert who_is_told([person], DAY) == [Told(last, instead_of=person)]


def test_deputies_in_a_circle_or_switched_off_tell_nobody(db):
    first = away()
    second = away(deputy=first)
    first.deputy = second
    first.save()
    third = away(deputy=UserFactory(is_active=False))

    assert who_is_told([first, second, third], DAY) == []


@pytest.mark.parametrize(("share", "is_away"), [(1, True), (0.5, False)])
def test_leave_of_a_whole_day_in_the_capacity_plan_counts(db, share, is_away):
    person = UserFactory()
    LeaveFactory(
        engineer=EngineerFactory(user=person), first_day=DAY, last_day=DAY, share=share
    )

    assert who_is_told([person], DAY) == ([] if is_away else [Told(person)])


def test_who_is_away_says_so_on_the_own_account(client, manager, team):
    deputy = UserFactory(role="engineer", teams=[team], name="Ada Nwosu")
    stranger = UserFactory()
    client.force_login(manager)

    page = client.get(reverse("core:account"))
    response = client.post(
        reverse("core:away"),
        {"away_from": "2026-12-01", "away_until": "2026-12-04", "deputy": deputy.pk},
        follow=True,
    )

    manager.refresh_from_db()
    assert (manager.away_from, manager.away_until, manager.deputy) == (
        dt.date(2026, 12, 1),
        dt.date(2026, 12, 4),
        deputy,
    )
    assert "Ada Nwosu is told instead." in response.content.decode()
    choices = page.context["away_form"].fields["deputy"].queryset
    assert list(choices) == [deputy]
    assert stranger not in choices


@pytest.mark.parametrize(
    ("first", "last", "problem"),
    [
        ("", "2026-12-04", "Give the first day too."),
        ("2026-12-04", "2026-12-01", "The last day comes before the first."),
    ],
)
def test_days_in_the_wrong_order_are_refused(
    client, manager, team, first, last, problem
):
    UserFactory(role="engineer", teams=[team])
    client.force_login(manager)

    response = client.post(
        reverse("core:away"), {"away_from": first, "away_until": last}
    )

    manager.refresh_from_db()
    assert problem in response.content.decode()
    assert manager.away_from is None


def test_who_belongs_to_no_team_has_nobody_to_name(client, db):
    client.force_login(UserFactory())

    text = client.get(reverse("core:account")).content.decode()

    assert "When you are away" not in text
