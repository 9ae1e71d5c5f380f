"""What the workers do: each task takes ids and calls one service."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone

logger = logging.getLogger(__name__)

# Long enough for a living worker's heart to beat.
START_PATIENCE_SECONDS = 5


@shared_task
def run_forecast(forecast_id: int) -> None:
    from capacity.services.forecasting import run_forecast as run

    run(forecast_id=forecast_id)


@shared_task
def forecast_when_quiet(team_id: int, revision: int) -> None:
    from capacity.services.forecasting import request_when_quiet
    from portfolio.core.models import Team

    team = Team.objects.select_related("calendar").filter(pk=team_id).first()
    if team is None:
        logger.info("Team %s is gone; nothing to forecast.", team_id)
        return
    request_when_quiet(team=team, revision=revision)


@shared_task
def rescue_forecasts(silent_since: str | None = None) -> None:
    from capacity.services.forecasting import rescue_forecasts as rescue

    rescue(silent_since=datetime.fromisoformat(silent_since) if silent_since else None)


@shared_task
def forecast_every_team() -> None:
    from capacity.services.forecasting import request_forecast
    from portfolio.core.models import Team

    for team in Team.objects.all():
        request_forecast(team=team, by=None, reason="A new day.")


@worker_ready.connect(dispatch_uid="capacity.rescue_at_start")
def rescue_at_start(**_kwargs: Any) -> None:
    """What a killed worker left behind is found before its silence is long enough."""
    from portfolio.core.services.messages import send

    send(rescue_forecasts, timezone.now().isoformat(), countdown=START_PATIENCE_SECONDS)
