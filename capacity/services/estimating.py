from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from capacity.choices import PackageState
from capacity.models import Skill, WorkPackage
from intake.choices import Stage
from intake.models import Demand
from intake.services.stages import mark_estimated
from intake.services.triage import accept_demand
from portfolio.core.errors import RuleBroken
from portfolio.core.models import User
from portfolio.core.services.changes import note_plan_change
from portfolio.core.services.events import record_event


@dataclass(frozen=True, slots=True)
class Estimate:
    """One package as it was estimated, in focused engineer-days."""

    name: str
    skill: Skill
    low: Decimal
    likely: Decimal
    high: Decimal
    after_previous: bool = False
    # The package it changes; None makes a new one.
    package_id: int | None = None


@transaction.atomic
def accept_with_packages(
    *, demand: Demand, packages: Sequence[Estimate], by: User
) -> Demand:
    """Accept a submitted demand together with its first estimate, or neither."""
    demand = accept_demand(demand=demand, by=by)
    if not packages:
        return demand
    _write_packages(demand, packages)
    return mark_estimated(demand=demand, by=by)


@transaction.atomic
def set_packages(*, demand: Demand, packages: Sequence[Estimate], by: User) -> Demand:
    """Estimate again: what is begun or done stays, the rest becomes as given."""
    demand = Demand.objects.select_for_update().get(pk=demand.pk)
    if not demand.is_in_backlog:
        raise RuleBroken(
            f"{demand.reference} is {demand.get_stage_display().lower()}; "
            "only work of the backlog is estimated."
        )
    before = _likely_days(demand)
    _write_packages(demand, packages)
    record_event(
        subject=demand,
        kind="re-estimated",
        by=by,
        team=demand.team,
        before=f"{before:g} likely days",
        after=f"{_likely_days(demand):g} likely days",
    )
    if demand.stage == Stage.ACCEPTED and demand.packages.exists():
        demand = mark_estimated(demand=demand, by=by)
    note_plan_change(team_id=demand.team_id)
    return demand


def _likely_days(demand: Demand) -> float:
    days = demand.packages.all().likely_days_by_demand()
    return days.get(demand.pk, 0.0)


def _write_packages(demand: Demand, estimates: Sequence[Estimate]) -> None:
    kept = {
        package.pk: package
        for package in demand.packages.filter(state=PackageState.TO_DO)
    }
    begun = list(demand.packages.exclude(state=PackageState.TO_DO))
    named = {estimate.package_id for estimate in estimates}
    WorkPackage.objects.filter(pk__in=[pk for pk in kept if pk not in named]).delete()
    previous = begun[-1] if begun else None
    for position, estimate in enumerate(estimates, start=len(begun)):
        package = kept.get(estimate.package_id or 0) or WorkPackage(demand=demand)
        package.position = position
        package.name = estimate.name
        package.skill = estimate.skill
        package.low = estimate.low
        package.likely = estimate.likely
        package.high = estimate.high
        package.save()
        package.after.set([previous] if estimate.after_previous and previous else [])
        previous = package
