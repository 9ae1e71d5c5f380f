from __future__ import annotations

import datetime as dt
import logging
import smtplib
from collections.abc import Iterable
from functools import partial

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Count, F, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from portfolio.core.models import Notice, User
from portfolio.core.services.messages import send

logger = logging.getLogger(__name__)

# A worker that has said nothing for so long while it sent a mail is taken for dead.
SENDING = dt.timedelta(minutes=5)
# After two minutes, four, eight … a mail that failed is tried again.
MOST_ATTEMPTS = 10


@transaction.atomic
def give_notice(
    *, to: Iterable[User], title: str, text: str = "", url: str = "", by_mail: bool
) -> list[Notice]:
    """Tell people something in the application, and by e-mail once this is stored."""
    notices = Notice.objects.bulk_create(
        Notice(
            person=person,
            # One line, because it is also the subject of a mail.
            title=" ".join(title.split())[:200],
            text=text,
            url=url,
            by_mail=by_mail and bool(person.email),
        )
        for person in to
    )
    _count_unread(notice.person_id for notice in notices)
    for notice in notices:
        if notice.by_mail:
            transaction.on_commit(partial(_queue, notice.pk))
    return notices


def _queue(notice_id: int) -> None:
    from portfolio.core.tasks import mail_notice as task

    send(task, notice_id)


def mail_notice(*, notice_id: int) -> bool:
    """Send the mail of a notice, once however often this is called; whether it went.

    It is claimed before it is sent and marked after, so that two workers never send it
    both, and no lock is held while a mail server thinks. Only a worker that dies
    between the two leaves open whether it went; then it is sent again, under the same
    Message-ID.
    """
    now = timezone.now()
    waiting = Notice.objects.to_be_mailed().unclaimed(now - SENDING)
    claimed = waiting.filter(pk=notice_id).update(
        claimed_at=now, attempts=F("attempts") + 1
    )
    if not claimed:
        return False
    notice = Notice.objects.select_related("person").get(pk=notice_id)
    try:
        _message(notice).send()
    except (smtplib.SMTPException, OSError) as failed:
        logger.warning(
            "The mail of notice %s was not sent (attempt %s): %s",
            notice_id,
            notice.attempts,
            failed,
        )
        # Given back with its time, which the next attempt waits from.
        Notice.objects.filter(pk=notice_id).update(claimed_at=now - SENDING)
        return False
    Notice.objects.filter(pk=notice_id).update(mailed_at=timezone.now())
    return True


def mail_unsent() -> int:
    """Send what never came to a worker or failed, with longer and longer pauses."""
    now = timezone.now()
    waiting = (
        Notice.objects.to_be_mailed()
        .unclaimed(now - SENDING)
        .filter(attempts__lt=MOST_ATTEMPTS)
    )
    sent = 0
    for notice in waiting.order_by("made_at"):
        if notice.made_at + dt.timedelta(minutes=2**notice.attempts) <= now:
            sent += mail_notice(notice_id=notice.pk)
    return sent


@transaction.atomic
def read_notices(*, person: User, notice: Notice | None = None) -> int:
    """Mark one notice of a person as read, or all; gives how many were not before."""
    notices = Notice.objects.of(person).unread()
    if notice is not None:
        notices = notices.filter(pk=notice.pk)
    count = notices.update(read_at=timezone.now())
    if count:
        _count_unread([person.pk])
    return count


def _count_unread(people: Iterable[int]) -> None:
    """Keep the number with the person, so that no page asks for it."""
    unread = (
        Notice.objects.unread()
        .filter(person=OuterRef("pk"))
        .order_by()
        .values("person")
        .annotate(number=Count("pk"))
        .values("number")
    )
    counted = Coalesce(Subquery(unread, output_field=IntegerField()), 0)
    User.objects.filter(pk__in=set(people)).update(unread_notices=counted)


def _message(notice: Notice) -> EmailMessage:
    parts = [notice.text]
    if notice.url:
        parts.append(f"{settings.ADDRESS}{notice.url}")
    parts.append("Sent by Throughline. Please do not answer; nobody reads it here.")
    return EmailMessage(
        subject=notice.title,
        body="\n\n".join(filter(None, parts)) + "\n",
        to=[notice.person.email],
        headers={
            # The same however often it is sent, so that a mailbox shows it once.
            "Message-ID": f"<notice-{notice.pk}@{settings.MAIL_DOMAIN}>",
            "Auto-Submitted": "auto-generated",
        },
    )
