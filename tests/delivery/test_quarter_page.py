from __future__ import annotations

import csv
import datetime as dt
import io
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portfolio.delivery.memberships import HEADER
from portfolio.delivery.models import CommitmentVersion
from tests.delivery.rows import make_forecast
from tests.factories import (
    CommitmentFactory,
    DemandFactory,
    RankedDemandFactory,
    UnitFactory,
    UserFactory,
)

PAGE = "/delivery/quarter/"
CSV = "/delivery/quarter.csv"


@pytest.fixture
def page(client, manager):
    client.force_login(manager)
    return client


def noon(text):
    day = dt.datetime.fromisoformat(f"{text}T12:00")
    return timezone.make_aware(day)


def promised(demand, *dates, **fields):
    """A commitment with its versions, each as (given on, due)."""
    commitment = CommitmentFactory(
        demand=demand,
        original_due_on=dates[0][1],
        due_on=dates[-1][1],
        promised_at=noon(dates[0][0]),
        **fields,
    )
    commitment.versions.all().delete()
    CommitmentVersion.objects.bulk_create(
        CommitmentVersion(
            commitment=commitment,
            number=number,
            due_on=due,
            promised_at=noon(on),
            reason_code="scope" if number > 1 else "",
            why="=Returns" if number > 1 else "",
        )
        for number, (on, due) in enumerate(dates, 1)
    )
    return commitment


def delivered(team, *dates, on, **fields):
    demand = DemandFactory(team=team, stage="delivered", delivered_on=on, **fields)
    return promised(demand, *dates, state="delivered", closed_on=on)


def test_a_quarter_tells_what_stood_came_went_and_was_kept(page, team):
    delivered(team, ("2024-06-03", "2024-08-20"), on="2024-08-19", title="In time")
    delivered(team, ("2024-08-05", "2024-09-20"), on="2024-09-27", title="Too late")
    moved = RankedDemandFactory(team=team, title="Moved out")
    promised(moved, ("2024-06-03", "2024-09-02"), ("2024-08-30", "2025-02-03"))

    response = page.get(PAGE, {"quarter": "2024Q3"})
    only = page.get(PAGE, {"quarter": "2024Q3", "show": "added"})

    text = unescape(response.content.decode())
    assert "Commitments of Q3 2024" in text
    assert (
        "1 of 2 commitments kept, 1 missed; 1 added and 1 dropped since 1 Jul 2024"
        in text
    )
    assert "dropped: moved out to 3 Feb 2025" in text
    assert "Scope changed" in text
    assert "1 day early" in text
    assert "7 days late" in text
    assert [line.history.title for line in only.context["shown"]] == ["Too late"]


def test_the_csv_has_every_line_and_no_formula(page, team):
    done = delivered(
        team,
        ("2024-06-03", "2024-08-20"),
        ("2024-08-01", "2024-09-10"),
        on="2024-09-09",
        title="@SUM(A1)",
    )

    response = page.get(CSV, {"quarter": "2024Q3", "show": "added"})

    header, *rows = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
    assert header == HEADER
    assert rows == [
        [
            done.demand.reference, "'@SUM(A1)", done.demand.business_unit.name, "yes",
            "2024-08-20", "2024-09-10", "2024-08-20", "", "", "1",
            "Scope changed. =Returns", "no", "kept", "2024-09-09", "20", "-1",
        ]
    ]  # fmt: skip


def test_this_quarter_shows_the_chance_of_what_is_open(page, team, today):
    demand = RankedDemandFactory(team=team)
    CommitmentFactory(demand=demand, original_due_on=today)
    make_forecast(team, {demand: {0: 6, 9: 4}})

    text = unescape(page.get(PAGE).content.decode())

    assert "60 % · at risk" in text
    assert "This quarter" not in text


def test_an_empty_quarter_says_what_would_stand_in_it(page):
    text = page.get(PAGE, {"quarter": "2020Q1"}).content.decode()

    assert "Nothing was promised for this quarter" in text
    assert "No commitment in this quarter" in text


def test_a_filter_that_finds_nothing_leads_back(page, team):
    delivered(team, ("2024-06-03", "2024-08-20"), on="2024-08-19")

    text = page.get(PAGE, {"quarter": "2024Q3", "show": "dropped"}).content.decode()

    assert "No commitment of this quarter is that." in text


def test_a_requester_sees_what_their_unit_asked_for_and_no_more(client, team):
    unit = UnitFactory()
    reader = UserFactory(role="requester", business_unit=unit)
    dates = ("2024-06-03", "2024-08-20")
    own = delivered(team, dates, on="2024-08-19", business_unit=unit)
    delivered(team, dates, on="2024-08-19")
    client.force_login(reader)

    response = client.get(PAGE, {"quarter": "2024Q3"})

    shown = [line.history.reference for line in response.context["shown"]]
    assert shown == [own.demand.reference]


def test_a_unit_is_picked_from_the_address(page, team):
    unit = UnitFactory(slug="sales")
    dates = ("2024-06-03", "2024-08-20")
    own = delivered(team, dates, on="2024-08-19", business_unit=unit)
    delivered(team, dates, on="2024-08-19")

    response = page.get(PAGE, {"quarter": "2024Q3", "unit": "sales"})

    shown = [line.history.reference for line in response.context["shown"]]
    assert shown == [own.demand.reference]


@pytest.mark.parametrize("address", [PAGE, CSV])
@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("manager", 200),
        ("viewer", 200),
        ("administrator", 200),
        ("engineer", 200),
        ("requester", 200),
        ("guest", 403),
    ],
)
def test_who_may_see_a_quarter(team, address, role, status):
    client = Client()
    client.force_login(UserFactory(role=role, teams=[team]))

    assert client.get(address).status_code == status


def test_the_page_costs_the_same_queries_for_any_length(page, team, today):
    counts = []

    for promises in (1, 3):
        for demand in RankedDemandFactory.create_batch(promises, team=team):
            CommitmentFactory(demand=demand, original_due_on=today)
        with CaptureQueriesContext(connection) as queries:
            response = page.get(PAGE)
        counts.append((response.context["total"], len(queries)))

    assert [total for total, _ in counts] == [1, 4]
    assert counts[0][1] == counts[1][1] <= 12


def test_delivery_leads_to_the_quarter(page):
    assert reverse("delivery:quarter") in page.get("/delivery/").content.decode()
