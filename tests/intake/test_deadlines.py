from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from intake.deadlines import Deadlines, deadlines
from intake.models import Tier, TierVersion
from portfolio.core.calendars import BusinessHours

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = BusinessHours(
    zone=BERLIN,
    periods=tuple((weekday, dt.time(9), dt.time(17)) for weekday in range(5)),
    country="DE",
)


def berlin(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("slug", "submitted", "confirm", "decide"),
    [
        # Wednesday 16 December 2026; 25 and 26 December are holidays.
        ("standard", "2026-12-16 10:15", "2026-12-17 10:15", "2026-12-23 10:15"),
        ("strategic", "2026-12-16 10:15", "2026-12-18 10:15", "2026-12-31 10:15"),
        ("fixed-date", "2026-12-18 16:30", "2026-12-21 16:30", "2026-12-23 16:30"),
        ("expedite", "2026-12-18 16:30", "2026-12-21 10:30", "2026-12-21 16:30"),
        # On a Saturday the time runs from Monday.
        ("expedite", "2026-12-19 12:00", "2026-12-21 11:00", "2026-12-21 17:00"),
    ],
)
def test_the_targets_of_the_shipped_tiers_in_business_time(
    db, slug, submitted, confirm, decide
):
    tier = Tier.objects.get(slug=slug)

    due = deadlines(version=tier.current, hours=OFFICE, submitted_at=berlin(submitted))

    assert due == Deadlines(confirm_by=berlin(confirm), decide_by=berlin(decide))


def test_a_calendar_that_never_opens_sets_no_deadline():
    never = BusinessHours(zone=BERLIN, periods=())

    due = deadlines(
        version=TierVersion(
            acknowledge_amount=1,
            acknowledge_unit="days",
            decide_amount=5,
            decide_unit="days",
            tier=Tier(name="Standard"),
        ),
        hours=never,
        submitted_at=berlin("2026-11-23 10:00"),
    )

    assert due is None
