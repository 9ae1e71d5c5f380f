"""What a worker does for scenarios: each task takes ids and calls one service."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone

from capacity.tasks import PREVIEWS, START_PATIENCE_SECONDS


@shared_task
def run_scenario_forecast(forecast_id: int) -> None:
    from portfolio.scenarios.services.forecasting import run_scenario_forecast as run

    run(forecast_id=forecast_id)


@shared_task
def rescue_scenario_forecasts(silent_since: str | None = None) -> None:
    from portfolio.scenarios.services.forecasting import (
        rescue_scenario_forecasts as rescue,
    )

    rescue(silent_since=datetime.fromisoformat(silent_since) if silent_since else None)


@worker_ready.connect(dispatch_uid="scenarios.begin")
def begin(sender: Any, **_kwargs: Any) -> None:
    """Find what a killed worker left behind, before its silence is long enough."""
    from portfolio.core.services.messages import send

    if PREVIEWS not in sender.app.amqp.queues.consume_from:
        send(
            rescue_scenario_forecasts,
            timezone.now().isoformat(),
            countdown=START_PATIENCE_SECONDS,
        )
