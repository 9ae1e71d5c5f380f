"""From a real maildir to drafts."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from intake.choices import LetterOutcome
from intake.models import Demand, GuestDraft, Letter
from intake.services.drafting import discard_draft
from intake.services.guests import forget_guest_drafts
from intake.services.letters import MOST_A_DAY, take_letter
from intake.services.mailbox import read_mailbox
from portfolio.core.models import Mail
from portfolio.core.services.mailing import send_mail
from tests.factories import UserFactory
from tests.intake.mailing import ADDRESS, deliver, letter, names


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
