from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from intake.choices import BACKLOG, OPEN, Stage
from intake.models import Demand
from intake.services.clocks import keep_clocks
from intake.services.limits import refuse_when_full
from intake.services.locking import lock_demand
from intake.services.telling import tell_followers, tell_requester
from intake.services.tokens import return_token
from intake.services.transitions import (
    refuse_unless,
    store_change,
    store_stage,
)
from portfolio.core.errors import RuleBroken
from portfolio.core.models import User
from portfolio.core.services.changes import note_plan_change
from portfolio.core.words import full_day

BLOCK_FIELDS = ["blocked_since", "blocked_cause", "blocked_waits_for"]


@transaction.atomic
def mark_estimated(*, demand: Demand, by: User) -> Demand:
    """Say that an accepted demand has its work packages."""
    demand = lock_demand(demand)
    refuse_unless(
        demand, [Stage.ACCEPTED], "only an accepted demand becomes estimated."
    )
    store_stage(
        demand=demand, stage=Stage.ESTIMATED, fields=[], kind="estimated", by=by
    )
    note_plan_change(team_id=demand.team_id)
    return demand


@transaction.atomic
def start_demand(*, demand: Demand, by: User, on: date) -> Demand:
    """Say that work on a demand of the backlog has begun."""
    demand = lock_demand(demand)
    refuse_unless(
        demand,
        [Stage.ACCEPTED, Stage.ESTIMATED],
        "work begins on a demand that is accepted and not yet in progress.",
    )
    _refuse_future(demand, on, "started")
    refuse_when_full(demand=demand, what="started")
    demand.started_on = on
    store_stage(
        demand=demand,
        stage=Stage.IN_PROGRESS,
        fields=["started_on"],
        kind="started",
        by=by,
    )
    note_plan_change(team_id=demand.team_id)
    return demand


@transaction.atomic
def deliver_demand(*, demand: Demand, by: User, on: date) -> Demand:
    """Close a demand in progress as delivered; it leaves the backlog."""
    demand = lock_demand(demand)
    refuse_unless(
        demand, [Stage.IN_PROGRESS], "only a demand in progress can be delivered."
    )
    _refuse_future(demand, on, "delivered")
    if demand.started_on and on < demand.started_on:
        raise RuleBroken(
            f"{demand.reference} was started on {full_day(demand.started_on)}; "
            f"it cannot be delivered on {full_day(on)}, before that."
        )
    demand.delivered_on = on
    _clear_block(demand)
    store_stage(
        demand=demand,
        stage=Stage.DELIVERED,
        fields=["delivered_on", *BLOCK_FIELDS],
        kind="delivered",
        by=by,
    )
    tell_requester(
        demand=demand,
        by=by,
        title="delivered",
        text=f"{demand.team} delivered it on {full_day(on)}.",
    )
    tell_followers(demand=demand, by=by, what="delivered")
    note_plan_change(team_id=demand.team_id)
    return demand


@transaction.atomic
def withdraw_demand(*, demand: Demand, by: User, why: str = "") -> Demand:
    """Take back an open demand; it is no longer decided or worked on."""
    demand = lock_demand(demand)
    refuse_unless(demand, OPEN, "only an open demand can be withdrawn.")
    was_in_backlog = demand.is_in_backlog
    if not was_in_backlog:
        return_token(demand=demand)
    _clear_block(demand)
    store_stage(
        demand=demand,
        stage=Stage.WITHDRAWN,
        fields=BLOCK_FIELDS,
        kind="withdrawn",
        by=by,
        why=why.strip(),
    )
    keep_clocks(demand=demand)
    because = f":\n\n{why.strip()}" if why.strip() else "."
    tell_requester(
        demand=demand,
        by=by,
        title="withdrawn",
        text=f"{by} of {demand.team} has withdrawn it{because}",
    )
    tell_followers(
        demand=demand,
        by=by,
        what="withdrawn",
        next_step=f"If you still need yours, ask {demand.team} to open it again.",
    )
    if was_in_backlog:
        note_plan_change(team_id=demand.team_id)
    return demand


@transaction.atomic
def block_demand(
    *, demand: Demand, by: User, cause: str, waits_for: str, since: date | None = None
) -> Demand:
    """Flag that work cannot go on, why, and for whom it waits."""
    demand = lock_demand(demand)
    refuse_unless(demand, BACKLOG, "only a demand in the backlog can be blocked.")
    since = since or timezone.localdate()
    _refuse_future(demand, since, "blocked")
    if demand.is_blocked:
        raise RuleBroken(
            f"{demand.reference} is already blocked: {demand.blocked_cause}. "
            "Unblock it first if the cause has changed."
        )
    if not cause.strip() or not waits_for.strip():
        raise RuleBroken(
            f"Say what blocks {demand.reference} and for whom or what it waits."
        )
    demand.blocked_since = since
    demand.blocked_cause = cause.strip()
    demand.blocked_waits_for = waits_for.strip()
    store_change(
        demand=demand,
        fields=BLOCK_FIELDS,
        kind="blocked",
        by=by,
        after=demand.blocked_waits_for,
        why=demand.blocked_cause,
    )
    note_plan_change(team_id=demand.team_id)
    return demand


@transaction.atomic
def unblock_demand(*, demand: Demand, by: User, why: str = "") -> Demand:
    """Take the flag away; what it said stays in the trail."""
    demand = lock_demand(demand)
    if not demand.is_blocked:
        raise RuleBroken(f"{demand.reference} is not blocked.")
    before = f"{demand.blocked_cause} ({demand.blocked_waits_for})"
    _clear_block(demand)
    store_change(
        demand=demand,
        fields=BLOCK_FIELDS,
        kind="unblocked",
        by=by,
        before=before,
        why=why.strip(),
    )
    note_plan_change(team_id=demand.team_id)
    return demand


def _clear_block(demand: Demand) -> None:
    demand.blocked_since = None
    demand.blocked_cause = demand.blocked_waits_for = ""


def _refuse_future(demand: Demand, day: date, what: str) -> None:
    if day > timezone.localdate():
        raise RuleBroken(
            f"{full_day(day)} has not come yet; say on which day {demand.reference} "
            f"was really {what}."
        )
