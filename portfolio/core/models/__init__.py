from portfolio.core.models.calendars import (
    BusinessCalendar,
    ClosedDay,
    WorkingPeriod,
)
from portfolio.core.models.events import Event
from portfolio.core.models.notices import Notice
from portfolio.core.models.people import BusinessUnit, Team, User

__all__ = [
    "BusinessCalendar",
    "BusinessUnit",
    "ClosedDay",
    "Event",
    "Notice",
    "Team",
    "User",
    "WorkingPeriod",
]
