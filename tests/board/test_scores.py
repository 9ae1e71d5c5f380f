from __future__ import annotations

from functools import partial

import pytest

from intake.models import Demand, RankMove, ScoreInputs
from intake.scoring import Score
from intake.services.ranking import move_demand
from portfolio.board.backlog import Backlog
from portfolio.board.scores import order_by_score, proposal_of
from tests.board.made import TODAY, row_with
from tests.factories import WorkPackageFactory

BY_SCORE = "/board/by-score/"


@pytest.fixture
def scored(backlog):
    """Orders, Stock and Invoices of five days each, the last worth the most."""
    for demand, value in zip(backlog, (1, 5, 10), strict=True):
        WorkPackageFactory(demand=demand)
        ScoreInputs.objects.create(demand=demand, value=value)
    return backlog


def order(team):
    demands = Demand.objects.filter(team=team).in_backlog().by_rank()
    return [demand.title for demand in demands]


def rows(*scores):
    """A row for each; a text is the stage of one that may not move."""
    return [
        row_with(number, scored=lambda: Score(9.0, ""), stage=score)
        if isinstance(score, str)
        else row_with(number, scored=partial(Score, score, ""))
        for number, score in enumerate(scores, 1)
    ]


def test_best_score_is_first_and_what_is_in_hand_or_unscored_stays():
    found = order_by_score(rows(1.0, "in_progress", None, 3.0, 2.0))

    assert found == ["INT-4", "INT-2", "INT-3", "INT-5", "INT-1"]


def test_equal_scores_keep_their_order():
    assert order_by_score(rows(2.0, 2.0, 2.0)) == ["INT-1", "INT-2", "INT-3"]


def test_proposal_moves_as_few_as_it_can():
    proposal = proposal_of(Backlog(None, rows(1.0, 4.0, 3.0, 2.0), TODAY))

    assert [(row.reference, place) for row, place in proposal.moves] == [("INT-1", 4)]


def test_sorting_is_a_proposal_that_moves_nothing(client, team, manager, scored):
    client.force_login(manager)

    page = client.get(BY_SCORE).content.decode()
    late = client.get(BY_SCORE, {"token": "late", "looks": "." * 20}).content.decode()

    assert order(team) == ["Orders", "Stock", "Invoices"]
    assert "nothing has moved yet" in page
    assert "takes longer than usual" in page
    assert "No worker has answered" in late
    assert "(value 10 + time criticality 2 + risk reduction 2) ÷ 5 days" in page


def test_kept_order_is_moved_with_its_reason(client, team, manager, scored):
    client.force_login(manager)
    seal = client.get(BY_SCORE).context["proposal"].seal

    response = client.post(BY_SCORE, {"seen": seal, "why": "New year"})

    assert response.url == "/board/"
    assert order(team) == ["Invoices", "Stock", "Orders"]
    moves = RankMove.objects.order_by("pk")
    assert {move.why for move in moves} == {"New year"}
    assert len(moves) == 2
    team.refresh_from_db()
    assert team.plan_revision == 1


def test_proposal_that_is_stale_keeps_nothing(client, team, manager, scored):
    client.force_login(manager)
    seal = client.get(BY_SCORE).context["proposal"].seal
    move_demand(demand=scored[2], to_place=2, by=manager)

    response = client.post(BY_SCORE, {"seen": seal})

    assert order(team) == ["Orders", "Invoices", "Stock"]
    assert "was changed by somebody else meanwhile" in response.content.decode()


def test_sorted_backlog_says_that_nothing_would_move(client, manager, backlog):
    client.force_login(manager)

    page = client.get(BY_SCORE).content.decode()

    assert "stands in the order of its scores" in page


def test_weights_are_edited_on_a_page(client, team, manager, scored):
    client.force_login(manager)
    given = {"method": "card", "value": 2, "criticality": 1, "risk": 1, "fit": 0.5}

    response = client.post("/board/scoring/", given)

    assert response.url == "/board/"
    team.refresh_from_db()
    assert (team.score_policy.method, team.score_policy.weights["fit"]) == ("card", 0.5)


def test_wrong_weights_are_refused_and_kept_as_typed(client, manager):
    client.force_login(manager)

    response = client.post("/board/scoring/", {"method": "card", "value": -1})

    assert response.context["form"]["value"].value() == "-1"


def test_inputs_are_set_on_the_page_of_the_demand(client, manager, scored):
    client.force_login(manager)

    client.post("/board/INT-0001/score/", {"value": "7", "cost_per_week": "250"})
    page = client.get("/board/INT-0001/").content.decode()

    inputs = ScoreInputs.objects.get(demand=scored[0])
    assert (inputs.value, inputs.risk, inputs.cost_per_week) == (7, None, 250)
    assert "(value 7 + time criticality 2 + risk reduction 2) ÷ 5 days" in page


def test_input_above_ten_is_refused(client, manager, scored):
    client.force_login(manager)

    client.post("/board/INT-0001/score/", {"value": "11"})

    assert ScoreInputs.objects.get(demand=scored[0]).value == 1


@pytest.mark.parametrize("url", [BY_SCORE, "/board/scoring/"])
def test_scoring_is_forbidden_without_the_right_to_rank(client, engineer, url):
    client.force_login(engineer)

    assert client.get(url).status_code == 403
