"""Packages are begun, go on and are done, each with its event and a new forecast."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from capacity.services.gathering import gather_plan
from capacity.services.working import (
    finish_package,
    put_back_package,
    reopen_package,
    set_remaining,
    start_package,
)
from intake.models import Tier
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Event
from tests.factories import (
    EngineerFactory,
    RankedDemandFactory,
    SkillFactory,
    UserFactory,
    WorkPackageFactory,
)

DAY = dt.timedelta(days=1)


def revision(team):
    team.refresh_from_db()
    return team.plan_revision


@pytest.fixture
def ada(team, skill):
    account = UserFactory(role="engineer", teams=[team], name="Ada Byron")
    return EngineerFactory(
        team=team, user=account, name="Ada Byron", with_skills=[skill]
    )


@pytest.fixture
def package(team, skill):
    demand = RankedDemandFactory(team=team, stage="estimated")
    return WorkPackageFactory(demand=demand, skill=skill)


@pytest.fixture
def begun(package, ada):
    return start_package(package=package, engineer=ada, by=ada.user)


def stored(package):
    package.refresh_from_db()
    return (
        package.state,
        package.engineer,
        package.started_on,
        package.remaining,
        package.finished_on,
        package.actual,
    )


def test_a_package_is_begun_and_its_demand_with_it(team, package, ada, today):
    before = revision(team)

    start_package(package=package, engineer=ada, by=ada.user)

    package.demand.refresh_from_db()
    assert stored(package) == ("doing", ada, today, None, None, None)
    assert (package.demand.stage, package.demand.started_on) == ("in_progress", today)
    event = Event.objects.about(package.demand).get(kind="package-started")
    assert (event.actor, event.after) == (ada.user, "Build")
    assert event.facts == {"package": package.pk, "pinned": False}
    assert revision(team) > before
    [planned] = gather_plan(team, start=today, trials=1, seed=1)["demands"]
    assert planned["packages"][0]["doing"] == f"eng-{ada.pk}"


def test_what_is_left_is_what_the_next_forecast_counts_on(team, begun, ada, today):
    before = revision(team)

    set_remaining(package=begun, remaining=Decimal("1.5"), by=ada.user)

    [planned] = gather_plan(team, start=today, trials=1, seed=1)["demands"]
    event = Event.objects.about(begun.demand).get(kind="package-remaining")
    assert planned["packages"][0]["effort"]["likely"] == 1.5
    assert (event.before, event.after) == ("5 days", "Build: 1.5 days")
    assert revision(team) == before + 1


def test_saying_the_same_again_asks_for_no_forecast(team, begun, ada):
    set_remaining(package=begun, remaining=Decimal("1.5"), by=ada.user)
    before = revision(team)

    set_remaining(package=begun, remaining=Decimal("1.50"), by=ada.user)

    assert revision(team) == before


def test_a_package_is_done_with_what_it_took(team, begun, ada, today):
    before = revision(team)

    finish_package(package=begun, by=ada.user, actual=Decimal("3.5"))

    assert stored(begun) == ("done", ada, today, None, today, Decimal("3.50"))
    event = Event.objects.about(begun.demand).get(kind="package-finished")
    assert event.after == "Build: took 3.5 days"
    assert revision(team) == before + 1


def test_a_package_that_was_begun_by_mistake_waits_for_anybody_again(begun, ada):
    put_back_package(package=begun, by=ada.user)

    assert stored(begun) == ("to_do", None, None, None, None, None)


def test_a_package_that_was_kept_for_somebody_stays_so(package, ada):
    package.engineer = ada
    package.save()
    start_package(package=package, engineer=ada, by=ada.user)

    put_back_package(package=package, by=ada.user)

    assert stored(package) == ("to_do", ada, None, None, None, None)


def test_what_is_not_done_after_all_goes_on_with_what_was_left(begun, ada, today):
    set_remaining(package=begun, remaining=Decimal(2), by=ada.user)
    finish_package(package=begun, by=ada.user, actual=Decimal(3))

    reopen_package(package=begun, by=ada.user)

    assert stored(begun) == ("doing", ada, today, Decimal(2), None, None)


def test_two_who_begin_the_same_are_told_apart(team, skill, begun):
    jan = EngineerFactory(team=team, with_skills=[skill], user=UserFactory())

    with pytest.raises(RuleBroken, match="is in hand already"):
        start_package(package=begun, engineer=jan, by=jan.user)


def test_what_is_kept_for_a_colleague_is_not_begun(team, skill, package, ada):
    package.engineer = EngineerFactory(team=team, with_skills=[skill])
    package.save()

    with pytest.raises(RuleBroken, match="is kept for a colleague"):
        start_package(package=package, engineer=ada, by=ada.user)


def test_nobody_begins_what_they_cannot_do(team, package, ada):
    package.skill = SkillFactory(name="IAM")
    package.save()

    with pytest.raises(RuleBroken, match="needs IAM, which Ada Byron does not have"):
        start_package(package=package, engineer=ada, by=ada.user)


def test_a_package_cannot_end_before_it_began_or_tomorrow(begun, ada, today):
    with pytest.raises(RuleBroken, match="before that"):
        finish_package(package=begun, by=ada.user, on=today - DAY)
    with pytest.raises(RuleBroken, match="has not come yet"):
        finish_package(package=begun, by=ada.user, on=today + DAY)


def test_nothing_left_is_finished_and_not_no_days(begun, ada):
    with pytest.raises(RuleBroken, match="say that it is finished"):
        set_remaining(package=begun, remaining=Decimal(0), by=ada.user)


@pytest.mark.parametrize("act", [finish_package, put_back_package])
def test_what_is_not_in_hand_neither_ends_nor_goes_back(package, ada, act):
    with pytest.raises(RuleBroken, match="is not begun, and not in hand"):
        act(package=package, by=ada.user)


def test_a_refused_start_leaves_the_demand_as_it_was(team, package, ada):
    """One expedite at a time: neither package nor demand is begun."""
    expedite = Tier.objects.get(slug="expedite")
    RankedDemandFactory(
        team=team, tier=expedite, stage="in_progress", reference="INT-FULL"
    )
    package.demand.tier = expedite
    package.demand.save()

    with pytest.raises(RuleBroken, match="INT-FULL is in progress"):
        start_package(package=package, engineer=ada, by=ada.user)

    package.demand.refresh_from_db()
    assert (stored(package)[0], package.demand.stage) == ("to_do", "estimated")
