from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from capacity.choices import PackageState
from capacity.models import Skill, WorkPackage
from intake.choices import Stage
from intake.models import Demand
from intake.services.locking import lock_demand
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
    # One that comes after others already keeps them.
    after_previous: bool = False
    # The package it changes; None makes a new one.
    package_id: int | None = None


@transaction.atomic
def accept_with_packages(
    *,
    demand: Demand,
    packages: Sequence[Estimate],
    by: User,
    place: int | None = None,
) -> Demand:
    """Accept a submitted demand together with its first estimate, or neither."""
    demand = accept_demand(demand=demand, by=by, place=place)
    if not packages:
        return demand
    _write_packages(demand, packages)
    return mark_estimated(demand=demand, by=by)


@transaction.atomic
def set_packages(*, demand: Demand, packages: Sequence[Estimate], by: User) -> Demand:
    """Estimate again: what is begun or done stays, the rest becomes as given."""
    demand = lock_demand(demand)
    if not demand.is_in_backlog:
        raise RuleBroken(
            f"{demand.reference} is {demand.get_stage_display().lower()}; "
            "only work of the backlog is estimated."
        )
    before = _likely_days(demand)
    _write_packages(demand, packages)
    if not demand.packages.exists():
        raise RuleBroken(
            f"{demand.reference} needs at least one work package to be forecast. "
            "If there is nothing to do, withdraw it."
        )
    record_event(
        subject=demand,
        kind="re-estimated",
        by=by,
        team=demand.team,
        before=f"{before:g} likely days",
        after=f"{_likely_days(demand):g} likely days",
    )
    if demand.stage == Stage.ACCEPTED:
        demand = mark_estimated(demand=demand, by=by)
    note_plan_change(team_id=demand.team_id)
    return demand


def range_error(low: Decimal, likely: Decimal, high: Decimal) -> tuple[str, str] | None:
    """Which of the three is wrong and why, or None."""
    if low > likely:
        return "likely", f"Likely must be at least low, which is {low}."
    if likely > high:
        return "high", f"High must be at least likely, which is {likely}."
    if low <= 0 and (low < 0 or high > 0):
        return "low", "Low must be above 0, unless all three are 0."
    return None


def _likely_days(demand: Demand) -> float:
    days = demand.packages.all().likely_days_by_demand()
    return days.get(demand.pk, 0.0)


def _write_packages(demand: Demand, estimates: Sequence[Estimate]) -> None:
    for estimate in estimates:
        if wrong := range_error(estimate.low, estimate.likely, estimate.high):
            raise RuleBroken(f"“{estimate.name}”: {wrong[1]}")
    kept = {
        package.pk: package
        for package in demand.packages.filter(state=PackageState.TO_DO)
    }
    begun = list(demand.packages.exclude(state=PackageState.TO_DO))
    named = {estimate.package_id for estimate in estimates}
    WorkPackage.objects.filter(pk__in=[pk for pk in kept if pk not in named]).delete()
    previous = begun[-1] if begun else None
    for position, estimate in enumerate(estimates, start=len(begun)):
        # The same row again, so that its random numbers stay the same in forecasts.
        package = kept.get(estimate.package_id or 0) or WorkPackage(demand=demand)
        package.position = position
        package.name = estimate.name
        package.skill = estimate.skill
        package.low = estimate.low
        package.likely = estimate.likely
        package.high = estimate.high
        package.save()
        _order(package, previous if estimate.after_previous else None)
        previous = package


def _order(package: WorkPackage, previous: WorkPackage | None) -> None:
    """Put it after the one before, unless it comes after others already."""
    if previous is None:
        package.after.clear()
    elif not package.after.exists():
        package.after.add(previous)
