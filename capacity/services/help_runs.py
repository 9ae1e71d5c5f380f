"""The worker's side of what would help: candidate after candidate, in the same worlds.

A run takes about as long as dozens of previews. So a forecast that waits goes first:
what has been tried so far is kept, and the run goes on after it.
"""

from __future__ import annotations

import logging
import os
from dataclasses import replace
from datetime import date, datetime, timedelta
from statistics import median
from time import process_time
from typing import Any

from django.conf import settings
from django.utils import timezone

from capacity import engine
from capacity.choices import ForecastState
from capacity.engine.changing import change_plan
from capacity.engine.finishes import Finishes
from capacity.engine.helping import expected_kept, gain_of, helpers_for
from capacity.engine.preview import TRIALS, Prepared
from capacity.models import Forecast, HelpRun
from capacity.promised import promised_days
from capacity.services.running import (
    ClaimLost,
    claim,
    give_up,
    kept_alive,
    rescue_runs,
    try_again_or_give_up,
    write,
)
from portfolio.core.calendars import public_holidays
from portfolio.core.models import Team
from portfolio.core.services.messages import send

logger = logging.getLogger(__name__)

# A forecast that waits goes first; the run is taken up again so much later.
LATER_SECONDS = 5
LEAST_WORLDS = 125
ONE_MORE = "one-more"
FULL_WEEK = [8, 8, 8, 8, 8, 0, 0]


class ForecastWaits(Exception):
    """Somebody waits for dates, which matter more than what would help."""


def run_help(*, help_id: int) -> HelpRun | None:
    """Try all that could help; None when it is not ours to run."""
    run = claim(HelpRun.objects.select_related("forecast__team__calendar"), help_id)
    if run is None:
        logger.info("Help run %s is not waiting to be run.", help_id)
        return None
    try:
        with kept_alive(run):
            _try_all(run)
        write(run, state=ForecastState.DONE, progress=1.0, finished_at=timezone.now())
        logger.info("%s: tried %s candidates.", run, run.candidates)
    except ForecastWaits:
        _make_way(run)
    except ClaimLost:
        logger.info("%s was taken over by another worker.", run)
        return None
    except engine.PlanError as wrong:
        give_up(run, str(wrong))
    except Exception as broken:
        logger.exception("%s broke.", run)
        try_again_or_give_up(run, f"{type(broken).__name__}: {broken}")
    return HelpRun.objects.get(pk=run.pk)


def rescue_help(*, silent_since: datetime | None = None) -> None:
    """Start again what died, and send again what never came."""
    runs = HelpRun.objects.select_related("forecast").defer(
        "forecast__plan", "forecast__result", "forecast__turns"
    )
    for pk in rescue_runs(runs, silent_since=silent_since):
        _send(pk)


def _try_all(run: HelpRun) -> None:
    waiting = Forecast.objects.unfinished().filter(team=run.forecast.team_id)
    if waiting.exists():
        raise ForecastWaits
    if not run.worlds:
        run.promised = {
            name: day.isoformat()
            for name, day in promised_days(run.forecast.team).items()
        }
    promised = {name: date.fromisoformat(day) for name, day in run.promised.items()}
    plan = change_plan(
        engine.Plan.from_json(run.forecast.plan),
        {"dates": {name: [day] for name, day in run.promised.items()}},
    )
    helpers = helpers_for(plan)
    prepared = _prepared(run, plan, len(helpers))
    run.promised = {
        name: day
        for name, day in run.promised.items()
        if name in prepared.finishes.row_of
    }
    run.candidates = len(helpers)
    run.worlds = prepared.plan.trials
    write(
        run,
        promised=run.promised,
        candidates=run.candidates,
        worlds=run.worlds,
        demands=sum(not why for why in prepared.finishes.cannot.values()),
        kept=expected_kept(prepared.finishes, promised),
    )
    one_more = one_more_person(run.forecast.team, plan)
    tried = list(run.tried)
    for helper in helpers[len(tried) :]:
        if waiting.exists():
            raise ForecastWaits
        gain = gain_of(prepared, helper, one_more=one_more, promised=promised)
        tried.append(
            {
                "skill": helper.skill,
                "engineer": helper.engineer,
                "days": gain.days,
                "promised_days": gain.promised_days,
                "dates": gain.dates,
                "kept": round(gain.kept, 2),
            }
        )
        write(run, tried=tried, progress=len(tried) / len(helpers))


def _prepared(run: HelpRun, plan: engine.Plan, candidates: int) -> Prepared:
    """The plan in as many worlds as there is time for, or as it was begun with."""
    if run.worlds:
        return engine.prepare(plan, trials=run.worlds)
    # Processor time, shared by all cores: a machine that is busy now may not be later.
    began = process_time()
    prepared = engine.prepare(plan, trials=min(plan.trials, TRIALS))
    seconds = (process_time() - began) / len(os.sched_getaffinity(0))
    return fewer(prepared, seconds * candidates)


def fewer(prepared: Prepared, seconds: float) -> Prepared:
    """Keep the first half of the worlds, and half of these, until there is time."""
    worlds = prepared.plan.trials
    while seconds > settings.HELP_SECONDS and worlds >= 2 * LEAST_WORLDS:
        worlds, seconds = worlds // 2, seconds / 2
    if worlds == prepared.plan.trials:
        return prepared
    days = prepared.finishes.days[:, :worlds]
    return Prepared(Finishes(replace(prepared.plan, trials=worlds), days))


def one_more_person(team: Team, plan: engine.Plan) -> dict[str, Any]:
    """Somebody who is there from the first day: five days of eight hours a week.

    With the public holidays of the team and the meetings that people there have.
    """
    calendar = team.calendar
    holidays = public_holidays(
        calendar.country,
        calendar.subdivision,
        plan.start,
        plan.start + timedelta(days=plan.horizon_days - 1),
    )
    return {
        "id": ONE_MORE,
        "hours_per_day": FULL_WEEK,
        "overhead": median([each.overhead for each in plan.engineers] or [0.0]),
        "leave": [[day.isoformat(), day.isoformat(), 1.0] for day in sorted(holidays)],
    }


def _make_way(run: HelpRun) -> None:
    """Queue again, and without counting it as an attempt: nothing has failed."""
    write(run, state=ForecastState.QUEUED, attempts=run.attempts - 1)
    _send(run.pk, countdown=LATER_SECONDS)


def _send(help_id: int, countdown: float = 0) -> None:
    from capacity.tasks import find_help as task

    send(task, help_id, countdown=countdown)
