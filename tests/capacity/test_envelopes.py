"""Shares of the tiers: what each has, uses, plans and lends in a quarter."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from capacity.models import Borrowing, DemandForecast, Forecast
from capacity.quarters import Quarter
from capacity.services.envelopes import borrow, capacity_in, envelopes_of, give_back
from intake.models import Tier
from intake.services.tiers import edit_tier
from portfolio.core.errors import RuleBroken
from portfolio.core.models import ClosedDay
from tests.factories import (
    DemandFactory,
    EngineerFactory,
    LeaveFactory,
    RankedDemandFactory,
    UserFactory,
    WorkPackageFactory,
)

# A Monday; the quarter has 66 weekdays, 28 of them from this day on.
TODAY = dt.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def monday(monkeypatch):
    noon = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
    monkeypatch.setattr(timezone, "now", lambda: noon)


@pytest.fixture
def shares(db, manager):
    """Gives the tiers shares by slug."""

    def give(**percents):
        for slug, percent in percents.items():
            edit_tier(
                tier=Tier.objects.get(slug=slug),
                by=manager,
                why="Agreed.",
                share_percent=percent,
            )

    return give


def standing(team, slug):
    tiers = envelopes_of(team, today=TODAY).tiers
    return next(each for each in tiers if each.tier.slug == slug)


def forecast(team, **rows):
    """A forecast that says when demands begin and end, at P50."""
    made = Forecast.objects.create(
        team=team, state="done", gathered_at=timezone.now(), trials=1
    )
    for place, (demand, (begin, end)) in enumerate(rows["of"].items(), 1):
        DemandForecast.objects.create(
            forecast=made, demand=demand, place=place, start_p50=begin, p50=end
        )


def test_the_capacity_of_a_quarter_is_that_of_its_people(team, skill):
    eva = EngineerFactory(team=team, overhead=Decimal("0.25"))
    LeaveFactory(
        engineer=eva, first_day=dt.date(2026, 12, 21), last_day=dt.date(2026, 12, 31)
    )
    EngineerFactory(team=team, starts_on=dt.date(2026, 12, 28))
    EngineerFactory(team=team, ends_on=dt.date(2026, 9, 30))
    ClosedDay.objects.create(calendar=team.calendar, day=dt.date(2026, 10, 2))

    days = capacity_in(team, Quarter.of(TODAY))

    # Of 66 weekdays Eva is away for 9 and one is closed; the other has the last 4.
    assert days == pytest.approx((66 - 9 - 1) * 0.75 + 4)


def test_a_share_is_a_part_of_it_and_a_tier_without_one_has_no_limit(team, shares):
    EngineerFactory(team=team)
    shares(expedite=10)

    found = envelopes_of(team, today=TODAY)

    assert [(each.tier.slug, each.share, each.allowed) for each in found.tiers] == [
        ("expedite", 10, pytest.approx(6.6)),
        ("fixed-date", None, 0),
        ("strategic", None, 0),
        ("standard", None, 0),
    ]
    assert (found.over, found.shared) == ([], 10)


def test_used_is_what_was_done_in_the_quarter(team, shares):
    demand = RankedDemandFactory(team=team)
    done = {"demand": demand, "state": "done"}
    # Half of its ten weekdays lie in this quarter.
    WorkPackageFactory(
        **done, actual=8, started_on=dt.date(2026, 9, 24),
        finished_on=dt.date(2026, 10, 7),
    )  # fmt: skip
    WorkPackageFactory(**done, actual=None, finished_on=dt.date(2026, 11, 2))
    WorkPackageFactory(**done, actual=3, finished_on=dt.date(2026, 9, 30))
    WorkPackageFactory(
        demand=demand, state="doing", engineer=EngineerFactory(team=team),
        remaining=2, started_on=dt.date(2026, 11, 16),
    )  # fmt: skip

    used = standing(team, "standard").used

    assert used == pytest.approx(8 / 2 + 5 + 3)


def test_planned_is_what_the_forecast_has_done_before_the_quarter_ends(team, shares):
    soon, over_the_end, later, unknown = RankedDemandFactory.create_batch(4, team=team)
    for demand in (soon, over_the_end, later, unknown):
        WorkPackageFactory(demand=demand)
    forecast(team, of={
        soon: (TODAY, dt.date(2026, 12, 4)),
        # Two of its ten weekdays lie in this quarter.
        over_the_end: (dt.date(2026, 12, 30), dt.date(2027, 1, 12)),
        later: (dt.date(2027, 1, 4), dt.date(2027, 1, 12)),
    })  # fmt: skip

    found = standing(team, "standard")

    assert (found.planned, found.unplanned) == (pytest.approx(5 + 5 * 0.2), 1)


def test_a_tier_that_takes_more_than_its_share_is_over(team, shares):
    EngineerFactory(team=team)
    shares(standard=5)
    demand = RankedDemandFactory(team=team)
    WorkPackageFactory(demand=demand)
    forecast(team, of={demand: (TODAY, dt.date(2026, 11, 27))})

    found = standing(team, "standard")

    assert (found.allowed, found.over, found.free) == (
        pytest.approx(3.3),
        pytest.approx(1.7),
        0,
    )


def test_borrowing_moves_days_and_keeps_who_from_whom_and_why(team, manager, shares):
    EngineerFactory(team=team)
    shares(expedite=10, strategic=50)
    expedite, strategic = (
        Tier.objects.get(slug=slug) for slug in ("expedite", "strategic")
    )

    entry = borrow(
        team=team, borrower=expedite, lender=strategic, days=Decimal("4.5"),
        why="The shop is down.", by=manager,
    )  # fmt: skip

    assert standing(team, "expedite").allowed == pytest.approx(6.6 + 4.5)
    assert standing(team, "strategic").allowed == pytest.approx(33 - 4.5)
    assert (entry.quarter, entry.made_by, entry.made_by_name, entry.why) == (
        "2026Q4",
        manager,
        manager.name,
        "The shop is down.",
    )
    assert str(entry) == "4.5 days from Strategic to Expedite"


def test_what_was_lent_is_given_back_once_and_both_stay(team, manager, shares):
    EngineerFactory(team=team)
    shares(expedite=10, strategic=50)
    expedite, strategic = (
        Tier.objects.get(slug=slug) for slug in ("expedite", "strategic")
    )
    entry = borrow(
        team=team, borrower=expedite, lender=strategic, days=Decimal(4),
        why="The shop is down.", by=manager,
    )  # fmt: skip

    back = give_back(borrowing=entry, by=manager)

    assert standing(team, "expedite").allowed == pytest.approx(6.6)
    for each in (entry, back):
        with pytest.raises(RuleBroken, match="given back already"):
            give_back(borrowing=each, by=manager)
    assert Borrowing.objects.count() == 2


@pytest.mark.parametrize(
    ("borrower", "lender", "days", "why", "said"),
    [
        ("expedite", "expedite", 1, "Why not.", "cannot borrow from itself"),
        ("expedite", "strategic", 1, " ", "Say why"),
        ("expedite", "standard", 1, "It has none.", "Standard has no share"),
        ("expedite", "strategic", 40, "All of it.", "Strategic has 33.0 days"),
        ("expedite", "strategic", -1, "The other way.", "more than 0"),
    ],
)
def test_borrowing_is_refused_with_the_reason(
    team, manager, shares, borrower, lender, days, why, said
):
    EngineerFactory(team=team)
    shares(expedite=10, strategic=50)

    with pytest.raises(RuleBroken, match=said):
        borrow(
            team=team,
            borrower=Tier.objects.get(slug=borrower),
            lender=Tier.objects.get(slug=lender),
            days=Decimal(days),
            why=why,
            by=manager,
        )

    assert not Borrowing.objects.exists()


@pytest.fixture
def over(team, shares):
    """Standard takes 5 of the 3.3 days it has; Strategic has 33 and takes none."""
    EngineerFactory(team=team)
    shares(standard=5, strategic=50)
    demand = RankedDemandFactory(team=team)
    WorkPackageFactory(demand=demand)
    forecast(team, of={demand: (TODAY, dt.date(2026, 11, 27))})


SAID = "Standard is 1.7 days over its share of Q4 2026: it takes 5.0 of 3.3."


def test_the_page_warns_and_offers_what_is_most_likely_lent(client, manager, over):
    client.force_login(manager)

    response = client.get(reverse("capacity:envelopes"))

    assert SAID in response.content.decode()
    initial = response.context["form"].initial
    assert [str(initial[name]) for name in ("borrower", "lender", "days")] == [
        "Standard",
        "Strategic",
        "1.7",
    ]


def test_lending_on_the_page_writes_the_ledger_and_ends_the_warning(
    client, team, manager, over
):
    client.force_login(manager)
    tiers = {tier.slug: tier.pk for tier in Tier.objects.all()}

    client.post(
        reverse("capacity:envelopes"),
        {
            "borrower": tiers["standard"], "lender": tiers["strategic"],
            "days": "1.7", "why": "Nobody has time for strategy before Christmas.",
            "seen": 0,
        },
    )  # fmt: skip
    page = client.get(reverse("capacity:envelopes")).content.decode()

    assert SAID not in page
    assert "Nobody has time for strategy before Christmas." in page
    assert manager.name in page
    entry = Borrowing.objects.get()
    client.post(reverse("capacity:give-back", args=[entry.pk]))
    assert SAID in client.get(reverse("capacity:envelopes")).content.decode()


def test_a_loan_that_is_sent_twice_is_lent_once(client, manager, over):
    client.force_login(manager)
    tiers = {tier.slug: tier.pk for tier in Tier.objects.all()}
    sent = {
        "borrower": tiers["standard"], "lender": tiers["strategic"],
        "days": "1.7", "why": "It is Christmas.", "seen": 0,
    }  # fmt: skip

    client.post(reverse("capacity:envelopes"), sent)
    again = client.post(reverse("capacity:envelopes"), sent).content.decode()

    assert Borrowing.objects.count() == 1
    assert "The ledger was changed meanwhile." in again
    assert 'name="seen" value="1"' in again


def test_a_refused_loan_keeps_what_was_typed(client, manager, over):
    client.force_login(manager)
    standard = Tier.objects.get(slug="standard").pk

    response = client.post(
        reverse("capacity:envelopes"),
        {
            "borrower": standard,
            "lender": standard,
            "days": "2",
            "why": "My own",
            "seen": 0,
        },
    )

    page = response.content.decode()
    assert "Standard cannot borrow from itself" in page
    assert 'value="My own"' in page


def test_the_board_is_told_in_a_line(client, team, manager, over):
    client.force_login(manager)

    line = client.get(
        reverse("capacity:envelopes-line"), headers={"HX-Request": "true"}
    )
    board = client.get(reverse("board:board")).content.decode()

    assert SAID in line.content.decode()
    assert reverse("capacity:envelopes-line") in board


def test_a_page_shows_at_once_what_the_line_said_last(client, manager, over):
    """So that nothing on the board jumps when the line arrives."""
    cache.clear()
    client.force_login(manager)
    first = client.get(reverse("board:board")).content.decode()
    client.get(reverse("capacity:envelopes-line"))

    second = client.get(reverse("board:board")).content.decode()
    capacity = client.get(reverse("capacity:capacity")).content.decode()

    assert (SAID in first, SAID in second, SAID in capacity) == (False, True, True)


def test_accepting_says_when_the_tier_goes_beyond_its_share(
    client, team, manager, skill, shares
):
    EngineerFactory(team=team, with_skills=[skill])
    shares(standard=5)
    small, large = DemandFactory.create_batch(2, team=team)
    client.force_login(manager)

    def accept(demand, days):
        row = {"name": "Build", "skill": skill.pk, "low": days, "likely": days}
        form = {f"packages-0-{name}": value for name, value in row.items()}
        return client.post(
            reverse("capacity:accept", args=[demand.reference]),
            {
                **form, "packages-0-high": days,
                "packages-TOTAL_FORMS": 1, "packages-INITIAL_FORMS": 0,
            },
            follow=True,
        ).content.decode()  # fmt: skip

    first, second = accept(small, 3), accept(large, 4)

    assert "beyond its share" not in first
    assert (
        f"Standard goes beyond its share of Q4 2026 if all of {large.reference} is "
        "done in it: it takes 4.0 of 3.3 days then."
    ) in second


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_costs_the_same_queries_for_any_length(
    client, team, manager, shares, django_assert_num_queries, number
):
    shares(expedite=10, strategic=50)
    skill_levels = [EngineerFactory(team=team) for _ in range(number)]
    assert len(skill_levels) == number
    for _ in range(number):
        WorkPackageFactory(demand=RankedDemandFactory(team=team))
        Borrowing.objects.create(
            team=team, quarter="2026Q4", days=1, why="So.", made_by_name="Ada",
            lender=Tier.objects.get(slug="strategic"),
            borrower=Tier.objects.get(slug="expedite"),
        )  # fmt: skip
    client.force_login(manager)

    with django_assert_num_queries(29):
        client.get(reverse("capacity:envelopes"))


def test_the_ledger_of_earlier_quarters_stays_readable(client, team, manager, over):
    Borrowing.objects.create(
        team=team, quarter="2026Q3", days=2, why="The summer.", made_by_name="Ada",
        lender=Tier.objects.get(slug="strategic"),
        borrower=Tier.objects.get(slug="standard"),
    )  # fmt: skip
    client.force_login(manager)

    page = client.get(reverse("capacity:envelopes")).content.decode()

    assert "The summer." in page
    assert "2026Q3" in page
    assert standing(team, "standard").borrowed == 0


def test_shares_are_a_csv_too(client, manager, over):
    client.force_login(manager)

    response = client.get(reverse("capacity:envelopes"), {"format": "csv"})

    rows = response.content.decode("utf-8-sig").splitlines()
    assert rows[-1] == "Standard,2026Q4,5,3.3,0.0,0.0,0.0,5.0,1.7,0"


def test_leadership_reads_shares_and_lends_nothing(client, over):
    client.force_login(UserFactory(role="viewer"))

    page = client.get(reverse("capacity:envelopes"))
    posted = client.post(reverse("capacity:envelopes"), {})

    assert (page.status_code, posted.status_code) == (200, 403)
    assert "Lend them" not in page.content.decode()


def test_requesters_read_no_shares(client, requester):
    client.force_login(requester)

    assert client.get(reverse("capacity:envelopes")).status_code == 403
