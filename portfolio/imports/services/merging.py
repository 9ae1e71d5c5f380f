"""Brings what a tracker has changed to a demand that was imported before.

Three things are compared, value by value: what the tracker says now, what it said at
the last import, and what stands here. A value that the tracker has not changed is not
touched. One that it has changed is written, unless people have changed it here since:
then theirs stays, and a remark says so. Rank and reference are given once. Nobody's
closed demand is opened again, and a closed promise never changes.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from capacity.choices import PackageState
from capacity.models import WorkPackage
from intake.choices import BACKLOG, CLOSED
from intake.models import Demand
from intake.services.clocks import keep_clocks
from portfolio.core.models import Event
from portfolio.delivery.choices import CommitmentState
from portfolio.delivery.models import Commitment
from portfolio.delivery.services.commitments import close_commitment
from portfolio.imports.findings import Finding, Findings
from portfolio.imports.models import ImportedDemand
from portfolio.imports.services.adding import (
    Writing,
    add_promise,
    closing_day,
    closing_state,
    make_packages,
    next_version,
    save_packages,
    set_submission,
)
from portfolio.imports.services.written import (
    ATTRIBUTES,
    BLOCK,
    attributes,
    plain_attributes,
    plain_stage,
    remembered_packages,
    remembered_promise,
)
from portfolio.imports.tracked import Tracked, TrackedPromise
from portfolio.imports.tracking import label

CHANGED_HERE = "was changed here since the last import; what stands here is kept."
CLOSED_HERE = "is not taken over: the demand is closed, and closed records stay."
NO_PROMISE = "is no longer promised by the tracker; the promise here stays."
FIRST_PROMISE = "tells the first promise otherwise than before; what was said stays."


def changed_names(tracked: Tracked, imported: ImportedDemand | None) -> set[str]:
    """What the tracker says otherwise than at the last import; all when it is new."""
    now, then = tracked.said(), imported.said if imported else {}
    return {name for name in now.keys() | then if now.get(name) != then.get(name)}


def update_demand(
    tracked: Tracked,
    imported: ImportedDemand,
    changed: set[str],
    writing: Writing,
    findings: Findings,
) -> bool:
    """Write what the tracker changed; false where all of it was changed here too."""
    update = _Update(tracked, imported, writing, findings)
    update.run(changed)
    return bool(update.done)


@dataclass
class _Update:
    tracked: Tracked
    imported: ImportedDemand
    writing: Writing
    findings: Findings
    done: list[str] = field(default_factory=list)
    fields: set[str] = field(default_factory=lambda: {"revision"})

    @property
    def demand(self) -> Demand:
        return self.imported.demand

    def run(self, changed: set[str]) -> None:
        before = self.demand.stage
        was_closed = before in CLOSED
        for name in ATTRIBUTES:
            if name in changed:
                self.take(name)
        if changed & {"stage", "delivered_on"}:
            self.take_stage()
        closes = self.demand.stage in CLOSED and not was_closed
        if "promise" in changed:
            self.take_promise(may_begin=closes or self.demand.stage in BACKLOG)
        if "packages" in changed and not closes:
            self.take_packages()
        if closes:
            self.close()
        if self.done:
            self.save(before)
        self.imported.said = self.tracked.said()
        self.imported.changed_at = self.writing.now
        self.imported.save(update_fields=["said", "wrote", "changed_at"])

    def save(self, before: str) -> None:
        self.demand.revision += 1
        self.demand.save(update_fields=self.fields)
        why = f"{self.writing.tracker} {self.tracked.key}: {', '.join(self.done)}"
        event = self.writing.event(self.demand, "import-updated", before, why)
        Event.objects.bulk_create([event])
        if self.demand.clocks.exists() or self.demand.is_decidable:
            keep_clocks(demand=self.demand, is_silent=True)

    def remark(self, name: str, right: str) -> None:
        cell = self.tracked.cells.get(name)
        column = label(cell) if cell else name
        given = str(self.tracked.values.get(name) or "")
        self.findings.add_remark(Finding(self.tracked.line, column, given, right))

    def take(self, name: str) -> None:
        """One value, with all that is written for it."""
        demand, group = self.demand, ATTRIBUTES[name]
        fresh = attributes(
            self.tracked, self.writing.names, self.writing.now, self.writing.today
        )
        if name == "created_on" and not self.tracked.moment(name):
            return
        before = {attribute: getattr(demand, attribute) for attribute in group}
        here = plain_attributes(demand, group)
        for attribute in group:
            setattr(demand, attribute, fresh[attribute])
        now = plain_attributes(demand, group)
        wrote = {attribute: self.imported.wrote[attribute] for attribute in group}
        if here not in (now, wrote):
            for attribute in group:
                setattr(demand, attribute, before[attribute])
            self.remark(name, CHANGED_HERE)
            return
        self.imported.wrote.update(now)
        if here != now:
            self.fields.update(group)
            self.done.append(name)

    def take_stage(self) -> None:
        demand, wrote = self.demand, self.imported.wrote
        delivered_on = self.tracked.day("delivered_on")
        wanted = plain_stage(self.tracked.stage, delivered_on)
        here = plain_stage(demand.stage, demand.delivered_on)
        if here == wanted:
            wrote.update(wanted)
        elif here != {name: wrote[name] for name in here}:
            self.remark("stage", CHANGED_HERE)
        elif demand.stage in CLOSED:
            self.remark("stage", CLOSED_HERE)
        else:
            self.change_stage(self.tracked.stage, delivered_on)
            wrote.update(wanted)

    def change_stage(self, stage: str, delivered_on: dt.date | None) -> None:
        demand = self.demand
        demand.stage, demand.delivered_on = stage, delivered_on
        if stage not in BACKLOG:
            demand.rank = None
        elif demand.rank is None:
            demand.rank = next(self.writing.spare_ranks)
        set_submission(demand, self.writing)
        self.fields.update(["stage", "delivered_on", "rank", "submitted_at"])
        self.done.append("stage")

    def close(self) -> None:
        """Nothing is left to do or to keep: packages are done, the promise closes."""
        demand = self.demand
        demand.blocked_since = None
        demand.blocked_cause = demand.blocked_waits_for = ""
        self.fields.update(BLOCK)
        self.imported.wrote.update(plain_attributes(demand, BLOCK))
        if demand.delivered_on:
            WorkPackage.objects.filter(demand=demand).unfinished().update(
                state=PackageState.DONE,
                finished_on=demand.delivered_on,
                remaining=None,
            )
        promise = self.latest_promise()
        if promise is not None and promise.state == CommitmentState.OPEN:
            close_commitment(
                commitment=promise,
                state=closing_state(demand),
                on=closing_day(demand, self.tracked, self.writing.today),
            )

    def latest_promise(self) -> Commitment | None:
        found = Commitment.objects.filter(demand=self.demand).order_by("pk").last()
        if found is not None:
            found.demand = self.demand
        return found

    def take_promise(self, *, may_begin: bool) -> None:
        promise, wrote = self.tracked.promise, self.imported.wrote
        latest = self.latest_promise()
        if latest is not None and latest.state != CommitmentState.OPEN:
            self.remark("promise", CLOSED_HERE)
        elif remembered_promise(latest) != wrote["promise"]:
            self.remark("promise", CHANGED_HERE)
        elif promise is None:
            self.remark("promise", NO_PROMISE)
        elif latest is not None:
            self.promise_again(latest, promise)
        elif may_begin:
            commitment = add_promise(self.demand, self.tracked, self.writing)
            wrote["promise"] = remembered_promise(commitment)
            self.done.append("promise")
        else:
            self.remark("promise", CLOSED_HERE)

    def promise_again(self, latest: Commitment, promise: TrackedPromise) -> None:
        if promise.original != latest.original_due_on:
            self.remark("promise", FIRST_PROMISE)
        if promise.current == latest.due_on:
            return
        latest.due_on = promise.current
        latest.save(update_fields=["due_on"])
        number = latest.versions.count() + 1
        next_version(latest, number, promise, self.writing).save()
        self.imported.wrote["promise"] = remembered_promise(latest)
        self.done.append("promise")

    def take_packages(self) -> None:
        demand, wrote = self.demand, self.imported.wrote
        own = list(demand.packages.order_by("position", "pk"))
        if demand.stage in CLOSED:
            self.remark("packages", CLOSED_HERE)
        elif remembered_packages(own) != wrote["packages"]:
            self.remark("packages", CHANGED_HERE)
        else:
            demand.packages.all().delete()
            fresh = make_packages(demand, self.tracked, self.writing.names)
            save_packages([(fresh, self.tracked)])
            wrote["packages"] = remembered_packages(fresh)
            self.done.append("packages")
