"""From a real maildir or a real IMAP server to drafts and answers."""

from __future__ import annotations

import datetime as dt
import imaplib
import re
import shutil
import subprocess
import sys
import time
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from intake.choices import LetterOutcome
from intake.models import Attachment, Demand, GuestDraft, Letter
from intake.services import letters
from intake.services.drafting import discard_draft
from intake.services.guests import forget_guest_drafts
from intake.services.letters import MOST_A_DAY, read_mailbox, take_letter
from intake.services.submitting import submit_request
from intake.services.triage import accept_demand, ask_for_information
from portfolio.core.models import Event, Mail, Notice
from portfolio.core.services.mailing import send_mail
from portfolio.core.services.notices import mail_notice
from tests.factories import TeamFactory, UnitFactory, UserFactory
from tests.processes import free_port

ADDRESS = "intake@throughline.example.com"


@pytest.fixture
def maildir(tmp_path, settings):
    """An empty maildir that the product reads."""
    root = tmp_path / "Mail dir"
    for name in ("new", "cur", "tmp"):
        (root / name).mkdir(parents=True)
    settings.MAILBOX = f"maildir://{str(root).replace(' ', '%20')}"
    settings.MAILBOX_ADDRESS = ADDRESS
    return root


@pytest.fixture
def unit(settings):
    """For whom strangers ask."""
    unit = UnitFactory()
    settings.MAILBOX_UNIT = unit.slug
    return unit


def letter(sender="ada@example.com", text="Orders are typed by hand.", **headers):
    message = EmailMessage()
    message["From"] = f"Ada Nwosu <{sender}>"
    message["To"] = headers.pop("to", ADDRESS)
    message["Subject"] = headers.pop("subject", "Connect the shop with the ERP")
    message["Message-ID"] = headers.pop("message_id", "<1@example.com>")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def deliver(maildir, message, name="1"):
    """As a mail server does: written apart, then moved in whole."""
    (maildir / "tmp" / name).write_bytes(message.as_bytes())
    (maildir / "tmp" / name).rename(maildir / "new" / name)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_colleague_gets_a_draft_to_complete(db, team, maildir, mailoutbox):
    person = UserFactory(email="Ada@Example.com")
    message = letter()
    message.add_attachment(
        b"%PDF-1.7 deed", maintype="application", subtype="pdf", filename="deed.pdf"
    )
    message.add_attachment(
        b"MZ\x00", maintype="application", subtype="octet-stream", filename="run.exe"
    )
    deliver(maildir, message)

    done = read_mailbox()

    draft = Demand.objects.get()
    mail = Mail.objects.get()
    send_mail(mail_id=mail.pk)
    assert done == 1
    assert (draft.stage, draft.requester, draft.title, draft.team) == (
        "draft",
        person,
        "Connect the shop with the ERP",
        team,
    )
    assert draft.letters.get().text == "Orders are typed by hand."
    assert list(draft.attachments.values_list("name", "content_type")) == [
        ("deed.pdf", "application/pdf")
    ]
    assert f"http://localhost:8000{draft.get_absolute_url()}" in mail.text
    assert "“run.exe” is not of a type that can be added" in mail.text
    headers = mailoutbox[0].extra_headers
    assert (headers["In-Reply-To"], headers["Auto-Submitted"]) == (
        "<1@example.com>",
        "auto-replied",
    )
    assert (names(maildir / "new"), names(maildir / "cur")) == ([], ["1:2,S"])


def test_its_sender_names_the_systems_first_and_sends_it_with_its_files(
    client, db, team, maildir
):
    person = UserFactory(email="ada@example.com")
    message = letter()
    message.add_attachment(
        b"%PDF-1.7 deed", maintype="application", subtype="pdf", filename="deed.pdf"
    )
    deliver(maildir, message)
    read_mailbox()
    draft = Demand.objects.get()
    client.force_login(person)

    first = client.get(draft.get_absolute_url(), follow=True)
    pages = {
        "opening": {"title": draft.title, "source": "Shop", "target": "ERP"},
        "late": {"late": "better"},
        "date": {"date": "no"},
        "broken": {"broken": "no"},
        "tier": {"wanted": "stay"},
        "part-1": {"data_needed": "Orders", "frequency": "hourly"},
        "part-2": {"purpose": "Fewer typing errors."},
    }
    for slug, given in pages.items():
        client.post(
            reverse("intake:draft-page", args=[draft.submission_token, slug]), given
        )
    client.post(reverse("intake:send", args=[draft.submission_token]))

    draft.refresh_from_db()
    followed = client.get(draft.get_absolute_url()).content.decode()
    file = client.get(
        reverse(
            "intake:attachment",
            args=[draft.reference, draft.attachments.get().key],
        )
    )
    assert first.context["page"].slug == "opening"
    assert "Orders are typed by hand." in first.content.decode()
    assert draft.stage == "submitted"
    assert "Orders are typed by hand." in followed
    assert b"".join(file.streaming_content) == b"%PDF-1.7 deed"


def test_a_stranger_completes_and_confirms_as_by_a_link(
    client, db, team, maildir, unit
):
    deliver(maildir, letter("vera@example.com", subject="Buy pills now"))

    read_mailbox()

    draft = Demand.objects.get()
    mail = Mail.objects.get()
    assert (draft.requester, draft.business_unit) == (None, unit)
    assert (draft.guest.name, draft.guest.email) == ("Ada Nwosu", "vera@example.com")
    # A sender may be invented: nothing of the message goes to them.
    assert "pills" not in mail.subject + mail.text
    assert "It is not sent yet" in mail.text
    opened = client.get(draft.get_absolute_url(), follow=True)
    assert "Orders are typed by hand." in opened.content.decode()
    assert "business_unit" in opened.context["form"].fields


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("Fwd: AW: Connect A with B", "Connect A with B"),
        ("Reorder stock by night", "Reorder stock by night"),
        ("Re:", "Request by e-mail"),
        ("", "Request by e-mail"),
    ],
)
def test_the_subject_begins_the_request(db, team, subject, title):
    UserFactory(email="ada@example.com")

    take_letter(raw=letter(subject=subject).as_bytes())

    assert Demand.objects.get().title == title


@pytest.mark.parametrize("sender", ["a@b", "ada@exa mple.com", "@", "a@-"])
def test_nobody_is_written_back_to_at_an_address_that_is_none(db, team, unit, sender):
    taken = take_letter(
        raw=f"From: <{sender}>\r\nMessage-ID: <1@e.com>\r\n\r\nHi".encode()
    )

    assert taken.outcome == LetterOutcome.IGNORED
    assert not Mail.objects.exists()


def test_without_a_unit_for_them_strangers_are_not_taken(db, team, maildir):
    deliver(maildir, letter("vera@example.com"))

    assert read_mailbox() == 1
    assert not Demand.objects.exists()
    assert not Mail.objects.exists()
    kept = Letter.objects.get()
    assert (kept.outcome, kept.text) == (LetterOutcome.IGNORED, "")
    assert "for which unit" in kept.why


@pytest.mark.parametrize("made", [{"role": "viewer"}, {"is_active": False}])
def test_who_may_send_nothing_sends_nothing_by_mail(db, team, maildir, made, unit):
    UserFactory(email="ada@example.com", **made)
    deliver(maildir, letter())

    read_mailbox()

    assert not Demand.objects.exists()
    assert not Mail.objects.exists()


@pytest.mark.parametrize(
    ("headers", "sender"),
    [
        ({"Auto_Submitted": "auto-replied"}, "ada@example.com"),
        ({"Precedence": "bulk"}, "ada@example.com"),
        ({"Return_Path": "<>"}, "ada@example.com"),
        ({}, ADDRESS),
        ({}, "throughline@localhost"),
    ],
)
def test_machines_and_our_own_mails_are_ignored_and_logged(
    db, team, maildir, unit, headers, sender, caplog
):
    caplog.set_level("INFO", logger="intake.services.letters")
    UserFactory(email="ada@example.com")
    deliver(maildir, letter(sender, **headers))

    read_mailbox()

    assert (Demand.objects.count(), Mail.objects.count()) == (0, 0)
    assert Letter.objects.get().outcome == LetterOutcome.IGNORED
    assert f"An e-mail of {sender} was not taken." in caplog.text
    assert names(maildir / "new") == []


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


def test_a_worker_that_dies_before_it_is_moved_takes_it_once(
    transactional_db, shipped_tiers, maildir, monkeypatch
):
    TeamFactory()
    UserFactory(email="ada@example.com")
    deliver(maildir, letter())

    def die(*_args):
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr("portfolio.core.mailbox.Maildir.done", die)
        with pytest.raises(SystemExit):
            read_mailbox()
    left = names(maildir / "new")
    done = read_mailbox()

    assert (left, done, names(maildir / "new")) == (["1"], 1, [])
    assert (Demand.objects.count(), Mail.objects.count()) == (1, 1)


def test_a_worker_that_dies_in_the_middle_leaves_everything_as_it_was(
    transactional_db, shipped_tiers, maildir, monkeypatch
):
    TeamFactory()
    UserFactory(email="ada@example.com")
    deliver(maildir, letter())

    def die(*_args, **_rest):
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(letters, "_ask_to_complete", die)
        with pytest.raises(SystemExit):
            read_mailbox()
    left = (names(maildir / "new"), Demand.objects.count(), Letter.objects.count())
    read_mailbox()

    assert left == (["1"], 0, 0)
    assert Demand.objects.count() == 1


def test_a_message_that_breaks_something_holds_up_no_other(
    db, team, maildir, monkeypatch
):
    UserFactory(email="ada@example.com")
    deliver(maildir, letter(subject="First", message_id="<1@e.com>"), "1")
    deliver(maildir, letter(subject="Second", message_id="<2@e.com>"), "2")
    take = letters.take_letter

    def stumble(*, raw):
        if b"First" in raw:
            raise ValueError("A fault of ours")
        return take(raw=raw)

    monkeypatch.setattr(letters, "take_letter", stumble)
    with pytest.raises(ExceptionGroup) as failed:
        read_mailbox()

    assert [str(each) for each in failed.value.exceptions] == ["A fault of ours"]
    assert names(maildir / "new") == ["1"]
    assert Demand.objects.get().title == "Second"


def test_what_was_thrown_away_does_not_come_back(db, team, maildir):
    UserFactory(email="ada@example.com")
    deliver(maildir, letter())
    read_mailbox()
    discard_draft(draft=Demand.objects.get())
    deliver(maildir, letter(), "2")

    read_mailbox()

    assert not Demand.objects.exists()
    assert Letter.objects.get().text == ""


def test_who_wrote_what_was_never_sent_is_forgotten(
    db, team, maildir, unit, monkeypatch
):
    take_letter(raw=letter("vera@example.com").as_bytes())
    take_letter(
        raw=letter("bot@example.com", Precedence="bulk", message_id="<2@e>").as_bytes()
    )
    later = timezone.now() + dt.timedelta(days=31)
    monkeypatch.setattr(timezone, "now", lambda: later)

    forget_guest_drafts()

    assert list(Letter.objects.values_list("sender", "text")) == [("", "")] * 2
    assert (Demand.objects.count(), Mail.objects.count()) == (0, 0)


def test_one_address_is_taken_so_often_a_day(db, team, maildir, monkeypatch):
    UserFactory(email="ada@example.com")
    for number in range(MOST_A_DAY + 1):
        take_letter(raw=letter(message_id=f"<{number}@e.com>").as_bytes())
    tomorrow = timezone.now() + dt.timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    take_letter(raw=letter(message_id="<later@e.com>").as_bytes())

    assert Demand.objects.count() == MOST_A_DAY + 1
    assert Letter.objects.filter(outcome="ignored").count() == 1


def test_strangers_are_written_back_to_less_often(db, team, maildir, unit):
    for number in range(8):
        take_letter(raw=letter("v@e.com", message_id=f"<{number}@e.com>").as_bytes())

    assert (Mail.objects.count(), GuestDraft.objects.count()) == (6, 6)


def test_a_message_too_large_to_read_is_left_and_said(
    db, team, maildir, monkeypatch, caplog
):
    caplog.set_level("INFO", logger="intake.services.letters")
    monkeypatch.setattr("portfolio.core.mailbox.LARGEST", 100)
    deliver(maildir, letter())

    assert read_mailbox() == 1
    assert "too large" in caplog.text
    assert names(maildir / "cur") == ["1:2,S"]


def test_a_mailbox_that_is_not_there_is_said_and_tried_again(
    db, settings, tmp_path, caplog
):
    for address in (
        f"maildir://{tmp_path}/nothing",
        "imap://ada:secret@127.0.0.1:1/INBOX",
    ):
        settings.MAILBOX = address
        assert read_mailbox() == 0

    assert caplog.text.count("The mailbox was not read") == 2
    assert "secret" not in caplog.text


def test_without_a_mailbox_nothing_is_read(db):
    assert read_mailbox() == 0


@pytest.fixture(scope="module")
def imap_port():
    """A real IMAP server, which keeps its messages in memory."""
    port = free_port()
    program = shutil.which("pymap", path=Path(sys.executable).parent)
    process = subprocess.Popen(
        [program, "--host", "127.0.0.1", "--port", str(port), "--no-tls", "dict",
         "--demo-data", "--demo-user", "in@take", "--demo-password", "p@ss word"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            imaplib.IMAP4("127.0.0.1", port, timeout=1).shutdown()
        except OSError:
            time.sleep(0.1)
        else:
            break
    yield port
    process.terminate()
    process.wait(timeout=10)


def connected(port):
    connection = imaplib.IMAP4("127.0.0.1", port, timeout=5)
    connection.login("in@take", '"p@ss word"'.strip('"'))
    return connection


def test_a_real_imap_server_is_read_and_marked(db, team, settings, imap_port):
    UserFactory(email="ada@example.com")
    settings.MAILBOX = f"imap://in%40take:p%40ss%20word@127.0.0.1:{imap_port}/To%20do"
    settings.MAILBOX_ADDRESS = ADDRESS
    connection = connected(imap_port)
    connection.create('"To do"')
    first = letter(subject="First", message_id="<1@e.com>")
    first.add_attachment(
        b"%PDF-1.7" + b"x" * 200_000,
        maintype="application",
        subtype="pdf",
        filename="deed.pdf",
    )
    for message in (first, letter(subject="Second", message_id="<2@e.com>")):
        connection.append('"To do"', None, None, message.as_bytes())

    done = [read_mailbox(), read_mailbox()]

    connection.select('"To do"')
    _, unseen = connection.uid("SEARCH", "UNSEEN")
    _, every = connection.uid("SEARCH", "ALL")
    connection.logout()
    assert done == [2, 0]
    assert (unseen, len(every[0].split())) == ([b""], 2)
    assert set(Demand.objects.values_list("title", flat=True)) == {"First", "Second"}
    assert Attachment.objects.get().size == 200_008


def test_a_wrong_password_or_folder_says_so(db, settings, imap_port, caplog):
    for who, folder in (("in%40take:wrong", ""), ("in%40take:p%40ss%20word", "/No")):
        settings.MAILBOX = f"imap://{who}@127.0.0.1:{imap_port}{folder}"
        assert read_mailbox() == 0

    assert "127.0.0.1 cannot be read: b'[AUTHENTICATIONFAILED]" in caplog.text
    assert "The folder No cannot be opened" in caplog.text
