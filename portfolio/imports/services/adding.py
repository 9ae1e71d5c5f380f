"""Writes new demands in bulk: rows, packages, promises, and the trail of each."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from capacity.choices import PackageState
from capacity.models import WorkPackage
from intake.choices import AWAITING_DECISION, BACKLOG, CLOSED, Stage
from intake.models import Demand
from intake.services.clocks import begin_clocks
from portfolio.core.models import Event, Team, User
from portfolio.delivery.choices import CommitmentState, RebaselineReason
from portfolio.delivery.models import Commitment, CommitmentVersion
from portfolio.delivery.services.commitments import freeze_records
from portfolio.imports.models import ImportedDemand
from portfolio.imports.services.names import Names, Sort
from portfolio.imports.services.written import attributes, remembered
from portfolio.imports.tracked import Tracked, TrackedPromise

# References beyond it are taken as they are, without moving the team's counter.
HIGHEST_NUMBER = 10**8


@dataclass
class Writing:
    """What every row written by one import shares."""

    team: Team
    tracker: str
    names: Names
    by: User | None
    now: dt.datetime
    today: dt.date
    ranks: dict[int, str]
    spare_ranks: Iterator[str]

    @property
    def actor_name(self) -> str:
        return self.by.name if self.by else f"Import of {self.tracker}"

    def event(self, demand: Demand, kind: str, before: str, why: str) -> Event:
        return Event(
            at=self.now,
            actor=self.by,
            actor_name=self.actor_name[:120],
            team=self.team,
            subject=demand._meta.label_lower,
            subject_id=demand.pk,
            subject_name=str(demand)[:250],
            kind=kind,
            before=before,
            after=demand.stage,
            why=why,
        )


def add_demands(rows: list[Tracked], writing: Writing) -> tuple[int, int]:
    """Write new demands; gives the numbers of packages and promises written."""
    demands = [_demand(tracked, writing) for tracked in rows]
    Demand.objects.bulk_create(demands)
    packages = [
        make_packages(demand, tracked, writing.names)
        for demand, tracked in zip(demands, rows, strict=True)
    ]
    save_packages(list(zip(packages, rows, strict=True)))
    promises = [
        _promise(demand, tracked, writing)
        for demand, tracked in zip(demands, rows, strict=True)
    ]
    _save_promises(
        [(one, row.promise) for one, row in zip(promises, rows, strict=True)], writing
    )
    ImportedDemand.objects.bulk_create(
        ImportedDemand(
            demand=demand,
            said=row.said(),
            wrote=remembered(demand, own, promise),
            imported_at=writing.now,
            changed_at=writing.now,
        )
        for demand, row, own, promise in zip(
            demands, rows, packages, promises, strict=True
        )
    )
    events = Event.objects.bulk_create(
        writing.event(demand, "imported", "", f"{writing.tracker} {row.key}")
        for demand, row in zip(demands, rows, strict=True)
    )
    undecided = [each for each in demands if each.stage in AWAITING_DECISION]
    begin_clocks(demands=undecided, events=events, now=writing.now, is_silent=True)
    return sum(map(len, packages)), sum(one is not None for one in promises)


def _demand(tracked: Tracked, writing: Writing) -> Demand:
    stage = tracked.stage
    demand = Demand(
        team=writing.team,
        reference=tracked.text("reference") or _next_reference(writing.team),
        stage=stage,
        rank=writing.ranks[tracked.line] if stage in BACKLOG else None,
        delivered_on=tracked.day("delivered_on"),
        import_source=writing.tracker,
        import_key=tracked.key,
        **attributes(tracked, writing.names, writing.now, writing.today),
    )
    set_submission(demand, writing)
    return demand


def set_submission(demand: Demand, writing: Writing) -> None:
    """An undecided demand was submitted some time; its clocks count from then."""
    if demand.stage in AWAITING_DECISION:
        demand.submitted_at = demand.submitted_at or writing.now


def _next_reference(team: Team) -> str:
    team.last_number += 1
    return f"{team.reference_prefix}-{team.last_number:04d}"


def number_in(reference: str, prefix: str) -> int:
    """The number of a reference in the team's own form; 0 for any other."""
    found = re.fullmatch(rf"{prefix}-([0-9]+)", reference)
    number = int(found[1]) if found else 0
    return number if number < HIGHEST_NUMBER else 0


# Packages


def make_packages(demand: Demand, tracked: Tracked, names: Names) -> list[WorkPackage]:
    """The packages of a row, not yet saved; those of a delivered demand are done."""
    done = demand.stage == Stage.DELIVERED
    return [
        WorkPackage(
            demand=demand,
            position=position,
            name=package.name,
            skill_id=names.key(Sort.SKILL, package.skill),
            low=package.low,
            likely=package.likely,
            high=package.high,
            state=PackageState.DONE if done else PackageState.TO_DO,
            finished_on=demand.delivered_on if done else None,
            actual=package.actual,
        )
        for position, package in enumerate(tracked.packages)
    ]


def save_packages(made: list[tuple[list[WorkPackage], Tracked]]) -> None:
    WorkPackage.objects.bulk_create(one for packages, _ in made for one in packages)
    link = WorkPackage.after.through
    link.objects.bulk_create(
        link(from_workpackage_id=package.pk, to_workpackage_id=packages[place].pk)
        for packages, tracked in made
        for package, shape in zip(packages, tracked.packages, strict=True)
        for place in shape.after
    )


# Promises


def _promise(demand: Demand, tracked: Tracked, writing: Writing) -> Commitment | None:
    promise = tracked.promise
    if promise is None:
        return None
    commitment = Commitment(
        team=writing.team,
        demand=demand,
        original_due_on=promise.original,
        due_on=promise.current,
        promised_at=promise.promised_on or demand.created_at,
        audience=promise.audience,
    )
    if demand.stage in CLOSED:
        commitment.state = closing_state(demand)
        commitment.closed_on = closing_day(demand, tracked, writing.today)
    return commitment


def closing_state(demand: Demand) -> CommitmentState:
    delivered = demand.stage == Stage.DELIVERED
    return CommitmentState.DELIVERED if delivered else CommitmentState.WITHDRAWN


def closing_day(demand: Demand, tracked: Tracked, today: dt.date) -> dt.date:
    return demand.delivered_on or tracked.day("closed_on") or today


def add_promise(demand: Demand, tracked: Tracked, writing: Writing) -> Commitment:
    """The promise of a row that had none before."""
    commitment = _promise(demand, tracked, writing)
    if commitment is None:
        raise ValueError(f"{demand.reference} has no promise in line {tracked.line}.")
    _save_promises([(commitment, tracked.promise)], writing)
    return commitment


def _save_promises(
    made: list[tuple[Commitment | None, TrackedPromise | None]], writing: Writing
) -> None:
    pairs = [(one, promise) for one, promise in made if one and promise]
    Commitment.objects.bulk_create(one for one, _ in pairs)
    CommitmentVersion.objects.bulk_create(
        version
        for commitment, promise in pairs
        for version in _versions(commitment, promise, writing)
    )
    closed = Commitment.objects.unfrozen().filter(team=writing.team).for_closing()
    freeze_records(list(closed))


def _versions(
    commitment: Commitment, promise: TrackedPromise, writing: Writing
) -> Iterator[CommitmentVersion]:
    """The first date, and the one that holds now where that is another."""
    known = "" if promise.promised_on else " The day of the promise is not known."
    yield _version(commitment, 1, promise.original, writing, known)
    if promise.current != promise.original:
        version = _version(commitment, 2, promise.current, writing, "")
        version.promised_at = promise.moved_on or commitment.promised_at
        version.reason_code = RebaselineReason.IMPORTED
        yield version


def _version(
    commitment: Commitment, number: int, due_on: dt.date, writing: Writing, more: str
) -> CommitmentVersion:
    return CommitmentVersion(
        commitment=commitment,
        number=number,
        due_on=due_on,
        promised_by=writing.by,
        promised_by_name=writing.tracker,
        promised_at=commitment.promised_at,
        why=f"Imported from {writing.tracker}.{more}",
    )


def next_version(
    commitment: Commitment, number: int, promise: TrackedPromise, writing: Writing
) -> CommitmentVersion:
    """Another date that the tracker has given to a promise since the last import."""
    version = _version(commitment, number, promise.current, writing, "")
    version.promised_at = promise.moved_on or writing.now
    version.reason_code = RebaselineReason.IMPORTED
    return version
