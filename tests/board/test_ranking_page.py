from __future__ import annotations

import csv
import io

import pytest
from django.urls import reverse

from tests.delivery.rows import days_from_now, make_forecast
from tests.factories import (
    CommitmentFactory,
    RankedDemandFactory,
    UserFactory,
    WorkPackageFactory,
)

BOARD = "/board/"
# Session, person, team, the seven of the backlog, three of
# the status line, two of the limits, one of the saved views, and one
# for what waits in triage.
QUERIES = 17


def shown(response):
    return [row.reference for row in response.context["page"].rows]


def test_board_shows_the_backlog_with_its_forecasts(client, team, manager, backlog):
    WorkPackageFactory(demand=backlog[0])
    make_forecast(team, {backlog[0]: {40: 9, 41: 1}})
    client.force_login(manager)

    response = client.get(BOARD)

    assert (response.status_code, shown(response)) == (
        200,
        ["INT-0001", "INT-0002", "INT-0003"],
    )


def test_bar_has_a_text_alternative(client, team, manager, backlog):
    make_forecast(team, {backlog[0]: {40: 10}})
    client.force_login(manager)

    page = client.get(BOARD).content.decode()

    day = days_from_now(40)
    said = f"{day.day} {day:%b}"
    assert f"<title>P50 {said}, P85 {said}, P95 {said}</title>" in page


@pytest.mark.parametrize("demands", [1, 3, 50])
def test_board_costs_the_same_queries_for_any_length(
    client, team, manager, django_assert_num_queries, demands
):
    ranked = RankedDemandFactory.create_batch(demands, team=team)
    for demand in ranked:
        WorkPackageFactory(demand=demand)
        CommitmentFactory(demand=demand)
    make_forecast(team, {demand: {10: 10} for demand in ranked})
    client.force_login(manager)

    with django_assert_num_queries(QUERIES):
        response = client.get(BOARD)

    assert len(response.context["page"].lines) == demands


@pytest.mark.parametrize("address", [BOARD, "/board/board.csv", "/board/INT-0001/"])
def test_requester_may_not_see_the_board(client, backlog, address):
    client.force_login(UserFactory(role="requester"))

    response = client.get(address)

    assert response.status_code == 403


def test_engineer_reads_the_board_without_moving(client, engineer, backlog):
    client.force_login(engineer)

    page = client.get(BOARD).content.decode()

    assert ("Orders" in page, 'class="grip"' in page, "board/js/move" in page) == (
        True,
        False,
        False,
    )


def test_manager_of_another_team_sees_none_of_it(client, backlog):
    other = RankedDemandFactory(title="Elsewhere")
    client.force_login(UserFactory(role="manager", teams=[other.team]))

    response = client.get(BOARD)

    assert shown(response) == [other.reference]


def test_empty_board_says_what_to_do(client, manager):
    client.force_login(manager)

    page = client.get(BOARD).content.decode()

    assert "Accept a request in triage and it appears here" in page


def test_filters_that_leave_nothing_offer_the_way_back(client, manager, backlog):
    client.force_login(manager)

    page = client.get(BOARD, {"words": "no such thing"}).content.decode()

    assert "No demand matches" in page
    assert "Show all demands" in page


def test_htmx_gets_the_backlog_and_the_counts_alone(client, manager, backlog):
    client.force_login(manager)

    page = client.get(BOARD, headers={"HX-Request": "true"}).content.decode()

    assert page.strip().startswith('<div id="backlog"')
    assert 'id="picks" aria-label="Quick filters" hx-swap-oob="true"' in page


def test_rows_that_come_later_come_alone(client, team, manager):
    RankedDemandFactory.create_batch(3, team=team)
    client.force_login(manager)

    rest = client.get(BOARD, {"after": "2"}, headers={"HX-Request": "true"})
    whole = client.get(BOARD, {"after": "2"}).content.decode()

    page = rest.content.decode()
    assert (page.count('<tr class="row"'), whole.count('<tr class="row"')) == (1, 4)
    assert "3 of 3 demands" in page
    assert 'id="backlog"' not in page


def test_columns_hold_the_rows_by_stage(client, team, manager, backlog):
    RankedDemandFactory(team=team, stage="in_progress", reference="INT-0009")
    client.force_login(manager)

    response = client.get(BOARD, {"view": "columns"})

    assert [
        (column.name, [row.reference for row in column.rows])
        for column in response.context["page"].columns
    ] == [
        ("Accepted", ["INT-0001", "INT-0002", "INT-0003"]),
        ("Estimated", []),
        ("In progress", ["INT-0009"]),
    ]


def test_board_cuts_the_list_at_quarter_ends(client, team, manager, backlog):
    make_forecast(team, {backlog[0]: {0: 10}, backlog[1]: {1000: 10}})
    client.force_login(manager)

    page = client.get(BOARD).context["page"]

    # Done today is done by the end of this quarter; the others are not on the axis.
    assert [[cut.words for cut in line.cuts] for line in page.lines] == [
        ["1 of these 3: the 1 above"],
        [],
        [],
    ]


def test_csv_holds_what_is_shown_and_no_formula(client, team, manager, backlog):
    stock = backlog[1]
    stock.title = "=HYPERLINK(1)"
    stock.needed_by = days_from_now(20)
    stock.save()
    WorkPackageFactory(demand=stock)
    make_forecast(team, {stock: {5: 8, 30: 2}})
    client.force_login(manager)

    response = client.get(reverse("board:board-csv"), {"words": "INT-0002"})

    lines = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [dict(zip(lines[0], line, strict=True)) for line in lines[1:]] == [
        {
            "Rank": "2",
            "Reference": "INT-0002",
            "Title": "'=HYPERLINK(1)",
            "Business unit": stock.business_unit.name,
            "Owner": "",
            "Tier": "Standard",
            "Stage": "accepted",
            "Blocked": "",
            "Likely days": "5.0",
            "Score": "1.6",
            "Skills": stock.packages.get().skill.name,
            "P10": days_from_now(5).isoformat(),
            "P50": days_from_now(5).isoformat(),
            "P85": days_from_now(30).isoformat(),
            "P95": days_from_now(30).isoformat(),
            "Promised": "",
            "Needed by": days_from_now(20).isoformat(),
            "Chance on time": "80 %",
            "Status": "at risk",
            "Why no forecast": "",
        }
    ]
