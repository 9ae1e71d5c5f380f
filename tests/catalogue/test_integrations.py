from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from django.urls import reverse

from tests.factories import IntegrationFactory, SystemFactory, UnitFactory, UserFactory

URL = reverse("catalogue:integrations")


@pytest.fixture
def reader(client, db):
    user = UserFactory()
    client.force_login(user)
    return user


def names(response):
    return [integration.name for integration in response.context["page"]]


def make(source, target, what, **rest):
    return IntegrationFactory(
        name=f"{source} → {target}, {what}", source=source, target=target, **rest
    )


@pytest.fixture
def three(db):
    """Two that run and one that no longer does."""
    erp = SystemFactory(name="SAP", kind="ERP")
    shop = SystemFactory(name="Shop", kind="Online shop")
    payroll = SystemFactory(name="DATEV", kind="Payroll")
    finance, commerce = UnitFactory(name="Finance"), UnitFactory(name="Commerce")
    make(
        erp, shop, "prices",
        pattern="ipaas", owner_unit=commerce, runs_since=dt.date(2024, 3, 1),
    )  # fmt: skip
    make(
        erp, payroll, "cost centres",
        pattern="file", owner_unit=finance, runs_since=dt.date(2019, 6, 1),
    )  # fmt: skip
    make(
        shop, erp, "orders by file",
        pattern="file", owner_unit=commerce, retired_on=dt.date(2025, 1, 31),
    )  # fmt: skip


PRICES = "SAP → Shop, prices"
CENTRES = "SAP → DATEV, cost centres"
ORDERS = "Shop → SAP, orders by file"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [CENTRES, PRICES]),
        ({"show": "retired"}, [ORDERS]),
        ({"show": "all"}, [CENTRES, PRICES, ORDERS]),
        ({"show": "nonsense"}, [CENTRES, PRICES]),
        ({"q": "sap shop"}, [PRICES]),
        ({"q": "payroll"}, [CENTRES]),
        ({"q": CENTRES}, [CENTRES]),
        ({"q": "sap", "pattern": "ipaas"}, [PRICES]),
        ({"pattern": "nonsense"}, [CENTRES, PRICES]),
        ({"show": "all", "pattern": "file"}, [CENTRES, ORDERS]),
        ({"sort": "target"}, [CENTRES, PRICES]),
        ({"sort": "-target"}, [PRICES, CENTRES]),
        ({"sort": "-since"}, [PRICES, CENTRES]),
        ({"sort": "since"}, [CENTRES, PRICES]),
        ({"sort": "since", "show": "all"}, [CENTRES, PRICES, ORDERS]),
        ({"sort": "nonsense"}, [CENTRES, PRICES]),
    ],
)
def test_the_address_says_what_is_listed_and_how(
    client, reader, three, query, expected
):
    response = client.get(URL, query)

    assert names(response) == expected


def test_a_unit_shows_what_it_owns(client, reader, three):
    from portfolio.core.models import BusinessUnit

    unit = BusinessUnit.objects.get(name="Commerce")

    response = client.get(URL, {"unit": unit.slug, "show": "all"})

    assert names(response) == [PRICES, ORDERS]


def test_a_row_names_both_systems_and_what_moves_between_them(client, reader, three):
    page = client.get(URL, {"q": "prices"}).content.decode()

    row = page[page.index("<tbody>") : page.index("</tbody>")]
    for words in ("SAP", "Shop", "prices", "iPaaS flow", "Commerce", "1 Mar 2024"):
        assert words in row


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_queries_for_any_length(
    client, reader, rows, django_assert_num_queries
):
    IntegrationFactory.create_batch(rows)

    # Session and user; how many there are, one page of them, and the units to choose.
    with django_assert_num_queries(5):
        response = client.get(URL)

    assert len(response.context["page"]) == rows


def test_an_update_by_htmx_is_the_list_alone(client, reader, three):
    page = client.get(URL, headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in page
    assert 'role="status">2 integrations' in page


def test_nothing_listed_yet_says_who_would_list_it(client, reader):
    page = client.get(URL).content.decode()

    assert "The manager of the team lists what already runs." in page


def test_a_manager_is_led_to_the_first_one(client, manager):
    client.force_login(manager)

    page = client.get(URL).content.decode()

    assert "List what already runs, so that nobody asks for it twice." in page
    assert reverse("admin:catalogue_integration_add") in page


def test_a_search_without_result_offers_the_way_back(client, reader, three):
    page = client.get(URL, {"q": "mainframe"}).content.decode()

    assert "No integration fits" in page
    assert 'href="?show=all"' in page


def test_the_csv_holds_what_the_page_shows(client, reader, three):
    response = client.get(URL, {"q": "shop", "format": "csv"})

    text = response.content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [
        [
            "Integration", "Source system", "Target system", "Pattern", "Owner unit",
            "Runs since", "Retired on",
        ],
        [PRICES, "SAP", "Shop", "iPaaS flow", "Commerce", "2024-03-01", ""],
    ]  # fmt: skip
    assert response["Content-Type"] == "text/csv; charset=utf-8"


def test_a_name_that_looks_like_a_formula_stays_text_in_the_csv(client, reader):
    IntegrationFactory(name='=HYPERLINK("http://x.example")')

    text = client.get(URL, {"format": "csv"}).content.decode("utf-8-sig")

    rows = list(csv.reader(io.StringIO(text)))
    assert rows[1][0] == '\'=HYPERLINK("http://x.example")'


def test_a_stranger_has_to_sign_in_first(client, db):
    response = client.get(URL)

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("core:sign-in"))


def test_nothing_is_posted_to_the_list(client, reader):
    assert client.post(URL).status_code == 405


def test_search_finds_what_runs_and_leads_to_it(client, reader, three):
    page = client.get(reverse("core:search"), {"q": "cost centres"})

    hits = [(hit.name, hit.note) for hit in page.context["found"]]
    assert hits == [(CENTRES, "File transfer · Finance")]
    assert names(client.get(page.context["found"][0].url)) == [CENTRES]


def test_search_finds_the_list_itself(client, reader):
    page = client.get(reverse("core:search"), {"q": "integra"})

    assert [hit.url for hit in page.context["found"]] == [URL]


def test_a_manager_edits_integrations_in_the_admin(client, manager, three):
    client.force_login(manager)

    response = client.get(reverse("admin:catalogue_integration_changelist"))

    assert response.status_code == 200
    assert PRICES in response.content.decode()


def test_a_requester_has_no_admin(client, reader):
    response = client.get(reverse("admin:catalogue_integration_changelist"))

    assert response.status_code == 302
