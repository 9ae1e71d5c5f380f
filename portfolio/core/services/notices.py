from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from portfolio.core.choices import Channel, NoticeKind
from portfolio.core.models import Notice, NoticePreference, User
from portfolio.core.models.notices import NoticeQuerySet
from portfolio.core.services.digests import SENT_BY, ending
from portfolio.core.services.mailing import send_again, send_once
from portfolio.core.services.messages import send

# Stands first in a mail that is answered by replying, so that it ends the answer.
ABOVE_THIS_LINE = "## Please write your answer above this line ##"


@transaction.atomic
def give_notice(
    *,
    to: Iterable[User],
    kind: NoticeKind,
    title: str,
    text: str = "",
    url: str = "",
    reply_token: str = "",
    by_mail: bool = True,
) -> list[Notice]:
    """Tell people something in the application, and as each wants by e-mail."""
    people = list(to)
    channels = _channels(people, kind) if by_mail else {}
    notices = Notice.objects.bulk_create(
        Notice(
            person=person,
            kind=kind,
            # One line, because it is also the subject of a mail.
            title=" ".join(title.split())[:200],
            text=text,
            url=url,
            reply_token=reply_token,
            by_mail=channels.get(person.pk) == Channel.AT_ONCE,
            in_digest=channels.get(person.pk) == Channel.DAILY,
        )
        for person in people
    )
    _count_unread(notice.person_id for notice in notices)
    for notice in notices:
        if notice.by_mail:
            transaction.on_commit(partial(_queue, notice.pk))
    return notices


def _channels(people: Iterable[User], kind: NoticeKind) -> dict[int, str]:
    """How each of them wants to be told; nothing where there is no address."""
    chosen = dict(
        NoticePreference.objects.filter(person__in=people, kind=kind).values_list(
            "person", "channel"
        )
    )
    return {
        person.pk: chosen.get(person.pk, Channel.AT_ONCE)
        for person in people
        if person.email
    }


def _queue(notice_id: int) -> None:
    from portfolio.core.tasks import mail_notice as task

    send(task, notice_id)


def mail_notice(*, notice_id: int) -> bool:
    """Send the mail of a notice, once however often this is called; whether it went."""
    return send_once(_to_be_mailed(), notice_id, _message)


def mail_unsent() -> int:
    """Send what never came to a worker or failed, with longer and longer pauses."""
    return send_again(_to_be_mailed(), _message)


def _to_be_mailed() -> NoticeQuerySet:
    return Notice.objects.filter(by_mail=True).select_related("person")


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
    token = notice.reply_token if settings.MAILBOX else ""
    parts = [notice.text]
    if token:
        parts.insert(0, ABOVE_THIS_LINE)
    if notice.url:
        parts.append(f"{settings.ADDRESS}{notice.url}")
    if token:
        parts.append("You can answer this e-mail; your answer is read.")
    else:
        parts.append(SENT_BY if notice.person.is_guest else ending())
    return EmailMessage(
        subject=notice.title,
        body="\n\n".join(filter(None, parts)) + "\n",
        to=[notice.person.email],
        reply_to=[_reply_address(token)] if token else None,
        headers={
            # The same however often it is sent, so that a mailbox shows it once. An
            # answer refers to it, also where a server drops what follows the plus.
            "Message-ID": f"<notice-{notice.pk}{'.' if token else ''}{token}"
            f"@{settings.MAIL_DOMAIN}>",
            "Auto-Submitted": "auto-generated",
        },
    )


def _reply_address(token: str) -> str:
    local, _, domain = settings.MAILBOX_ADDRESS.partition("@")
    return f"{local}+{token}@{domain}"
