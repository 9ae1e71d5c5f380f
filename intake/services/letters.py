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
from intake.content import LARGEST as LARGEST_FILE
from intake.letters import EnclosedFile, ReadLetter, answer_in, read_letter
from intake.models import Demand, GuestDraft, Letter
from intake.services.attaching import attach_mailed
from intake.services.commenting import write_comment
from intake.services.drafting import Opening, open_draft
from intake.services.guests import A_DAY, MOST_MAILS_A_DAY
from intake.services.triage import answer_question
from portfolio.core.errors import RuleBroken
from portfolio.core.mailbox import LARGEST
from portfolio.core.models import BusinessUnit, Event, Mail, Team, User
from portfolio.core.rights import SUBMIT
from portfolio.core.services.mailing import queue_mail

logger = logging.getLogger(__name__)
MEGABYTE = 1024 * 1024
# From one address; more is a machine, or somebody who should use the form.
MOST_A_DAY = 20
MOST_STRANGERS_A_DAY = 100
NO_SUBJECT = "Request by e-mail"
# What programs put before the subject of an answer, or of what is passed on.
_ANSWERED = re.compile(r"^\s*((re|aw|sv|odp|fwd?|wg|pd|tr)\s*:\s*)+", re.IGNORECASE)


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


@transaction.atomic
def refuse_too_large(*, headers: bytes) -> Letter:
    """Tell who sent a message that was too large to be read, once.

    Nobody is told who would get no draft or answer either: machines, and strangers
    where nothing says for which unit they ask.
    """
    read = read_letter(headers)
    letter, is_new = Letter.objects.get_or_create(
        message_id=read.message_id,
        defaults={"sender": read.sender[:254], "outcome": LetterOutcome.IGNORED},
    )
    if not is_new:
        return letter
    is_answer = _is_asked(read.sender, question_answered(read.addressed))
    why = read.ignored or _why_not(read)
    if not why and not is_answer:
        why = _why_no_request(read.sender)
    _leave(letter, why or f"It is larger than {LARGEST // MEGABYTE} MB.")
    letter.save()
    if not why:
        _write_back(
            letter,
            "Your e-mail was too large",
            f"Your e-mail is larger than {LARGEST // MEGABYTE} MB and was not read, so "
            f"the team has no {'answer' if is_answer else 'request'} by it. Please "
            "send it again without the large files: a file may have up to "
            f"{LARGEST_FILE // MEGABYTE} MB. Say where larger ones are found instead.",
        )
    return letter


def _is_asked(sender: str, question: Event | None) -> bool:
    """Whether a question was put to them, of which the token proves nothing."""
    demand = question and Demand.objects.filter(pk=question.subject_id).first()
    asked = demand.requester if demand else None
    return asked is not None and asked.email.lower() == sender


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
    person = _person(read.sender)
    why = _why_no_request(read.sender)
    if why:
        _leave(letter, why)
        return
    team, unit = team_of_mailbox(), _unit(person)
    assert team is not None  # noqa: S101 - else there was a reason why not
    assert unit is not None  # noqa: S101 - the same
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


def _person(sender: str) -> User | None:
    person = User.objects.filter(email__iexact=sender).first()
    # An address alone proves nothing; a guest confirms each request.
    return None if person is not None and person.is_guest else person


def _why_no_request(sender: str) -> str:
    """Why they get no draft by e-mail; empty where they do."""
    person = _person(sender)
    if person is not None and not (person.is_active and person.has_perm(SUBMIT)):
        return "Its sender may not send requests."
    if person is None and _are_too_many_strangers(sender):
        return "Too many messages of people without an account in a day."
    if team_of_mailbox() is None or _unit(person) is None:
        return "Nothing says for which unit or team its sender asks."
    return ""


def _are_too_many_strangers(sender: str) -> bool:
    """Each is written back to, and a sender may be invented."""
    since = timezone.now() - A_DAY
    today = GuestDraft.objects.filter(link=None).begun_since(since)
    own = Mail.objects.filter(key__startswith="letter-", made_at__gte=since)
    return (
        own.filter(to__iexact=sender).count() >= MOST_MAILS_A_DAY
        or today.count() >= MOST_STRANGERS_A_DAY
    )


def team_of_mailbox() -> Team | None:
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
