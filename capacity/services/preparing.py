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
from functools import lru_cache
from time import process_time
from typing import Any

from capacity.engine.changing import change_plan
from capacity.engine.finishes import Finishes
from capacity.engine.noise import surely_moved
from capacity.engine.plan import Plan, PlanError
from capacity.engine.preview import TRIALS, Prepared, Preview, Shelf, prepare
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
PLAY_SECONDS = 0.1
LEAST_WORLDS = 125

SHELF = Shelf()
# Seconds of a world, by the key of the team, as this process last played its plan.
PACE: dict[int, float] = {}


def keep_prepared(plan: Plan) -> bool:
    """Prepare the plan of a forecast for previews; False when Redis is not there."""
    return keep(_name(plan.hash()), _stored(plan), seconds=KEPT_SECONDS)


def take_up(*, team: Team) -> None:
    """Have the team's plan at hand before somebody asks, and know how long it takes."""
    if Forecast.objects.latest_of(team.pk) is None:
        return
    try:
        prepared = prepared_plan(team)
    except PlanError as wrong:
        logger.info("No previews for the %s: %s", team, wrong)
        return
    if team.pk not in PACE:
        backwards = prepared.reordered(
            reversed([each.id for each in prepared.plan.demands])
        )
        _played(team, prepared, backwards)


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
    preview = _played(team, prepared, change_plan(prepared.plan, asked))
    answer = preview.to_json()
    sure = surely_moved(preview.before, preview.after)
    for row in answer["demands"]:
        row["is_sure"] = row["id"] in sure
    return answer


def _played(team: Team, prepared: Prepared, changed: Plan) -> Preview:
    """Play a change in as many worlds as there is time for, and note the pace.

    How long a world takes depends on much: what still arrives, how many people can do
    what, the machine, and what else it does just now. So it is measured each time.
    """
    worlds = worlds_for(PACE.get(team.pk), most=prepared.plan.trials)
    began = process_time()
    preview = first_worlds(prepared, worlds).preview(changed)
    # Processor time, shared by all cores: a machine that is busy now may not be later.
    seconds = (process_time() - began) / len(os.sched_getaffinity(0))
    if len(preview.played) == len(changed.demands):
        PACE[team.pk] = seconds / worlds
    return preview


def worlds_for(pace: float | None, *, most: int) -> int:
    """How many worlds a preview may take; without a pace the fewest that will do."""
    worlds = most
    while worlds >= 2 * LEAST_WORLDS and (pace is None or worlds * pace > PLAY_SECONDS):
        worlds //= 2
    return worlds


@lru_cache(maxsize=8)
def first_worlds(prepared: Prepared, worlds: int) -> Prepared:
    """The plan as it was prepared, with the first of its worlds alone."""
    if worlds == prepared.plan.trials:
        return prepared
    days = prepared.finishes.days[:, :worlds]
    return Prepared(Finishes(replace(prepared.plan, trials=worlds), days))


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
    # Somebody may be waiting: no more worlds than will be played again.
    trials = worlds_for(PACE.get(team.pk), most=TRIALS)
    return Plan.from_json(
        gather(team, start=start, trials=trials, seed=team.forecast_seed).plan
    )


def _stored(plan: Plan) -> bytes:
    return prepare(plan, trials=min(plan.trials, TRIALS)).to_bytes()


def _name(plan: str) -> str:
    return f"prepared:{plan}"
