"""By when a request is confirmed and decided: its tier's targets in business time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from intake.models import Tier
from portfolio.core.calendars import BusinessHours


@dataclass(frozen=True, slots=True)
class Deadlines:
    confirm_by: dt.datetime
    decide_by: dt.datetime


def deadlines(
    *, tier: Tier, hours: BusinessHours, submitted_at: dt.datetime
) -> Deadlines | None:
    """Both targets of a tier, or None while the calendar is never open."""
    if next(hours.spans_from(submitted_at), None) is None:
        return None
    if tier.acknowledge_hours is not None:
        confirm_by = hours.after(
            submitted_at, dt.timedelta(hours=tier.acknowledge_hours)
        )
    else:
        confirm_by = hours.working_days_after(submitted_at, tier.acknowledge_days or 0)
    return Deadlines(
        confirm_by=confirm_by,
        decide_by=hours.working_days_after(submitted_at, tier.decide_days),
    )
