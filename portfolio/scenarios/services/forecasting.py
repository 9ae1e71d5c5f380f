"""Forecasts of scenarios beside the live plan: asked for, simulated and stored."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from capacity import engine
from capacity.choices import UNFINISHED, ForecastState
from capacity.models import DemandForecast, Forecast
from capacity.services.forecasting import PERSON
from capacity.services.gathering import Gathered
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
from portfolio.core.errors import RuleBroken
from portfolio.core.models import User
from portfolio.core.services.messages import send
from portfolio.scenarios.changes import read_change
from portfolio.scenarios.comparison import read_comparison
from portfolio.scenarios.models import Scenario, ScenarioDates, ScenarioForecast
from portfolio.scenarios.services.trying import Tried, try_scenario

logger = logging.getLogger(__name__)

PERCENTILES = ("p10", "p50", "p85", "p95")
# When a demand is done, or why that is not known; see ``ScenarioDates``.
Side = dict[str, Any]


@transaction.atomic
def request_scenario_forecast(*, scenario: Scenario, by: User) -> ScenarioForecast:
    """Ask for a forecast; gives the one that waits or runs if there is one."""
    if not scenario.is_open:
        raise RuleBroken(
            f"“{scenario}” is {scenario.state_words}; it is not forecast again."
        )
    if not scenario.changes.exists():
        raise RuleBroken("It changes nothing yet; add the first change.")
    unfinished = ScenarioForecast.objects.filter(
        scenario=scenario, state__in=UNFINISHED
    )
    forecast = unfinished.first()
    if forecast is None:
        try:
            with transaction.atomic():
                forecast = ScenarioForecast.objects.create(
                    scenario=scenario, requested_by=by
                )
        except IntegrityError:  # somebody else asked at the same moment
            forecast = unfinished.get()
    if forecast.state == ForecastState.QUEUED:
        transaction.on_commit(partial(_send_to_worker, forecast.pk))
    return forecast


def run_scenario_forecast(*, forecast_id: int) -> ScenarioForecast | None:
    """Try, simulate and store a scenario; None when it is not ours to run."""
    runs = ScenarioForecast.objects.select_related("scenario__team", "requested_by")
    forecast = claim(runs, forecast_id)
    if forecast is None:
        logger.info("Forecast %s of a scenario is not waiting to be run.", forecast_id)
        return None
    try:
        with kept_alive(forecast):
            tried, live, then = _simulate(forecast)
        _store(forecast, tried, live, then)
        logger.info("%s is done.", forecast)
    except ClaimLost:
        logger.info("%s was taken over by another worker.", forecast)
        return None
    except (engine.PlanError, RuleBroken) as wrong:
        give_up(forecast, PERSON.sub(r"The person who \1", str(wrong)))
    except Exception as broken:
        logger.exception("%s broke.", forecast)
        try_again_or_give_up(forecast, f"{type(broken).__name__}: {broken}")
    return ScenarioForecast.objects.without_plans().get(pk=forecast.pk)


def rescue_scenario_forecasts(*, silent_since: datetime | None = None) -> None:
    """Start again what died, and send again what never came."""
    runs = ScenarioForecast.objects.without_plans()
    for pk in rescue_runs(runs, silent_since=silent_since):
        _send_to_worker(pk)


def _send_to_worker(forecast_id: int) -> None:
    from portfolio.scenarios.tasks import run_scenario_forecast as task

    send(task, forecast_id)


def _simulate(
    forecast: ScenarioForecast,
) -> tuple[Tried, dict[str, Side], dict[str, Side]]:
    scenario, by = forecast.scenario, forecast.requested_by
    if by is None:
        raise RuleBroken("Who asked for this has no account any more; ask for it anew.")
    tried = try_scenario(scenario=scenario, by=by)
    write(
        forecast,
        gathered_at=timezone.now(),
        starts_on=tried.start,
        plan_revision=tried.plan_revision,
        scenario_revision=tried.scenario_revision,
    )
    if tried.then is None:
        return tried, {}, {}
    plans = [engine.Plan.from_json(each.plan) for each in (tried.live, tried.then)]
    live_plan, then_plan = plans
    write(
        forecast,
        trials=then_plan.trials,
        seed=then_plan.seed,
        plan=then_plan.to_json(),
        plan_hash=then_plan.hash(),
        live_hash=live_plan.hash(),
    )
    tell = progress_of(forecast)
    known, begun = _stored(scenario.team_id, live_plan.hash()), 0.0
    if known is None:
        # The live forecast is of another plan, of before a change or of yesterday.
        begun = 0.5
        known = _played(live_plan, lambda share: tell(share * begun))
    new = _played(then_plan, lambda share: tell(begun + share * (1 - begun)))
    return tried, _with_rest(known, tried.live), _with_rest(new, tried.then)


def _stored(team_id: int, plan_hash: str) -> dict[str, Side] | None:
    """What the live forecast of this very plan says, when there is one."""
    known = (
        Forecast.objects.done()
        .filter(team=team_id, plan_hash=plan_hash)
        .defer("plan", "result")
        .order_by("-pk")
        .first()
    )
    if known is None:
        return None
    rows = DemandForecast.objects.filter(forecast=known).select_related("demand")
    return {row.demand.reference: _side_of_row(row) for row in rows}


def _side_of_row(row: DemandForecast) -> Side:
    return {
        **{name: _written(getattr(row, name)) for name in PERCENTILES},
        "cannot": row.cannot,
        "finished_by": row.finished_by,
    }


def _played(plan: engine.Plan, tell: Callable[[float], None]) -> dict[str, Side]:
    answers = engine.forecast(plan, progress=tell).to_json()["demands"]
    return {answer["id"]: _side_of_answer(answer) for answer in answers}


def _with_rest(sides: dict[str, Side], gathered: Gathered) -> dict[str, Side]:
    """With what of the backlog is not in the plan, and why."""
    return sides | {name: _unknown(why) for name, why in gathered.cannot.items()}


def _unknown(why: str) -> Side:
    return {**dict.fromkeys(PERCENTILES), "cannot": why, "finished_by": None}


def _side_of_answer(answer: dict[str, Any]) -> Side:
    if answer["cannot"]:
        return _unknown(PERSON.sub(r"The person who \1", answer["cannot"]))
    return {
        **{name: answer["finish"][name] for name in PERCENTILES},
        "cannot": "",
        "finished_by": answer["finished_by"],
    }


@transaction.atomic
def _store(
    forecast: ScenarioForecast,
    tried: Tried,
    live: dict[str, Side],
    then: dict[str, Side],
) -> None:
    ScenarioDates.objects.bulk_create(_rows(forecast, tried, live, then))
    write(
        forecast,
        state=ForecastState.DONE,
        finished_at=timezone.now(),
        progress=1.0,
        problems={str(pk): why for pk, why in tried.problems.items()},
        headline=_headline(forecast, tried) if tried.then else "",
    )
    # One comparison is kept; what is published of the live plan is kept for ever.
    others = ScenarioForecast.objects.filter(scenario=forecast.scenario_id)
    others.filter(pk__lt=forecast.pk).exclude(state__in=UNFINISHED).delete()


def _headline(forecast: ScenarioForecast, tried: Tried) -> str:
    by, team = forecast.requested_by, forecast.scenario.team
    # Read again: trials are written to the row alone.
    forecast = ScenarioForecast.objects.without_plans().get(pk=forecast.pk)
    if by is None:
        return ""
    compared = read_comparison(team=team, forecast=forecast, user=by, today=tried.start)
    return compared.headline


def _rows(
    forecast: ScenarioForecast,
    tried: Tried,
    live: dict[str, Side],
    then: dict[str, Side],
) -> Iterator[ScenarioDates]:
    if tried.then is None:
        return
    before = {name: place for place, (_, name) in enumerate(tried.live.places, 1)}
    after = {name: place for place, (_, name) in enumerate(tried.then.places, 1)}
    keys = {name: pk for pk, name in [*tried.then.places, *tried.live.places]}
    new = {
        f"new-{row.pk}": read_change(row).facts
        for row in forecast.scenario.changes.all()
        if f"new-{row.pk}" in after
    }
    for name in [*after, *(name for name in before if name not in after)]:
        yield ScenarioDates(
            forecast=forecast,
            demand_id=None if name in new else keys[name],
            title=new[name]["title"] if name in new else "",
            needed_by=new[name]["needed_by"] if name in new else None,
            place_live=before.get(name),
            place_then=after.get(name),
            live=live[name] if name in before else None,
            then=then[name] if name in after else None,
        )


def _written(day: date | None) -> str | None:
    return day.isoformat() if day else None
