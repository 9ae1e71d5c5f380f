from __future__ import annotations

import pytest
from django.utils import timezone

from portfolio.board.backlog import read_backlog
from portfolio.board.filters import Filters, Pick
from tests.delivery.rows import days_from_now, make_forecast
from tests.factories import CommitmentFactory, SkillFactory, WorkPackageFactory


@pytest.fixture
def rows(team, manager, backlog):
    """Orders: promised and late, by IAM. Stock: on track by API. Invoices: nothing."""
    orders, stock, _ = backlog
    WorkPackageFactory(demand=orders, skill=SkillFactory(name="IAM"))
    WorkPackageFactory(demand=stock, skill=SkillFactory(name="API design"))
    CommitmentFactory(demand=orders, original_due_on=days_from_now(5))
    make_forecast(team, {orders: {10: 10}, stock: {10: 10}})
    return read_backlog(team=team, user=manager, today=timezone.localdate()).rows


@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ({}, ["Orders", "Stock", "Invoices"]),
        ({"show": "committed"}, ["Orders"]),
        ({"show": "at-risk"}, ["Orders"]),
        ({"show": "unestimated"}, ["Invoices"]),
        ({"show": "no such filter"}, ["Orders", "Stock", "Invoices"]),
        ({"words": "api"}, ["Stock"]),
        ({"words": "INT-0003 voice"}, ["Invoices"]),
        ({"words": "INT-0003 stock"}, []),
        ({"tier": "standard"}, ["Orders", "Stock", "Invoices"]),
        ({"tier": "expedite"}, []),
    ],
)
def test_filters_keep_what_they_say(rows, asked, titles):
    kept = Filters.read(asked).keep(rows)

    assert [row.title for row in kept] == titles


def test_unit_keeps_the_demands_of_that_unit(rows):
    kept = Filters.read({"unit": rows[1].unit_slug}).keep(rows)

    assert [row.title for row in kept] == ["Stock"]


def test_rows_keep_their_true_places(rows):
    kept = Filters.read({"words": "invoices"}).keep(rows)

    assert [row.place for row in kept] == [3]


def test_quick_filters_are_counted_under_the_other_filters(rows):
    filters = Filters.read({"words": "o", "show": "committed", "unit": ""})

    picks = filters.picks(rows)

    assert picks == [
        Pick("All", 3, "?words=o", is_current=False),
        Pick("Committed", 1, "?show=committed&words=o", is_current=True),
        Pick("At risk", 1, "?show=at-risk&words=o", is_current=False),
        Pick("Unestimated", 1, "?show=unestimated&words=o", is_current=False),
    ]


def test_address_of_the_plain_board_has_no_filters():
    filters = Filters.read({"show": "all", "unit": "", "view": "list"})

    assert (filters.query, filters.narrows) == ("", False)
