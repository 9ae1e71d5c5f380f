"""A team's backlog as the board shows it, in seven queries for any length.

Rows are read as plain tuples: made into models, 2,000 of them took 400 ms.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from django.db.models import FloatField, TextField
from django.db.models.functions import Cast

from capacity.engine.distribution import chance_by
from capacity.models import DemandForecast, Forecast, WorkPackage
from intake.models import Demand
from portfolio.board.rows import COLUMNS, Facts, Row, Seen, Work, row_of
from portfolio.board.scores import read_scorer
from portfolio.board.timeline import Axis, axis_for
from portfolio.core.models import Team, User
from portfolio.core.rights import SEE_PEOPLE
from portfolio.delivery.models import Commitment
from portfolio.delivery.rag import USUAL, Thresholds
from portfolio.delivery.reading import newest_forecast, rag_by


@dataclass(frozen=True, slots=True)
class Backlog:
    """All rows of a team in rank order, and the day they were read."""

    team: Team
    rows: list[Row]
    today: dt.date
    thresholds: Thresholds = USUAL

    def axis(self) -> Axis:
        """One axis for all rows, whichever of them are shown."""
        days = (
            day
            for row in self.rows
            for day in (row.dates.p85 or row.dates.p50, row.dates.promised)
            if day
        )
        return axis_for(days, today=self.today)


def read_backlog(*, team: Team, user: User, today: dt.date) -> Backlog:
    """The backlog of a team as this person may see it."""
    demands = (
        Demand.objects.visible_to(user)
        .filter(team=team)
        .in_backlog()
        .by_rank()
        .values_list(*COLUMNS)
    )
    forecast, thresholds = newest_forecast(team.pk)
    seen = _seen(forecast)
    promised = dict(
        Commitment.objects.open()
        .filter(team=team)
        .order_by("-due_on", "-pk")
        .values_list("demand_id", "due_on")
    )
    work = read_work(
        WorkPackage.objects.of_backlog(team.pk).values_list(
            "demand_id", "skill__name", Cast("likely", FloatField())
        )
    )
    scorer = read_scorer(team, today)
    trials = forecast.trials if forecast else 0
    # What leadership reads and takes along carries skills, not names.
    sees_people = user.has_perm(SEE_PEOPLE)
    rows = []
    for place, demand in enumerate(demands, 1):
        facts = Facts(*demand)
        if not sees_people:
            facts = facts._replace(owner=None)
        due_on = promised.get(facts.pk)
        told = seen.get(facts.pk)
        day = due_on or facts.needed_by
        chance = _chance(told, trials, day)
        rag = rag_by(
            day,
            chance,
            cannot=bool(told and told.cannot),
            today=today,
            thresholds=thresholds,
        )
        rows.append(
            row_of(
                place=place,
                facts=facts,
                forecast=told,
                promised=due_on,
                chance=chance,
                rag=rag,
                work=work.get(facts.pk),
                scored=partial(scorer.score, facts, work.get(facts.pk)),
            )
        )
    return Backlog(team=team, rows=rows, today=today, thresholds=thresholds)


def read_work(packages: Iterable[tuple[int, str, float]]) -> dict[int, Work]:
    """Sum packages, given as (demand, skill, likely days) in order, by demand."""
    days: dict[int, float] = {}
    skills: dict[int, dict[str, None]] = {}
    for demand, skill, likely in packages:
        days[demand] = days.get(demand, 0) + float(likely)
        skills.setdefault(demand, {})[skill] = None
    return {
        demand: Work(likely_days=total, skills=tuple(skills[demand]))
        for demand, total in days.items()
    }


def _seen(forecast: Forecast | None) -> dict[int, Seen]:
    if forecast is None:
        return {}
    rows = (
        DemandForecast.objects.filter(forecast=forecast)
        .order_by()
        .values_list(
            "demand_id", "p10", "p50", "p85", "p95", "cannot",
            Cast("finished_by", TextField()),
        )
    )  # fmt: skip
    return {demand: Seen(*told) for demand, *told in rows}


def _chance(told: Seen | None, trials: int, day: dt.date | None) -> float | None:
    if told is None or day is None or not told.finished_by:
        return None
    return chance_by(json.loads(told.finished_by), trials, day)
