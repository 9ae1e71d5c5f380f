"""What an import writes of a row, and how that is remembered for the next one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from capacity.models import WorkPackage
from intake.choices import Source
from intake.models import Demand, Tier
from portfolio.delivery.models import Commitment
from portfolio.imports.services.names import Names, Sort
from portfolio.imports.tracked import Tracked

BLOCK = ["blocked_since", "blocked_cause", "blocked_waits_for"]
# What is written for each value of a row. Stage and delivery day, packages and promise
# have rules of their own.
ATTRIBUTES = {
    "title": ["title"],
    "tier": ["tier_id"],
    "source": ["source"],
    "business_unit": ["business_unit_id"],
    "requester": ["requester_id"],
    "owner": ["owner_id"],
    "source_system": ["source_system_id", "source_system_name"],
    "target_system": ["target_system_id", "target_system_name"],
    "data_needed": ["data_needed"],
    "frequency": ["frequency"],
    "purpose": ["purpose"],
    "needed_by": ["needed_by"],
    "earliest": ["earliest"],
    "created_on": ["created_at"],
    "submitted_on": ["submitted_at"],
    "decided_on": ["decided_at"],
    "decision_reason": ["decision_reason"],
    "started_on": ["started_on"],
    # The three of a block stand and fall together.
    "blocked_since": BLOCK,
    "blocked_cause": BLOCK,
    "blocked_waits_for": BLOCK,
}
CENT = Decimal("0.01")


def attributes(
    tracked: Tracked, names: Names, now: dt.datetime, today: dt.date
) -> dict[str, Any]:
    """The values of a row as a demand has them, names as keys of their rows."""
    blocked = bool(tracked.text("blocked_cause"))
    return {
        "title": tracked.text("title"),
        "tier_id": names.find(Sort.TIER, tracked.text("tier") or Tier.STANDARD),
        "source": tracked.text("source") or Source.REQUEST,
        "business_unit_id": names.find(Sort.UNIT, tracked.text("business_unit")),
        "requester_id": names.find(Sort.PERSON, tracked.text("requester")),
        "owner_id": names.find(Sort.PERSON, tracked.text("owner")),
        **_system("source_system", tracked, names),
        **_system("target_system", tracked, names),
        "data_needed": tracked.text("data_needed"),
        "frequency": tracked.text("frequency"),
        "purpose": tracked.text("purpose"),
        "needed_by": tracked.day("needed_by"),
        "earliest": tracked.day("earliest"),
        "created_at": tracked.moment("created_on") or now,
        "submitted_at": tracked.moment("submitted_on"),
        "decided_at": tracked.moment("decided_on"),
        "decision_reason": tracked.text("decision_reason"),
        "started_on": tracked.day("started_on"),
        "blocked_since": (tracked.day("blocked_since") or today) if blocked else None,
        "blocked_cause": tracked.text("blocked_cause"),
        "blocked_waits_for": tracked.text("blocked_waits_for"),
    }


def _system(name: str, tracked: Tracked, names: Names) -> dict[str, Any]:
    """A system nobody knows stays readable as the name it was given."""
    text = tracked.text(name)
    pk = names.find(Sort.SYSTEM, text)
    return {f"{name}_id": pk, f"{name}_name": "" if pk else text}


def remembered(
    demand: Demand, packages: Iterable[WorkPackage], promise: Commitment | None
) -> dict[str, Any]:
    """A demand as plain JSON, to see at the next import what people changed since."""
    names = [name for group in ATTRIBUTES.values() for name in group]
    return {
        **{name: _plain(getattr(demand, name)) for name in names},
        **plain_stage(demand.stage, demand.delivered_on),
        "packages": remembered_packages(packages),
        "promise": remembered_promise(promise),
    }


def remembered_packages(packages: Iterable[WorkPackage]) -> list[list[Any]]:
    return [
        [
            package.name,
            package.skill_id,
            *(_cents(one) for one in (package.low, package.likely, package.high)),
            package.state,
        ]
        for package in packages
    ]


def remembered_promise(promise: Commitment | None) -> list[str | None] | None:
    if promise is None:
        return None
    return [_plain(promise.original_due_on), _plain(promise.due_on)]


def plain_stage(stage: str, delivered_on: dt.date | None) -> dict[str, Any]:
    return {"stage": stage, "delivered_on": _plain(delivered_on)}


def plain_attributes(demand: Demand, names: Iterable[str]) -> dict[str, Any]:
    return {name: _plain(getattr(demand, name)) for name in names}


def _plain(value: Any) -> Any:  # Any: a field of any type
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    return value.isoformat() if isinstance(value, dt.date) else value


def _cents(days: Decimal) -> str:
    return str(Decimal(days).quantize(CENT))
