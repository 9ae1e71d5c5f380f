"""Whether the forecast behind the report can be relied on."""

from __future__ import annotations

from typing import Any

from portfolio.core.models import Team
from portfolio.core.words import counted
from portfolio.delivery.reading import Outlook


def forecast_health(
    team: Team, outlook: Outlook, backlog: list[dict[str, Any]]
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
        # Scores of forecasts whose demands are done; None: nobody measures it yet.
        "scored": None,
    }


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
        else "Something changed after the forecast; its dates are of before.",
        f"{counted(health['forecast'], 'demand')} with a forecast, "
        f"{health['cannot']:,} that cannot be forecast, "
        f"{health['without']:,} not forecast yet.",
        "Ranges are learned from finished work."
        if health["is_calibrated"]
        else "Ranges are as estimated: too little finished work to learn from.",
    ]
    if health["scored"] is None:
        told.append("How often earlier forecasts were right is not measured yet.")
    return told
