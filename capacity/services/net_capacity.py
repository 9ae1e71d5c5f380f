"""Focused days that people really offer, for whoever needs them without a forecast.

Rows become people of a plan file as they do for a forecast, and the engine's one
definition of net capacity counts their days. Nothing else counts any.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from capacity.models import Engineer
from capacity.services.gathering import with_presence
from portfolio.core.models import Team


def daily_capacity(
    team: Team, engineers: Iterable[Engineer], first: date, last: date
) -> dict[int, list[float]]:
    """Focused days of each person on every day from first to last, by primary key.

    Load the engineers ``with_calendars`` and the team with its calendar.
    """
    from capacity.engine import Plan
    from capacity.engine.calendar import net_capacity

    hours = team.calendar.business_hours()
    by_id = sorted(engineers, key=lambda engineer: engineer.pk)
    plan = Plan.from_json(
        {
            "start": first.isoformat(),
            "horizon_days": (last - first).days + 1,
            "closed_days": sorted(
                day.isoformat() for day in hours.closed if first <= day <= last
            ),
            "engineers": with_presence(team, by_id, hours, first, last),
            "demands": [],
        }
    )
    per_day = net_capacity(plan).tolist()
    return dict(zip((each.pk for each in by_id), per_day, strict=True))
