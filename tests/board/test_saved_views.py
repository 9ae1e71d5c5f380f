from __future__ import annotations

import pytest

from intake.services.ranking import move_demand
from portfolio.board.models import SavedView
from tests.factories import UserFactory

SAVE = "/board/views/?tier=standard&show=at-risk&rows=1000&odd=1"


def test_view_is_saved_with_its_filters_and_opens_again(client, manager, backlog):
    client.force_login(manager)

    response = client.post(SAVE, {"name": "Mine"})
    page = client.get(response.url).content.decode()

    view = SavedView.objects.get()
    assert (view.person, view.name) == (manager, "Mine")
    assert view.query == "show=at-risk&tier=standard&rows=1000"
    assert response.url == f"/board/?{view.query}" == view.get_absolute_url()
    assert ">Mine</a>" in page
    assert "Save this view" not in page


def test_same_name_is_overwritten_and_a_view_is_forgotten(client, manager, backlog):
    client.force_login(manager)
    client.post(SAVE, {"name": "Mine"})
    client.post("/board/views/?show=committed", {"name": "Mine"})
    view = SavedView.objects.get()

    client.post(f"/board/views/{view.pk}/forget/")

    assert view.query == "show=committed"
    assert SavedView.objects.count() == 0


def test_nobody_forgets_a_view_of_another(client, manager, team, backlog):
    other = UserFactory(role="manager", teams=[team])
    view = SavedView.objects.create(person=other, name="Theirs", query="show=at-risk")
    client.force_login(manager)

    response = client.post(f"/board/views/{view.pk}/forget/")

    assert (response.status_code, SavedView.objects.count()) == (404, 1)
    assert "Theirs" not in client.get("/board/").content.decode()


@pytest.mark.parametrize("name", ["", "x" * 41])
def test_view_needs_a_short_name(client, manager, backlog, name):
    client.force_login(manager)

    response = client.post(SAVE, {"name": name}, follow=True)

    assert SavedView.objects.count() == 0
    assert "Give the view a name" in response.content.decode()


def test_history_tells_every_move_and_leads_to_its_undo(client, manager, backlog):
    move_demand(demand=backlog[2], to_place=1, by=manager, why="Audit")
    client.force_login(manager)

    page = client.get("/board/history/").content.decode()

    assert "Audit" in page
    assert str(manager) in page
    undo = "/board/try/?reference=INT-0003&amp;revision=2&amp;to_place=3"
    assert f'href="{undo}"' in page


def test_history_is_read_without_undo_by_who_may_not_rank(client, engineer, backlog):
    client.force_login(engineer)

    page = client.get("/board/history/").content.decode()

    assert "Nothing has been moved yet" in page
    assert "to_place" not in page


@pytest.mark.parametrize("moves", [1, 4])
def test_history_costs_the_same_queries_for_any_length(
    client, manager, backlog, django_assert_num_queries, moves
):
    for number in range(moves):
        move_demand(demand=backlog[number % 2], to_place=3, by=manager)
    client.force_login(manager)

    with django_assert_num_queries(5):
        client.get("/board/history/")
