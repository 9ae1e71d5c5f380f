from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from capacity.models import DemandForecast, Forecast
from capacity.services.reading import Outlook, outlook_of
from tests.factories import DemandFactory, RankedDemandFactory, UserFactory

MADE = datetime(2026, 11, 23, 8, 14, tzinfo=UTC)
RANGE = {
    "p50": date(2026, 12, 4),
    "p85": date(2027, 1, 18),
    "finished_by": {"first": "2026-12-04", "counts": [50, 30, 20]},
}
MEANING = (
    "Half of the simulated worlds finish it by the first date (P50), "
    "85 of 100 by the second (P85)."
)


@pytest.fixture(autouse=True)
def november(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: MADE)


@pytest.fixture
def forecast(team):
    return Forecast.objects.create(
        team=team, state="done", gathered_at=MADE, trials=100, plan_revision=0
    )


def told(forecast, demand, **row):
    DemandForecast.objects.create(forecast=forecast, demand=demand, place=1, **row)
    return outlook_of(demand)


def test_a_range_is_told_with_its_meaning_chance_and_place(team, forecast):
    first = RankedDemandFactory(team=team)
    demand = RankedDemandFactory(team=team, needed_by=date(2026, 12, 5))
    RankedDemandFactory()

    assert told(forecast, demand, **RANGE) == Outlook(
        "If nothing changes, between 4 Dec and 18 Jan.",
        MEANING,
        chance="80 %",
        needed_by=date(2026, 12, 5),
        place=2,
        of=2,
        made_at=MADE,
    )
    assert outlook_of(first).place == 1


@pytest.mark.parametrize(
    ("row", "words", "meaning"),
    [
        (
            {"p50": date(2026, 12, 4), "p85": date(2026, 12, 4)},
            "If nothing changes, by Fri 4 Dec.",
            "85 of 100 simulated worlds finish it by that date (P85).",
        ),
        (
            {"p50": date(2026, 12, 4)},
            "If nothing changes, from Fri 4 Dec on; how late it may be is open.",
            "Half of the simulated worlds finish it by that date (P50).",
        ),
        ({}, "In most simulated worlds it is not done within three years.", ""),
        (
            {"cannot": "It has no estimate yet."},
            "No date can be given yet: It has no estimate yet.",
            "",
        ),
    ],
)
def test_what_is_not_a_range_is_told_as_it_is(team, forecast, row, words, meaning):
    outlook = told(forecast, RankedDemandFactory(team=team), **row)

    assert (outlook.words, outlook.meaning) == (words, meaning)


def test_without_a_forecast_it_is_on_the_way(team, forecast):
    outlook = outlook_of(RankedDemandFactory(team=team))

    assert outlook == Outlook(
        "Its first forecast is on the way; look again in a minute.", place=1, of=1
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"stage": "submitted"},
            "It gets a date range once it is accepted and estimated.",
        ),
        ({"stage": "declined"}, "It is declined; nothing is forecast any more."),
        (
            {"stage": "delivered", "delivered_on": date(2026, 11, 2)},
            "It is delivered; nothing is forecast any more.",
        ),
    ],
)
def test_what_is_not_in_the_backlog_has_no_place(team, fields, words):
    assert outlook_of(DemandFactory(team=team, **fields)) == Outlook(words)


def test_the_fragment_is_for_who_may_read_the_request(client, team, forecast):
    demand = RankedDemandFactory(team=team)
    address = reverse("capacity:forecast-words", args=[demand.reference])
    client.force_login(demand.requester)
    mine = client.get(address, headers={"hx-request": "true"})
    client.force_login(UserFactory())
    strange = client.get(address)

    assert (mine.status_code, b"<html" in mine.content) == (200, False)
    assert strange.status_code == 404
