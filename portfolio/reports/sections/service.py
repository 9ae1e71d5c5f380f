"""Demand and SLA by tier: what came, and whether it was answered in time."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from intake.choices import CLOSED_UNDONE, ClockKind, ClockState
from intake.models import Demand, SlaClock, Tier
from portfolio.core.models import Team
from portfolio.reports.definitions import SERVICE_WEEKS

NAMES = [
    "received", "accepted", "delivered", "acknowledged", "acknowledged_late",
    "decided", "decided_late", "waiting", "paused", "late",
]  # fmt: skip


def service_by_tier(team: Team, at: datetime) -> list[dict[str, Any]]:
    """One row for each tier and one for all, over the weeks before a moment."""
    since = at - timedelta(weeks=SERVICE_WEEKS)
    counts = _flow(team, since, at) + _clocks(team, since, at)
    rows: list[dict[str, Any]] = [
        {"tier": tier.name, **{name: counts[tier.pk, name] for name in NAMES}}
        for tier in Tier.objects.all()
    ]
    total = {name: sum(row[name] for row in rows) for name in NAMES}
    return [*rows, {"tier": "All", **total}]


def _flow(team: Team, since: datetime, at: datetime) -> Counter[tuple[int, str]]:
    first, last = timezone.localdate(since), timezone.localdate(at)
    demands = Demand.objects.filter(team=team).filter(
        Q(submitted_at__gt=since) | Q(decided_at__gt=since) | Q(delivered_on__gt=first)
    )
    counts: Counter[tuple[int, str]] = Counter()
    for tier, stage, submitted, decided, delivered in demands.values_list(
        "tier", "stage", "submitted_at", "decided_at", "delivered_on"
    ):
        counts[tier, "received"] += bool(submitted and since < submitted <= at)
        counts[tier, "accepted"] += bool(
            decided and since < decided <= at and stage not in CLOSED_UNDONE
        )
        counts[tier, "delivered"] += bool(delivered and first < delivered <= last)
    return counts


def _clocks(team: Team, since: datetime, at: datetime) -> Counter[tuple[int, str]]:
    clocks = SlaClock.objects.filter(demand__team=team).filter(
        Q(stopped_at=None) | Q(stopped_at__gt=since, stopped_at__lte=at)
    )
    counts: Counter[tuple[int, str]] = Counter()
    for clock in clocks.select_related("demand").order_by():
        name = _name(clock, at)
        if name:
            counts[clock.demand.tier_id, name] += 1
    return counts


def _name(clock: SlaClock, at: datetime) -> str:
    """What a clock counts as; of those that still run only the decision is told."""
    is_decision = clock.kind == ClockKind.DECIDE
    if clock.stopped_at is not None:
        done = "decided" if is_decision else "acknowledged"
        return {
            ClockState.MET.value: done,
            ClockState.BREACHED.value: f"{done}_late",
        }.get(clock.state, "")
    if not is_decision:
        return ""
    if clock.is_breached(at):
        return "late"
    return "paused" if clock.state == ClockState.PAUSED else "waiting"
