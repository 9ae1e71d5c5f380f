"""Sending what is approved: one row for each person, claimed before, marked after."""

from __future__ import annotations

from functools import partial

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone

from portfolio.core.errors import RuleBroken
from portfolio.core.models import User
from portfolio.core.services.events import record_event
from portfolio.core.services.mailing import send_again, send_once
from portfolio.core.services.messages import send
from portfolio.reports.choices import ReportState, Variant
from portfolio.reports.edition import edition_of
from portfolio.reports.files import CONTENT_TYPES, file_name, write_file
from portfolio.reports.models import ReportMail, ReportPlan, StatusReport
from portfolio.reports.models.mails import ReportMailQuerySet
from portfolio.reports.models.plans import addresses
from portfolio.reports.services.approving import lock_report

# The mail itself is the fourth format, and CSV is for machines.
ATTACHED = ("pdf", "pptx", "xlsx")


@transaction.atomic
def send_report(*, report: StatusReport, by: User) -> StatusReport:
    """Write down who gets an approved report; the workers send it to each once."""
    report = lock_report(report)
    if report.state != ReportState.APPROVED:
        raise RuleBroken(
            f"{report}, version {report.version}, is {report.state_words.lower()}; "
            "only an approved report is sent."
        )
    if report.mails.exists():
        raise RuleBroken(f"{report} is being sent already.")
    edition_of(report)
    people = recipients_of(report)
    if not people:
        raise RuleBroken("Nobody is to get it yet; say who under “Who gets it, when”.")
    mails = [
        ReportMail(report=report, to=to, variant=variant)
        for to, variant in people.items()
    ]
    ReportMail.objects.bulk_create(mails)
    for mail in mails:
        transaction.on_commit(partial(_hand_over, mail.pk))
    record_event(
        subject=report,
        kind="sending",
        by=by,
        team=report.team,
        after=", ".join(people),
    )
    return report


def recipients_of(report: StatusReport) -> dict[str, str]:
    """Each address with what it gets; who stands in both lists gets the names too."""
    plan = ReportPlan.objects.filter(team=report.team).first()
    if plan is None:
        return {}
    inside = addresses(plan.insiders)
    known = {address.lower() for address in inside}
    outside = [each for each in addresses(plan.leadership) if each.lower() not in known]
    return {
        **dict.fromkeys(outside, Variant.LEADERSHIP.value),
        **dict.fromkeys(inside, Variant.TEAM.value),
    }


def _hand_over(mail_id: int) -> None:
    from portfolio.reports.tasks import mail_report

    send(mail_report, mail_id)


def mail_report(*, mail_id: int) -> bool:
    """Send the mail of one row, once however often this is called; whether it went."""
    went = send_once(_mails(), mail_id, _message)
    _close_sent()
    return went


def send_unsent_reports() -> int:
    """Send what never came to a worker or failed, and close what is sent to all."""
    sent = send_again(_mails(), _message)
    _close_sent()
    return sent


def _mails() -> ReportMailQuerySet:
    return ReportMail.objects.select_related("report__team")


def _close_sent() -> None:
    """Reports whose every mail went are sent; also where a worker died before this."""
    waiting = StatusReport.objects.filter(
        state=ReportState.APPROVED, mails__isnull=False
    ).exclude(mails__mailed_at=None)
    for report in waiting.distinct():
        _close(report)


@transaction.atomic
def _close(report: StatusReport) -> None:
    report = lock_report(report)
    if report.state != ReportState.APPROVED:
        return
    report.state = ReportState.SENT
    report.sent_at = timezone.now()
    report.save(update_fields=["state", "sent_at"])
    record_event(
        subject=report,
        kind="sent",
        by=None,
        team=report.team,
        after=str(report.mails.count()),
    )


def _message(mail: ReportMail) -> EmailMessage:
    from portfolio.reports.html import html_of, text_of

    report = mail.report
    edition = edition_of(report, mail.variant)
    message = EmailMultiAlternatives(
        # One line, because it is a header.
        subject=" ".join(f"{edition.title} – {edition.headline}".split())[:200],
        body=text_of(edition),
        to=[mail.to],
        headers={
            # The same however often it is sent, so that a mailbox shows it once.
            "Message-ID": f"<report-{report.pk}-{mail.pk}@{settings.MAIL_DOMAIN}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(html_of(edition), "text/html")
    for name in ATTACHED:
        message.attach(
            file_name(report, name, mail.variant),
            write_file(report, name, mail.variant),
            CONTENT_TYPES[name],
        )
    return message
