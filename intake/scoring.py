"""The score of a demand: what it is worth against what it takes. It only suggests.

Every input is a number from 0 to 10. A manager's own stands before one from the
evidence of the form, and that before one that the tier implies; which it was is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from intake.evidence import impact_of, is_complete, urgency_of

MOST = 10
WSJF, DELAY, CARD = "wsjf", "delay", "card"
METHODS = {
    WSJF: "WSJF: value + time criticality + risk reduction, over size",
    DELAY: "Cost of delay a week, over duration",
    CARD: "Weighted scorecard",
}
INPUTS = {
    "value": "Value",
    "criticality": "Time criticality",
    "risk": "Risk reduction",
    "fit": "Strategic fit",
}
# The inputs that each method weighs; the cost of delay has a number of its own.
WEIGHED = {
    WSJF: ("value", "criticality", "risk"),
    DELAY: (),
    CARD: ("value", "criticality", "risk", "fit"),
}
USUAL_WEIGHTS = {"value": 1.0, "criticality": 1.0, "risk": 1.0, "fit": 1.0}
# Below half a day size says nothing, and dividing by it everything.
LEAST_DAYS = 0.5

# By what happens if it is late, as the form asks.
BY_IMPACT = {
    "stops": {"value": 8, "risk": 6, "fit": 4},
    "duty": {"value": 6, "risk": 9, "fit": 4},
    "goal": {"value": 7, "risk": 4, "fit": 9},
    "costs": {"value": 5, "risk": 3, "fit": 4},
    "better": {"value": 3, "risk": 1, "fit": 3},
}
BY_URGENCY = {"stuck": 10, "date": 6, "around": 5, "open": 2}
# A date that cannot move presses the more the nearer it is: within so many days.
BY_DAYS_LEFT = ((30, 10), (90, 8), (180, 7))
BY_TIER = {
    "expedite": {"value": 8, "criticality": 10, "risk": 6, "fit": 4},
    "fixed-date": {"value": 6, "criticality": 7, "risk": 7, "fit": 4},
    "strategic": {"value": 7, "criticality": 3, "risk": 3, "fit": 9},
    "standard": {"value": 4, "criticality": 2, "risk": 2, "fit": 4},
}


@dataclass(frozen=True, slots=True)
class Input:
    """One number and where it is from."""

    name: str
    number: int
    source: str

    @property
    def label(self) -> str:
        return INPUTS[self.name]


@dataclass(frozen=True, slots=True)
class Policy:
    """How a team scores; a weight that is not named is 1."""

    method: str = WSJF
    weights: Mapping[str, float] = field(default_factory=dict)

    def weight(self, name: str) -> float:
        return self.weights.get(name, USUAL_WEIGHTS[name])


@dataclass(frozen=True, slots=True)
class Score:
    """``number`` is None where something is missing, which ``words`` then say."""

    number: float | None
    words: str

    @property
    def shown(self) -> str:
        return "–" if self.number is None else f"{self.number:.1f}"


def inputs_of(
    *,
    own: Mapping[str, int | None],
    answers: Mapping[str, str],
    tier: str,
    needed_by: date | None,
    today: date,
) -> dict[str, Input]:
    """The numbers of a demand: set by hand, else from its evidence, else its tier."""
    evidence = _from_evidence(answers, needed_by, today)
    implied = BY_TIER.get(tier, BY_TIER["standard"])
    found = {}
    for name in INPUTS:
        given = own.get(name)
        if given is not None:
            found[name] = Input(name, given, "set by hand")
        elif name in evidence:
            found[name] = Input(name, evidence[name], "from the form")
        else:
            found[name] = Input(name, implied[name], "from the tier")
    return found


def score_of(
    policy: Policy,
    inputs: Mapping[str, Input],
    *,
    days: float | None,
    cost_per_week: float | None,
) -> Score:
    """The score by a team's method, and the sum in words.

    ``days`` are the likely focused days of its packages.
    """
    if policy.method == CARD:
        return _scorecard(policy, inputs)
    if days is None:
        return Score(None, "It has no estimate, so no size to divide by.")
    size = max(days, LEAST_DAYS)
    if policy.method == DELAY:
        if cost_per_week is None:
            return Score(None, "Nobody has said what a week of delay costs.")
        number = cost_per_week / size
        return Score(number, f"{cost_per_week:g} a week of delay ÷ {size:g} days")
    names = WEIGHED[WSJF]
    total = sum(policy.weight(name) * inputs[name].number for name in names)
    return Score(
        total / size,
        f"({_sum(policy, inputs, names)}) ÷ {size:g} days",
    )


def _scorecard(policy: Policy, inputs: Mapping[str, Input]) -> Score:
    names = WEIGHED[CARD]
    weights = sum(policy.weight(name) for name in names)
    if not weights:
        return Score(None, "All weights are 0.")
    total = sum(policy.weight(name) * inputs[name].number for name in names)
    words = f"({_sum(policy, inputs, names)}) ÷ {weights:g}"
    return Score(total / weights, words)


def _sum(policy: Policy, inputs: Mapping[str, Input], names: tuple[str, ...]) -> str:
    """“value 8 + 2 × time criticality 7 + risk reduction 6”."""
    told = []
    for name in names:
        weight = policy.weight(name)
        times = "" if weight == 1 else f"{weight:g} × "
        told.append(f"{times}{INPUTS[name].lower()} {inputs[name].number}")
    return " + ".join(told)


def _from_evidence(
    answers: Mapping[str, str], needed_by: date | None, today: date
) -> dict[str, int]:
    # The date has a column of its own, and is not kept among the answers.
    date_given = {"needed_by": needed_by.isoformat()} if needed_by else {}
    if not is_complete({**answers, **date_given}):
        return {}
    urgency = urgency_of(answers)
    criticality = BY_URGENCY[urgency]
    if urgency == "date" and needed_by is not None:
        left = (needed_by - today).days
        near = (points for days, points in BY_DAYS_LEFT if left <= days)
        criticality = next(near, criticality)
    found = dict(BY_IMPACT.get(impact_of(answers), {}))
    return {**found, "criticality": criticality} if found else {}
