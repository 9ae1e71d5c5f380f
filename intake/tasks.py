"""What the workers do for requests: clocks that are due to be looked at."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from celery.signals import worker_ready


@shared_task
def check_clocks() -> None:
    from intake.services.warnings import check_clocks as check

    check()


@shared_task
def recount_clocks(calendar_id: int | None = None) -> None:
    from intake.models import Demand
    from intake.services.clocks import recount_clocks as recount

    demands = Demand.objects.awaiting_decision().for_reading()
    if calendar_id is not None:
        demands = demands.filter(team__calendar=calendar_id)
    recount(demands=demands)


@shared_task
def read_mailbox() -> None:
    from intake.services.mailbox import read_mailbox as read

    read()


@shared_task
def forget_guest_drafts() -> None:
    from intake.services.guests import forget_guest_drafts as forget

    forget()


@worker_ready.connect(dispatch_uid="intake.recount_at_start")
def recount_at_start(**_kwargs: Any) -> None:
    """Requests from before there were clocks get theirs with the first worker."""
    from portfolio.core.services.messages import send

    send(recount_clocks)
