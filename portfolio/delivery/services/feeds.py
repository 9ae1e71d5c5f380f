from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from portfolio.core.choices import Role
from portfolio.core.errors import RuleBroken
from portfolio.core.models import BusinessUnit, Team, User
from portfolio.core.rights import SEE_BOARD
from portfolio.delivery.choices import FeedKind
from portfolio.delivery.models import CalendarFeed

MOST_FEEDS = 20
# Programs ask every few minutes; that one did is worth a write now and then.
NOTED_EVERY = dt.timedelta(minutes=5)


def units_for(person: User) -> list[BusinessUnit]:
    """Of which units somebody may have a calendar: their own, or all in the team."""
    units = BusinessUnit.objects.all()
    if not person.has_perm(SEE_BOARD):
        units = units.filter(people=person)
    return list(units)


def teams_for(person: User) -> list[Team]:
    if not person.has_perm(SEE_BOARD):
        return []
    return list(Team.objects.visible_to(person))


@transaction.atomic
def make_feed(
    *, person: User, unit: BusinessUnit | None = None, team: Team | None = None
) -> CalendarFeed:
    """An address for a calendar program: of a unit, a team, or one's own promises."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if person.role == Role.GUEST:
        raise RuleBroken("Calendars are for people with an account.")
    if unit is not None and unit not in units_for(person):
        raise RuleBroken(f"You may not read what {unit} asked for.")
    if team is not None and team not in teams_for(person):
        raise RuleBroken(f"You may not read what {team} promised.")
    if CalendarFeed.objects.of(person).open().count() >= MOST_FEEDS:
        raise RuleBroken(f"You have {MOST_FEEDS} calendars; revoke one of them first.")
    kind = FeedKind.UNIT if unit else FeedKind.TEAM if team else FeedKind.OWN
    return CalendarFeed.objects.create(
        person=person, kind=kind, business_unit=unit, team=team
    )


@transaction.atomic
def revoke_feed(*, feed: CalendarFeed) -> None:
    """Close an address for good; another can be made."""
    CalendarFeed.objects.open().filter(pk=feed.pk).update(revoked_at=timezone.now())


def note_use(*, feed: CalendarFeed) -> None:
    now = timezone.now()
    CalendarFeed.objects.filter(
        Q(used_at=None) | Q(used_at__lt=now - NOTED_EVERY), pk=feed.pk
    ).update(used_at=now)
