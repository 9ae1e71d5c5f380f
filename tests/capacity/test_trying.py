"""A request tried at a rank before it is accepted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from capacity.models import DemandForecast, Forecast, PackageTemplate, TemplatePackage
from capacity.services.estimating import Estimate, accept_with_packages
from capacity.services.forecasting import request_forecast, run_forecast
from capacity.services.preparing import SHELF
from capacity.services.trying import NOBODY, try_demand
from intake.models import Demand, Tier
from intake.services.tiers import edit_tier
from tests.factories import CommitmentFactory, EngineerFactory


@pytest.fixture(autouse=True)
def empty_shelf():
    SHELF._kept.clear()


def run(team):
    team.refresh_from_db()
    asked = request_forecast(team=team, by=None, reason="Asked for.")
    return run_forecast(forecast_id=asked.pk)


@pytest.fixture
def monday(monkeypatch):
    """A day that is far enough from the end of its quarter."""
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: noon)


@pytest.fixture
def template(team, skill):
    """What one click puts into an estimate here: three certain days."""
    made = PackageTemplate.objects.create(team=team, name="API")
    TemplatePackage.objects.create(
        template=made, position=0, name="Build", skill=skill, low=3, likely=3, high=3
    )
    return made


@pytest.fixture
def forecast(previewer, team, backlog):
    return run(team)


def rows(skill, days=3):
    each = Decimal(days)
    return [Estimate("Build", skill, each, each, each)]


def test_what_is_tried_is_what_the_forecast_says_once_it_is_accepted(
    team, manager, skill, backlog, demand, forecast
):
    demand.needed_by = timezone.localdate() + timedelta(days=6)
    demand.save()
    before = {row.demand_id: row.p85 for row in forecast.demand_forecasts.all()}

    tried = try_demand(demand=demand, rows=rows(skill), place=1)

    accept_with_packages(
        demand=Demand.objects.get(pk=demand.pk),
        packages=rows(skill),
        by=manager,
        place=1,
    )
    after = {row.demand_id: row for row in run(team).demand_forecasts.all()}
    own = DemandForecast.objects.get(demand=demand)
    moved = {pk: (after[pk].p85 - day).days for pk, day in before.items()}
    assert (tried.place, tried.of, tried.likely_days, tried.problem) == (1, 3, 3.0, "")
    assert {each.demand.pk: each.days for each in tried.later} == moved
    assert all(days > 0 for days in moved.values())
    # Its package has another name in the plan now, and so other draws.
    assert f"{own.p50.day} {own.p50:%b}" in tried.words
    assert tried.chance


def test_a_promise_that_loses_by_it_is_named(skill, backlog, demand, forecast):
    day = forecast.demand_forecasts.get(demand=backlog[1]).p85
    CommitmentFactory(demand=backlog[1], original_due_on=day)

    first = try_demand(demand=demand, rows=rows(skill), place=1)
    last = try_demand(demand=demand, rows=rows(skill), place=3)

    lost, = first.at_risk  # fmt: skip
    assert (lost.demand, lost.day, last.at_risk) == (backlog[1], day, [])
    assert int(lost.before.split()[0]) > int(lost.after.split()[0])


def test_at_the_end_nobody_comes_later(skill, demand, forecast):
    tried = try_demand(demand=demand, rows=rows(skill), place=None)

    assert (tried.place, tried.later, tried.later_words) == (
        3,
        [],
        "Nobody’s P85 comes later for it.",
    )


def test_without_a_skill_it_says_what_is_missing(demand, forecast):
    tried = try_demand(demand=demand, rows=rows(None), place=1)

    assert tried.problem == "Choose a skill for Build first."


def test_without_a_worker_it_says_so(skill, team, backlog, demand, store, monkeypatch):
    monkeypatch.setattr("capacity.services.trying.PATIENCE_SECONDS", 0.05)

    assert try_demand(demand=demand, rows=rows(skill), place=1).problem == NOBODY


def test_the_panel_of_triage_asks_and_tells(
    client, manager, demand, backlog, template, forecast
):
    client.force_login(manager)
    address = reverse("capacity:if-ranked", args=[demand.reference])

    panel = client.get(reverse("intake:triage-demand", args=[demand.reference]))
    last = client.get(address)
    first = client.get(address, {"place": 1, "pattern": template.pk})

    assert address in panel.content.decode()
    assert last.context["tried"].place == 3
    page = " ".join(first.content.decode().split())
    assert "2 demands would come later:" in page
    assert backlog[0].reference in page
    accept = reverse("capacity:accept", args=[demand.reference])
    assert f"{accept}?pattern={template.pk}&amp;place=1" in page


def test_an_expedite_is_tried_on_top(client, manager, demand, template, forecast):
    client.force_login(manager)
    expedite = Tier.objects.get(slug="expedite")

    page = client.get(
        reverse("capacity:if-ranked", args=[demand.reference]), {"tier": expedite.pk}
    )

    assert page.context["tried"].place == 1
    demand.refresh_from_db()
    assert demand.tier.slug == "standard"


def test_a_tier_that_is_beyond_its_share_with_it_is_told(
    monday, team, manager, skill, demand, forecast
):
    EngineerFactory(team=team)
    edit_tier(
        tier=Tier.objects.get(slug="standard"), by=manager, why="So.", share_percent=0
    )

    tried = try_demand(
        demand=Demand.objects.get(pk=demand.pk), rows=rows(skill), place=1
    )

    assert tried.warning.startswith("Standard is beyond its share of Q")
    assert "already; with " in tried.warning


def test_a_wrong_rank_is_named(client, manager, demand, template, forecast):
    client.force_login(manager)

    page = client.get(
        reverse("capacity:if-ranked", args=[demand.reference]), {"place": "first"}
    )

    assert "Say at which rank, as a number from 1" in page.content.decode()


def sent(skill, **more):
    row = {"name": "Build", "skill": skill.pk, "low": 3, "likely": 3, "high": 3}
    return {
        **{f"packages-0-{name}": value for name, value in row.items()},
        "packages-TOTAL_FORMS": 1,
        "packages-INITIAL_FORMS": 0,
        **more,
    }


def test_typed_packages_are_tried_before_they_are_accepted(
    client, manager, skill, demand, backlog, forecast
):
    client.force_login(manager)
    address = reverse("capacity:accept", args=[demand.reference])

    tried = client.post(address, sent(skill, place=2, **{"try": 1}))

    assert tried.context["tried"].place == 2
    assert backlog[1].reference in tried.content.decode()
    assert 'value="Build"' in tried.content.decode()
    demand.refresh_from_db()
    assert demand.stage == "submitted"


def test_accepting_puts_it_at_the_rank_that_was_said(
    client, manager, skill, demand, backlog
):
    client.force_login(manager)
    address = reverse("capacity:accept", args=[demand.reference])

    client.post(address, sent(skill, place=2))

    ranked = list(Demand.objects.in_backlog().by_rank())
    assert ranked == [backlog[0], demand, backlog[1]]


def test_an_expedite_is_offered_the_top_and_all_else_the_end(client, manager, demand):
    client.force_login(manager)
    address = reverse("capacity:accept", args=[demand.reference])

    usual = client.get(address).context["form"]
    demand.tier = Tier.objects.get(slug="expedite")
    demand.save()
    expedite = client.get(address).context["form"]

    assert (usual["place"].value(), expedite["place"].value()) == (None, 1)


def test_a_rank_that_is_not_there_keeps_what_was_typed(
    client, manager, skill, demand, backlog
):
    client.force_login(manager)
    address = reverse("capacity:accept", args=[demand.reference])

    page = client.post(address, sent(skill, place=9), follow=True).content.decode()

    assert "There is no place 9" in page
    assert 'value="Build"' in page
    assert not Forecast.objects.exists()


def test_who_decides_nothing_tries_nothing(client, requester, demand):
    client.force_login(requester)
    address = reverse("capacity:if-ranked", args=[demand.reference])

    assert client.get(address).status_code == 403
