"""E-mails to the team become drafts of requests, and answers to its questions."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from intake.answering import question_answered
from intake.choices import LetterOutcome, Stage
from intake.letters import EnclosedFile, ReadLetter, answer_in, read_letter
from intake.models import Demand, GuestDraft, Letter
from intake.services.attaching import attach_mailed
from intake.services.commenting import write_comment
from intake.services.drafting import Opening, open_draft
from intake.services.guests import A_DAY, MOST_MAILS_A_DAY
from intake.services.triage import answer_question
from portfolio.core.errors import RuleBroken
from portfolio.core.mailbox import MailboxBroken, Waiting, open_mailbox
from portfolio.core.models import BusinessUnit, Event, Team, User
from portfolio.core.rights import SUBMIT
from portfolio.core.services.mailing import queue_mail

logger = logging.getLogger(__name__)
# From one address; more is a machine, or somebody who should use the form.
MOST_A_DAY = 20
MOST_STRANGERS_A_DAY = 100
NO_SUBJECT = "Request by e-mail"
# What programs put before the subject of an answer, or of what is passed on.
_ANSWERED = re.compile(r"^\s*((re|aw|sv|odp|fwd?|wg|pd|tr)\s*:\s*)+", re.IGNORECASE)


def read_mailbox() -> int:
    """Take what waits in the mailbox; gives how many messages are done.

    A message is marked as done after what it became is stored. Where a worker dies
    between the two it is read again, and its Message-ID says that it was taken.
    """
    if not settings.MAILBOX:
        return 0
    done, broken = 0, []
    try:
        with open_mailbox(settings.MAILBOX) as mailbox:
            for waiting in mailbox.waiting():
                try:
                    _take(waiting)
                except Exception as failed:  # noqa: BLE001 - others wait behind it; raised below
                    broken.append(failed)
                else:
                    mailbox.done(waiting.key)
                    done += 1
    except MailboxBroken as failed:
        logger.warning("The mailbox was not read: %s", failed)
    if broken:
        raise ExceptionGroup("Messages of the mailbox could not be taken.", broken)
    return done


def _take(waiting: Waiting) -> None:
    if waiting.is_too_large:
        logger.info("A message of the mailbox is too large and was left: %s", waiting)
        return
    take_letter(raw=waiting.raw)


@transaction.atomic
def take_letter(*, raw: bytes) -> Letter:
    """Take one message, once: as an answer, as a draft, or not at all."""
    read = read_letter(raw)
    # Whoever takes the same at once waits here, and then finds it taken.
    letter, is_new = Letter.objects.get_or_create(
        message_id=read.message_id,
        defaults={"sender": read.sender[:254], "outcome": LetterOutcome.IGNORED},
    )
    if not is_new:
        return letter
    why = read.ignored or _why_not(read)
    question = None if why else question_answered(read.addressed)
    letter.subject = "" if why else read.subject
    letter.text = "" if why else read.text
    if why:
        _leave(letter, why)
    elif question is not None:
        _take_answer(letter, read, question)
    else:
        _take_request(letter, read)
    letter.save()
    return letter


def _why_not(read: ReadLetter) -> str:
    own = {settings.MAILBOX_ADDRESS.lower(), settings.SENDER_ADDRESS.lower()}
    if read.sender in own:
        return "We sent it ourselves."
    try:
        validate_email(read.sender)
    except ValidationError:
        return "The address of its sender cannot be read."
    since = timezone.now() - A_DAY
    taken = Letter.objects.filter(sender=read.sender, received_at__gte=since)
    if taken.exclude(outcome=LetterOutcome.IGNORED).count() >= MOST_A_DAY:
        return f"It is beyond {MOST_A_DAY} messages of one address in a day."
    return ""


def _leave(letter: Letter, why: str) -> None:
    letter.outcome, letter.why = LetterOutcome.IGNORED, why[:250]
    letter.subject = letter.text = ""
    logger.info("An e-mail of %s was not taken. %s", letter.sender or "nobody", why)


def _take_answer(letter: Letter, read: ReadLetter, question: Event) -> None:
    """The answer of who was asked, to whom the token was mailed and nobody else."""
    demand = Demand.objects.filter(pk=question.subject_id).first()
    asked = demand.requester if demand else None
    if demand is None or asked is None or asked.email.lower() != read.sender:
        _leave(letter, "The question was put to another address.")
        _write_back(
            letter,
            "We could not take your answer",
            "The question was sent to another e-mail address. Please answer from that "
            "one, or on the page that the e-mail links to.",
        )
        return
    words = answer_in(read.text)
    try:
        letter.outcome = _say(demand, question, asked, words)
    except RuleBroken as broken:
        _leave(letter, str(broken))
        _write_back(letter, "We could not take your answer", str(broken))
        return
    letter.demand = demand
    _keep_files(letter, read.files, demand, asked)
    if letter.left_out:
        _write_back(
            letter,
            f"{demand.reference}: your answer is there, but not every file",
            f"Your answer is taken. Not kept:\n\n{letter.left_out}",
        )


def _say(demand: Demand, question: Event, by: User, words: str) -> LetterOutcome:
    asked = Event.objects.about(demand).filter(kind="information-asked").by_time()
    is_open = demand.stage == Stage.NEEDS_INFORMATION and asked.last() == question
    if is_open:
        answer_question(demand=demand, by=by, answer=words)
        return LetterOutcome.ANSWER
    # Answered already, or decided without it: it is read all the same.
    write_comment(demand=demand, by=by, words=words)
    return LetterOutcome.COMMENT


def _take_request(letter: Letter, read: ReadLetter) -> None:
    person = User.objects.filter(email__iexact=read.sender).first()
    if person is not None and person.is_guest:
        # An address alone proves nothing; a guest confirms each request.
        person = None
    if person is not None and not (person.is_active and person.has_perm(SUBMIT)):
        _leave(letter, "Its sender may not send requests.")
        return
    if person is None and _are_too_many_strangers(read.sender):
        _leave(letter, "Too many messages of people without an account in a day.")
        return
    team, unit = _team(), _unit(person)
    if team is None or unit is None:
        _leave(letter, "Nothing says for which unit or team its sender asks.")
        return
    draft = open_draft(
        by=person,
        opening=Opening(
            title=_ANSWERED.sub("", read.subject) or NO_SUBJECT,
            team=team,
            business_unit=unit,
        ),
        token=uuid4(),
    )
    if person is None:
        GuestDraft.objects.create(
            demand=draft, name=read.sender_name, email=read.sender
        )
    letter.outcome, letter.demand = LetterOutcome.DRAFT, draft
    _keep_files(letter, read.files, draft, person)
    _ask_to_complete(letter, draft, person)


def _are_too_many_strangers(sender: str) -> bool:
    """Each is written back to, and a sender may be invented."""
    today = GuestDraft.objects.filter(link=None).begun_since(timezone.now() - A_DAY)
    own = today.filter(email__iexact=sender)
    return own.count() >= MOST_MAILS_A_DAY or today.count() >= MOST_STRANGERS_A_DAY


def _team() -> Team | None:
    teams = Team.objects.select_related("calendar").order_by("pk")
    if settings.MAILBOX_TEAM:
        return teams.filter(slug=settings.MAILBOX_TEAM).first()
    return teams.first()


def _unit(person: User | None) -> BusinessUnit | None:
    if person is not None and person.business_unit is not None:
        return person.business_unit
    return BusinessUnit.objects.filter(slug=settings.MAILBOX_UNIT).first()


def _keep_files(
    letter: Letter, files: Iterable[EnclosedFile], demand: Demand, by: User | None
) -> None:
    left_out = []
    for number, file in enumerate(files, 1):
        upload = SimpleUploadedFile(file.name, file.content)
        try:
            attach_mailed(
                demand=demand, letter=letter, number=number, upload=upload, by=by
            )
        except RuleBroken as broken:
            left_out.append(str(broken))
    letter.left_out = "\n".join(left_out)


def _ask_to_complete(letter: Letter, draft: Demand, person: User | None) -> None:
    """Back to who wrote: what is still asked, behind a link.

    To somebody we do not know, nothing that the message said: its sender may be
    invented, and then somebody else reads this.
    """
    about = f" “{draft.title}”" if person else ""
    ending = (
        "It is yours alone until you send it."
        if person
        else "At its end we mail you a link to confirm that it was you. If it was not, "
        "do nothing: nothing is sent, and it is forgotten after 30 days."
    )
    left_out = f"\n\nNot kept:\n{letter.left_out}" if letter.left_out and person else ""
    _write_back(
        letter,
        "Please complete your request",
        f"Your e-mail{about} has become the draft of a request to {draft.team}. It is "
        "not sent yet: a few questions are still open. What you wrote stands beside "
        f"them.\n\n{settings.ADDRESS}{draft.get_absolute_url()}\n\n{ending}{left_out}",
    )


def _write_back(letter: Letter, subject: str, text: str) -> None:
    queue_mail(
        key=f"letter-{letter.pk}",
        to=letter.sender,
        subject=subject,
        text=f"{text}\n",
        in_reply_to=letter.message_id,
    )
