from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories import (
    DemandFactory,
    RankedDemandFactory,
    SystemFactory,
    TeamFactory,
    UserFactory,
)


def titles(response):
    return [demand.title for demand in response.context["page"]]


@pytest.fixture
def asker(client, requester):
    client.force_login(requester)
    return client


@pytest.mark.parametrize("demands", [1, 3])
def test_the_list_costs_the_same_queries_for_any_length(
    asker, requester, team, demands, django_assert_num_queries
):
    DemandFactory.create_batch(demands, team=team, requester=requester)

    # Session, person, unit of the person, drafts, how many, the page.
    with django_assert_num_queries(6):
        response = asker.get(reverse("intake:requests"))

    assert len(titles(response)) == demands


@pytest.mark.parametrize("demands", [1, 3])
def test_the_csv_costs_the_same_queries_for_any_length(
    asker, requester, team, demands, django_assert_num_queries
):
    DemandFactory.create_batch(demands, team=team, requester=requester)

    with django_assert_num_queries(3):
        response = asker.get(reverse("intake:requests"), {"format": "csv"})

    assert response.content.count(b"\r\n") == demands + 1


def test_a_requester_sees_their_own_and_their_units_requests_only(asker, requester):
    colleague = UserFactory(business_unit=requester.business_unit)
    DemandFactory(title="Mine", requester=requester)
    DemandFactory(title="A colleague's", requester=colleague)
    DemandFactory(title="A colleague's draft", requester=colleague, stage="draft")
    DemandFactory(title="Another unit's")

    response = asker.get(reverse("intake:requests"), {"show": "all"})

    assert titles(response) == ["A colleague's", "Mine"]
    assert "Another unit" not in response.content.decode()


def test_a_manager_sees_the_requests_of_their_team(client, team, manager):
    DemandFactory(title="Ours", team=team)
    DemandFactory(title="Theirs", team=TeamFactory())
    client.force_login(manager)

    response = client.get(reverse("intake:requests"))

    assert titles(response) == ["Ours"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["Waiting", "Working"]),
        ({"show": "closed"}, ["Refused"]),
        ({"show": "all"}, ["Refused", "Waiting", "Working"]),
        ({"show": "nonsense"}, ["Waiting", "Working"]),
        ({"mine": "yes"}, ["Waiting"]),
        ({"q": "crm"}, ["Working"]),
        ({"q": "crm nothing"}, []),
        ({"q": "work crm"}, ["Working"]),
        ({"q": "robot"}, ["Waiting"]),
    ],
)
def test_filters_stand_in_the_address(asker, requester, team, query, found):
    colleague = UserFactory(business_unit=requester.business_unit)
    DemandFactory(
        title="Waiting",
        requester=requester,
        source_system=None,
        source_system_name="Warehouse robot",
    )
    RankedDemandFactory(
        title="Working",
        requester=colleague,
        target_system=SystemFactory(name="Acme CRM"),
    )
    DemandFactory(title="Refused", requester=colleague, stage="declined")

    response = asker.get(reverse("intake:requests"), query)

    assert sorted(titles(response)) == found


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("title", ["Apple", "Birch", "Cedar"]),
        ("-title", ["Cedar", "Birch", "Apple"]),
        ("needed", ["Birch", "Apple", "Cedar"]),
        ("-needed", ["Apple", "Birch", "Cedar"]),
        ("-submitted", ["Cedar", "Birch", "Apple"]),
        ("stage", ["Apple", "Cedar", "Birch"]),
        ("nonsense", ["Cedar", "Birch", "Apple"]),
    ],
)
def test_a_column_sorts_and_what_has_no_value_stands_last(
    asker, requester, sort, order
):
    now, day = timezone.now(), dt.date(2031, 5, 1)
    mine = {"requester": requester}
    DemandFactory(
        title="Apple", needed_by=day, submitted_at=now - dt.timedelta(days=3), **mine
    )
    RankedDemandFactory(
        title="Birch",
        needed_by=day - dt.timedelta(days=1),
        submitted_at=now - dt.timedelta(days=2),
        **mine,
    )
    DemandFactory(
        title="Cedar",
        stage="needs_information",
        submitted_at=now - dt.timedelta(days=1),
        **mine,
    )

    response = asker.get(reverse("intake:requests"), {"sort": sort})

    assert titles(response) == order


def test_the_heading_says_the_order_and_turns_it_round(asker):
    response = asker.get(reverse("intake:requests"), {"sort": "title"})

    columns = response.context["listing"].columns()
    assert [
        (column.key, column.sorted, column.sort) for column in columns if column.sorted
    ] == [("title", "ascending", "-title")]


def test_the_csv_holds_what_is_shown_and_no_formula(asker, requester):
    shown = DemandFactory(
        title='=HYPERLINK("http://evil.example")',
        requester=requester,
        needed_by=dt.date(2031, 3, 1),
    )
    DemandFactory(title="Closed", requester=requester, stage="declined")

    response = asker.get(reverse("intake:requests"), {"format": "csv"})

    [row] = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))
    assert row == {
        "Reference": shown.reference,
        "Title": '\'=HYPERLINK("http://evil.example")',
        "Tier": "Standard",
        "Stage": "Submitted",
        "Business unit": requester.business_unit.name,
        "Requester": requester.name,
        "Source system": shown.source_system.name,
        "Target system": shown.target_system.name,
        "How often": "Once a day",
        "Needed by": "2031-03-01",
        "Submitted on": timezone.localtime(shown.submitted_at).date().isoformat(),
        "Decision due on": "",
        "Decided on": "",
        "Delivered on": "",
    }


def test_an_empty_list_says_what_to_do(asker):
    nothing = asker.get(reverse("intake:requests")).content.decode()
    filtered = asker.get(reverse("intake:requests"), {"q": "zzz"}).content.decode()

    assert "Say what you need connected." in nothing
    assert "No request fits" in filtered


def test_htmx_gets_the_list_alone(asker):
    response = asker.get(reverse("intake:requests"), headers={"HX-Request": "true"})

    text = response.content.decode()
    assert "No open requests" in text
    assert "<html" not in text


def test_a_viewer_reads_but_is_offered_no_new_request(client, team):
    client.force_login(UserFactory(role="viewer"))
    DemandFactory(title="Anything", team=team)

    response = client.get(reverse("intake:requests"))

    assert titles(response) == ["Anything"]
    assert reverse("intake:new") not in response.content.decode()


def test_a_long_list_is_cut_into_pages(asker, requester, team):
    DemandFactory.create_batch(51, team=team, requester=requester)

    second = asker.get(reverse("intake:requests"), {"page": 2})

    assert (len(titles(second)), second.context["page"].paginator.count) == (1, 51)
    assert "Page 2 of 2" in second.content.decode()


def test_search_finds_by_reference_title_and_system_what_may_be_read(asker, requester):
    mine = DemandFactory(
        title="Orders to the ERP",
        requester=requester,
        source_system=SystemFactory(name="Web shop"),
    )
    DemandFactory(title="Orders of somebody else")

    found = [
        [
            (hit.name, hit.url, hit.note)
            for hit in asker.get(reverse("core:search"), {"q": words}).context["found"]
        ]
        for words in (mine.reference.lower(), "orders", "web shop", "zzz")
    ]

    hit = (str(mine), mine.get_absolute_url(), "Submitted")
    assert found == [[hit], [hit], [hit], []]


def test_search_leads_on_to_the_requests_it_has_no_room_for(asker, requester):
    DemandFactory.create_batch(9, requester=requester, title="Stock to the shop")

    found = asker.get(reverse("core:search"), {"q": "stock"}).context["found"]
    listed = asker.get(found[-1].url).context["page"]

    assert [hit.name for hit in found[8:]] == ["All requests with “stock”"]
    assert listed.paginator.count == 9
