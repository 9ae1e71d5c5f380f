from __future__ import annotations

import re

import pytest

from capacity.services.forecasting import request_forecast, run_forecast
from tests.delivery.rows import days_from_now
from tests.factories import (
    CommitmentFactory,
    EngineerFactory,
    SkillFactory,
    WorkPackageFactory,
)

TRY = "/board/try/"
HTMX = {"HX-Request": "true"}


def asked(demand, to_place, **more):
    return {
        "reference": demand.reference,
        "revision": demand.revision,
        "to_place": to_place,
        **more,
    }


@pytest.fixture
def forecast(team, backlog, previewer):
    """Three demands of five certain days each, for one person, and their forecast."""
    skill = SkillFactory()
    EngineerFactory(team=team, with_skills=[skill])
    for demand in backlog:
        WorkPackageFactory(demand=demand, skill=skill)
    CommitmentFactory(demand=backlog[0], original_due_on=days_from_now(8))
    return run_forecast(
        forecast_id=request_forecast(team=team, by=None, reason="Asked for.").pk
    )


def test_trial_says_what_moves_for_whom_and_which_promise_turns(
    client, manager, backlog, forecast
):
    client.force_login(manager)

    response = client.get(TRY, asked(backlog[2], 1), headers=HTMX)

    outcome = response.context["trial"].outcome
    page = response.content.decode()
    assert [moved.reference for moved in outcome.turned] == ["INT-0001"]
    assert {moved.reference for moved in outcome.later} == {"INT-0001", "INT-0002"}
    assert outcome.turned[0].before.rag.word == "on track"
    assert outcome.turned[0].after.rag.word == "late"
    assert re.search(r"<b>INT-0003</b> up 2: \d+ days earlier, P85 ", page)
    assert 'id="outcome-bars"' in page
    assert "<html" not in page


def test_trial_without_script_is_a_page_that_asks_keep_or_undo(
    client, manager, backlog, forecast
):
    client.force_login(manager)

    page = client.get(TRY, asked(backlog[2], 1)).content.decode()

    assert "Move Invoices to rank 1?" in page
    assert '<form method="post" action="/board/move/">' in page
    assert '<a class="button" href="/board/INT-0003/">Undo</a>' in page


def test_trial_of_a_changed_demand_is_not_tried(client, manager, backlog, forecast):
    client.force_login(manager)

    response = client.get(TRY, asked(backlog[2], 1) | {"revision": 7})

    assert response.context["trial"].problem.startswith("INT-0003 was changed by")
    assert response.context["trial"].outcome is None


@pytest.mark.parametrize(
    ("to_place", "words"),
    [
        ("", "Say to which rank, as a number from 1."),
        (9, "The backlog has places from 1 to 3."),
    ],
)
def test_place_that_is_not_there_is_said(client, manager, backlog, to_place, words):
    client.force_login(manager)

    response = client.get(TRY, asked(backlog[2], to_place))

    assert response.context["trial"].problem == words


def test_without_a_worker_the_page_says_so(client, manager, backlog):
    client.force_login(manager)

    page = client.get(TRY, asked(backlog[2], 1, looks=20), headers=HTMX)

    assert "No worker has answered" in page.content.decode()


def test_late_answer_is_looked_for_again(client, manager, backlog, store):
    client.force_login(manager)

    response = client.get(TRY, asked(backlog[2], 1, token="late"), headers=HTMX)

    page = response.content.decode()
    assert "takes longer than usual" in page
    assert "token=late&amp;looks=1" in page


def test_demand_that_left_the_backlog_is_not_found(client, manager, backlog):
    backlog[0].stage, backlog[0].rank = "withdrawn", None
    backlog[0].save()
    client.force_login(manager)

    assert client.get(TRY, asked(backlog[0], 1)).status_code == 404


def test_trying_is_forbidden_without_the_right_to_rank(client, engineer, backlog):
    client.force_login(engineer)

    assert client.get(TRY, asked(backlog[0], 2)).status_code == 403
