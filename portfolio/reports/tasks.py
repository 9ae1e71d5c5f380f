"""What the workers do for reports: drafts by the clock, mails of what is approved."""

from __future__ import annotations

from celery import shared_task


@shared_task
def make_drafts() -> None:
    from portfolio.reports.services.planning import make_drafts as make

    make()


@shared_task
def mail_report(mail_id: int) -> None:
    from portfolio.reports.services.sending import mail_report as mail

    mail(mail_id=mail_id)


@shared_task
def send_unsent_reports() -> None:
    from portfolio.reports.services.sending import send_unsent_reports as send

    send()
