"""What the workers do for promises."""

from __future__ import annotations

from celery import shared_task


@shared_task
def freeze_old_records() -> None:
    from portfolio.delivery.services.commitments import freeze_old_records as freeze

    freeze()
