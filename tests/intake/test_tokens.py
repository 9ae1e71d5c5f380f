from __future__ import annotations

import datetime as dt

import pytest

from intake.models import Tier, TierToken
from intake.services.stages import start_demand, withdraw_demand
from intake.services.submitting import submit_request
from intake.services.tiers import edit_tier
from intake.services.tokens import quarter_of, tokens_of
from intake.services.triage import (
    accept_demand,
    change_tier,
    decline_demand,
    reopen_demand,
)
from portfolio.core.errors import RuleBroken
from tests.factories import (
    CalendarFactory,
    RankedDemandFactory,
    TeamFactory,
    UnitFactory,
    UserFactory,
)


@pytest.fixture
def expedite(db):
    return Tier.objects.select_related("current_version").get(slug="expedite")


@pytest.fixture
def standard(db):
    return Tier.objects.get(slug="standard")


@pytest.fixture
def send(team, requester, expedite):
    """Send one expedite request of the requester's unit."""
    return lambda: submit_request(
        by=requester, team=team, title="Mend it", tier=expedite
    )


def left(requester, expedite, team):
    tokens = tokens_of(unit=requester.business_unit, tier=expedite, team=team)
    return tokens.left


@pytest.mark.parametrize(
    ("zone", "moment", "quarter"),
    [
        ("Europe/Berlin", dt.datetime(2026, 9, 30, 21, 59, tzinfo=dt.UTC), "2026Q3"),
        ("Europe/Berlin", dt.datetime(2026, 9, 30, 22, 0, tzinfo=dt.UTC), "2026Q4"),
        ("Australia/Sydney", dt.datetime(2026, 12, 31, 12, 9, tzinfo=dt.UTC), "2026Q4"),
        ("Australia/Sydney", dt.datetime(2026, 12, 31, 13, 0, tzinfo=dt.UTC), "2027Q1"),
        ("America/New_York", dt.datetime(2027, 1, 1, 4, 59, tzinfo=dt.UTC), "2026Q4"),
    ],
)  # fmt: skip
def test_a_quarter_begins_at_the_teams_own_midnight(db, zone, moment, quarter):
    team = TeamFactory(calendar=CalendarFactory(time_zone=zone))

    assert quarter_of(moment, team) == quarter


def test_each_expedite_request_spends_a_token_until_none_is_left(
    send, requester, expedite, team
):
    first, second = send(), send()

    with pytest.raises(RuleBroken) as refused:
        send()

    team.refresh_from_db()
    assert str(refused.value) == (
        f"{requester.business_unit} has spent all 2 Expedite requests of this quarter "
        f"({first.reference}, {second.reference})."
    )
    assert (TierToken.objects.spent().count(), team.last_number) == (2, 2)


def test_other_units_and_other_tiers_have_their_own(send, team, requester, expedite):
    send(), send()

    other = submit_request(
        by=UserFactory(business_unit=UnitFactory()),
        team=team,
        title="Mend it",
        tier=expedite,
    )
    plain = submit_request(by=requester, team=team, title="Improve it")

    assert (other.tier.slug, plain.tier.slug) == ("expedite", "standard")


@pytest.mark.parametrize("how", ["declined", "withdrawn", "lowered"])
def test_a_token_comes_back(send, requester, expedite, standard, team, manager, how):
    demand = send()
    before = left(requester, expedite, team)

    if how == "declined":
        decline_demand(demand=demand, by=manager, reason="It is not broken.")
    elif how == "withdrawn":
        withdraw_demand(demand=demand, by=requester)
    else:
        change_tier(demand=demand, tier=standard, by=manager, why="It can wait.")

    assert (before, left(requester, expedite, team)) == (1, 2)


def test_what_was_accepted_keeps_its_token_also_when_it_is_withdrawn(
    send, requester, expedite, team, manager
):
    demand = accept_demand(demand=send(), by=manager)
    withdraw_demand(demand=demand, by=requester)

    assert left(requester, expedite, team) == 1


def test_granting_expedite_spends_a_token_and_is_refused_without_one(
    send, requester, expedite, standard, team, manager
):
    demand = submit_request(by=requester, team=team, title="Faster")
    change_tier(demand=demand, tier=expedite, by=manager, why="It is broken indeed.")
    send()
    another = submit_request(by=requester, team=team, title="Faster too")

    with pytest.raises(RuleBroken, match="has spent all 2 Expedite requests"):
        change_tier(demand=another, tier=expedite, by=manager, why="Broken too.")

    another.refresh_from_db()
    assert another.tier == standard


def test_opening_a_declined_one_again_spends_anew(
    send, requester, expedite, team, manager
):
    demand = decline_demand(demand=send(), by=manager, reason="No.")
    reopen_demand(demand=demand, by=manager, why="It was broken.")

    assert left(requester, expedite, team) == 1


def test_one_expedite_in_progress_keeps_others_from_being_accepted_and_started(
    send, team, manager, expedite
):
    today = dt.date(2026, 1, 5)
    first = RankedDemandFactory(team=team, tier=expedite, stage="estimated")
    second = RankedDemandFactory(team=team, tier=expedite, stage="estimated")
    start_demand(demand=first, by=manager, on=today)

    with pytest.raises(RuleBroken) as started:
        start_demand(demand=second, by=manager, on=today)
    with pytest.raises(RuleBroken, match=f"is not accepted: {first.reference} is in"):
        accept_demand(demand=send(), by=manager)

    assert str(started.value) == (
        f"{second.reference} is not started: {first.reference} is in progress, and "
        "Expedite allows 1 demand at once. Finish it first, or give one of them "
        "another tier."
    )


def test_a_higher_limit_lets_more_begin(team, manager, expedite):
    first = RankedDemandFactory(team=team, tier=expedite, stage="estimated")
    second = RankedDemandFactory(team=team, tier=expedite, stage="estimated")
    edit_tier(tier=expedite, by=manager, why="Two people on call.", most_in_progress=2)

    for demand in (first, second):
        start_demand(demand=demand, by=manager, on=dt.date(2026, 1, 5))

    assert team.demands.filter(stage="in_progress").count() == 2


def test_what_is_in_progress_becomes_no_second_expedite(team, manager, expedite):
    first = RankedDemandFactory(team=team, tier=expedite, stage="estimated")
    second = RankedDemandFactory(team=team, stage="estimated")
    for demand in (first, second):
        start_demand(demand=demand, by=manager, on=dt.date(2026, 1, 5))

    with pytest.raises(RuleBroken, match=f"not made Expedite: {first.reference} is in"):
        change_tier(demand=second, tier=expedite, by=manager, why="It burns.")

    second.refresh_from_db()
    assert (second.tier.slug, TierToken.objects.count()) == ("standard", 0)
