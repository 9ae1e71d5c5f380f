from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from intake.models import Demand
from intake.services.locking import lock_demand
from portfolio.core.errors import RuleBroken
from portfolio.core.models import User
from portfolio.core.rights import WAIVE_GATE
from portfolio.core.services.events import record_event
from portfolio.core.words import joined
from portfolio.delivery.models import GateCheck, policy_of


@transaction.atomic
def tick_gates(*, demand: Demand, by: User, gates: Collection[str]) -> None:
    """Say which quality gates an open demand meets now; the others it does not."""
    demand = lock_demand(demand)
    if not demand.is_in_backlog:
        raise RuleBroken(
            f"{demand.reference} is {demand.get_stage_display().lower()}; "
            "quality gates are ticked while it is in the backlog."
        )
    asked = policy_of(demand.team).gate_names
    met = set(_met(demand))
    now = {gate for gate in asked if gate in gates}
    if now == met & set(asked):
        return
    GateCheck.objects.filter(demand=demand, gate__in=set(asked) - now).delete()
    GateCheck.objects.bulk_create(
        _check(demand, gate, by) for gate in asked if gate in now - met
    )
    record_event(
        subject=demand,
        kind="gates-ticked",
        by=by,
        team=demand.team,
        before=joined([gate for gate in asked if gate in met]),
        after=joined([gate for gate in asked if gate in now]),
    )


def require_gates(*, demand: Demand, by: User, waiver: str) -> None:
    """Refuse to deliver what misses a gate, unless a manager says why it may.

    Part of the transaction that delivers, with the demand locked.
    """
    met = _met(demand)
    missing = [gate for gate in policy_of(demand.team).gate_names if gate not in met]
    if not missing:
        return
    if not waiver.strip():
        raise RuleBroken(
            f"{demand.reference} is not delivered before {_named(missing)} "
            f"{'is' if len(missing) == 1 else 'are'} ticked, or a manager says why it "
            "may be without."
        )
    if not by.has_perm(WAIVE_GATE):
        raise RuleBroken("Only a manager lets a demand be delivered without a gate.")
    GateCheck.objects.bulk_create(
        _check(demand, gate, by, because=waiver.strip()) for gate in missing
    )
    record_event(
        subject=demand,
        kind="gates-waived",
        by=by,
        team=demand.team,
        after=joined(missing),
        why=waiver.strip(),
    )


def _met(demand: Demand) -> list[str]:
    checks = GateCheck.objects.filter(demand=demand, waived_because="")
    return list(checks.values_list("gate", flat=True))


def _check(demand: Demand, gate: str, by: User, because: str = "") -> GateCheck:
    return GateCheck(
        demand=demand,
        gate=gate,
        at=timezone.now(),
        by=by,
        by_name=by.name,
        waived_because=because,
    )


def _named(gates: list[str]) -> str:
    return joined([f"“{gate}”" for gate in gates])
