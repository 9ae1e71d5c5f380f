"""What the workers do for the ground floor: mails that are due to be sent."""

from __future__ import annotations

from celery import shared_task


@shared_task
def mail_notice(notice_id: int) -> None:
    from portfolio.core.services.notices import mail_notice as mail

    mail(notice_id=notice_id)


@shared_task
def mail_unsent() -> None:
    from portfolio.core.services.notices import mail_unsent as mail

    mail()
