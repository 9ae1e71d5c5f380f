"""What the workers do for the ground floor: mails that are due to be sent."""

from __future__ import annotations

from celery import shared_task


@shared_task
def mail_notice(notice_id: int) -> None:
    from portfolio.core.services.notices import mail_notice as mail

    mail(notice_id=notice_id)


@shared_task
def send_mail(mail_id: int) -> None:
    from portfolio.core.services.mailing import send_mail as send

    send(mail_id=mail_id)


@shared_task
def mail_unsent() -> None:
    from portfolio.core.services.mailing import send_unsent
    from portfolio.core.services.notices import mail_unsent as mail

    mail()
    send_unsent()


@shared_task
def make_digests() -> None:
    from portfolio.core.services.digests import make_digests as make

    make()
