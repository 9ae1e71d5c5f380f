"""A quarter that is over: what each tier had and took, and the tokens units spent."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from capacity.models import DemandForecast, Forecast
from capacity.quarters import Quarter
from capacity.services.envelopes import envelopes_of, warning_when_moved
from intake.models import Tier, TierToken, TierVersion
from intake.services.tiers import edit_tier
from tests.factories import (
    DemandFactory,
    EngineerFactory,
    RankedDemandFactory,
    UserFactory,
    WorkPackageFactory,
)

SUMMER = Quarter(dt.date(2026, 7, 1), dt.date(2026, 9, 30))


@pytest.fixture(autouse=True)
def monday(monkeypatch):
    noon = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
    monkeypatch.setattr(timezone, "now", lambda: noon)


def share(slug, percent, manager, day):
    """As it was agreed on a day."""
    edit_tier(
        tier=Tier.objects.get(slug=slug),
        by=manager,
        why="Agreed.",
        share_percent=percent,
    )
    newest = TierVersion.objects.filter(tier__slug=slug).latest("number")
    moment = dt.datetime.fromisoformat(f"{day}T09:00+00:00")
    # Versions are never changed; a test may still say when one was made.
    QuerySet(TierVersion).filter(pk=newest.pk).update(made_at=moment)


@pytest.mark.parametrize(
    ("key", "first"),
    [("2026Q3", dt.date(2026, 7, 1)), ("2026Q5", None), ("", None), ("x", None)],
)
def test_a_quarter_is_read_by_its_key(key, first):
    found = Quarter.read(key)

    assert (found.first if found else None) == first


def test_a_past_quarter_has_the_share_it_had_and_what_was_done(
    client, team, manager, skill
):
    EngineerFactory(team=team, with_skills=[skill])
    share("standard", 20, manager, "2026-06-01")
    share("standard", 40, manager, "2026-10-05")
    done = RankedDemandFactory(team=team)
    WorkPackageFactory(
        demand=done, skill=skill, state="done", actual=4,
        started_on=dt.date(2026, 9, 25), finished_on=dt.date(2026, 10, 6),
    )  # fmt: skip
    client.force_login(manager)

    then = next(
        each
        for each in envelopes_of(team, quarter=SUMMER).tiers
        if each.tier.slug == "standard"
    )
    page = client.get(reverse("capacity:envelopes"), {"quarter": "2026Q3"})
    later = client.get(reverse("capacity:envelopes"), {"quarter": "2027Q1"})

    # Half of its eight weekdays lie in September.
    assert (then.share, then.used, then.planned) == (20, 2.0, 0.0)
    text = page.content.decode()
    assert "Shares of the tiers in Q3 2026" in text
    assert "What each tier had, and what it took" in text
    assert "Lend days to another tier" not in text
    assert later.status_code == 404


def test_tokens_of_a_quarter_are_told_by_unit(client, team, manager):
    tier = Tier.objects.get(slug="expedite")
    spent, returned = (DemandFactory(team=team, tier=tier) for _ in range(2))
    elsewhere = DemandFactory(tier=tier)
    for demand, at in ((spent, None), (returned, timezone.now()), (elsewhere, None)):
        TierToken.objects.create(
            business_unit=spent.business_unit, tier=tier, quarter="2026Q3",
            demand=demand, returned_at=at,
        )  # fmt: skip
    client.force_login(manager)

    page = client.get(reverse("capacity:envelopes"), {"quarter": "2026Q3"})
    now = client.get(reverse("capacity:envelopes"))

    [line] = page.context["tokens"]
    assert (line.unit, line.count, line.limit) == (spent.business_unit.name, 2, 2)
    assert (line.spent, line.returned, line.hidden) == ([spent], [returned], 1)
    # What another team was asked for is counted and not named.
    assert elsewhere.reference not in page.content.decode()
    assert "1 of other teams" in page.content.decode()
    assert "No unit has spent any yet" in now.content.decode()


def test_leadership_reads_past_quarters(client, team, manager):
    client.force_login(UserFactory(role="viewer", teams=[team]))

    page = client.get(reverse("capacity:envelopes"), {"quarter": "2026Q3"})

    assert page.status_code == 200


@pytest.fixture
def next_quarter(team, manager, skill):
    """Ten days of work that the forecast puts behind the end of the quarter."""
    EngineerFactory(team=team, with_skills=[skill])
    share("standard", 5, manager, "2026-10-01")
    demand = RankedDemandFactory(team=team)
    WorkPackageFactory(demand=demand, skill=skill)
    forecast = Forecast.objects.create(
        team=team, state="done", gathered_at=timezone.now(), trials=1
    )
    DemandForecast.objects.create(
        forecast=forecast, demand=demand, place=1,
        start_p50=dt.date(2027, 1, 11), p50=dt.date(2027, 1, 22),
    )  # fmt: skip
    return demand


def test_a_move_that_takes_its_tier_beyond_its_share_says_so(
    client, manager, next_quarter
):
    client.force_login(manager)
    address = reverse("capacity:envelopes-if-moved", args=[next_quarter.reference])

    answers = {
        days: client.get(
            address, {"days": days}, headers={"HX-Request": "true"}
        ).content.decode()
        for days in ("42", "3", "", "x", "99999")
    }

    assert "Standard goes beyond its share of Q4 2026 by this move" in answers["42"]
    assert [days for days, text in answers.items() if "note" in text] == ["42"]
    assert warning_when_moved(next_quarter, days=3) == ""


def test_the_share_of_a_move_is_read_by_who_ranks(client, team, next_quarter):
    address = reverse("capacity:envelopes-if-moved", args=[next_quarter.reference])
    client.force_login(UserFactory(role="engineer", teams=[team]))

    assert client.get(address, {"days": "42"}).status_code == 403


def test_a_tier_that_is_over_already_says_so(manager, skill, next_quarter):
    under_way = RankedDemandFactory(team=next_quarter.team)
    WorkPackageFactory(
        demand=under_way, skill=skill, state="done", actual=9,
        started_on=dt.date(2026, 11, 2), finished_on=dt.date(2026, 11, 20),
    )  # fmt: skip

    said = warning_when_moved(next_quarter, days=42)

    assert said == (
        "Standard is beyond its share of Q4 2026 already; by this move it takes 14.0 "
        "of 3.3 days."
    )
