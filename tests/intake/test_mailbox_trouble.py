"""A mailbox that cannot be read, and messages that cannot be taken."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from intake.models import Demand, Letter, StuckLetter
from intake.services import letters, mailbox
from intake.services.guests import MOST_MAILS_A_DAY, forget_guest_drafts
from intake.services.mailbox import MOST_ATTEMPTS, read_mailbox
from portfolio.core.models import Mail, Notice
from portfolio.core.services.mailing import send_mail
from tests.factories import TeamFactory, UserFactory
from tests.intake.mailing import deliver, letter, names


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


@pytest.fixture
def breaking(monkeypatch):
    """Until it is called, a fault of ours meets each message with “First” in it."""
    take = mailbox.take_letter

    def stumble(*, raw):
        if b"First" in raw:
            raise ValueError("A fault of ours")
        return take(raw=raw)

    monkeypatch.setattr(mailbox, "take_letter", stumble)
    return lambda: monkeypatch.setattr(mailbox, "take_letter", take)


def fail_to_read():
    with pytest.raises(ExceptionGroup) as failed:
        read_mailbox()
    return [str(each) for each in failed.value.exceptions]


def test_a_message_that_breaks_something_holds_up_no_other(db, team, maildir, breaking):
    UserFactory(email="ada@example.com")
    deliver(maildir, letter(subject="First", message_id="<1@e.com>"), "1")
    deliver(maildir, letter(subject="Second", message_id="<2@e.com>"), "2")

    said = fail_to_read()

    assert said == ["A fault of ours"]
    assert names(maildir / "new") == ["1"]
    assert Demand.objects.get().title == "Second"


def test_it_is_tried_less_and_less_often_then_set_aside_and_said_once(
    client, at, maildir, manager, breaking
):
    at("2026-11-23 10:00")
    deliver(maildir, letter(subject="First"))
    waits = [0, 1, 2, 4, 8, 16, 32, 64]
    minute = 0
    for wait in waits:
        minute += wait
        at(f"2026-11-23 {10 + (minute - 1) // 60:02}:{(minute - 1) % 60:02}")
        early = read_mailbox() if wait else 0
        at(f"2026-11-23 {10 + minute // 60:02}:{minute % 60:02}")
        assert (early, fail_to_read()) == (0, ["A fault of ours"])

    at("2026-11-24 10:00")
    later = read_mailbox()

    stuck = StuckLetter.objects.get()
    notice = Notice.objects.get()
    client.force_login(manager)
    page = client.get(notice.url)
    assert (later, stuck.attempts, stuck.why) == (
        0,
        MOST_ATTEMPTS,
        "ValueError: A fault of ours",
    )
    assert (names(maildir / "new"), names(maildir / "cur")) == ([], ["1:2,FS"])
    assert (notice.person, notice.by_mail, notice.title) == (
        manager,
        True,
        "An e-mail of ada@example.com could not be taken",
    )
    assert b"A fault of ours" in page.content


def test_what_is_set_aside_is_tried_again_when_a_manager_says_so(
    client, db, team, maildir, manager, breaking, monkeypatch
):
    monkeypatch.setattr(mailbox, "MOST_ATTEMPTS", 1)
    person = UserFactory(email="ada@example.com")
    deliver(maildir, letter(subject="First"))
    fail_to_read()
    breaking()
    client.force_login(manager)

    client.post(reverse("intake:try-again", args=[StuckLetter.objects.get().pk]))
    done = read_mailbox()

    assert done == 1
    assert Demand.objects.get().requester == person
    assert not StuckLetter.objects.exists()
    assert (names(maildir / "new"), names(maildir / "cur")) == ([], ["1:2,S"])


def test_what_is_set_aside_is_for_managers_of_the_team_it_was_sent_to(
    client, db, team, requester
):
    stuck = StuckLetter.objects.create(key="1", set_aside_at=timezone.now())
    other = UserFactory(role="manager", teams=[TeamFactory()])
    again = reverse("intake:try-again", args=[stuck.pk])
    answers = []
    for person in (requester, other):
        client.force_login(person)
        answers += [client.post(again).status_code]
    page = client.get(reverse("intake:set-aside"))

    stuck.refresh_from_db()
    assert (answers, stuck.is_wanted_back) == ([403, 404], False)
    assert "Every e-mail that came was taken" in page.content.decode()


def test_who_sends_what_is_too_large_is_told_once_and_nothing_is_lost(
    db, team, maildir, monkeypatch, mailoutbox
):
    UserFactory(email="ada@example.com")
    monkeypatch.setattr("portfolio.core.mailbox.LARGEST", 500)
    deliver(maildir, letter(text="Orders. " * 200))
    deliver(maildir, letter(text="Orders. " * 200), "again")

    done = [read_mailbox(), read_mailbox()]

    mail = Mail.objects.get()
    send_mail(mail_id=mail.pk)
    kept = Letter.objects.get()
    assert done == [2, 0]
    assert (mail.to, mail.subject) == ("ada@example.com", "Your e-mail was too large")
    assert "larger than 40 MB" in mail.text
    assert mailoutbox[0].extra_headers["In-Reply-To"] == "<1@example.com>"
    assert (kept.outcome, kept.why) == ("ignored", "It is larger than 40 MB.")
    assert not Demand.objects.exists()
    assert names(maildir / "cur") == ["1:2,FS", "again:2,FS"]


@pytest.mark.parametrize(
    ("sender", "headers"),
    [
        ("bot@example.com", {"Auto_Submitted": "auto-generated"}),
        # For whom no unit is named, so they would get no draft either.
        ("vera@example.com", {}),
    ],
)
def test_who_would_get_no_draft_is_told_nothing_of_its_size(
    db, team, maildir, monkeypatch, sender, headers
):
    monkeypatch.setattr("portfolio.core.mailbox.LARGEST", 100)
    deliver(maildir, letter(sender, **headers))

    assert read_mailbox() == 1
    assert not Mail.objects.exists()
    assert names(maildir / "cur") == ["1:2,FS"]


def test_a_stranger_is_told_so_often_a_day_and_then_forgotten(
    db, team, maildir, unit, monkeypatch
):
    monkeypatch.setattr("portfolio.core.mailbox.LARGEST", 100)
    for number in range(MOST_MAILS_A_DAY + 2):
        message = letter("vera@example.com", message_id=f"<{number}@e.com>")
        deliver(maildir, message, str(number))

    read_mailbox()
    told = Mail.objects.count()
    later = timezone.now() + dt.timedelta(days=31)
    monkeypatch.setattr(timezone, "now", lambda: later)
    forget_guest_drafts()

    assert told == MOST_MAILS_A_DAY
    assert not Mail.objects.exists()
    assert set(Letter.objects.values_list("sender", flat=True)) == {""}


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


def test_a_file_that_cannot_be_read_holds_up_no_other(db, team, maildir):
    UserFactory(email="ada@example.com")
    (maildir / "new" / "0").mkdir()
    deliver(maildir, letter())

    said = fail_to_read()

    assert [each.partition("]")[0] for each in said] == ["[Errno 21"]
    assert Demand.objects.count() == 1
    assert StuckLetter.objects.get().why.startswith("IsADirectoryError")
