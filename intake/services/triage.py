from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from intake.choices import AWAITING_DECISION, Stage
from intake.models import Demand
from intake.services.locking import lock_demand
from intake.services.ranking import place_at_end
from intake.services.transitions import refuse_unless, store_stage
from portfolio.core.errors import RuleBroken
from portfolio.core.models import User
from portfolio.core.services.changes import note_plan_change


@transaction.atomic
def accept_demand(*, demand: Demand, by: User) -> Demand:
    """Take a submitted demand into the backlog, at its end."""
    demand = lock_demand(demand)
    refuse_unless(
        demand, AWAITING_DECISION, "only a demand that awaits its decision is accepted."
    )
    place_at_end(demand=demand)
    _store_decision(demand=demand, stage=Stage.ACCEPTED, kind="accepted", by=by)
    note_plan_change(team_id=demand.team_id)
    return demand


@transaction.atomic
def decline_demand(*, demand: Demand, by: User, reason: str) -> Demand:
    """Say no to a submitted demand; the requester reads the reason."""
    demand = lock_demand(demand)
    refuse_unless(
        demand, AWAITING_DECISION, "only a demand that awaits its decision is declined."
    )
    if not reason.strip():
        raise RuleBroken(
            f"Say why {demand.reference} is declined; its requester reads the reason."
        )
    demand.decision_reason = reason.strip()
    _store_decision(demand=demand, stage=Stage.DECLINED, kind="declined", by=by)
    return demand


def _store_decision(*, demand: Demand, stage: Stage, kind: str, by: User) -> None:
    demand.decided_at, demand.decided_by = timezone.now(), by
    store_stage(
        demand=demand,
        stage=stage,
        fields=["decided_at", "decided_by", "decision_reason"],
        kind=kind,
        by=by,
        why=demand.decision_reason,
    )
