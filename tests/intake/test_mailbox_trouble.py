"""A mailbox that cannot be read, and messages that cannot be taken."""

from __future__ import annotations

import pytest

from intake.models import Demand, Letter
from intake.services import letters
from intake.services.letters import read_mailbox
from portfolio.core.models import Mail
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
