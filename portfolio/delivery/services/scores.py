"""Every published forecast is scored once it is known what came of it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from capacity.engine.distribution import chance_by
from capacity.models import DemandForecast
from intake.models import Demand
from intake.services.locking import lock_demand
from portfolio.delivery.models import ForecastScore

LEVELS = ("p10", "p50", "p70", "p85", "p95")


@transaction.atomic
def score_forecasts(*, demand: Demand) -> int:
    """Score what was forecast of a delivered demand before the day it was done.

    Gives how many forecasts were scored; those that have a score keep it.
    """
    # A delivery and the nightly run may meet.
    demand = lock_demand(demand)
    day = demand.delivered_on
    if day is None:
        return 0
    scored = set(demand.forecast_scores.values_list("forecast", flat=True))
    told = (
        DemandForecast.objects.filter(demand=demand, finished_by__isnull=False)
        .order_by("forecast__gathered_at", "forecast")
        .values_list(
            "forecast", "forecast__gathered_at", "forecast__trials", "finished_by",
            *LEVELS,
        )
    )  # fmt: skip
    scores: list[ForecastScore] = []
    for forecast, gathered_at, trials, finished_by, *dates in told.iterator():
        told_on = timezone.localdate(gathered_at)
        # Of the day itself it is no forecast, and later it is none at all.
        if told_on >= day or forecast in scored:
            continue
        scores.append(
            ForecastScore(
                demand=demand,
                forecast_id=forecast,
                told_on=told_on,
                is_first=not scores and not scored,
                delivered_on=day,
                reached=chance_by(finished_by, trials, day),
                **dict(zip(LEVELS, dates, strict=True)),
            )
        )
    ForecastScore.objects.bulk_create(scores, batch_size=500)
    return len(scores)


def score_all() -> int:
    """Score the delivered demands that have none yet, such as imported ones."""
    unscored = (
        Demand.objects.delivered()
        .filter(forecasts__finished_by__isnull=False, forecast_scores=None)
        .distinct()
    )
    return sum(score_forecasts(demand=demand) for demand in unscored)
