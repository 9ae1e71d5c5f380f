from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from portfolio.delivery.models import ForecastScore
from portfolio.delivery.services.progress import deliver
from portfolio.delivery.services.scores import score_all, score_forecasts
from tests.delivery.rows import GATES, days_from_now, make_forecast
from tests.factories import DemandFactory, RankedDemandFactory


@pytest.fixture
def at_work(team):
    return RankedDemandFactory(
        team=team, stage="in_progress", started_on=days_from_now(-9)
    )


def told(team, demand, *, ago, worlds):
    """A forecast made so many days ago; the days of its worlds count from today."""
    at = timezone.now() - dt.timedelta(days=ago)
    return make_forecast(team, {demand: worlds}, gathered_at=at)


def scores():
    return [
        (score.forecast, score.told_on, score.is_first, score.p85, score.reached)
        for score in ForecastScore.objects.order_by("told_on")
    ]


def test_a_delivery_scores_every_forecast_of_the_demand_and_marks_the_first(
    at_work, team, manager
):
    first = told(team, at_work, ago=20, worlds={-8: 3, -4: 5, 2: 2})
    second = told(team, at_work, ago=5, worlds={-2: 1, 3: 9})
    told(team, RankedDemandFactory(team=team), ago=5, worlds={1: 10})

    deliver(demand=at_work, by=manager, on=days_from_now(-1), gates=GATES)

    assert scores() == [
        (first, days_from_now(-20), True, days_from_now(2), 0.8),
        (second, days_from_now(-5), False, days_from_now(3), 0.1),
    ]
    assert ForecastScore.objects.get(forecast=first).delivered_on == days_from_now(-1)


def test_what_was_forecast_on_the_day_itself_or_later_is_not_scored(
    at_work, team, manager
):
    told(team, at_work, ago=3, worlds={0: 10})
    told(team, at_work, ago=1, worlds={0: 10})

    deliver(demand=at_work, by=manager, on=days_from_now(-3), gates=GATES)

    assert scores() == []


def test_a_forecast_that_gave_no_date_is_not_scored(at_work, team, manager):
    make_forecast(team, {}, cannot={at_work: "Nobody has SAP BTP."})

    deliver(demand=at_work, by=manager, on=days_from_now(0), gates=GATES)

    assert scores() == []


def test_an_open_demand_has_no_score(at_work, team):
    told(team, at_work, ago=3, worlds={0: 10})

    assert score_forecasts(demand=at_work) == 0
    assert scores() == []


def test_what_was_delivered_by_another_way_is_scored_once_by_the_clock(team):
    done = DemandFactory(team=team, stage="delivered", delivered_on=days_from_now(-1))
    told(team, done, ago=9, worlds={-2: 6, 2: 4})

    counts = [score_all(), score_all()]

    assert counts == [1, 0]
    assert [(first, reached) for _, _, first, _, reached in scores()] == [(True, 0.6)]


def test_a_score_stays_when_its_forecast_is_removed(at_work, team, manager):
    forecast = told(team, at_work, ago=20, worlds={-4: 10})
    deliver(demand=at_work, by=manager, on=days_from_now(-1), gates=GATES)

    forecast.delete()

    [score] = ForecastScore.objects.all()
    assert (score.forecast, score.p85) == (None, days_from_now(-4))


def test_a_demand_has_one_first_forecast_and_no_second(at_work):
    row = {"demand": at_work, "is_first": True, "reached": 0.5}
    days = {"told_on": days_from_now(-9), "delivered_on": days_from_now(-1)}
    ForecastScore.objects.create(**row, **days)

    with pytest.raises(IntegrityError), transaction.atomic():
        ForecastScore.objects.create(**row, **days)


def test_scores_are_read_by_who_may_read_the_demand(at_work, manager, requester):
    row = {"told_on": days_from_now(-9), "delivered_on": days_from_now(-1)}
    ForecastScore.objects.create(demand=at_work, reached=0.5, **row)

    seen = [
        ForecastScore.objects.visible_to(user).count() for user in (manager, requester)
    ]

    assert seen == [1, 0]
