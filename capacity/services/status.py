"""Whether the dates on a page are true now: one line, the same on every page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from capacity.choices import UNFINISHED, ForecastState
from capacity.models import Forecast
from capacity.services.calibrating import calibration_words
from capacity.services.gathering import today_of
from portfolio.core.models import Team
from portfolio.core.words import counted, moment_words

# A forecast that is due starts within seconds; after a minute something is wrong with
# the workers, and asking every second would not help them.
SOON = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ForecastStatus:
    """``state`` is fresh, running, stale, none or failed; ``words`` say it whole.

    ``forecast`` is the newest finished one, whatever runs after it.
    """

    state: str
    words: str
    percent: int = 0
    forecast: Forecast | None = None
    error: str = ""
    # Since when something is on its way, when it is.
    since: datetime | None = None

    @property
    def ranges(self) -> str:
        """What the ranges of the newest finished forecast were made from."""
        return calibration_words(self.forecast.calibration) if self.forecast else ""

    @property
    def asks_again(self) -> str:
        """How soon a page should ask again, as htmx writes it."""
        if self.since is None:
            return "15s"
        return "1s" if timezone.now() - self.since < SOON else "5s"


def forecast_status(team: Team) -> ForecastStatus:
    """How the newest forecast of a team stands now; three queries."""
    # Read again: whoever asks may hold the team from before its own change.
    revision, changed_at = Team.objects.values_list(
        "plan_revision", "plan_changed_at"
    ).get(pk=team.pk)
    latest = Forecast.objects.latest_of(team.pk)
    newest = (
        Forecast.objects.filter(team=team)
        .defer("plan", "result", "turns")
        .order_by("-pk")
        .first()
    )
    said = (
        f"Forecast of {moment_words(latest.gathered_at)}"
        if latest and latest.gathered_at
        else "No forecast yet"
    )
    if newest is not None and newest.state in UNFINISHED:
        return _on_its_way(newest, said, latest)
    if (
        newest is not None
        and newest.state == ForecastState.FAILED
        and (newest.plan_revision or 0) >= revision
    ):
        return ForecastStatus(
            "failed", f"{said} · the last run failed", 0, latest, newest.error
        )
    if latest is None:
        return ForecastStatus("none", said, since=changed_at)
    if (latest.plan_revision or 0) < revision:
        words = f"{said} · stale: the plan changed {ago_words(changed_at)}"
        return ForecastStatus("stale", words, 0, latest, since=changed_at)
    if latest.starts_on is None or latest.starts_on < today_of(team):
        words = f"{said} · stale: from another day"
        return ForecastStatus("stale", words, 0, latest, since=changed_at)
    words = f"{said} · fresh · {latest.trials:,} simulated worlds"
    if latest.calibration and not latest.calibration["is_calibrated"]:
        words += " · ranges not calibrated"
    return ForecastStatus("fresh", words, 100, latest)


def _on_its_way(newest: Forecast, said: str, latest: Forecast | None) -> ForecastStatus:
    percent = round(newest.progress * 100)
    silent = timedelta(seconds=settings.FORECAST_LOST_SECONDS)
    since = newest.started_at or newest.queued_at
    if newest.state == ForecastState.QUEUED:
        percent, since = 0, newest.queued_at
        now = "a new one is queued"
        if timezone.now() - since >= SOON:
            now += f", {ago_words(since)}: no worker has taken it yet"
    elif newest.heartbeat_at and newest.heartbeat_at < timezone.now() - silent:
        now = f"interrupted at {percent} %, it starts again by itself"
    else:
        now = f"running {percent} %"
    return ForecastStatus("running", f"{said} · {now}", percent, latest, since=since)


def ago_words(moment: datetime) -> str:
    """“just now”, “2 minutes ago”, “3 hours ago”; beyond a day the moment itself."""
    seconds = (timezone.now() - moment).total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{counted(int(seconds // 60), 'minute')} ago"
    if seconds < 86_400:
        return f"{counted(int(seconds // 3600), 'hour')} ago"
    return f"on {moment_words(moment)}"
