"""Work packages in hand: begun, going on, done; told by who does them.

Each is an event of the demand, whose facts say what is needed to take it back.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from capacity.choices import PackageState
from capacity.models import Engineer, WorkPackage
from intake.choices import Stage
from intake.models import Demand
from intake.services.locking import lock_demand
from intake.services.stages import start_demand
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Event, User
from portfolio.core.services.changes import note_plan_change
from portfolio.core.services.events import record_event
from portfolio.core.words import day_words

STARTED, WENT_ON, FINISHED = "package-started", "package-remaining", "package-finished"
PUT_BACK, REOPENED = "package-put-back", "package-reopened"


@transaction.atomic
def start_package(
    *, package: WorkPackage, engineer: Engineer, by: User, on: date | None = None
) -> WorkPackage:
    """Say that somebody has begun a package; its demand is in progress with that."""
    package = _locked(package)
    demand, on = package.demand, on or timezone.localdate()
    _refuse_closed(demand)
    if package.state != PackageState.TO_DO:
        raise RuleBroken(
            f"“{package}” of {demand.reference} is {_state(package)} already."
        )
    pinned = package.engineer_id
    if pinned not in {None, engineer.pk}:
        raise RuleBroken(f"“{package}” of {demand.reference} is kept for a colleague.")
    if engineer.team_id != demand.team_id or not engineer.skill_levels.filter(
        skill=package.skill_id
    ):
        raise RuleBroken(
            f"“{package}” of {demand.reference} needs {package.skill}, which "
            f"{engineer} does not have. A manager can enter it on the page of the team."
        )
    _refuse_future(on)
    if demand.stage in {Stage.ACCEPTED, Stage.ESTIMATED}:
        demand = start_demand(demand=demand, by=by, on=on)
    package.state = PackageState.DOING
    package.engineer = engineer
    package.started_on = on
    package.remaining = None
    package.save(update_fields=["state", "engineer", "started_on", "remaining"])
    _record(package, STARTED, by, pinned=pinned is not None)
    return package


@transaction.atomic
def set_remaining(*, package: WorkPackage, remaining: Decimal, by: User) -> WorkPackage:
    """Say how many focused days are left of a package in hand."""
    package = _locked(package)
    _refuse_unless_in_hand(package)
    if remaining <= 0:
        raise RuleBroken(
            f"With nothing left “{package}” is done: say that it is finished."
        )
    before = package.likely if package.remaining is None else package.remaining
    if remaining == package.remaining:
        return package
    package.remaining = remaining
    package.save(update_fields=["remaining"])
    _record(package, WENT_ON, by, before=_days(before), after=_days(remaining))
    return package


@transaction.atomic
def finish_package(
    *,
    package: WorkPackage,
    by: User,
    on: date | None = None,
    actual: Decimal | None = None,
) -> WorkPackage:
    """Say that a package is done, and what it took in focused days where known."""
    package = _locked(package)
    _refuse_unless_in_hand(package)
    on = on or timezone.localdate()
    _refuse_future(on)
    if package.started_on and on < package.started_on:
        raise RuleBroken(
            f"“{package}” was begun on {day_words(package.started_on)}; it cannot be "
            f"done on {day_words(on)}, before that."
        )
    if actual is not None and actual <= 0:
        raise RuleBroken("What it took is above 0 days; leave it empty if unknown.")
    left = package.remaining
    package.state = PackageState.DONE
    package.finished_on = on
    package.actual = actual
    package.remaining = None
    package.save(update_fields=["state", "finished_on", "actual", "remaining"])
    _record(
        package,
        FINISHED,
        by,
        after="" if actual is None else f"took {_days(actual)}",
        remaining=None if left is None else str(left),
    )
    return package


@transaction.atomic
def put_back_package(*, package: WorkPackage, by: User) -> WorkPackage:
    """Take back that a package was begun; it waits for somebody again."""
    package = _locked(package)
    _refuse_unless_in_hand(package)
    if not _facts(package, STARTED).get("pinned"):
        package.engineer = None
    package.state = PackageState.TO_DO
    package.started_on = None
    package.remaining = None
    package.save(update_fields=["state", "engineer", "started_on", "remaining"])
    _record(package, PUT_BACK, by)
    return package


@transaction.atomic
def reopen_package(*, package: WorkPackage, by: User) -> WorkPackage:
    """Take back that a package is done; it goes on with what was left of it."""
    package = _locked(package)
    demand = package.demand
    _refuse_closed(demand)
    if package.state != PackageState.DONE or package.engineer_id is None:
        raise RuleBroken(f"“{package}” of {demand.reference} is {_state(package)}.")
    left = _facts(package, FINISHED).get("remaining")
    package.state = PackageState.DOING
    package.finished_on = None
    package.actual = None
    package.remaining = None if left is None else Decimal(left)
    package.save(update_fields=["state", "finished_on", "actual", "remaining"])
    _record(package, REOPENED, by)
    return package


def _locked(package: WorkPackage) -> WorkPackage:
    """The package as it is now, held with its demand to the end of the transaction."""
    demand = lock_demand(package.demand)
    package = WorkPackage.objects.select_related("skill", "engineer").get(pk=package.pk)
    package.demand = demand
    return package


def _record(
    package: WorkPackage,
    kind: str,
    by: User,
    before: str = "",
    after: str = "",
    **facts: Any,
) -> None:
    # Not who has it in hand: the trail is read by many, and names no load of people.
    words = f"{package}: {after}" if after else str(package)
    record_event(
        subject=package.demand,
        kind=kind,
        by=by,
        team=package.demand.team,
        before=before,
        after=words,
        facts={"package": package.pk, **facts},
    )
    note_plan_change(team_id=package.demand.team_id)


def _facts(package: WorkPackage, kind: str) -> dict[str, Any]:
    """What was kept when this last happened to a package; nothing if it never did."""
    events = Event.objects.about(package.demand).filter(
        kind=kind, facts__package=package.pk
    )
    last = events.order_by("-pk").first()
    return last.facts if last else {}


def _refuse_closed(demand: Demand) -> None:
    if not demand.is_in_backlog:
        raise RuleBroken(
            f"{demand.reference} is {demand.get_stage_display().lower()}; only work of "
            "the backlog goes on."
        )


def _refuse_unless_in_hand(package: WorkPackage) -> None:
    _refuse_closed(package.demand)
    if package.state != PackageState.DOING:
        raise RuleBroken(
            f"“{package}” of {package.demand.reference} is {_state(package)}, and not "
            "in hand."
        )


def _refuse_future(day: date) -> None:
    if day > timezone.localdate():
        raise RuleBroken(f"{day_words(day)} has not come yet.")


def _state(package: WorkPackage) -> str:
    words = {
        PackageState.TO_DO: "not begun",
        PackageState.DOING: "in hand",
        PackageState.DONE: "done",
    }
    return words[PackageState(package.state)]


def _days(days: Decimal) -> str:
    return f"{float(days):g} days"
