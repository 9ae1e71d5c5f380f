from portfolio.core.models.calendars import (
    BusinessCalendar,
    ClosedDay,
    WorkingPeriod,
)
from portfolio.core.models.events import Event
from portfolio.core.models.mails import Mail
from portfolio.core.models.notices import Notice
from portfolio.core.models.people import BusinessUnit, Team, User
from portfolio.core.models.preferences import NoticePreference

__all__ = [
    "BusinessCalendar",
    "BusinessUnit",
    "ClosedDay",
    "Event",
    "Mail",
    "Notice",
    "NoticePreference",
    "Team",
    "User",
    "WorkingPeriod",
]
