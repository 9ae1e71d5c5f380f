"""Forecasts of a team: asked for, gathered, simulated and stored."""

from __future__ import annotations

import logging
import re
from datetime import date, datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from capacity import engine
from capacity.choices import ForecastState
from capacity.models import DemandForecast, Forecast
from capacity.services.gathering import Gathered, gather, today_of
from capacity.services.receipts import send_if_due
from capacity.services.running import (
    ClaimLost,
    claim,
    give_up,
    kept_alive,
    progress_of,
    rescue_runs,
    try_again_or_give_up,
    write,
)
from capacity.signals import forecast_stored
from intake.models import Demand
from portfolio.core.models import Team, User
from portfolio.core.services.messages import send

logger = logging.getLogger(__name__)

PERSON = re.compile(r"\beng-\d+, who (is at it|is pinned to it),")


@transaction.atomic
def request_forecast(*, team: Team, by: User | None, reason: str) -> Forecast:
    """Ask for a forecast of the team; gives the one that waits or runs if there is one.

    What changes while one runs is not lost: the run compares plan revisions at its
    end, and so does the rescue.
    """
    unfinished = Forecast.objects.unfinished().filter(team=team)
    forecast = unfinished.first()
    if forecast is None:
        try:
            with transaction.atomic():
                forecast = Forecast.objects.create(
                    team=team, requested_by=by, reason=reason
                )
        except IntegrityError:  # somebody else asked at the same moment
            forecast = unfinished.get()
    if forecast.state == ForecastState.QUEUED:
        transaction.on_commit(partial(_send_to_worker, forecast.pk))
    return forecast


def request_when_quiet(*, team: Team, revision: int) -> Forecast | None:
    """Ask for a forecast unless the plan has changed again, or one knows it already."""
    if team.plan_revision != revision or _is_covered(team):
        return None
    return request_forecast(team=team, by=None, reason="The plan changed.")


def request_if_due(*, team: Team) -> Forecast | None:
    """Ask for a forecast when none knows the plan as it is, or the day it is.

    A failed one is not tried again before something changes: it would fail again.
    """
    quiet = timedelta(seconds=settings.FORECAST_QUIET_SECONDS)
    if team.plan_changed_at > timezone.now() - quiet or _is_covered(team):
        return None
    if Forecast.objects.unfinished().filter(team=team).exists():
        return None
    return request_forecast(team=team, by=None, reason="The plan or the day is new.")


def run_forecast(*, forecast_id: int) -> Forecast | None:
    """Gather, simulate and store a forecast; None when it is not ours to run."""
    forecast = _claim(forecast_id)
    if forecast is None:
        logger.info("Forecast %s is not waiting to be run.", forecast_id)
        return None
    began = monotonic()
    try:
        with kept_alive(forecast):
            gathered, result = _simulate(forecast)
        _store(forecast, gathered, result)
        forecast_stored.send_robust(sender=Forecast, team_id=forecast.team_id)
        logger.info(
            "Forecast %s of the %s is done after %.1f s.",
            forecast.pk,
            forecast.team,
            monotonic() - began,
        )
        _foresee_turns(forecast, gathered)
        _make_ready_for_previews(forecast, gathered)
        send_if_due(forecast.team)
        _have_explained(forecast)
    except ClaimLost:
        logger.info("Forecast %s was taken over by another worker.", forecast_id)
        return None
    except engine.PlanError as wrong:
        give_up(forecast, str(wrong))
    except Exception as broken:
        logger.exception("Forecast %s broke.", forecast_id)
        try_again_or_give_up(forecast, f"{type(broken).__name__}: {broken}")
    request_if_due(
        team=Team.objects.select_related("calendar").get(pk=forecast.team_id)
    )
    return Forecast.objects.defer("plan", "result", "turns").get(pk=forecast.pk)


@transaction.atomic
def forecast_the_past(
    *, team: Team, at: datetime, trials: int, reason: str
) -> Forecast:
    """Forecast at once what stands in the rows, as a worker would have at a moment.

    For whoever loads a past and has brought the rows to that moment.
    """
    forecast = Forecast.objects.create(
        team=team,
        reason=reason,
        state=ForecastState.RUNNING,
        attempts=1,
        queued_at=at,
        started_at=at,
        heartbeat_at=at,
    )
    gathered, result = _simulate(forecast, now=at, trials=trials)
    _store(forecast, gathered, result, now=at)
    return Forecast.objects.defer("plan", "result", "turns").get(pk=forecast.pk)


def rescue_forecasts(*, silent_since: datetime | None = None) -> None:
    """Start again what died, send again what never came, ask for what is due.

    ``silent_since`` is given by a worker that has just started: what ran before and
    has said nothing since then died with the worker before it.
    """
    runs = Forecast.objects.defer("plan", "result", "turns")
    for pk in rescue_runs(runs, silent_since=silent_since):
        _send_to_worker(pk)
    for team in Team.objects.select_related("calendar"):
        request_if_due(team=team)
        send_if_due(team)


def _send_to_worker(forecast_id: int) -> None:
    from capacity.tasks import run_forecast as task

    send(task, forecast_id)


def _is_covered(team: Team) -> bool:
    """Tell whether a forecast of today, done or not, knows the plan as it is now."""
    return Forecast.objects.filter(
        team=team,
        plan_revision__gte=team.plan_revision,
        starts_on__gte=today_of(team),
    ).exists()


def _claim(forecast_id: int) -> Forecast | None:
    return claim(Forecast.objects.select_related("team__calendar"), forecast_id)


def _simulate(
    forecast: Forecast, *, now: datetime | None = None, trials: int | None = None
) -> tuple[Gathered, dict[str, Any]]:
    team, now = forecast.team, now or timezone.now()
    start = today_of(team, now)
    # The revision was read with the team, before anything is gathered: a change that
    # comes in between makes this forecast stale, and never silently old.
    write(
        forecast,
        plan_revision=team.plan_revision,
        gathered_at=now,
        starts_on=start,
    )
    trials = trials or settings.FORECAST_TRIALS
    gathered = gather(team, start=start, trials=trials, seed=team.forecast_seed)
    plan = engine.Plan.from_json(gathered.plan)
    write(
        forecast,
        trials=plan.trials,
        seed=plan.seed,
        plan=plan.to_json(),
        arrivals=gathered.arrivals.to_json(),
        plan_hash=plan.hash(),
        calibration=gathered.calibration,
    )
    return gathered, engine.forecast(plan, progress=progress_of(forecast)).to_json()


@transaction.atomic
def _store(
    forecast: Forecast,
    gathered: Gathered,
    result: dict[str, Any],
    *,
    now: datetime | None = None,
) -> None:
    demands = {row["id"]: row for row in result.pop("demands")}
    write(
        forecast,
        state=ForecastState.DONE,
        finished_at=now or timezone.now(),
        progress=1.0,
        result=result,
    )
    still_there = set(
        Demand.objects.filter(pk__in=[pk for pk, _ in gathered.places]).values_list(
            "pk", flat=True
        )
    )
    DemandForecast.objects.bulk_create(
        [
            _row(forecast, pk, place, demands.get(reference), gathered)
            for place, (pk, reference) in enumerate(gathered.places, start=1)
            if pk in still_there
        ],
        batch_size=200,
    )


def _foresee_turns(forecast: Forecast, gathered: Gathered) -> None:
    """Keep what comes to each engineer next; dates need not wait for it."""
    from capacity.engine.turns import turns_of

    turns = turns_of(engine.Plan.from_json(gathered.plan))
    Forecast.objects.filter(pk=forecast.pk).update(
        turns={name: each.to_json() for name, each in turns.items()}
    )


def _have_explained(forecast: Forecast) -> None:
    from capacity.tasks import explain_forecast

    send(explain_forecast, forecast.pk)


def _make_ready_for_previews(forecast: Forecast, gathered: Gathered) -> None:
    """Keep the plan prepared, and have the worker that answers previews take it up."""
    from capacity.services.preparing import keep_prepared
    from capacity.tasks import take_up_plan

    if keep_prepared(engine.Plan.from_json(gathered.plan)):
        send(take_up_plan, forecast.team_id)


def _row(
    forecast: Forecast,
    demand_id: int,
    place: int,
    answer: dict[str, Any] | None,
    gathered: Gathered,
) -> DemandForecast:
    row = DemandForecast(forecast=forecast, demand_id=demand_id, place=place)
    if answer is None:
        row.cannot = gathered.cannot[gathered.places[place - 1][1]]
    elif answer["cannot"]:
        # The engine knows people by their number, and readers need no name here.
        row.cannot = PERSON.sub(r"The person who \1", answer["cannot"])
    else:
        row.start_p50 = _day(answer["start"]["p50"])
        for name, day in answer["finish"].items():
            setattr(row, name, _day(day))
        row.why_null = answer["why_null"]
        row.queue_days = answer["queue_days"]
        row.touch_days = answer["touch_days"]
        row.waits_for = answer["waits_for"] or ""
        row.finished_by = answer["finished_by"]
    return row


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
