from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from capacity.models import DemandForecast, Forecast
from capacity.services import explaining
from capacity.services.explaining import explain_forecast, whole_days
from capacity.services.forecasting import request_forecast, run_forecast
from intake.services.ranking import move_demand
from tests.factories import RankedDemandFactory, WorkPackageFactory


def forecast_now(team):
    asked = request_forecast(team=team, by=None, reason="Asked for.")
    done = run_forecast(forecast_id=asked.pk)
    assert done.state == "done"
    return done


def moved(forecast, demand):
    return DemandForecast.objects.get(forecast=forecast, demand=demand).moved


def dates(demand):
    rows = DemandForecast.objects.filter(demand=demand).order_by("pk")
    return [row.p85 for row in rows]


def test_move_of_a_demand_is_explained_by_the_order(team, manager, backlog):
    first, second = backlog
    forecast_now(team)
    move_demand(demand=second, to_place=1, by=manager)
    after = forecast_now(team)

    explained = explain_forecast(forecast_id=after.pk)

    old, new = dates(second)
    told = moved(after, second)
    assert list(explained.explained["touched"]) == ["rank"]
    assert (told["before"], told["after"]) == (old.isoformat(), new.isoformat())
    assert told["days"] == (new - old).days < 0
    assert told["causes"] == {"rank": told["days"]}
    assert moved(after, first)["days"] > 0


def test_causes_of_every_demand_add_up_to_what_the_forecasts_say(
    team, manager, backlog, skill
):
    first, second = backlog
    forecast_now(team)
    move_demand(demand=second, to_place=1, by=manager)
    first.packages.update(low=Decimal(3), likely=Decimal(8), high=Decimal(20))
    WorkPackageFactory(demand=RankedDemandFactory(team=team), skill=skill)
    after = forecast_now(team)

    explain_forecast(forecast_id=after.pk)

    told = [row for row in (moved(after, first), moved(after, second)) if row]
    assert told
    for row in told:
        assert sum(row["causes"].values()) == row["days"]
    assert set(moved(after, first)["causes"]) >= {"rank", "estimate"}


def test_what_fewer_worlds_cannot_tell_is_told_as_rounding(
    team, manager, backlog, monkeypatch
):
    monkeypatch.setattr(explaining, "TRIALS", 3)
    monkeypatch.setattr(explaining, "DEMANDS", 1)
    _, second = backlog
    for demand in backlog:
        demand.packages.update(low=Decimal(2), likely=Decimal(5), high=Decimal(30))
    forecast_now(team)
    move_demand(demand=second, to_place=1, by=manager)
    after = forecast_now(team)

    explain_forecast(forecast_id=after.pk)

    told = moved(after, second)
    assert "rounding" in told["causes"]
    assert sum(told["causes"].values()) == told["days"]


@pytest.mark.parametrize(
    ("demands", "trials"), [(0, 100_000), (36, 2500), (120, 500), (900, 500)]
)
def test_few_demands_are_explained_in_more_worlds(demands, trials):
    assert explaining._trials(demands) == trials


def test_new_demand_says_that_it_was_not_there(team, backlog, skill):
    forecast_now(team)
    new = WorkPackageFactory(demand=RankedDemandFactory(team=team), skill=skill).demand
    after = forecast_now(team)

    explain_forecast(forecast_id=after.pk)

    told = moved(after, new)
    assert (told["before"], told["why"]) == (None, "It was not in the plan before.")


def test_demand_that_did_not_move_has_nothing_to_explain(team, backlog):
    forecast_now(team)
    after = forecast_now(team)

    explained = explain_forecast(forecast_id=after.pk)

    assert explained.explained["touched"] == {}
    assert [moved(after, demand) for demand in backlog] == [None, None]


def test_first_forecast_and_one_that_is_explained_are_left_alone(team, backlog):
    first = forecast_now(team)
    second = forecast_now(team)
    explain_forecast(forecast_id=second.pk)

    assert explain_forecast(forecast_id=first.pk) is None
    assert explain_forecast(forecast_id=second.pk) is None


def test_forecast_that_waits_goes_first(team, backlog, sent):
    forecast_now(team)
    after = forecast_now(team)
    request_forecast(team=team, by=None, reason="Asked for.")
    sent()

    assert explain_forecast(forecast_id=after.pk) is None
    assert sent() == [("capacity.tasks.explain_forecast", [after.pk])]
    after.refresh_from_db()
    assert after.explained == {}


def test_forecast_before_is_the_one_gathered_before(team, manager, backlog):
    first = forecast_now(team)
    second = forecast_now(team)
    Forecast.objects.filter(pk=second.pk).update(
        gathered_at=first.gathered_at - timedelta(days=1)
    )

    explained = explain_forecast(forecast_id=first.pk)

    assert explained.explained["since"] == second.pk


def test_whole_days_keep_the_sum():
    assert whole_days({"rank": 2.5, "capacity": 0.5, "ktlo": -1.0}, 2) == {
        "rank": 3,
        "ktlo": -1,
    }
    assert whole_days({"rank": -2.5, "capacity": -0.5}, -4) == {
        "rank": -2,
        "capacity": -1,
        "rounding": -1,
    }
