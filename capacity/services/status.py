"""Whether the dates on a page are true now: one line, the same on every page."""

from __future__ import annotations

from dataclasses import dataclass

from capacity.choices import UNFINISHED, ForecastState
from capacity.models import Forecast
from capacity.services.gathering import today_of
from portfolio.core.models import Team
from portfolio.core.words import moment_words


@dataclass(frozen=True, slots=True)
class ForecastStatus:
    """``state`` is fresh, running, stale, none or failed; ``words`` say it whole."""

    state: str
    words: str
    percent: int = 0
    forecast: Forecast | None = None
    error: str = ""

    @property
    def is_settled(self) -> bool:
        """Nothing will change before somebody changes the plan."""
        return self.state in {"fresh", "failed", "none"}


def forecast_status(team: Team) -> ForecastStatus:
    """How the newest forecast of a team stands; three queries."""
    revision = Team.objects.values_list("plan_revision", flat=True).get(pk=team.pk)
    latest = Forecast.objects.latest_of(team.pk)
    newest = (
        Forecast.objects.filter(team=team)
        .defer("plan", "result")
        .order_by("-pk")
        .first()
    )
    said = (
        f"Forecast of {moment_words(latest.gathered_at)}"
        if latest and latest.gathered_at
        else "No forecast yet"
    )
    if newest is not None and newest.state in UNFINISHED:
        percent = round(newest.progress * 100)
        running = newest.state == ForecastState.RUNNING
        now = f"running {percent} %" if running else "a new one is queued"
        return ForecastStatus("running", f"{said} · {now}", percent, latest)
    if newest is not None and newest.state == ForecastState.FAILED:
        return ForecastStatus(
            "failed", f"{said} · the last run failed", 0, latest, newest.error
        )
    if latest is None:
        return ForecastStatus("none", said)
    if (latest.plan_revision or 0) < revision:
        return ForecastStatus("stale", f"{said} · stale: the plan changed", 0, latest)
    if latest.starts_on is None or latest.starts_on < today_of(team):
        return ForecastStatus("stale", f"{said} · stale: from another day", 0, latest)
    worlds = f"{latest.trials:,} simulated worlds"
    return ForecastStatus("fresh", f"{said} · fresh · {worlds}", 100, latest)
