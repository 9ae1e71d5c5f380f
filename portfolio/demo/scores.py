"""What was forecast of the past year's demands when they were accepted.

Nobody simulates a year again for a demo: these are invented like the year itself, as if
the old forecasts had been removed and what was scored of them were left.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from math import exp
from statistics import NormalDist

from intake.choices import Stage
from portfolio.delivery.models import ForecastScore
from portfolio.delivery.services.scores import LEVELS
from portfolio.demo.cases import Case
from portfolio.demo.company import Company

# Spread of what was told, as a factor; what came of it spreads a little wider, as it
# does where people estimate: of what they call 85 % they reach about 80 %.
TOLD, CAME = 0.45, 0.55
NORMAL = NormalDist()


def invent_scores(company: Company, cases: Iterable[Case]) -> None:
    """A first forecast for each delivered demand that has none of its own."""
    scored = set(ForecastScore.objects.values_list("demand", flat=True))
    ForecastScore.objects.bulk_create(
        _score(company, case) for case in cases if case.demand.pk not in scored
    )


def _score(company: Company, case: Case) -> ForecastScore:
    told_on = next(
        happening.at.date()
        for happening in case.happenings
        if happening.kind == Stage.ACCEPTED
    )
    done = case.demand.delivered_on
    if done is None:
        raise ValueError(f"“{case.demand}” is not delivered.")
    off = company.dice("forecast", case.story.title).gauss(0, CAME)
    likely = max((done - told_on).days, 1) / exp(off)
    days = {
        level: told_on + dt.timedelta(days=round(likely * _factor(level)))
        for level in LEVELS
    }
    return ForecastScore(
        demand=case.demand,
        told_on=told_on,
        is_first=True,
        delivered_on=done,
        reached=round(NORMAL.cdf(off / TOLD), 4),
        **days,
    )


def _factor(level: str) -> float:
    """How many times the days to the P50 a percentile takes."""
    return exp(TOLD * NORMAL.inv_cdf(int(level[1:]) / 100))
