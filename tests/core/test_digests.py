from __future__ import annotations

import datetime as dt

import pytest
from django.core.mail.backends.smtp import EmailBackend
from django.urls import reverse
from django.utils import timezone

from portfolio.core.models import Mail, Notice
from portfolio.core.services.digests import make_digests
from portfolio.core.services.mailing import SENDING, send_mail, send_unsent
from portfolio.core.services.notices import give_notice, mail_unsent, read_notices
from portfolio.core.services.preferences import choose_channels, preferences_of
from tests.factories import CalendarFactory, TeamFactory, UserFactory


class DiesBefore(EmailBackend):
    def send_messages(self, email_messages):
        raise SystemExit


class DiesAfter(EmailBackend):
    def send_messages(self, email_messages):
        super().send_messages(email_messages)
        raise SystemExit


@pytest.fixture
def at(monkeypatch):
    """Make it a moment in UTC: ``at("2026-11-24 07:00")``."""

    def turn_to(text):
        now = dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)
        monkeypatch.setattr(timezone, "now", lambda: now)

    return turn_to


@pytest.fixture
def person(db):
    """Wants comments in the mail of the day."""
    person = UserFactory(email="ada@example.com")
    choose_channels(person=person, channels={"comment": "daily"})
    return person


def told(person, kind="comment", title="INT-0042: Jonas writes"):
    [notice] = give_notice(to=[person], kind=kind, title=title, text="Hello.", url="/x")
    return notice


@pytest.mark.parametrize(
    ("channel", "by_mail", "in_digest"),
    [("at_once", True, False), ("daily", False, True), ("app", False, False)],
)
def test_each_kind_comes_as_it_was_chosen(
    db, channel, by_mail, in_digest, django_capture_on_commit_callbacks
):
    person = UserFactory()
    choose_channels(person=person, channels={"mention": channel})

    with django_capture_on_commit_callbacks() as queued:
        notice = told(person, "mention")
        other = told(person, "decision")

    assert (notice.by_mail, notice.in_digest) == (by_mail, in_digest)
    assert other.by_mail
    assert len(queued) == 1 + by_mail


def test_everything_comes_at_once_until_something_else_is_chosen(db):
    assert set(preferences_of(UserFactory()).values()) == {"at_once"}


def test_the_mail_of_the_day_holds_all_that_waits(person, mail_server, settings, at):
    settings.ADDRESS = "https://throughline.example.com"
    at("2026-11-23 12:00")
    told(person)
    told(person, title="INT-0043: Mira writes")
    at("2026-11-24 06:00")

    make_digests()
    sent = [send_mail(mail_id=Mail.objects.get().pk) for _ in range(2)]

    assert sent == [True, False]
    [(to, message)] = mail_server.mails
    assert (to, message["Subject"]) == (["ada@example.com"], "2 notices for Tue 24 Nov")
    assert message.get_content().replace("\r\n", "\n") == (
        "INT-0042: Jonas writes\nHello.\nhttps://throughline.example.com/x\n\n\n"
        "INT-0043: Mira writes\nHello.\nhttps://throughline.example.com/x\n\n\n"
        "Sent by Throughline. Please do not answer; nobody reads it here.\n"
        "What comes by e-mail, and when: "
        "https://throughline.example.com/account/notices/\n"
    )


def test_it_is_made_at_its_hour_where_each_works(person, at):
    calendar = CalendarFactory(time_zone="America/New_York")
    overseas = UserFactory(teams=[TeamFactory(calendar=calendar)])
    choose_channels(person=overseas, channels={"comment": "daily"})
    at("2026-11-24 05:00")
    for each in (person, overseas):
        told(each)

    made = []
    # Seven in Berlin is six in UTC, in New York it is noon.
    for moment in ("05:00", "05:59", "06:00", "11:59", "12:00", "12:05"):
        at(f"2026-11-24 {moment}")
        made.append(make_digests())

    assert made == [0, 0, 1, 0, 1, 0]


def test_what_comes_after_it_waits_for_the_next_day(person, at):
    at("2026-11-24 06:00")
    first = told(person)
    make_digests()
    later = told(person)
    same_day = make_digests()
    at("2026-11-25 06:00")
    next_day = make_digests()

    assert (same_day, next_day) == (0, 1)
    keys = [Notice.objects.get(pk=each.pk).digest.key for each in (first, later)]
    assert keys == [f"digest-{person.pk}-2026-11-{day}" for day in (24, 25)]


def test_a_day_without_a_worker_loses_nothing(person, at):
    at("2026-11-23 12:00")
    told(person)
    at("2026-11-25 21:00")

    assert [make_digests(), make_digests()] == [1, 0]


def test_what_was_read_or_is_told_to_somebody_gone_makes_no_mail(person, at):
    gone = UserFactory(is_active=False)
    choose_channels(person=gone, channels={"comment": "daily"})
    at("2026-11-24 06:00")
    told(gone)
    told(person)
    read_notices(person=person)

    assert make_digests() == 0
    assert not Mail.objects.exists()


@pytest.mark.parametrize("backend", ["DiesBefore", "DiesAfter"])
def test_a_worker_that_dies_neither_loses_it_nor_sends_another(
    person, mail_server, settings, monkeypatch, backend
):
    settings.DIGEST_HOUR = 0
    told(person)
    make_digests()
    mail = Mail.objects.get()
    alive = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.{backend}"
    with pytest.raises(SystemExit):
        send_mail(mail_id=mail.pk)
    settings.EMAIL_BACKEND = alive

    at_once = [make_digests(), send_unsent()]
    later = timezone.now() + SENDING * 2
    monkeypatch.setattr(timezone, "now", lambda: later)
    afterwards = [make_digests(), send_unsent(), send_unsent()]

    # Whether a mail server took what it was given last is not known to the dead. The
    # same mail goes then, under the same Message-ID, which a mailbox shows once.
    assert (at_once, afterwards) == ([0, 0], [0, 1, 0])
    assert {message["Message-ID"] for _, message in mail_server.mails} == {
        f"<mail-{mail.pk}@localhost>"
    }
    assert len(mail_server.mails) == {"DiesBefore": 1, "DiesAfter": 2}[backend]


def test_a_worker_that_dies_while_it_makes_it_leaves_everything_as_it_was(
    transactional_db, settings, monkeypatch
):
    settings.DIGEST_HOUR = 0
    person = UserFactory()
    choose_channels(person=person, channels={"comment": "daily"})
    notice = told(person)

    def die(*_args, **_rest):
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr("portfolio.core.services.digests.queue_mail", die)
        with pytest.raises(SystemExit):
            make_digests()

    notice.refresh_from_db()
    assert (notice.digest, Mail.objects.count()) == (None, 0)
    assert make_digests() == 1


def test_the_page_keeps_what_was_chosen(client, db):
    person = UserFactory(role="manager")
    client.force_login(person)
    address = reverse("core:notice-preferences")

    before = client.get(address).context["form"]
    response = client.post(
        address, dict.fromkeys(before.fields, "daily") | {"warning": "at_once"}
    )

    assert response.url == reverse("core:account")
    assert preferences_of(person) == {
        kind: "at_once" if kind == "warning" else "daily" for kind in before.fields
    }


def test_who_decides_nothing_is_not_asked_about_clocks(client, db):
    client.force_login(UserFactory())

    response = client.get(reverse("core:notice-preferences"))

    assert "warning" not in response.context["form"].fields


def test_a_channel_that_is_not_there_is_refused(client, db):
    person = UserFactory()
    client.force_login(person)

    response = client.post(reverse("core:notice-preferences"), {"comment": "pigeon"})

    assert response.status_code == 200
    assert not person.notice_preferences.exists()


def test_nothing_goes_twice_by_both_ways(person, mailoutbox, monkeypatch, settings):
    settings.DIGEST_HOUR = 0
    told(person)
    make_digests()
    send_mail(mail_id=Mail.objects.get().pk)
    later = timezone.now() + dt.timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: later)

    mail_unsent()
    send_unsent()

    assert len(mailoutbox) == 1
