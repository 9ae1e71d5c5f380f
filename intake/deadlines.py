"""By when a request that is sent at a moment is confirmed and decided."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from intake.models import TierVersion
from intake.sla import Happening, Policy, Signal, Target, clocks
from portfolio.core.calendars import BusinessHours


@dataclass(frozen=True, slots=True)
class Deadlines:
    confirm_by: dt.datetime
    decide_by: dt.datetime


def policy_of(version: TierVersion) -> Policy:
    """A version of a tier, as far as its clocks are concerned."""
    return Policy(
        tier=version.tier.name,
        number=version.number,
        acknowledge=Target(version.acknowledge_amount, version.acknowledge_unit),
        decide=Target(version.decide_amount, version.decide_unit),
    )


def deadlines(
    *, version: TierVersion, hours: BusinessHours, submitted_at: dt.datetime
) -> Deadlines | None:
    """What both clocks say at their start, or None while the calendar never opens."""
    acknowledge, decide = clocks(
        [Happening(submitted_at, Signal.START)],
        policy=policy_of(version),
        hours=hours,
        now=submitted_at,
    )
    if acknowledge.due is None or decide.due is None:
        return None
    return Deadlines(confirm_by=acknowledge.due, decide_by=decide.due)
