"""By when a request is confirmed and decided: its tier's targets in business time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from intake.choices import TargetUnit
from intake.models import TierVersion
from portfolio.core.calendars import BusinessHours


@dataclass(frozen=True, slots=True)
class Deadlines:
    confirm_by: dt.datetime
    decide_by: dt.datetime


def deadlines(
    *, version: TierVersion, hours: BusinessHours, submitted_at: dt.datetime
) -> Deadlines | None:
    """Both targets of a tier, or None while the calendar is never open."""
    if next(hours.spans_from(submitted_at), None) is None:
        return None

    def due(amount: int, unit: str) -> dt.datetime:
        if unit == TargetUnit.HOURS:
            return hours.after(submitted_at, dt.timedelta(hours=amount))
        return hours.after(submitted_at, hours.working_days(submitted_at, amount))

    return Deadlines(
        confirm_by=due(version.acknowledge_amount, version.acknowledge_unit),
        decide_by=due(version.decide_amount, version.decide_unit),
    )
