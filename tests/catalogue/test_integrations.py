from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import (
    DemandFactory,
    IntegrationFactory,
    SystemFactory,
    UnitFactory,
    UserFactory,
)


@pytest.fixture
def person(db, client):
    person = UserFactory()
    client.force_login(person)
    return person


def names(response):
    return [row.name for row in response.context["rows"]]


def test_running_integrations_are_listed_and_retired_ones_are_not(client, person):
    IntegrationFactory(name="Orders")
    IntegrationFactory(name="Old orders", retired_on=dt.date(2024, 1, 31))

    response = client.get(reverse("catalogue:integrations"))

    assert names(response) == ["Orders"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "crm invoice"}, ["Invoices"]),
        ({"pattern": "file"}, ["Stock"]),
        ({"unit": "logistics"}, ["Stock"]),
        ({"q": "nothing like it"}, []),
        ({"pattern": "wrong"}, ["Invoices", "Stock"]),
    ],
)
def test_filters_stand_in_the_address(client, person, query, found):
    crm, erp = SystemFactory(name="CRM"), SystemFactory(name="ERP")
    IntegrationFactory(name="Invoices", source=crm, target=erp)
    IntegrationFactory(
        name="Stock", source=erp, target=crm, pattern="file",
        owner_unit=UnitFactory(slug="logistics"),
    )  # fmt: skip

    response = client.get(reverse("catalogue:integrations"), query)

    assert names(response) == found


def test_an_empty_list_says_what_to_do(client, person):
    page = client.get(reverse("catalogue:integrations")).content.decode()

    assert "No integration is known yet" in page


def test_the_csv_holds_what_is_shown_and_no_formula(client, person):
    IntegrationFactory(name="=SUM(A1)")
    IntegrationFactory(name="Other", pattern="file")

    response = client.get(
        reverse("catalogue:integrations"), {"pattern": "api", "format": "csv"}
    )

    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [row["name"] for row in rows] == ["'=SUM(A1)"]


def test_the_list_costs_the_same_queries_for_any_length(client, person):
    counts = []
    for _ in range(2):
        IntegrationFactory.create_batch(2)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("catalogue:integrations"))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_similar_names_what_connects_both_systems_first(client, person):
    crm, erp = SystemFactory(name="CRM"), SystemFactory(name="ERP")
    IntegrationFactory(name="Contacts to mail", source=crm)
    IntegrationFactory(name="Quotes back", source=erp, target=crm)

    page = client.get(
        reverse("catalogue:similar"), {"source": "crm", "target": erp.pk}
    ).content.decode()

    assert page.index("Quotes back") < page.index("Contacts to mail")


def test_similar_shows_open_demands_of_the_own_unit_only(client, person):
    crm, erp = SystemFactory(), SystemFactory()
    own = DemandFactory(
        source_system=erp, target_system=crm, business_unit=person.business_unit
    )
    other = DemandFactory(source_system=crm, target_system=erp)

    page = client.get(
        reverse("catalogue:similar"), {"source": crm.pk, "target": erp.pk}
    ).content.decode()

    assert own.reference in page
    assert other.reference not in page
    assert other.title not in page


@pytest.mark.parametrize("source", ["", "no such system", "99999999999999999999"])
def test_similar_to_nothing_known_is_nothing(client, person, source):
    response = client.get(reverse("catalogue:similar"), {"source": source})

    assert (response.status_code, response.content.strip()) == (200, b"")
