"""The mailbox is read once a minute; what cannot be taken is set aside, never lost."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from intake.letters import read_letter
from intake.models import StuckLetter
from intake.services.letters import refuse_too_large, take_letter, team_of_mailbox
from portfolio.core.choices import NoticeKind
from portfolio.core.mailbox import Mailbox, MailboxBroken, Message, open_mailbox
from portfolio.core.models import User
from portfolio.core.services.notices import give_notice
from portfolio.core.words import counted

logger = logging.getLogger(__name__)
# After one minute, two, four … an hour: some two hours in all.
MOST_ATTEMPTS = 8


def read_mailbox() -> int:
    """Take what waits in the mailbox; gives how many messages are done.

    A message is marked as done after what it became is stored. Where a worker dies
    between the two it is read again, and its Message-ID says that it was taken. One
    that cannot be taken waits longer each time and holds up no other.
    """
    if not settings.MAILBOX:
        return 0
    done, broken = 0, []
    try:
        with open_mailbox(settings.MAILBOX) as mailbox:
            _put_back(mailbox)
            stuck = {each.key: each for each in StuckLetter.objects.all()}
            for key in mailbox.waiting():
                if key in stuck and stuck[key].again_at > timezone.now():
                    continue
                message = None
                try:
                    message = mailbox.read(key)
                    if message is None:
                        continue
                    _take(message)
                except MailboxBroken:
                    raise
                except Exception as failed:  # noqa: BLE001 - others wait behind it; raised below
                    broken.append(failed)
                    _count_failure(mailbox, key, message, failed)
                else:
                    _mark(mailbox, key, message)
                    done += 1
    except MailboxBroken as failed:
        logger.warning("The mailbox was not read: %s", failed)
    if broken:
        raise ExceptionGroup("Messages of the mailbox could not be taken.", broken)
    return done


def _take(message: Message) -> None:
    if message.is_too_large:
        refuse_too_large(headers=message.raw)
    else:
        take_letter(raw=message.raw)


def _mark(mailbox: Mailbox, key: str, message: Message) -> None:
    if message.is_too_large:
        mailbox.set_aside(key)
    else:
        mailbox.done(key)
    StuckLetter.objects.filter(key=key).delete()


def _count_failure(
    mailbox: Mailbox, key: str, message: Message | None, failed: Exception
) -> None:
    """Where the database is what fails this fails too, and no attempt is used up."""
    stuck = _keep_failure(key, message, failed)
    if stuck.attempts >= MOST_ATTEMPTS:
        mailbox.set_aside(key)
        _say_set_aside(stuck)


@transaction.atomic
def _keep_failure(key: str, message: Message | None, failed: Exception) -> StuckLetter:
    read = read_letter(message.raw if message else b"")
    stuck, _ = StuckLetter.objects.select_for_update().get_or_create(
        key=key,
        defaults={"sender": read.sender[:254], "subject": read.subject},
    )
    stuck.attempts += 1
    stuck.tried_at = timezone.now()
    stuck.why = f"{type(failed).__name__}: {failed}"
    stuck.save(update_fields=["attempts", "tried_at", "why"])
    return stuck


@transaction.atomic
def _say_set_aside(stuck: StuckLetter) -> None:
    """In the list of what is set aside, and once to the managers of the team."""
    stuck.set_aside_at = timezone.now()
    stuck.save(update_fields=["set_aside_at"])
    logger.error("An e-mail of %s is set aside: %s", stuck.sender, stuck.why)
    team = team_of_mailbox()
    if team is None:
        return
    give_notice(
        to=User.objects.managers_of(team).order_by("pk"),
        kind=NoticeKind.MAILBOX,
        title=f"An e-mail of {stuck.sender or 'somebody'} could not be taken",
        text=f"“{stuck.subject or 'Without a subject'}” was tried "
        f"{counted(stuck.attempts, 'time')} and is set aside. It is flagged in the "
        "mailbox, and nothing of it is lost. Its sender was not told. Once what was "
        "wrong is mended, it can be tried again from the page below.",
        url=reverse("intake:set-aside"),
    )


@transaction.atomic
def want_back(*, stuck: StuckLetter) -> StuckLetter:
    """Have a message that is set aside tried again when the mailbox is read next."""
    stuck.is_wanted_back = True
    stuck.save(update_fields=["is_wanted_back"])
    return stuck


def _put_back(mailbox: Mailbox) -> None:
    for stuck in StuckLetter.objects.to_put_back():
        mailbox.put_back(stuck.key)
        stuck.delete()
