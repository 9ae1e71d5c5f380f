"""What the workers do: each task takes ids and calls one service."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING, Any

from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone

if TYPE_CHECKING:
    from portfolio.core.models import Team

logger = logging.getLogger(__name__)

# Long enough for a living worker's heart to beat.
START_PATIENCE_SECONDS = 5
# Served by a worker of its own, so that a forecast that runs holds up no preview.
PREVIEWS = "previews"
# Nobody waits for a preview any longer than this.
PREVIEW_SECONDS = 20


@shared_task
def run_forecast(forecast_id: int) -> None:
    from capacity.services.forecasting import run_forecast as run

    run(forecast_id=forecast_id)


@shared_task
def forecast_when_quiet(team_id: int, revision: int) -> None:
    from capacity.services.forecasting import request_when_quiet

    team = _team(team_id)
    if team is not None:
        request_when_quiet(team=team, revision=revision)


@shared_task
def write_receipts(team_id: int) -> None:
    from capacity.services.receipts import write_receipts as write
    from portfolio.core.models import Team

    team = Team.objects.filter(pk=team_id).first()
    if team is None:
        logger.info("Team %s is gone; no receipts.", team_id)
        return
    write(team=team)


@shared_task
def explain_forecast(forecast_id: int) -> None:
    from capacity.services.explaining import explain_forecast as explain

    explain(forecast_id=forecast_id)


@shared_task
def find_help(help_id: int) -> None:
    from capacity.services.help_runs import run_help

    run_help(help_id=help_id)


@shared_task
def find_help_for_every_team() -> None:
    from capacity.services.helping import request_help
    from portfolio.core.errors import RuleBroken
    from portfolio.core.models import Team

    for team in Team.objects.all():
        try:
            request_help(team=team, by=None)
        except RuleBroken as none:
            logger.info("Nothing to try for the %s: %s", team, none)


@shared_task
def rescue_forecasts(silent_since: str | None = None) -> None:
    from capacity.services.forecasting import rescue_forecasts as rescue
    from capacity.services.help_runs import rescue_help

    since = datetime.fromisoformat(silent_since) if silent_since else None
    rescue(silent_since=since)
    rescue_help(silent_since=since)


@shared_task
def forecast_every_team() -> None:
    from capacity.services.forecasting import request_forecast
    from portfolio.core.models import Team

    for team in Team.objects.all():
        request_forecast(team=team, by=None, reason="A new day.")


@shared_task(expires=PREVIEW_SECONDS, acks_late=False)
def answer_preview(team_id: int, token: str, change: dict[str, Any]) -> None:
    from capacity.services.preparing import answer_preview as answer

    team = _team(team_id)
    if team is not None:
        answer(team=team, token=token, change=change)


@shared_task(expires=PREVIEW_SECONDS, acks_late=False)
def take_up_plan(team_id: int) -> None:
    from capacity.services.preparing import take_up

    team = _team(team_id)
    if team is not None:
        take_up(team=team)


def _team(team_id: int) -> Team | None:
    from portfolio.core.models import Team

    team = Team.objects.select_related("calendar").filter(pk=team_id).first()
    if team is None:
        logger.info("Team %s is gone.", team_id)
    return team


@worker_ready.connect(dispatch_uid="capacity.begin")
def begin(sender: Any, **_kwargs: Any) -> None:
    """Make ready for previews, or find what a killed worker left behind.

    That is found before its silence is long enough.
    """
    if PREVIEWS in sender.app.amqp.queues.consume_from:
        _warm_up()
    else:
        _rescue()


def _warm_up() -> None:
    """Load the engine and every team's plan before the first drag."""
    from capacity.engine.simulation import warm_up
    from capacity.services.preparing import take_up
    from portfolio.core.models import Team

    warm_up()
    for team in Team.objects.select_related("calendar"):
        take_up(team=team)
    logger.info("Ready for previews.")


def _rescue() -> None:
    from portfolio.core.services.messages import send

    send(rescue_forecasts, timezone.now().isoformat(), countdown=START_PATIENCE_SECONDS)
