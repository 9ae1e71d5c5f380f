"""The worker's side of a preview: a plan that is prepared, and answers about changes.

It is always the plan as it is now: that of the newest forecast, or, when something has
changed since, one gathered anew, so that two moves after each other are told apart.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from time import process_time
from typing import Any

from capacity.engine.changing import change_plan
from capacity.engine.finishes import Finishes
from capacity.engine.noise import surely_moved
from capacity.engine.plan import Plan, PlanError
from capacity.engine.preview import TRIALS, Prepared, Shelf, prepare
from capacity.models import Forecast, Skill
from capacity.services.calibrating import calibrated_streams, calibration_of
from capacity.services.gathering import gather, today_of
from portfolio.core.models import Team
from portfolio.core.services.store import hand_over, keep, kept

logger = logging.getLogger(__name__)

# The next forecast comes at the latest in the morning after.
KEPT_SECONDS = 48 * 3600
ANSWER_SECONDS = 120
# Somebody holds a row and waits; with the board read beside it, all of it is to take
# less than 300 ms on two cores.
PLAY_SECONDS = 0.06
LEAST_WORLDS = 125

SHELF = Shelf()


def keep_prepared(plan: Plan) -> bool:
    """Prepare the plan of a forecast for previews; False when Redis is not there."""
    return keep(_name(plan.hash()), _stored(plan), seconds=KEPT_SECONDS)


def take_up(*, team: Team) -> None:
    """Have the team's plan at hand before somebody asks."""
    if Forecast.objects.latest_of(team.pk) is None:
        return
    try:
        prepared_plan(team)
    except PlanError as wrong:
        logger.info("No previews for the %s: %s", team, wrong)


def answer_preview(*, team: Team, token: str, change: dict[str, Any]) -> None:
    """Play a change and hand the answer over, or why there is none."""
    try:
        answer = _answer(team, change)
    except PlanError as wrong:
        answer = {"problem": str(wrong)}
    hand_over(f"answer:{token}", json.dumps(answer).encode(), seconds=ANSWER_SECONDS)


def prepared_plan(team: Team) -> Prepared:
    """The team's plan as it is now, prepared, from the shelf where it stands there."""
    start = today_of(team)
    forecast = Forecast.objects.latest_of(team.pk)
    if (
        forecast is not None
        and (forecast.plan_revision or 0) >= team.plan_revision
        and forecast.starts_on == start
    ):
        return _taken(forecast.plan_hash, lambda: Plan.from_json(forecast.plan))
    return _taken(
        f"{team.pk}-{team.plan_revision}-{start}", lambda: _gathered(team, start)
    )


def _answer(team: Team, change: dict[str, Any]) -> dict[str, Any]:
    prepared = prepared_plan(team)
    asked = dict(change)
    if declared := asked.pop("declared", []):
        calibrated = _calibrated(team, declared)
        asked["demands"] = [*asked.get("demands", []), *calibrated]
    preview = prepared.preview(change_plan(prepared.plan, asked))
    answer = preview.to_json()
    sure = surely_moved(preview.before, preview.after)
    for row in answer["demands"]:
        row["is_sure"] = row["id"] in sure
    return answer


def _calibrated(team: Team, demands: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Ranges as somebody has just written them, made into those of a plan."""
    skills = dict(Skill.objects.values_list("name", "pk"))
    return calibrated_streams(calibration_of(team), demands, skills)


def _taken(name: str, plan: Callable[[], Plan]) -> Prepared:
    def load() -> bytes:
        found = kept(_name(name))
        if found is None:
            found = _stored(plan())
            keep(_name(name), found, seconds=KEPT_SECONDS)
        return found

    return SHELF.take(name, load)


def _gathered(team: Team, start: date) -> Plan:
    return Plan.from_json(
        gather(team, start=start, trials=TRIALS, seed=team.forecast_seed).plan
    )


def _stored(plan: Plan) -> bytes:
    # Processor time, shared by all cores: a machine that is busy now may not be later.
    began = process_time()
    prepared = prepare(plan, trials=min(plan.trials, TRIALS))
    seconds = (process_time() - began) / len(os.sched_getaffinity(0))
    return fewer(prepared, seconds).to_bytes()


def fewer(prepared: Prepared, seconds: float) -> Prepared:
    """Keep so many of the worlds that playing them again takes no longer than it may.

    How long one takes depends on much: what still arrives, how many people can do what,
    and the machine. So it is measured; the worlds kept are the first of the forecast.
    """
    worlds = prepared.plan.trials
    while seconds > PLAY_SECONDS and worlds >= 2 * LEAST_WORLDS:
        worlds, seconds = worlds // 2, seconds / 2
    if worlds == prepared.plan.trials:
        return prepared
    days = prepared.finishes.days[:, :worlds]
    return Prepared(Finishes(replace(prepared.plan, trials=worlds), days))


def _name(plan: str) -> str:
    return f"prepared:{plan}"
