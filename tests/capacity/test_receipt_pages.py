from __future__ import annotations

import csv

import pytest
from django.urls import reverse

from capacity.models import ExpediteReceipt
from intake.models import Tier
from portfolio.core.services.events import record_event
from tests.factories import DemandFactory, RankedDemandFactory, TeamFactory, UserFactory


@pytest.fixture
def receipt(team, manager):
    """Writes one that says how many days later each of some demands is."""

    def write(later, **fields):
        expedite = RankedDemandFactory(
            team=team, tier=Tier.objects.get(slug="expedite"), title="Mend prices"
        )
        event = record_event(subject=expedite, kind="estimated", by=manager)
        displaced = [
            {
                "reference": demand.reference,
                "p50": ["2026-12-01", "2026-12-04"],
                "p50_later": 3,
                "p85": ["2026-12-07", f"2026-12-{7 + days:02d}"],
                "p85_later": days,
                "promised": "2026-12-10",
                "chances": {"2026-12-08": [0.884, 0.612], "2026-12-10": [0.9, 0.7]},
            }
            for demand, days in later.items()
        ]
        return ExpediteReceipt.objects.create(
            demand=expedite, event=event, approved_by=manager,
            approved_by_name=manager.name, approver_named="Henrik Lund",
            hash_without="0" * 64, trials=200, place=1, of=3, displaced=displaced,
            **fields,
        )  # fmt: skip

    return write


def words(response):
    return " ".join(response.content.decode().split())


def test_the_receipt_says_who_is_later_by_how_much_and_who_approved_it(
    client, team, manager, receipt
):
    near, far, same, first = RankedDemandFactory.create_batch(4, team=team)
    written = receipt({near: 2, far: 9, same: 0, first: -3})
    client.force_login(manager)

    page = words(
        client.get(reverse("capacity:receipt", args=[written.demand.reference]))
    )

    assert f"2 demands later, {far.reference} most: 9 days later." in page
    assert f"Approved by {manager.name}" in page
    assert "The request names Henrik Lund." in page
    assert "needed by Tue 8 Dec: 88 % → 61 %" in page
    assert "promised by Thu 10 Dec: 90 % → 70 %" in page
    assert page.index(far.title) < page.index(near.title) < page.index("3 days sooner")
    assert "1 other demand moves in some worlds and keeps the same P85." in page
    assert same.reference not in page


def test_no_title_of_another_teams_demand_is_told(client, manager, receipt):
    hidden = RankedDemandFactory(team=TeamFactory(), title="A secret")
    written = receipt({hidden: 2})
    client.force_login(manager)

    page = words(
        client.get(reverse("capacity:receipt", args=[written.demand.reference]))
    )

    assert hidden.reference in page
    assert "A secret" not in page


def test_an_expedite_without_receipt_says_when_it_comes(client, team, manager):
    expedite = RankedDemandFactory(team=team, tier=Tier.objects.get(slug="expedite"))
    client.force_login(manager)

    page = words(client.get(reverse("capacity:receipt", args=[expedite.reference])))

    assert "Its receipt comes with the first forecast" in page


def test_the_demand_page_asks_for_the_receipt_of_an_expedite_only(
    client, team, manager, receipt
):
    written, other = receipt({}), RankedDemandFactory(team=team)
    client.force_login(manager)

    pages = [
        words(client.get(reverse("board:demand", args=[demand.reference])))
        for demand in (written.demand, other)
    ]

    assert ["What it displaced" in page for page in pages] == [True, False]


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_the_same_queries_for_any_length(
    client, team, manager, receipt, django_assert_num_queries, number
):
    for _ in range(number):
        receipt({RankedDemandFactory(team=team): 4})
    client.force_login(manager)

    with django_assert_num_queries(10):
        response = client.get(reverse("capacity:receipts"))

    assert len(response.context["receipts"]) == number


def test_the_list_is_a_csv_too(client, team, manager, receipt):
    later = RankedDemandFactory(team=team)
    written = receipt({later: 9})
    client.force_login(manager)

    response = client.get(reverse("capacity:receipts"), {"format": "csv"})

    rows = list(csv.reader(response.content.decode("utf-8-sig").splitlines()))
    assert rows[1:] == [
        [
            written.demand.reference, "Mend prices",
            written.demand.business_unit.name, "", manager.name, "Henrik Lund",
            "Estimated", "1", later.reference, "2026-12-07", "2026-12-16", "9",
            "0.00", "",
        ]
    ]  # fmt: skip


def test_requesters_read_no_receipt(client, team, requester):
    demand = DemandFactory(
        team=team, requester=requester, tier=Tier.objects.get(slug="expedite")
    )
    client.force_login(requester)

    answers = [
        client.get(reverse("capacity:receipts")).status_code,
        client.get(reverse("capacity:receipt", args=[demand.reference])).status_code,
    ]

    assert answers == [403, 403]


def test_who_only_reads_reads_receipts(client, team, receipt):
    written = receipt({RankedDemandFactory(team=team): 1})
    client.force_login(UserFactory(role="viewer"))

    page = words(client.get(reverse("capacity:receipts")))

    assert written.demand.reference in page


def test_one_that_cannot_be_forecast_says_so_on_the_page(
    client, team, manager, receipt
):
    written = receipt({}, cannot="Nobody has the skill SAP BTP.", days_done="1.5")
    client.force_login(manager)

    page = client.get(reverse("capacity:receipts")).content.decode()

    assert "It cannot be forecast, so nothing waits for it in any date yet" in page
    assert "another receipt follows once it can be given a date" in page
    assert "1.5 focused days of it were done before" in page
    assert "Nothing comes later for it" not in page
    assert written.demand.reference in page
