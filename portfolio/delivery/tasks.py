"""What the workers do for promises and forecasts."""

from __future__ import annotations

from celery import shared_task


@shared_task
def freeze_old_records() -> None:
    from portfolio.delivery.services.commitments import freeze_old_records as freeze

    freeze()


@shared_task
def score_forecasts() -> None:
    from portfolio.delivery.services.scores import score_all

    score_all()


@shared_task
def check_promises(team_id: int) -> None:
    from portfolio.delivery.services.risks import check_promises as check

    check(team_id=team_id)


@shared_task
def check_every_team() -> None:
    from portfolio.delivery.services.risks import check_every_team as check

    check()
