from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from intake.models import ScoreInputs
from intake.scoring import CARD, DELAY, WSJF, Input, Policy, inputs_of, score_of
from intake.services.scoring import policy_of, set_inputs, set_policy
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Event

TODAY = date(2026, 11, 23)
EVIDENCE = {"late": "duty", "date": "no", "broken": "no"}


def numbers(**more):
    asked = {
        "own": {}, "answers": {}, "tier": "standard", "needed_by": None, "today": TODAY
    }  # fmt: skip
    return {
        name: (each.number, each.source)
        for name, each in inputs_of(**{**asked, **more}).items()
    }


def inputs(value=8, criticality=6, risk=4, fit=2):
    made = {"value": value, "criticality": criticality, "risk": risk, "fit": fit}
    return {name: Input(name, number, "") for name, number in made.items()}


def scored(policy, *, days=6.0, cost=None, **more):
    return score_of(policy, inputs(**more), days=days, cost_per_week=cost)


def test_inputs_are_a_managers_then_the_forms_then_the_tiers():
    found = numbers(own={"value": 10, "risk": None}, answers=EVIDENCE)

    assert found == {
        "value": (10, "set by hand"),
        "criticality": (2, "from the form"),
        "risk": (9, "from the form"),
        "fit": (4, "from the form"),
    }
    assert numbers()["value"] == (4, "from the tier")


def test_incomplete_evidence_says_nothing():
    assert numbers(answers={"late": "duty"})["risk"] == (2, "from the tier")


@pytest.mark.parametrize(
    ("needed_by", "criticality"),
    [("2026-12-01", 10), ("2027-02-01", 8), ("2027-05-01", 7), ("2027-12-01", 6)],
)
def test_date_that_cannot_move_presses_more_the_nearer_it_is(needed_by, criticality):
    answers = EVIDENCE | {"date": "yes", "date_set_by": "law", "date_name": "Act"}

    found = numbers(answers=answers, needed_by=date.fromisoformat(needed_by))

    assert found["criticality"] == (criticality, "from the form")
    assert numbers(answers=answers)["criticality"] == (2, "from the tier")


def test_wsjf_divides_the_sum_of_three_by_the_size():
    score = scored(Policy(WSJF, {"criticality": 2.0}))

    assert score.number == (8 + 2 * 6 + 4) / 6
    assert score.words == (
        "(value 8 + 2 × time criticality 6 + risk reduction 4) ÷ 6 days"
    )


def test_cost_of_delay_is_divided_by_the_duration():
    assert scored(Policy(DELAY), cost=9000.0).number == 1500
    assert scored(Policy(DELAY)).words == "Nobody has said what a week of delay costs."


def test_scorecard_is_a_weighted_mean_that_needs_no_size():
    policy = Policy(CARD, {"value": 3.0, "criticality": 1.0, "risk": 0.0, "fit": 1.0})

    assert scored(policy, days=None).number == (24 + 6 + 2) / 5
    nothing = Policy(CARD, dict.fromkeys(policy.weights, 0.0))
    assert scored(nothing).words == "All weights are 0."


def test_without_an_estimate_there_is_no_size_and_no_score():
    score = scored(Policy(), days=None)

    assert (score.number, score.shown) == (None, "–")
    assert score.words == "It has no estimate, so no size to divide by."


def test_tiny_size_counts_as_half_a_day():
    assert scored(Policy(), days=0.1).number == 36


def test_set_policy_keeps_who_changed_it_and_from_what(team, manager):
    assert policy_of(team) == Policy()

    set_policy(team=team, method=CARD, weights={"value": 3.0}, by=manager)

    assert policy_of(team) == Policy(CARD, {"value": 3.0})
    event = Event.objects.get()
    assert (event.kind, event.actor, event.before[:4]) == (
        "scored-otherwise",
        manager,
        "wsjf",
    )


def test_set_policy_refuses_what_is_no_way_of_scoring(team, manager):
    with pytest.raises(RuleBroken, match="no way of scoring"):
        set_policy(team=team, method="feeling", weights={}, by=manager)


def test_set_inputs_keeps_the_trail(demand, manager):
    own = {"value": 9, "criticality": None, "risk": 0, "fit": None}

    set_inputs(demand=demand, own=own, cost_per_week=Decimal(500), by=manager)
    set_inputs(demand=demand, own=own | {"value": None}, cost_per_week=None, by=manager)

    assert ScoreInputs.objects.get().own == own | {"value": None}
    assert [(event.before, event.after) for event in Event.objects.order_by("pk")] == [
        ("", "value 9, risk 0, 500 a week"),
        ("value 9, risk 0, 500 a week", "risk 0"),
    ]
