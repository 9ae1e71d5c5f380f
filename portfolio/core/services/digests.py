"""The mail of the day: what somebody wanted to be told in one, at one time."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from portfolio.core.models import Mail, Notice, User
from portfolio.core.services.mailing import queue_mail
from portfolio.core.words import counted, day_words

SENT_BY = "Sent by Throughline. Please do not answer; nobody reads it here."


def make_digests() -> int:
    """Make the mail of the day for everybody whose hour has come; gives how many.

    However often this runs, and whichever worker dies in it, a person gets one mail a
    day, and every notice stands in exactly one.
    """
    waiting = Notice.objects.for_digest().order_by().values("person").distinct()
    people = User.objects.filter(pk__in=waiting, is_active=True)
    return sum(_make(person) for person in people.order_by("pk") if is_time_for(person))


def is_time_for(person: User) -> bool:
    return _local_now(person).hour >= settings.DIGEST_HOUR


def zone_of(person: User) -> dt.tzinfo:
    """Where somebody works: the zone of their team's calendar, else of the pages."""
    team = person.teams.select_related("calendar").order_by("pk").first()
    return zoneinfo.ZoneInfo(team.calendar.time_zone if team else settings.TIME_ZONE)


def _local_now(person: User) -> dt.datetime:
    return timezone.now().astimezone(zone_of(person))


@transaction.atomic
def _make(person: User) -> bool:
    # Two workers at once: the second waits here, and then finds the mail made.
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    day = _local_now(person).date()
    key = f"digest-{person.pk}-{day}"
    if Mail.objects.filter(key=key).exists():
        return False
    notices = list(Notice.objects.for_digest().of(person).order_by("made_at", "pk"))
    if not notices:
        return False
    mail = queue_mail(
        key=key,
        to=person.email,
        subject=f"{counted(len(notices), 'notice')} for {day_words(day)}",
        text=_text(notices),
    )
    Notice.objects.filter(pk__in=[each.pk for each in notices]).update(digest=mail)
    return True


def _text(notices: Iterable[Notice]) -> str:
    parts = []
    for notice in notices:
        lines = [notice.title, notice.text]
        if notice.url:
            lines.append(f"{settings.ADDRESS}{notice.url}")
        parts.append("\n".join(filter(None, lines)))
    parts.append(ending())
    return "\n\n\n".join(parts) + "\n"


def ending() -> str:
    address = f"{settings.ADDRESS}{reverse('core:notice-preferences')}"
    return f"{SENT_BY}\nWhat comes by e-mail, and when: {address}"
