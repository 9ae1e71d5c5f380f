"""Clocks are read from the trail, and kept as rows that can be sorted and counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from django.db import transaction
from django.utils import timezone

from intake.choices import AWAITING_DECISION, CLOSED_UNDONE, ClockKind, Stage
from intake.deadlines import policy_of
from intake.models import Demand, SlaClock, SlaWarning, Tier, TierVersion
from intake.services.locking import lock_demand
from intake.sla import Clock, Happening, Policy, Signal, clocks
from portfolio.core.calendars import BusinessHours
from portfolio.core.models import Event

# Kinds of events that say from which stage to which a demand went.
STAGE_EVENTS = {
    "submitted", "imported", "import-updated", "information-asked", "answered",
    "accepted", "declined", "duplicate", "withdrawn", "reopened",
}  # fmt: skip
NOT_SENT = {"", Stage.DRAFT}
REQUESTER = "the requester"


def read_clocks(
    demand: Demand, *, now: dt.datetime, events: Iterable[Event] | None = None
) -> list[SlaClock]:
    """Both clocks as they stand at a moment: ended ones as stored, open ones counted.

    Nothing is saved; whoever has the events at hand gives them.
    """
    stored = list(demand.clocks.all())
    if stored and all(row.stopped_at for row in stored):
        return stored
    if events is None:
        events = Event.objects.about(demand).by_time()
    ended = {row.kind: row for row in stored if row.stopped_at}
    counted = _count(demand, events, stored, now)
    return [ended.get(row.kind, row) for row in counted]


@transaction.atomic
def keep_clocks(*, demand: Demand, is_silent: bool = False) -> Demand:
    """Bring the stored clocks of a demand in line with what has happened to it.

    Whoever changes the demand holds its lock. Silent for a demand that comes with a
    past of its own: levels it has reached by then warn nobody.
    """
    now = timezone.now()
    stored = {row.kind: row for row in demand.clocks.all()}
    events = Event.objects.about(demand).by_time()
    for fresh in _count(demand, events, list(stored.values()), now):
        row = stored.get(fresh.kind)
        if row is not None and row.stopped_at and fresh.stopped_at:
            continue
        fresh.pk = row.pk if row else None
        fresh.save(force_insert=row is None, force_update=row is not None)
        if is_silent:
            _silence([fresh], now)
        if fresh.kind == ClockKind.DECIDE:
            demand.decide_by = fresh.due_at
    demand.save(update_fields=["decide_by"])
    return demand


@transaction.atomic
def begin_clocks(
    *,
    demands: Iterable[Demand],
    events: Iterable[Event],
    now: dt.datetime,
    is_silent: bool,
) -> int:
    """Store the clocks of many new demands that come with their past.

    Where that is silent, nobody is warned of what they had reached before they came.
    """
    trails: dict[int, list[Event]] = {}
    for event in events:
        trails.setdefault(event.subject_id, []).append(event)
    versions = TierVersion.objects.select_related("tier").in_bulk()
    current = dict(Tier.objects.values_list("pk", "current_version"))
    hours: dict[int, BusinessHours] = {}
    rows: list[SlaClock] = []
    demands = list(demands)
    for demand in demands:
        if demand.team_id not in hours:
            hours[demand.team_id] = demand.team.calendar.business_hours()
        first = versions[demand.answered_under_id or current[demand.tier_id]]
        trail = trails.get(demand.pk, [])
        own = _rows(demand, trail, first, versions, hours[demand.team_id], now)
        rows += own
        for row in own:
            if row.kind == ClockKind.DECIDE:
                demand.decide_by = row.due_at
    SlaClock.objects.bulk_create(rows)
    if is_silent:
        _silence(rows, now)
    Demand.objects.bulk_update(demands, ["decide_by"], batch_size=500)
    return len(rows)


def recount_clocks(*, demands: Iterable[Demand]) -> int:
    """Compute the open clocks of these demands again, after their calendar changed.

    Each in a transaction of its own, so that nobody who writes waits for all of them.
    """
    count = 0
    for demand in demands:
        _recount(demand=demand)
        count += 1
    return count


@transaction.atomic
def _recount(*, demand: Demand) -> None:
    locked = lock_demand(demand)
    keep_clocks(demand=locked, is_silent=not locked.clocks.exists())


def _silence(rows: Iterable[SlaClock], now: dt.datetime) -> None:
    SlaWarning.objects.bulk_create(
        [
            SlaWarning(clock=row, level=level)
            for row in rows
            for level in row.levels_reached(now)
        ],
        ignore_conflicts=True,
    )


def clock_row(
    demand: Demand,
    clock: Clock,
    *,
    started_under: TierVersion,
    hours: BusinessHours,
    now: dt.datetime,
) -> SlaClock:
    """A clock as the row that is stored of it."""
    pause = clock.pause
    return SlaClock(
        demand=demand,
        started_under=started_under,
        kind=clock.kind,
        state=clock.state,
        tier_name=clock.policy.tier,
        version_number=clock.policy.number,
        target_amount=clock.target.amount,
        target_unit=clock.target.unit,
        versions=[
            [since.isoformat(), policy.tier, policy.number]
            for since, policy in clock.policies
        ],
        calendar_words=f"{demand.team.calendar.name}: {hours.words}"[:200],
        started_at=clock.started_at,
        allowed=clock.allowed,
        elapsed=clock.elapsed,
        paused=clock.paused,
        paused_since=pause.since if pause else None,
        waits_for=pause.waits_for[:120] if pause else "",
        warn_at=clock.warn,
        due_at=clock.due,
        breached_at=clock.breached_at,
        stopped_at=clock.stopped_at,
        computed_at=now,
    )


def happenings(
    demand: Demand, events: Iterable[Event], policies: Mapping[int, Policy]
) -> Iterator[Happening]:
    """What the trail of a demand says to its clocks."""
    for event in events:
        for signal in _signals(event):
            # An import is later than what it tells of.
            is_past = signal == Signal.START and event.kind != "submitted"
            yield Happening(
                at=demand.submitted_at if is_past and demand.submitted_at else event.at,
                signal=signal,
                waits_for=event.facts.get("waits_for", REQUESTER),
                policy=policies.get(event.facts.get("tier_version", 0)),
            )


def _signals(event: Event) -> list[Signal]:
    if event.kind == "acknowledged":
        return [Signal.ACKNOWLEDGE]
    if event.kind == "tier-changed":
        return [Signal.CHANGE_TIER]
    if event.kind not in STAGE_EVENTS or event.before == event.after:
        return []
    before, after = event.before, event.after
    if after == Stage.WITHDRAWN:
        return [Signal.CANCEL]
    if after not in AWAITING_DECISION:
        return [Signal.DECIDE] if before in AWAITING_DECISION else []
    begins = [Signal.START] if before in NOT_SENT else []
    reopens = [Signal.REOPEN] if before in CLOSED_UNDONE else []
    asks = [Signal.ASK] if after == Stage.NEEDS_INFORMATION else []
    answers = [Signal.ANSWER] if before == Stage.NEEDS_INFORMATION else []
    return [*begins, *reopens, *asks, *answers]


def _count(
    demand: Demand,
    events: Iterable[Event],
    stored: list[SlaClock],
    now: dt.datetime,
) -> list[SlaClock]:
    trail = list(events)
    first = (
        stored[0].started_under_id
        if stored
        else demand.answered_under_id or demand.tier.current.pk
    )
    changes = {event.facts.get("tier_version", 0) for event in trail}
    versions = TierVersion.objects.select_related("tier").in_bulk({first, *changes})
    hours = demand.team.calendar.business_hours()
    return _rows(demand, trail, versions[first], versions, hours, now)


def _rows(
    demand: Demand,
    trail: list[Event],
    started_under: TierVersion,
    versions: Mapping[int, TierVersion],
    hours: BusinessHours,
    now: dt.datetime,
) -> list[SlaClock]:
    policies = {pk: policy_of(version) for pk, version in versions.items()}
    counted = clocks(
        happenings(demand, trail, policies),
        policy=policy_of(started_under),
        hours=hours,
        now=now,
    )
    return [
        clock_row(demand, clock, started_under=started_under, hours=hours, now=now)
        for clock in counted
    ]
