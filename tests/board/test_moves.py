from __future__ import annotations

import pytest
from django.urls import reverse

from intake.models import Demand, RankMove
from portfolio.core.models import Event
from tests.factories import RankedDemandFactory

HTMX = {"HX-Request": "true"}


def order(team):
    demands = Demand.objects.filter(team=team).in_backlog().by_rank()
    return [demand.title for demand in demands]


def move(client, demand, to_place, *, why="", revision=1, headers=None, query=""):
    return client.post(
        f"{reverse('board:move')}{query}",
        {
            "reference": demand.reference,
            "to_place": to_place,
            "why": why,
            "revision": revision,
        },
        headers=headers,
    )


def told(response):
    return [str(message) for message in response.context["messages"]]


def test_keep_moves_the_demand_and_answers_with_the_new_order(
    client, team, manager, backlog
):
    client.force_login(manager)

    response = move(client, backlog[2], 1, why="The auditor asked", headers=HTMX)

    moved = RankMove.objects.get()
    assert (moved.from_place, moved.to_place, moved.why, moved.moved_by) == (
        3,
        1,
        "The auditor asked",
        manager,
    )
    assert [row.title for row in response.context["page"].rows] == [
        "Invoices",
        "Orders",
        "Stock",
    ]
    assert told(response) == ["INT-0003 moved from 3 to 1."]


def test_plain_form_moves_and_leads_back_to_the_board(client, team, manager, backlog):
    client.force_login(manager)

    response = move(client, backlog[0], 2, query="?show=committed")

    assert (response.status_code, response.url) == (302, "/board/?show=committed")
    assert order(team) == ["Stock", "Orders", "Invoices"]


def test_move_keeps_as_many_rows_as_its_page_has_got(client, manager, backlog):
    client.force_login(manager)
    asked = {"reference": "INT-0003", "revision": 1, "to_place": 1, "shown": "1000"}

    response = client.post("/board/move/", asked, headers={"HX-Request": "true"})

    assert response.context["page"].filters.rows == 1000


def test_move_asks_for_a_new_forecast(client, team, manager, backlog):
    client.force_login(manager)

    move(client, backlog[0], 2)

    team.refresh_from_db()
    assert team.plan_revision == 1


def test_stale_move_changes_nothing_and_keeps_what_was_typed(
    client, team, manager, backlog
):
    client.force_login(manager)
    move(client, backlog[2], 2, revision=1, headers=HTMX)

    response = move(client, backlog[2], 1, why="Still first", revision=1, headers=HTMX)

    event = Event.objects.get(kind="moved")
    asked = response.context["move"]
    assert order(team) == ["Orders", "Invoices", "Stock"]
    assert (asked.from_place, asked.to_place, asked.why, asked.revision) == (
        2,
        "1",
        "Still first",
        2,
    )
    assert told(response)[0].startswith(
        "INT-0003 was changed by somebody else meanwhile. Look at the board as it is "
        f"now and move it again. Last: moved from rank 3 to 2 by {event.actor_name}, "
    )


def test_refused_plain_form_shows_the_board_with_the_move_still_open(
    client, manager, backlog
):
    client.force_login(manager)

    response = move(client, backlog[0], 9, why="Far down")

    assert 'value="Far down"' in response.content.decode()
    assert told(response)[0].startswith("There is no place 9: ")


def test_move_without_a_place_says_what_is_missing(client, team, manager, backlog):
    client.force_login(manager)

    response = move(client, backlog[0], "", headers=HTMX)

    assert told(response) == ["Say to which rank, as a number from 1."]
    assert order(team) == ["Orders", "Stock", "Invoices"]


def test_move_to_where_it_stands_is_said_and_leaves_no_trace(client, manager, backlog):
    client.force_login(manager)

    response = move(client, backlog[1], 2, headers=HTMX)

    assert told(response) == ["INT-0002 stands at 2 already."]
    assert RankMove.objects.count() == 0


def test_demand_that_left_the_backlog_is_not_moved(client, manager, backlog):
    backlog[0].stage, backlog[0].rank = "withdrawn", None
    backlog[0].save()
    client.force_login(manager)

    response = move(client, backlog[0], 2, headers=HTMX)

    assert response.context["move"] is None
    assert told(response)[0].startswith("INT-0001 is withdrawn;")


def test_moving_is_forbidden_without_the_right_to_rank(client, team, engineer, backlog):
    client.force_login(engineer)

    response = move(client, backlog[2], 1)

    assert (response.status_code, order(team)) == (
        403,
        ["Orders", "Stock", "Invoices"],
    )


@pytest.mark.parametrize("reference", ["", "INT-9999"])
def test_unknown_demand_is_not_found(client, manager, reference):
    client.force_login(manager)

    response = client.post(
        reverse("board:move"), {"reference": reference, "to_place": 1, "revision": 1}
    )

    assert response.status_code == 404


def test_demand_of_another_team_is_not_found(client, manager):
    other = RankedDemandFactory()
    client.force_login(manager)

    response = move(client, other, 1)

    assert response.status_code == 404
