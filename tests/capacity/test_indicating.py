from __future__ import annotations

import uuid
from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from capacity.models import DemandForecast, Forecast
from capacity.services.indicating import MEANING, indication_for
from capacity.services.reading import Outlook
from intake.models import Tier
from tests.factories import DemandFactory, RankedDemandFactory, UserFactory

MADE = datetime(2026, 11, 23, 8, 14, tzinfo=UTC)


@pytest.fixture(autouse=True)
def november(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: MADE)


@pytest.fixture
def forecast(team):
    return Forecast.objects.create(
        team=team, state="done", gathered_at=MADE, trials=100, plan_revision=0
    )


def draft_under(team, requester, slug, **fields):
    return DemandFactory(
        team=team,
        requester=requester,
        tier=Tier.objects.get(slug=slug),
        stage="draft",
        submission_token=uuid.uuid4(),
        submitted_at=None,
        **fields,
    )


def ranked(forecast, team, *tiers, **fields):
    """A demand of each tier in rank order, the nth done on the nth of the months."""
    for place, slug in enumerate(tiers, 1):
        DemandForecast.objects.create(
            forecast=forecast,
            demand=RankedDemandFactory(
                team=team, tier=Tier.objects.get(slug=slug), **fields
            ),
            place=place,
            p50=date(2026, 12, place),
            p85=date(2027, 1, place),
            finished_by={"first": f"2026-12-{place:02d}", "counts": [60, 40]},
        )


def test_it_comes_behind_the_last_of_its_own_tier(team, requester, forecast):
    ranked(
        forecast, team,
        "expedite", "fixed-date", "standard", "fixed-date", "standard", "standard",
    )  # fmt: skip

    fixed = indication_for(draft_under(team, requester, "fixed-date"))
    standard = indication_for(draft_under(team, requester, "standard"))

    # Around the place behind the fourth, and at the end.
    assert fixed == Outlook(
        "Probably between 5 Dec and 5 Jan.",
        MEANING,
        made_at=MADE,
    )
    assert standard.words == "Probably between 6 Dec and 6 Jan."


def test_without_one_of_its_tier_it_comes_behind_the_tiers_above(
    team, requester, forecast
):
    ranked(forecast, team, "fixed-date", "standard", "standard", "standard", "standard")

    expedite = indication_for(draft_under(team, requester, "expedite"))
    strategic = indication_for(draft_under(team, requester, "strategic"))

    assert "between 2 Dec and 2 Jan" in expedite.words
    assert "between 2 Dec and 2 Jan" in strategic.words


def test_the_date_that_is_needed_gets_its_chance(team, requester, forecast):
    ranked(forecast, team, "standard", "standard")

    told = indication_for(
        draft_under(team, requester, "standard", needed_by=date(2026, 12, 2))
    )

    # By the 2nd all of the first and 60 of 100 worlds of the second.
    assert (told.chance, told.needed_by) == ("80 %", date(2026, 12, 2))


def test_where_nothing_can_be_said_that_is_said(team, requester):
    draft = draft_under(team, requester, "standard")
    without = indication_for(draft)
    forecast = Forecast.objects.create(
        team=team, state="done", gathered_at=MADE, trials=100, plan_revision=0
    )
    empty = indication_for(draft)
    ranked(forecast, team, "standard", stage="in_progress")
    busy = indication_for(draft)

    assert without.words == "There is no forecast yet, so no date can be given."
    assert empty.words == busy.words
    assert empty.words.startswith("Too little is in the backlog")


def test_a_late_end_that_is_open_is_told_so(team, requester, forecast):
    ranked(forecast, team, "standard")
    DemandForecast.objects.update(p85=None)

    told = indication_for(draft_under(team, requester, "standard"))

    assert told.words == ("Probably from Tue 1 Dec on; how late it may be is open.")


def test_the_fragment_is_for_the_requester_alone_and_names_no_other(
    client, team, requester, forecast
):
    ranked(forecast, team, "standard", title="Secret plan of others")
    draft = draft_under(team, requester, "standard")
    address = reverse("capacity:draft-words", args=[draft.submission_token])
    client.force_login(requester)
    mine = client.get(address, headers={"hx-request": "true"})
    client.force_login(UserFactory(role="manager", teams=[team]))
    strange = client.get(address)

    assert b"between 1 Dec and 1 Jan" in mine.content
    assert b"Secret plan" not in mine.content
    assert strange.status_code == 404
