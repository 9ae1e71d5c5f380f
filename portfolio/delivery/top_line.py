"""The numbers on top of the delivery page that are no promises: SLA and forecasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, OuterRef, Q, Subquery

from capacity.models import DemandForecast
from intake.choices import ClockState
from intake.models import Demand, SlaClock
from intake.models.demands import DemandQuerySet
from portfolio.delivery.choosing import midnight_of
from portfolio.delivery.models import ForecastScore
from portfolio.delivery.proportions import Share


@dataclass(frozen=True, slots=True)
class TopLine:
    sla: Share
    p85: Share


def read_top_line(demands: DemandQuerySet, *, since: date, today: date) -> TopLine:
    """SLA targets met, and how often P85 was right, of these demands in a period."""
    return TopLine(
        sla=_sla(demands, since, today), p85=_p85_was_right(demands, since, today)
    )


def _sla(demands: DemandQuerySet, since: date, today: date) -> Share:
    """Of the clocks that ended in the period, or are late and still go on."""
    ended = Q(
        stopped_at__gte=midnight_of(since),
        stopped_at__lt=midnight_of(today + timedelta(days=1)),
    )
    met = Q(state=ClockState.MET) & ended
    breached = Q(state=ClockState.BREACHED) & (ended | Q(stopped_at=None))
    found = SlaClock.objects.filter(demand__in=demands.values("pk")).aggregate(
        met=Count("pk", met), breached=Count("pk", breached)
    )
    return Share(found["met"], found["met"] + found["breached"])


def _p85_was_right(demands: DemandQuerySet, since: date, today: date) -> Share:
    """Of the first forecasts of demands whose P85 has passed in the period.

    What is still open then counts as wrong: judging only what is done would leave out
    the very forecasts that failed.
    """
    passed = Q(p85__gte=since, p85__lt=today)
    scored = (
        ForecastScore.objects.first_told()
        .filter(passed, demand__in=demands.values("pk"))
        .aggregate(judged=Count("pk"), right=Count("pk", Q(delivered_on__lte=F("p85"))))
    )
    first = DemandForecast.objects.filter(
        demand=OuterRef("pk"), finished_by__isnull=False
    ).order_by("pk")
    backlog = Demand.objects.in_backlog().filter(pk__in=demands.values("pk"))
    told = backlog.annotate(told=Subquery(first.values("pk")[:1])).values("told")
    late = DemandForecast.objects.filter(passed, pk__in=told).count()
    return Share(scored["right"], scored["judged"] + late)
