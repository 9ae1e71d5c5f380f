from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import transaction

from capacity.choices import PackageState
from capacity.models import WorkPackage
from intake.models import Demand
from intake.services.stages import deliver_demand, start_demand
from portfolio.core.models import User
from portfolio.core.services.changes import note_plan_change
from portfolio.delivery.choices import CommitmentState
from portfolio.delivery.models import Commitment
from portfolio.delivery.services.commitments import close_commitment
from portfolio.delivery.services.gates import require_gates, tick_gates


@transaction.atomic
def start(*, demand: Demand, by: User, on: date) -> Demand:
    """Say that work on a demand has begun."""
    return start_demand(demand=demand, by=by, on=on)


@transaction.atomic
def deliver(
    *,
    demand: Demand,
    by: User,
    on: date,
    gates: Collection[str] | None = None,
    waiver: str = "",
) -> Demand:
    """Say that a demand is delivered; its open commitment closes with it.

    ``gates`` are the quality gates it meets; left out, those that are ticked already.
    """
    if gates is not None:
        tick_gates(demand=demand, by=by, gates=gates)
    demand = deliver_demand(demand=demand, by=by, on=on)
    require_gates(demand=demand, by=by, waiver=waiver)
    # What the work really took is not known from this; actual effort stays empty.
    WorkPackage.objects.filter(demand=demand).unfinished().update(
        state=PackageState.DONE, finished_on=on, remaining=None
    )
    commitment = (
        Commitment.objects.select_for_update(of=("self",))
        .select_related("demand")
        .open()
        .filter(demand=demand)
        .first()
    )
    if commitment is not None:
        close_commitment(
            commitment=commitment, state=CommitmentState.DELIVERED, on=on, by=by
        )
    note_plan_change(team_id=demand.team_id)
    return demand
