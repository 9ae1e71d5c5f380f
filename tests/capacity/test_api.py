from __future__ import annotations

import pytest
from django.urls import reverse

from capacity.models import Forecast
from tests.factories import TeamFactory, UserFactory


@pytest.fixture
def forecast(team):
    return Forecast.objects.create(team=team, state="done", progress=1.0, trials=200)


def test_forecasts_are_listed_without_plan_and_result(client, manager, forecast):
    client.force_login(manager)

    listed = client.get(reverse("capacity:api-forecasts")).json()

    [row] = listed["results"]
    assert (row["id"], row["state"], row["progress"]) == (forecast.pk, "done", 1.0)
    assert {"plan", "result"} & row.keys() == set()


def test_a_forecast_that_still_runs_tells_its_progress(client, manager, team):
    running = Forecast.objects.create(team=team, state="running", progress=0.25)
    client.force_login(manager)

    read = client.get(reverse("capacity:api-forecast", args=[running.pk])).json()

    assert (read["state"], read["progress"], read["result"]) == (
        "running",
        0.25,
        {},
    )


def test_forecasts_of_other_teams_do_not_exist_for_a_manager(client, manager, forecast):
    elsewhere = Forecast.objects.create(team=TeamFactory(), state="done")
    client.force_login(manager)

    listed = client.get(reverse("capacity:api-forecasts")).json()
    answers = [
        client.get(reverse(name, args=[elsewhere.pk])).status_code
        for name in (
            "capacity:api-forecast",
            "capacity:plan-json",
            "capacity:result-json",
        )
    ]

    assert [row["id"] for row in listed["results"]] == [forecast.pk]
    assert answers == [404, 404, 404]


def test_the_api_is_closed_to_strangers(client, forecast):
    response = client.get(reverse("capacity:api-forecasts"))

    assert response.status_code == 403


def test_the_api_only_reads(client, manager, forecast):
    client.force_login(manager)
    address = reverse("capacity:api-forecast", args=[forecast.pk])

    answers = [
        client.generic(method, address).status_code
        for method in ("POST", "PUT", "PATCH", "DELETE")
    ]

    assert answers == [405, 405, 405, 405]


@pytest.mark.parametrize("many", [1, 20])
def test_the_list_costs_the_same_queries_for_any_length(
    client, db, many, django_assert_num_queries
):
    team = TeamFactory()
    Forecast.objects.bulk_create(Forecast(team=team, state="done") for _ in range(many))
    client.force_login(UserFactory(role="manager", teams=[team]))

    with django_assert_num_queries(3):
        client.get(reverse("capacity:api-forecasts"))
