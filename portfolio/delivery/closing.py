"""The record of a closed promise: plain values that nothing changes any more.

Names, dates, chances and thresholds stand in it as they were on that day, and so does
the verdict. Renaming, another estimate, deleted people or other thresholds leave it.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from portfolio.delivery.choices import CommitmentState
from portfolio.delivery.models import Commitment
from portfolio.delivery.reading import Outlook

SCHEMA = 1
CLOSED_FIELDS = ["closed_reference", "closed_title", "closed_unit", "closed_record"]


def freeze(
    commitment: Commitment,
    *,
    outlook: Outlook | None,
    closed_by: str = "",
    why: str = "",
) -> None:
    """Fill in what a closed promise keeps; it comes with all ``for_closing`` gives.

    ``outlook`` is what is forecast on this day; None where nobody knows it any more.
    """
    demand = commitment.demand
    commitment.closed_reference = demand.reference
    commitment.closed_title = demand.title
    commitment.closed_unit = demand.business_unit.name
    commitment.closed_record = {
        "schema": SCHEMA,
        # Of what was imported, or closed before there were records.
        "written_later": outlook is None,
        "reference": demand.reference,
        "title": demand.title,
        "unit": demand.business_unit.name,
        "tier": demand.tier.name,
        "team": commitment.team.name,
        "requester": demand.requester.name if demand.requester else "",
        "owner": demand.owner.name if demand.owner else "",
        "audience": commitment.audience,
        "state": commitment.state,
        "state_words": CommitmentState(commitment.state).label,
        "original_due_on": commitment.original_due_on.isoformat(),
        "due_on": commitment.due_on.isoformat(),
        "closed_on": _iso(commitment.closed_on),
        "closed_by": closed_by,
        "why": why,
        "versions": [
            {
                "number": version.number,
                "due_on": version.due_on.isoformat(),
                "chance": version.chance,
                "promised_by": version.promised_by_name,
                "promised_at": version.promised_at.isoformat(),
                "reason": version.get_reason_code_display()
                if version.reason_code
                else "",
                "why": version.why,
            }
            for version in commitment.versions.all()
        ],
        "verdict": _verdict(commitment),
        "last_forecast": _last_forecast(commitment, outlook),
        "gates": [
            {
                "gate": check.gate,
                "by": check.by_name,
                "at": check.at.isoformat(),
                "waived_because": check.waived_because,
            }
            for check in demand.gate_checks.all()
        ],
    }


def _verdict(commitment: Commitment) -> dict[str, Any] | None:
    """Kept or not and by how many days, by both dates; None for what was taken back."""
    delivered = commitment.closed_on
    if commitment.state != CommitmentState.DELIVERED or delivered is None:
        return None
    return {
        "kept_original": delivered <= commitment.original_due_on,
        "kept_current": delivered <= commitment.due_on,
        "days_after_original": (delivered - commitment.original_due_on).days,
        "days_after_current": (delivered - commitment.due_on).days,
    }


def _last_forecast(
    commitment: Commitment, outlook: Outlook | None
) -> dict[str, Any] | None:
    """What was forecast when it closed, and from which chance on it was on track."""
    if outlook is None or outlook.forecast is None:
        return None
    row = outlook.rows.get(commitment.demand_id)
    chance = outlook.chance(commitment.demand_id, commitment.due_on)
    thresholds = outlook.thresholds
    gathered_at = outlook.forecast.gathered_at
    return {
        "gathered_at": gathered_at.isoformat() if gathered_at else None,
        "p50": _iso(row.p50 if row else None),
        "p85": _iso(row.p85 if row else None),
        "chance": chance,
        "status": None if chance is None else thresholds.rag(chance).word,
        "green_from": thresholds.green_from,
        "amber_from": thresholds.amber_from,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
