from __future__ import annotations

import datetime as dt

import pytest
from django.core.mail.backends.smtp import EmailBackend
from django.utils import timezone

from portfolio.core.errors import RuleBroken
from portfolio.core.models import Event
from portfolio.core.services.mailing import MOST_ATTEMPTS
from portfolio.reports.digest import figure_pairs
from portfolio.reports.edition import edition_of
from portfolio.reports.files import file_name, write_file
from portfolio.reports.html import html_of, text_of
from portfolio.reports.models import ReportMail, ReportPlan, StatusReport
from portfolio.reports.services import sending as sending_service
from portfolio.reports.services.approving import approve_report
from portfolio.reports.services.sending import (
    mail_report,
    send_report,
    send_unsent_reports,
)
from tests.factories import UserFactory
from tests.reports.reading import spaced
from tests.reports.rows import altered

ATTACHED = ["pdf", "pptx", "xlsx"]


class DiesBefore(EmailBackend):
    def send_messages(self, email_messages):
        raise SystemExit


class DiesAfter(EmailBackend):
    def send_messages(self, email_messages):
        super().send_messages(email_messages)
        raise SystemExit


@pytest.fixture(autouse=True)
def attached(monkeypatch):
    """One file of each mail, which is made quickly, where all are not the point."""
    monkeypatch.setattr(sending_service, "ATTACHED", ("csv",))


@pytest.fixture
def plan(team):
    return ReportPlan.objects.create(
        team=team, leadership="cio@example.com", insiders="lead@example.com"
    )


@pytest.fixture
def sending(report, plan, manager):
    """An approved report whose mails are written down and wait for a worker."""
    report = approve_report(report=report, by=manager, seen=edition_of(report).key)
    return send_report(report=report, by=manager)


def later(minutes=30):
    """As if so much time had gone by since the last attempt."""
    ago = timezone.now() - dt.timedelta(minutes=minutes)
    ReportMail.objects.filter(claimed_at__isnull=False).update(claimed_at=ago)
    ReportMail.objects.update(made_at=ago)


def mail_all():
    return [mail_report(mail_id=mail.pk) for mail in ReportMail.objects.all()]


def test_each_gets_their_own_variant_and_the_report_is_sent(sending, mail_server):
    went = mail_all()

    sending.refresh_from_db()
    assert went == [True, True]
    assert (sending.state, sending.sent_at is not None) == ("sent", True)
    assert [to for to, _ in mail_server.mails] == [
        ["cio@example.com"],
        ["lead@example.com"],
    ]
    texts = [mail.get_body("plain").get_content() for _, mail in mail_server.mails]
    assert ["Ada Somebody" in text for text in texts] == [False, True]
    kinds = Event.objects.about(sending).by_time().values_list("kind", flat=True)
    assert list(kinds) == ["frozen", "approved", "sending", "sent"]


def test_what_arrives_is_text_html_and_three_files_of_the_snapshot(
    sending, mail_server, monkeypatch
):
    monkeypatch.undo()
    first, _ = ReportMail.objects.all()
    mail_report(mail_id=first.pk)

    edition = edition_of(sending, "leadership")
    [(_, mail)] = mail_server.mails
    text = mail.get_body("plain").get_content()
    page = mail.get_body("html").get_content()
    files = {
        part.get_filename(): part.get_content() for part in mail.iter_attachments()
    }
    assert mail["Subject"].strip() == f"{edition.title} – {edition.headline}"
    assert text.splitlines() == text_of(edition).splitlines()
    assert spaced(page) == spaced(html_of(edition))
    for name, value in figure_pairs(edition):
        assert f"{name}: {value}" in text
    assert files == {
        file_name(sending, name, "leadership"): write_file(sending, name, "leadership")
        for name in ATTACHED
    }
    assert edition.foot in text


def test_only_an_approved_report_is_sent_and_only_once(report, plan, manager):
    with pytest.raises(RuleBroken, match="only an approved report is sent"):
        send_report(report=report, by=manager)
    approve_report(report=report, by=manager, seen=edition_of(report).key)
    send_report(report=report, by=manager)

    with pytest.raises(RuleBroken, match="is being sent already"):
        send_report(report=report, by=manager)

    assert ReportMail.objects.count() == 2


def test_without_recipients_it_says_where_to_name_them(report, manager):
    approve_report(report=report, by=manager, seen=edition_of(report).key)

    with pytest.raises(RuleBroken, match="Who gets it, when"):
        send_report(report=report, by=manager)


def test_who_stands_in_both_lists_gets_one_mail_with_names(report, plan, manager):
    plan.leadership = "CIO@example.com\ncio@example.com\nLead@example.com"
    plan.save()
    approve_report(report=report, by=manager, seen=edition_of(report).key)

    send_report(report=report, by=manager)

    assert list(ReportMail.objects.values_list("to", "variant")) == [
        ("CIO@example.com", "leadership"),
        ("lead@example.com", "team"),
    ]


def test_a_mail_that_went_is_never_sent_again(sending, mail_server):
    mail_all()
    later()

    assert mail_all() == [False, False]
    assert send_unsent_reports() == 0
    assert len(mail_server.mails) == 2


def test_what_no_worker_got_is_sent_by_the_clock(sending, mail_server):
    later()

    assert send_unsent_reports() == 2

    sending.refresh_from_db()
    assert (sending.state, len(mail_server.mails)) == ("sent", 2)


def test_a_mail_server_that_refuses_is_asked_again_and_nobody_else_waits(
    sending, mail_server
):
    mail_server.refuses = True
    refused = mail_all()
    mail_server.refuses = False
    later()

    sent = send_unsent_reports()

    sending.refresh_from_db()
    assert (refused, sent) == ([False, False], 2)
    assert (sending.state, len(mail_server.mails)) == ("sent", 2)


def test_a_worker_that_dies_before_sends_later_and_once(sending, mail_server, settings):
    good, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{__name__}.DiesBefore"
    first, _ = ReportMail.objects.all()
    with pytest.raises(SystemExit):
        mail_report(mail_id=first.pk)
    settings.EMAIL_BACKEND = good
    # Claimed: nobody sends it while whoever claimed it may still be at it.
    assert mail_report(mail_id=first.pk) is False

    later()
    send_unsent_reports()

    assert len(mail_server.mails) == 2


def test_a_worker_that_dies_after_sends_the_same_message_again(
    sending, mail_server, settings
):
    good, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{__name__}.DiesAfter"
    first, _ = ReportMail.objects.all()
    with pytest.raises(SystemExit):
        mail_report(mail_id=first.pk)
    settings.EMAIL_BACKEND = good
    later()

    send_unsent_reports()

    names = [mail["Message-ID"] for _, mail in mail_server.mails]
    assert len(names) == 3
    assert len(set(names)) == 2


def test_a_report_whose_worker_died_before_it_was_closed_is_closed_by_the_clock(
    sending,
):
    ReportMail.objects.update(mailed_at=timezone.now())

    send_unsent_reports()

    sending.refresh_from_db()
    assert sending.state == "sent"


def test_a_mail_that_is_given_up_leaves_the_report_open_and_says_so(
    sending, client, manager
):
    one, other = ReportMail.objects.all()
    ReportMail.objects.filter(pk=one.pk).update(mailed_at=timezone.now())
    ReportMail.objects.filter(pk=other.pk).update(attempts=MOST_ATTEMPTS)
    later(minutes=2 * 24 * 60)
    client.force_login(manager)

    sent = send_unsent_reports()
    page = client.get(sending.get_absolute_url()).content.decode()

    sending.refresh_from_db()
    assert (sent, sending.state) == (0, "approved")
    assert "lead@example.com" in page
    assert f"not sent, given up after {MOST_ATTEMPTS} attempts" in page


def test_what_was_altered_before_it_is_sent_is_not_sent(report, plan, manager):
    approve_report(report=report, by=manager, seen=edition_of(report).key)
    StatusReport.objects.update(content={**report.content, "team": "Others"})

    with pytest.raises(RuleBroken, match="is not what was frozen"):
        send_report(report=report, by=manager)

    assert not ReportMail.objects.exists()


def test_titles_of_many_lines_make_one_subject(report, plan, manager, mail_server):
    head = {**report.content["headline"], "sentence": "One\r\nBcc: x@example.com"}
    altered(report, headline=head)
    report = approve_report(report=report, by=manager, seen=edition_of(report).key)
    send_report(report=report, by=manager)

    mail_all()

    [(to, mail), _] = mail_server.mails
    assert to == ["cio@example.com"]
    assert mail["Subject"].endswith("– One Bcc: x@example.com")
    assert mail["Bcc"] is None


def test_approve_and_send_is_one_click(
    report, plan, manager, client, mail_server, django_capture_on_commit_callbacks
):
    client.force_login(manager)
    address = report.get_absolute_url()
    page = client.get(address)
    given = {"seen": page.context["edition"].key, "send": "yes"}

    with django_capture_on_commit_callbacks() as queued:
        answer = client.post(f"{address}approve/", given, follow=True)
    mail_all()

    report.refresh_from_db()
    assert "Approve and send to 2 people" in page.content.decode()
    assert "is approved. It is being sent." in answer.content.decode()
    assert len(queued) == 2
    assert report.state == "sent"


def test_viewers_do_not_see_who_gets_it(sending, team, client):
    client.force_login(UserFactory(role="viewer", teams=[team]))

    page = client.get(sending.get_absolute_url()).content.decode()

    assert "cio@example.com" not in page
