"""Whether the comparison on a page is true now, in one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from capacity.choices import UNFINISHED, ForecastState
from capacity.services.gathering import today_of
from capacity.services.status import ago_words
from portfolio.core.models import Team
from portfolio.core.words import moment_words
from portfolio.scenarios.models import Scenario, ScenarioForecast

SOON = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ScenarioStatus:
    """``state`` is none, running, fresh, stale, unfit or failed; ``words`` say it all.

    ``forecast`` is the newest finished one; unfit is one whose ``problems`` say, by the
    key of a change, why it fits the plan no more.
    """

    state: str
    words: str
    percent: int = 0
    forecast: ScenarioForecast | None = None
    error: str = ""
    problems: dict[int, str] = field(default_factory=dict)
    asks_again: str = ""

    @property
    def dot(self) -> str:
        """Which dot stands before the words."""
        return "failed" if self.state == "unfit" else self.state

    @property
    def is_running(self) -> bool:
        return self.state == "running"

    @property
    def compares(self) -> bool:
        """Whether there is a comparison to show."""
        return self.forecast is not None and not self.problems

    @property
    def is_due(self) -> bool:
        """Whether forecasting would say something else, or something at all."""
        return self.state in {"none", "stale", "unfit", "failed"}


def scenario_status(scenario: Scenario) -> ScenarioStatus:
    """How the forecast of a scenario stands now; two queries."""
    # Read again: whoever asks may hold the team from before its own change.
    revision = Team.objects.values_list("plan_revision", flat=True).get(
        pk=scenario.team_id
    )
    runs = list(scenario.forecasts.without_plans()[:5])
    return status_from(scenario, runs, plan_revision=revision)


def status_from(
    scenario: Scenario, runs: Sequence[ScenarioForecast], *, plan_revision: int
) -> ScenarioStatus:
    """The same from its forecasts, the newest first, and the plan's revision now."""
    done = next((run for run in runs if run.state == ForecastState.DONE), None)
    newest = runs[0] if runs else None
    said = (
        f"Forecast of {moment_words(done.gathered_at)}"
        if done and done.gathered_at
        else "Not forecast yet"
    )
    problems = {int(pk): why for pk, why in done.problems.items()} if done else {}
    if newest is not None and newest.state in UNFINISHED:
        return _on_its_way(newest, said, done, problems)
    # What was closed meanwhile is not forecast again; what was compared still stands.
    failed = newest is not None and newest.state == ForecastState.FAILED
    if newest is not None and failed and (scenario.is_open or done is None):
        words = f"{said} · the last run failed"
        return ScenarioStatus("failed", words, 0, done, newest.error, problems)
    if done is None:
        return ScenarioStatus("none", said)
    stale = _stale(done, scenario, plan_revision)
    return _settled(done, scenario, said, stale, problems)


def _settled(
    done: ScenarioForecast,
    scenario: Scenario,
    said: str,
    stale: str,
    problems: dict[int, str],
) -> ScenarioStatus:
    if not scenario.is_open:
        words = f"{said}, before it was {scenario.state_words}"
        return ScenarioStatus("fresh", words, 100, done, problems=problems)
    if stale:
        words = f"{said} · {stale}"
        return ScenarioStatus("stale", words, 100, done, problems=problems)
    if problems:
        words = f"{said} · not every change fits the plan"
        return ScenarioStatus("unfit", words, 100, done, problems=problems)
    words = f"{said} · fresh · {done.trials:,} simulated worlds"
    return ScenarioStatus("fresh", words, 100, done)


def _stale(done: ScenarioForecast, scenario: Scenario, plan_revision: int) -> str:
    """What has changed since; empty when nothing has."""
    if (done.scenario_revision or 0) < scenario.revision:
        return "its changes were edited since"
    if (done.plan_revision or 0) < plan_revision:
        return "the live plan has changed since"
    if done.starts_on is None or done.starts_on < today_of(scenario.team):
        return "from another day"
    return ""


def _on_its_way(
    newest: ScenarioForecast,
    said: str,
    done: ScenarioForecast | None,
    problems: dict[int, str],
) -> ScenarioStatus:
    percent = round(newest.progress * 100)
    silent = timedelta(seconds=settings.FORECAST_LOST_SECONDS)
    since = newest.started_at or newest.queued_at
    if newest.state == ForecastState.QUEUED:
        percent, since = 0, newest.queued_at
        now = "a new one is queued" if done else "queued"
        if timezone.now() - since >= SOON:
            now += f", {ago_words(since)}: no worker has taken it yet"
    elif newest.heartbeat_at and newest.heartbeat_at < timezone.now() - silent:
        now = f"interrupted at {percent} %, it starts again by itself"
    else:
        now = f"running {percent} %"
    again = "1s" if timezone.now() - since < SOON else "5s"
    return ScenarioStatus(
        "running", f"{said} · {now}", percent, done, "", problems, again
    )
