"""Reads what the charts are made of: a query for each table, whatever its length."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    Max,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast
from django.utils import timezone

from capacity.models import DemandForecast
from intake.choices import CLOSED_UNDONE, OPEN, ClockKind, ClockState, Stage
from intake.models import Demand, SlaClock
from portfolio.core.models import Event
from portfolio.delivery.choosing import Asked, midnight_of
from portfolio.delivery.models import Commitment, CommitmentVersion, ForecastScore

LEVELS = ("p10", "p50", "p70", "p85", "p95")
_ACCEPTED = {Stage.ACCEPTED, Stage.ESTIMATED, Stage.IN_PROGRESS, Stage.DELIVERED}


def as_texts(*names: str) -> list[Cast]:
    """Columns of days as the database writes them: NumPy reads those ten times faster.

    Of ten thousand rows the usual way makes a Python date of each day.
    """
    return [Cast(name, CharField()) for name in names]


def days_of(values: Iterable[date | str | None]) -> pd.Series[Any]:
    """Days as pandas counts with them; what is missing stays missing."""
    return pd.Series(np.array(list(values), "datetime64[D]")).astype("datetime64[ns]")


def local_days_of(moments: Iterable[datetime | None]) -> pd.Series[Any]:
    """The calendar days of moments, in the current time zone."""
    at = pd.Series(list(moments), dtype="datetime64[ns, UTC]")
    local: pd.Series[Any] = at.dt.tz_convert(str(timezone.get_current_timezone()))
    days: pd.Series[Any] = local.dt.tz_localize(None).dt.normalize()
    return days.astype("datetime64[ns]")


def read_demands(asked: Asked, forecasts: Mapping[int, DemandForecast]) -> pd.DataFrame:
    """Demands that were open or delivered in the period, with all their days.

    Columns: ``reference``, ``title``, ``unit``, ``tier``, ``stage``, ``blocked``, the
    days ``asked``, ``accepted``, ``started``, ``delivered``, ``left`` (declined or
    withdrawn), and ``p10`` … ``p95`` where a demand has a forecast. Two queries.
    """
    withdrawn = _withdrawn(asked)
    rows = list(
        asked.demands()
        .filter(
            Q(stage__in=OPEN)
            | Q(stage=Stage.DELIVERED, delivered_on__range=(asked.since, asked.today))
            | Q(stage__in=CLOSED_UNDONE, decided_at__gte=midnight_of(asked.since))
            | Q(stage=Stage.WITHDRAWN, pk__in=list(withdrawn))
        )
        .values_list(
            "pk", "reference", "title", "business_unit__name", "tier__name", "stage",
            "blocked_since", "submitted_at", "decided_at",
            *as_texts("started_on", "delivered_on"),
        )
    )  # fmt: skip
    columns = list(zip(*rows, strict=True)) if rows else [()] * 11
    pks, references, titles, units, tiers, stages, blocked, *moments = columns
    stage = pd.Series(stages, dtype=str)
    decided = local_days_of(moments[1])
    left = local_days_of(withdrawn.get(pk) for pk in pks)
    is_refused = stage.isin([Stage.DECLINED, Stage.DUPLICATE])
    forecast = [forecasts.get(pk) for pk in pks]
    return pd.DataFrame(
        {
            "reference": pd.Series(references, dtype=str),
            "title": pd.Series(titles, dtype=str),
            "unit": pd.Series(units, dtype=str),
            "tier": pd.Series(tiers, dtype=str),
            "stage": stage,
            "blocked": pd.Series([day is not None for day in blocked], dtype=bool),
            "asked": local_days_of(moments[0]),
            # Of what was withdrawn, a decision can only have been to accept it.
            "accepted": decided.where(stage.isin([*_ACCEPTED, Stage.WITHDRAWN])),
            "started": days_of(moments[2]),
            "delivered": days_of(moments[3]),
            "left": left.mask(is_refused, decided),
            **{
                level: days_of(
                    getattr(each, level) if each is not None else None
                    for each in forecast
                )
                for level in LEVELS
            },
        }
    )


def _withdrawn(asked: Asked) -> dict[int, datetime]:
    """When each demand was withdrawn, of those withdrawn since the period began."""
    return dict(
        Event.objects.filter(
            team=asked.team,
            subject=Demand._meta.label_lower,
            kind="withdrawn",
            at__gte=midnight_of(asked.since),
        )
        .order_by()
        .values_list("subject_id")
        .annotate(last=Max("at"))
    )


def read_clocks(asked: Asked, now: datetime) -> pd.DataFrame:
    """Clocks counted by tier, kind and state, as ``attainment_of`` wants them."""
    is_late = Q(stopped_at=None, due_at__lt=now)
    rows = (
        SlaClock.objects.filter(demand__in=asked.demands())
        .exclude(state=ClockState.CANCELLED)
        .filter(Q(stopped_at=None) | Q(stopped_at__gte=midnight_of(asked.since)))
        .annotate(
            # Late is late, also before the check by the clock has written it down.
            stands=Case(
                When(is_late, then=Value(ClockState.BREACHED.value)),
                default=F("state"),
                output_field=CharField(),
            )
        )
        .order_by()
        .values_list("demand__tier__position", "tier_name", "kind", "stands")
        .annotate(clocks=Count("pk"))
    )
    columns = ["position", "tier", "kind", "state", "clocks"]
    found = pd.DataFrame(list(rows), columns=columns)
    # A tier that was renamed, or a demand that changed it, makes no second line.
    found["position"] = found.groupby("tier")["position"].transform("min")
    found["kind"] = found["kind"].map(dict(ClockKind.choices))
    return found


def read_first_told(asked: Asked) -> pd.DataFrame:
    """The first forecast of each demand, done or open, for ``reliability_of``.

    What is delivered was scored then; of what is open the forecast itself is read.
    """
    scored = list(
        ForecastScore.objects.first_told()
        .filter(demand__in=asked.demands())
        .filter(Q(p95__gte=asked.since) | Q(p95=None))
        .order_by()
        .values_list(*as_texts("delivered_on", *LEVELS))
    )
    first = (
        DemandForecast.objects.filter(demand=OuterRef("pk"), finished_by__isnull=False)
        .order_by("pk")
        .values("pk")[:1]
    )
    backlog = asked.demands().in_backlog().annotate(told=Subquery(first))
    waiting = list(
        DemandForecast.objects.filter(pk__in=backlog.values("told")).values_list(
            Value(None, output_field=CharField()), *as_texts(*LEVELS)
        )
    )
    names = ("delivered", *LEVELS)
    rows = [*scored, *waiting]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return pd.DataFrame(
        {name: days_of(column) for name, column in zip(names, columns, strict=True)}
    )


def count_scores(asked: Asked) -> int:
    return ForecastScore.objects.filter(
        demand__in=asked.demands(), delivered_on__gte=asked.since
    ).count()


def read_told(demand_id: int) -> pd.DataFrame:
    """What was forecast of one demand, in the order it was told."""
    rows = list(
        DemandForecast.objects.filter(demand=demand_id, p85__isnull=False)
        .order_by("forecast__gathered_at", "forecast")
        .values_list("forecast__gathered_at", "p50", "p85")
    )
    ats, p50s, p85s = zip(*rows, strict=True) if rows else ((), (), ())
    return pd.DataFrame(
        {"at": local_days_of(ats), "p50": days_of(p50s), "p85": days_of(p85s)}
    )


def read_targets(demand_id: int) -> pd.DataFrame:
    """The dates of its last commitment and since when each held."""
    last = Commitment.objects.filter(demand=demand_id).order_by("-promised_at", "-pk")
    rows: Sequence[tuple[datetime, date]] = list(
        CommitmentVersion.objects.filter(commitment__in=last.values("pk")[:1])
        .order_by("number")
        .values_list("promised_at", "due_on")
    )
    ats, dues = zip(*rows, strict=True) if rows else ((), ())
    return pd.DataFrame({"at": local_days_of(ats), "due": days_of(dues)})
