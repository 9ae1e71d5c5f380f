from __future__ import annotations

import datetime as dt
import email

import pytest
from django.urls import reverse
from django.utils import timezone

from portfolio.core.models import Notice
from portfolio.core.services.mailing import MOST_ATTEMPTS, SENDING
from portfolio.core.services.notices import (
    give_notice,
    mail_notice,
    mail_unsent,
    read_notices,
)
from tests.factories import UserFactory


def told(person, **rest):
    [notice] = give_notice(
        to=[person],
        **{
            "kind": "decision",
            "title": "INT-0042: late",
            "text": "It is late.",
            **rest,
        },
    )
    return notice


def unread(person):
    person.refresh_from_db()
    return person.unread_notices


def test_a_notice_is_counted_until_it_is_read(db):
    person, other = UserFactory.create_batch(2)
    first, _ = told(person), told(person)
    told(other)

    assert (unread(person), unread(other)) == (2, 1)
    read_notices(person=person, notice=first)
    assert (unread(person), unread(other)) == (1, 1)
    assert read_notices(person=person) == 1
    assert (unread(person), unread(other)) == (0, 1)


def test_a_mail_is_queued_when_the_change_is_stored(
    db, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as queued:
        told(UserFactory())
        told(UserFactory(), by_mail=False)

    assert len(queued) == 1


def test_a_real_server_gets_the_mail_once(db, mail_server, settings):
    settings.ADDRESS = "https://throughline.example.com"
    notice = told(UserFactory(email="ada@example.com"), url="/requests/INT-0042/")

    answers = [mail_notice(notice_id=notice.pk) for _ in range(2)]

    assert answers == [True, False]
    [(to, message)] = mail_server.mails
    assert (to, message["Subject"]) == (["ada@example.com"], "INT-0042: late")
    assert message["Message-ID"].startswith(f"<notice-{notice.pk}@")
    assert message.get_content().replace("\r\n", "\n") == (
        "It is late.\n\nhttps://throughline.example.com/requests/INT-0042/\n\n"
        "Sent by Throughline. Please do not answer; nobody reads it here.\n"
        "What comes by e-mail, and when: "
        "https://throughline.example.com/account/notices/\n"
    )


def test_a_refused_mail_is_tried_again_later_and_sent_once(
    db, mail_server, monkeypatch
):
    notice = told(UserFactory())
    mail_server.refuses = True
    assert mail_notice(notice_id=notice.pk) is False
    mail_server.refuses = False
    at_once = mail_unsent()
    later = timezone.now() + dt.timedelta(minutes=3)
    monkeypatch.setattr(timezone, "now", lambda: later)

    sent = [mail_unsent(), mail_unsent()]

    notice.refresh_from_db()
    assert (at_once, sent, notice.attempts) == (0, [1, 0], 2)
    assert len(mail_server.mails) == 1


def test_a_server_that_is_not_there_loses_nothing(db, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    notice = told(UserFactory())

    assert mail_notice(notice_id=notice.pk) is False
    assert Notice.objects.to_be_mailed().get() == notice


def test_a_mail_that_always_fails_is_given_up(db, mail_server, monkeypatch):
    notice = told(UserFactory())
    Notice.objects.update(attempts=MOST_ATTEMPTS)
    later = timezone.now() + dt.timedelta(days=30)
    monkeypatch.setattr(timezone, "now", lambda: later)

    assert (mail_unsent(), mail_server.mails) == (0, [])
    assert Notice.objects.to_be_mailed().get() == notice


def test_what_another_worker_sends_right_now_is_left_to_it(db, mail_server):
    notice = told(UserFactory())
    Notice.objects.update(claimed_at=timezone.now() - SENDING / 2)

    assert mail_notice(notice_id=notice.pk) is False
    assert mail_server.mails == []


def test_without_a_server_a_mail_is_a_file_of_its_own(db, settings, tmp_path):
    settings.EMAIL_BACKEND = "portfolio.core.mail.FolderBackend"
    settings.MAIL_FOLDER = str(tmp_path / "mail")
    notice = told(UserFactory(email="ada@example.com"))

    mail_notice(notice_id=notice.pk)

    [path] = (tmp_path / "mail").iterdir()
    assert path.name.endswith("adaexamplecom-int-0042-late.eml")
    message = email.message_from_bytes(path.read_bytes())
    assert (message["To"], message["Subject"]) == ("ada@example.com", "INT-0042: late")


def test_a_title_never_breaks_the_header_of_a_mail(db, mailoutbox):
    notice = told(UserFactory(), title="Two\nlines  and a tab\t.")

    mail_notice(notice_id=notice.pk)

    assert mailoutbox[0].subject == "Two lines and a tab ."


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_lists_the_own_notices_newest_first(
    client, db, number, django_assert_num_queries
):
    person = UserFactory()
    notices = [told(person, title=f"Notice {place}") for place in range(number)]
    told(UserFactory(), title="Of somebody else")
    client.force_login(person)

    # Session, person; how many notices, the notices.
    with django_assert_num_queries(4):
        response = client.get(reverse("core:notices"))

    text = response.content.decode()
    assert list(response.context["page"]) == notices[::-1]
    assert "Of somebody else" not in text
    assert f'<span class="count">{number}' in text


def test_following_a_notice_reads_it(client, db):
    person = UserFactory()
    notice = told(person, url="/requests/")
    client.force_login(person)

    response = client.get(reverse("core:notice", args=[notice.pk]))

    assert response.url == "/requests/"
    assert unread(person) == 0


def test_notices_are_marked_as_read_one_by_one_or_all(client, db):
    person = UserFactory()
    first, *_ = [told(person) for _ in range(3)]
    client.force_login(person)

    client.post(reverse("core:read-notice", args=[first.pk]))
    after_one = unread(person)
    response = client.post(reverse("core:read-notices"), follow=True)

    assert (after_one, unread(person)) == (2, 0)
    assert "2 notices marked as read." in response.content.decode()


@pytest.mark.parametrize("name", ["notice", "read-notice"])
def test_nobody_opens_or_reads_the_notices_of_others(client, db, name):
    notice = told(UserFactory())
    client.force_login(UserFactory())
    address = reverse(f"core:{name}", args=[notice.pk])

    response = client.post(address) if name == "read-notice" else client.get(address)

    assert response.status_code == 404
    assert unread(notice.person) == 1


def test_an_empty_list_says_what_will_be_there(client, db):
    client.force_login(UserFactory())

    text = client.get(reverse("core:notices")).content.decode()

    assert "Nothing to tell" in text
    assert "Mark all as read" not in text
