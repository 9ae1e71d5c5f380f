"""Whether the forecast behind the report can be relied on."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Q

from portfolio.core.models import Team
from portfolio.core.words import counted
from portfolio.delivery.models import ForecastScore
from portfolio.delivery.reading import Outlook

A_YEAR = timedelta(days=365)
# Of fewer a share says little: of ten, 7 to 10 are right where 85 % are.
ENOUGH = 20


def forecast_health(
    team: Team, outlook: Outlook, backlog: list[dict[str, Any]], today: date
) -> dict[str, Any]:
    """Counts of what could be forecast, and how the forecasts before turned out."""
    forecast = outlook.forecast
    rows = outlook.rows.values()
    return {
        "is_fresh": bool(forecast and forecast.plan_revision == team.plan_revision),
        "forecast": sum(not row.cannot for row in rows),
        "cannot": sum(bool(row.cannot) for row in rows),
        "without": sum(row["p50"] is None and not row["cannot"] for row in backlog),
        "is_calibrated": bool(forecast and forecast.calibration.get("is_calibrated")),
        "scored": _scored(team, today),
    }


def _scored(team: Team, today: date) -> dict[str, int]:
    """How the first forecasts turned out of what was delivered in twelve months."""
    scores = ForecastScore.objects.first_told().filter(
        demand__team=team,
        delivered_on__gt=today - A_YEAR,
        delivered_on__lte=today,
    )
    # Without a date at a percentile it lay beyond the horizon: anything is sooner.
    return scores.aggregate(
        number=Count("pk"),
        **{
            f"{level}_right": Count(
                "pk", Q(**{f"{level}__isnull": True})
                | Q(**{f"{level}__gte": F("delivered_on")}),
            )
            for level in ("p50", "p85")
        },
    )  # fmt: skip


def health_words(content: dict[str, Any]) -> list[str]:
    """The same in sentences; also what nobody measures yet."""
    health = content["health"]
    if not health:
        return []
    if content["forecast"] is None:
        return [
            "There is no forecast yet, so that no date in this report has a chance."
        ]
    told = [
        "Nothing has changed since the forecast."
        if health["is_fresh"]
        else "Something has changed since the forecast; its dates are of before.",
        f"{counted(health['forecast'], 'demand')} with a forecast, "
        f"{health['cannot']:,} that cannot be forecast, "
        f"{health['without']:,} not forecast yet.",
        "Ranges are learned from finished work."
        if health["is_calibrated"]
        else "Ranges are as estimated: too little finished work to learn from.",
    ]
    return [*told, _scored_words(health["scored"])]


def _scored_words(scored: dict[str, int] | None) -> str:
    """“Our P85 was right 79 % of the time, our P50 52 % (n = 42)”."""
    if scored is None:
        return "How often earlier forecasts were right was not measured then."
    number = scored["number"]
    if not number:
        return (
            "How often our forecasts are right is not known yet: nothing was delivered "
            "in twelve months that had been forecast before."
        )
    p85, p50 = (
        f"{scored[f'{level}_right'] / number * 100:.0f} %" for level in ("p85", "p50")
    )
    few = ", which is too few to judge by" if number < ENOUGH else ""
    return (
        f"Our P85 was right {p85} of the time and our P50 {p50} "
        f"(first forecasts of {counted(number, 'demand')} delivered in twelve "
        f"months{few})."
    )
