from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction

from intake.models import Demand, ScoreInputs, ScorePolicy
from intake.scoring import INPUTS, METHODS, Policy
from intake.services.locking import lock_demand, lock_team
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Team, User
from portfolio.core.services.events import record_event


def policy_of(team: Team) -> Policy:
    """How a team scores: WSJF with even weights until it says otherwise."""
    found = ScorePolicy.objects.filter(team=team).first()
    return found.policy if found else Policy()


@transaction.atomic
def set_policy(
    *, team: Team, method: str, weights: Mapping[str, float], by: User
) -> ScorePolicy:
    """Score by another method or other weights; no rank changes by it."""
    lock_team(team.pk)
    if method not in METHODS or set(weights) - set(INPUTS):
        raise RuleBroken(f"There is no way of scoring called “{method}”.")
    before = policy_of(team)
    policy, _is_new = ScorePolicy.objects.update_or_create(
        team=team,
        defaults={"method": method, "weights": dict(weights), "changed_by": by},
    )
    record_event(
        subject=policy,
        kind="scored-otherwise",
        by=by,
        team=team,
        before=_policy_words(before),
        after=_policy_words(policy.policy),
    )
    return policy


@transaction.atomic
def set_inputs(
    *,
    demand: Demand,
    own: Mapping[str, int | None],
    cost_per_week: Decimal | None,
    by: User,
) -> ScoreInputs:
    """Say what a demand is worth; None leaves an input to its form or its tier."""
    demand = lock_demand(demand)
    before = ScoreInputs.objects.filter(demand=demand).first()
    inputs, _is_new = ScoreInputs.objects.update_or_create(
        demand=demand, defaults={**own, "cost_per_week": cost_per_week}
    )
    record_event(
        subject=demand,
        kind="scored",
        by=by,
        team=demand.team,
        before=_inputs_words(before) if before else "",
        after=_inputs_words(inputs),
    )
    return inputs


def _policy_words(policy: Policy) -> str:
    weights = ", ".join(f"{name} {policy.weight(name):g}" for name in INPUTS)
    return f"{policy.method}: {weights}"


def _inputs_words(inputs: ScoreInputs) -> str:
    told = [
        f"{name} {number}" for name, number in inputs.own.items() if number is not None
    ]
    if inputs.cost_per_week is not None:
        told.append(f"{float(inputs.cost_per_week):g} a week")
    return ", ".join(told) or "as the form and the tier say"
