"""What an expedite displaced, from two forecasts with the same draws.

The one with it is the forecast of the team itself; the other is the same plan without
it. Both play the same worlds, so that every difference is the expedite's doing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from django.db.models import Max, Min

from capacity import engine
from capacity.choices import PackageState
from capacity.models import DemandForecast, ExpediteReceipt, Forecast, WorkPackage
from capacity.promised import promised_days
from intake.answers import answers_of
from intake.choices import Stage
from intake.models import Demand, Tier
from portfolio.core.models import Event, Team
from portfolio.core.services.messages import send

if TYPE_CHECKING:
    from capacity.engine.preview import Shift
    from intake.models.demands import DemandQuerySet
    from portfolio.core.models.events import EventQuerySet

logger = logging.getLogger(__name__)

# What puts an expedite before other work, or changes how much of it.
DISPLACING = ["accepted", "tier-changed", "estimated", "re-estimated", "moved"]


def receipts_due(team: Team) -> list[tuple[Demand, int]]:
    """Expedites of the backlog that did something since their last receipt.

    Each with the key of what they did last. One that only says that it cannot be
    forecast is followed by another once it can.
    """
    found = _expedites(team, Demand.objects.in_backlog())
    last = _displacing(found).values_list("subject_id").annotate(last=Max("pk"))
    written = set(
        ExpediteReceipt.objects.filter(demand__in=found, cannot="").values_list(
            "event", flat=True
        )
    )
    return [(found[pk], event) for pk, event in last if event not in written]


def gone_unseen(team: Team) -> list[tuple[Demand, int]]:
    """Expedites that were over before any receipt, each with what they did last.

    Only those put first since there are forecasts: a history that is brought in has
    nothing to be compared with.
    """
    began = Forecast.objects.filter(team=team).aggregate(at=Min("queued_at"))["at"]
    if began is None:
        return []
    over = Demand.objects.filter(
        stage__in=[Stage.DELIVERED, Stage.WITHDRAWN], receipts=None
    )
    found = _expedites(team, over)
    last = _displacing(found).filter(at__gte=began).values_list("subject_id")
    return [(found[pk], event) for pk, event in last.annotate(last=Max("pk"))]


def _expedites(team: Team, demands: DemandQuerySet) -> dict[int, Demand]:
    expedites = demands.filter(team=team, tier__slug=Tier.EXPEDITE)
    return {
        demand.pk: demand
        for demand in expedites.select_related("answered_under", "decided_by")
    }


def _displacing(demands: Collection[int]) -> EventQuerySet:
    return Event.objects.filter(
        subject=Demand._meta.label_lower, subject_id__in=demands, kind__in=DISPLACING
    ).order_by()


def send_if_due(team: Team) -> None:
    """Have a worker write what the newest forecast can tell and nobody wrote yet."""
    from capacity.tasks import write_receipts as task

    due = receipts_due(team)
    forecast = _newest(team) if due else None
    if (forecast and _told(forecast, due)) or gone_unseen(team):
        send(task, team.pk)


def write_receipts(*, team: Team) -> list[ExpediteReceipt]:
    """Write a receipt for every expedite that is due; takes a forecast's time each."""
    return [*_write_unseen(team), *_write_compared(team)]


def _write_unseen(team: Team) -> list[ExpediteReceipt]:
    gone = gone_unseen(team)
    days_done = _days_done([demand for demand, _event in gone])
    written = [
        ExpediteReceipt(
            demand=demand,
            event_id=event,
            **_approval(demand),
            cannot=f"It was {demand.get_stage_display().lower()} before a forecast "
            "could tell with it and without.",
            days_done=days_done[demand.pk],
            displaced=[],
        )
        for demand, event in gone
    ]
    return _kept(team, written)


def _write_compared(team: Team) -> list[ExpediteReceipt]:
    due = receipts_due(team)
    forecast = _newest(team) if due else None
    told = _told(forecast, due) if forecast else []
    if forecast is None or not told:
        return []
    difference = _differences(forecast, promised_days(team))
    of = forecast.demand_forecasts.count()
    days_done = _days_done([demand for demand, _event, _row in told])
    written = [
        ExpediteReceipt(
            demand=demand,
            event_id=event,
            **_approval(demand),
            forecast=forecast,
            trials=forecast.trials,
            place=row.place,
            of=of,
            cannot=row.cannot,
            days_done=days_done[demand.pk],
            **({"displaced": []} if row.cannot else difference(demand)),
        )
        for demand, event, row in told
    ]
    return _kept(team, written)


def _kept(team: Team, written: list[ExpediteReceipt]) -> list[ExpediteReceipt]:
    # Another worker may have been quicker; what it wrote is the same.
    ExpediteReceipt.objects.bulk_create(written, ignore_conflicts=True)
    if written:
        logger.info("Wrote %s of the %s.", [str(each) for each in written], team)
    return written


def _newest(team: Team) -> Forecast | None:
    """The newest forecast, if it knows the plan as it is; else the next one tells."""
    revision = Team.objects.values_list("plan_revision", flat=True).get(pk=team.pk)
    return (
        Forecast.objects.done()
        .filter(team=team, plan_revision__gte=revision)
        .defer("result")
        .order_by("-gathered_at", "-pk")
        .first()
    )


def _told(
    forecast: Forecast, due: list[tuple[Demand, int]]
) -> list[tuple[Demand, int, DemandForecast]]:
    """Those of which the forecast says something that no receipt says yet.

    That one cannot be forecast is said once; that it has no estimate is not, because it
    leaves its receipt when it gets one.
    """
    demands = [demand for demand, _event in due]
    found = DemandForecast.objects.filter(forecast=forecast, demand__in=demands)
    rows = {row.demand_id: row for row in found}
    said = set(
        ExpediteReceipt.objects.filter(
            event__in=[event for _demand, event in due]
        ).values_list("event", flat=True)
    )
    estimated = set(
        WorkPackage.objects.filter(demand__in=demands).values_list("demand", flat=True)
    )
    return [
        (demand, event, rows[demand.pk])
        for demand, event in due
        if demand.pk in rows
        and (
            not rows[demand.pk].cannot or (demand.pk in estimated and event not in said)
        )
    ]


def _differences(
    forecast: Forecast, promised: Mapping[str, date]
) -> Callable[[Demand], dict[str, Any]]:
    """Say of an expedite what it displaced; the worlds are played once for all."""
    plan = _asking_about(engine.Plan.from_json(forecast.plan), promised)
    prepared = cache(partial(engine.prepare, plan, trials=plan.trials))

    def difference(demand: Demand) -> dict[str, Any]:
        without = _without(plan, demand.reference)
        shifts = prepared().preview(without).shifts
        return {
            "hash_without": without.hash(),
            "displaced": list(_displaced(shifts, demand.reference, promised)),
        }

    return difference


def _days_done(demands: list[Demand]) -> dict[int, Decimal]:
    """Focused days of each that were done before, as estimated where nobody said."""
    days = {demand.pk: Decimal(0) for demand in demands}
    packages = WorkPackage.objects.filter(demand__in=demands)
    for package in packages.exclude(state=PackageState.TO_DO):
        days[package.demand_id] += package.days_done
    return days


def _asking_about(plan: engine.Plan, days: Mapping[str, date]) -> engine.Plan:
    """The plan with these days among those whose chance is wanted."""
    return replace(
        plan,
        demands=tuple(
            replace(each, dates=tuple(sorted({*each.dates, days[each.id]})))
            if each.id in days
            else each
            for each in plan.demands
        ),
    )


def _without(plan: engine.Plan, gone: str) -> engine.Plan:
    """The plan as if it had never come; what comes after it waits for nothing then."""
    return replace(
        plan,
        demands=tuple(
            replace(each, after=tuple(name for name in each.after if name != gone))
            for each in plan.demands
            if each.id != gone
        ),
    )


def _approval(demand: Demand) -> dict[str, Any]:
    """Who let it go before other work: by accepting it, or by making it an expedite."""
    made_one = Event.objects.about(demand).filter(
        kind="tier-changed", after=Tier.EXPEDITE
    )
    last = made_one.select_related("actor").by_time().last()
    by, at = demand.decided_by, demand.decided_at
    if last and (at is None or last.at > at):
        by, at = last.actor, last.at
    return {
        "approved_at": at,
        "approved_by": by,
        "approved_by_name": by.name if by else "",
        "approver_named": answers_of(demand).get("approver", "")[:200],
    }


def _displaced(
    shifts: list[Shift], gone: str, promised: Mapping[str, date]
) -> Iterator[dict[str, Any]]:
    """Every other demand that it moves, in rank order.

    A shift says what leaving it out does, so before is with it and after without.
    """
    for shift in shifts:
        if shift.id == gone or not shift.is_any:
            continue
        row: dict[str, Any] = {"reference": shift.id}
        for name in ("p50", "p85"):
            sooner = shift.days[name]
            row[name] = [_written(shift.after[name]), _written(shift.before[name])]
            row[f"{name}_later"] = None if sooner is None else -sooner
        row["promised"] = _written(promised.get(shift.id))
        # For the day it is needed by, and the day it is promised for.
        row["chances"] = {
            day.isoformat(): [without, with_it]
            for day, (with_it, without) in shift.chance.items()
        }
        yield row


def _written(day: date | None) -> str | None:
    return day.isoformat() if day else None
