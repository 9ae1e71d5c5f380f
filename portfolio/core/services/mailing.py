"""Mails are sent once: claimed before, marked after, and tried again when they fail."""

from __future__ import annotations

import datetime as dt
import logging
import smtplib
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from portfolio.core.models import Mail
from portfolio.core.models.mails import Outgoing, OutgoingQuerySet
from portfolio.core.services.messages import send

logger = logging.getLogger(__name__)
Sent = TypeVar("Sent", bound=Outgoing)

# A worker that has said nothing for so long while it sent a mail is taken for dead.
SENDING = dt.timedelta(minutes=5)
# After two minutes, four, eight … a mail that failed is tried again.
MOST_ATTEMPTS = 10


def send_once(
    rows: OutgoingQuerySet[Sent], pk: int, compose: Callable[[Sent], EmailMessage]
) -> bool:
    """Send the mail of a row, once however often this is called; whether it went.

    It is claimed before it is sent and marked after, so that two workers never send it
    both, and no lock is held while a mail server thinks. Only a worker that dies
    between the two leaves open whether it went; then it is sent again, under the same
    Message-ID.
    """
    now = timezone.now()
    waiting = rows.unsent().unclaimed(now - SENDING).filter(pk=pk)
    if not waiting.update(claimed_at=now, attempts=F("attempts") + 1):
        return False
    row = rows.get(pk=pk)
    mine = rows.filter(pk=pk)
    try:
        compose(row).send()
    except (smtplib.SMTPException, OSError) as failed:
        logger.warning(
            "The mail of %s %s was not sent (attempt %s): %s",
            row._meta.verbose_name,
            pk,
            row.attempts,
            failed,
        )
        # Given back with its time, which the next attempt waits from.
        mine.update(claimed_at=now - SENDING)
        return False
    mine.update(mailed_at=timezone.now())
    return True


def send_again(
    rows: OutgoingQuerySet[Sent], compose: Callable[[Sent], EmailMessage]
) -> int:
    """Send what never came to a worker or failed, with longer and longer pauses."""
    now = timezone.now()
    waiting = rows.unsent().unclaimed(now - SENDING).filter(attempts__lt=MOST_ATTEMPTS)
    sent = 0
    for row in waiting.order_by("made_at"):
        if row.made_at + dt.timedelta(minutes=2**row.attempts) <= now:
            sent += send_once(rows, row.pk, compose)
    return sent


@transaction.atomic
def queue_mail(
    *, key: str, to: str, subject: str, text: str, in_reply_to: str = ""
) -> Mail:
    """Store a mail, which is sent once this is; the same key again gives what is."""
    mail, made = Mail.objects.get_or_create(
        key=key,
        defaults={
            "to": to,
            # One line, because it is a header.
            "subject": " ".join(subject.split())[:200],
            "text": text,
            "in_reply_to": " ".join(in_reply_to.split()),
        },
    )
    if made:
        transaction.on_commit(partial(_hand_over, mail.pk))
    return mail


def _hand_over(mail_id: int) -> None:
    from portfolio.core.tasks import send_mail

    send(send_mail, mail_id)


def send_mail(*, mail_id: int) -> bool:
    return send_once(Mail.objects.all(), mail_id, _message)


def send_unsent() -> int:
    return send_again(Mail.objects.all(), _message)


def _message(mail: Mail) -> EmailMessage:
    answered = mail.in_reply_to
    is_answer = answered.startswith("<")
    threaded = {"In-Reply-To": answered, "References": answered} if is_answer else {}
    return EmailMessage(
        subject=mail.subject,
        body=mail.text,
        to=[mail.to],
        headers={
            # The same however often it is sent, so that a mailbox shows it once.
            "Message-ID": f"<mail-{mail.pk}@{settings.MAIL_DOMAIN}>",
            "Auto-Submitted": "auto-replied" if answered else "auto-generated",
            **threaded,
        },
    )
