"""Questions of the team that are answered by replying to their e-mail."""

from __future__ import annotations

import re

import pytest

from intake.choices import LetterOutcome
from intake.models import Attachment, Demand, Letter
from intake.services.letters import take_letter
from intake.services.mailbox import read_mailbox
from intake.services.submitting import submit_request
from intake.services.triage import accept_demand, ask_for_information
from portfolio.core.models import Event, Mail, Notice
from portfolio.core.services.notices import mail_notice
from tests.intake.mailing import ADDRESS, deliver, letter


def test_a_reply_answers_the_question_and_the_clock_goes_on(
    db, maildir, manager, requester, mailoutbox
):
    demand = submit_request(by=requester, team=manager.teams.get(), title="Connect")
    ask_for_information(demand=demand, by=manager, question="How many?")
    paused = demand.clocks.get(kind="decide").paused_since
    mail_notice(notice_id=Notice.objects.of(requester).get().pk)
    [question] = mailoutbox
    deliver(
        maildir,
        letter(
            requester.email,
            f"Forty.\n\nOn 3 Dec 2026 Team wrote:\n> {question.body}",
            to=question.reply_to[0],
        ),
    )

    read_mailbox()

    demand.refresh_from_db()
    event = Event.objects.about(demand).by_time().last()
    assert (demand.stage, event.kind, event.why, event.actor) == (
        "submitted",
        "answered",
        "Forty.",
        requester,
    )
    assert paused is not None
    clock = demand.clocks.get(kind="decide")
    assert (clock.paused_since, clock.state) == (None, "running")
    assert Notice.objects.of(manager).get().title.endswith("has answered")
    assert question.body.startswith("## Please write your answer above this line ##")
    assert "You can answer this e-mail" in question.body
    assert Letter.objects.get().outcome == LetterOutcome.ANSWER
    assert Demand.objects.count() == 1


def test_without_a_mailbox_nobody_is_asked_to_reply(
    db, manager, demand, requester, mailoutbox
):
    ask_for_information(demand=demand, by=manager, question="How many?")

    mail_notice(notice_id=Notice.objects.of(requester).get().pk)

    assert mailoutbox[0].reply_to == []
    assert "Please do not answer" in mailoutbox[0].body


@pytest.fixture
def question(db, maildir, manager, demand, requester, mailoutbox):
    """A mail that asks the requester of ``demand`` something."""
    ask_for_information(demand=demand, by=manager, question="How many?")
    mail_notice(notice_id=Notice.objects.of(requester).get().pk)
    return mailoutbox[0]


def answer(question, sender, text="Forty.", **headers):
    headers.setdefault("to", question.reply_to[0])
    return take_letter(raw=letter(sender, text, **headers).as_bytes())


def test_where_the_plus_is_lost_the_references_know_the_question(
    question, demand, requester
):
    own = question.extra_headers["Message-ID"]

    answer(question, requester.email, to=ADDRESS, References=f"<x@y> {own}")

    demand.refresh_from_db()
    assert demand.stage == "submitted"


def test_a_server_that_lowers_or_raises_letters_changes_nothing(
    question, demand, requester
):
    answer(question, requester.email, to=question.reply_to[0].upper())

    demand.refresh_from_db()
    assert demand.stage == "submitted"


def test_only_who_was_asked_answers(question, demand):
    taken = answer(question, "somebody@example.com")

    demand.refresh_from_db()
    assert (demand.stage, taken.outcome) == ("needs_information", LetterOutcome.IGNORED)
    mail = Mail.objects.get()
    assert (mail.to, mail.subject) == (
        "somebody@example.com",
        "We could not take your answer",
    )


def test_a_forged_token_answers_nothing(question, demand, requester):
    forged = re.sub(r"-[0-9a-f]{24}@", f"-{'0' * 24}@", question.reply_to[0])

    taken = answer(question, requester.email, to=forged)

    demand.refresh_from_db()
    assert demand.stage == "needs_information"
    # It is read as a request of its own, as every mail of a colleague.
    assert taken.outcome == LetterOutcome.DRAFT


def test_an_answer_that_comes_late_is_read_as_a_comment(
    question, demand, requester, manager
):
    answer(question, requester.email)
    late = answer(question, requester.email, "And ten more.", message_id="<2@e.com>")
    accept_demand(demand=demand, by=manager)
    later = answer(question, requester.email, "Thank you.", message_id="<3@e.com>")

    assert (late.outcome, later.outcome) == ("comment", "comment")
    comments = Event.objects.about(demand).filter(kind="comment").by_time()
    assert [event.why for event in comments] == ["And ten more.", "Thank you."]


def test_an_answer_without_words_is_asked_for_again(question, demand, requester):
    taken = answer(question, requester.email, f"\n> {question.body}")

    demand.refresh_from_db()
    assert (demand.stage, taken.outcome) == ("needs_information", LetterOutcome.IGNORED)
    assert "Write an answer" in Mail.objects.get().text


def test_an_out_of_office_reply_answers_nothing(question, demand, requester):
    answer(question, requester.email, Auto_Submitted="auto-replied")

    demand.refresh_from_db()
    assert demand.stage == "needs_information"
    assert not Mail.objects.exists()


def test_files_of_an_answer_are_kept_and_what_is_not_is_said(
    client, question, demand, requester
):
    message = letter(requester.email, "See the file.", to=question.reply_to[0])
    for name, content in (("list.csv", b"a,b\n1,2\n"), ("run.exe", b"MZ\x00")):
        message.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=name
        )

    take_letter(raw=message.as_bytes())
    client.force_login(requester)
    page = client.get(demand.get_absolute_url()).content.decode()

    assert [each.name for each in Attachment.objects.all()] == ["list.csv"]
    assert "list.csv" in page
    assert "run.exe" in Mail.objects.get().text
