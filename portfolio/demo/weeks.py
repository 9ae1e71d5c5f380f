"""The status reports of the weeks before, frozen from the rows as they stood then."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from capacity.services.forecasting import forecast_the_past
from portfolio.demo.company import Company
from portfolio.demo.days import DAY, Days
from portfolio.reports.choices import ReportState
from portfolio.reports.models import ReportPlan, StatusReport
from portfolio.reports.services.freezing import freeze_report
from portfolio.reports.weeks import monday_of

WEEKS = 3
# Ten thousand took 4.4 s a week on two cores, and somebody waits for the first start.
# P85 differs by a day or so, and a change is told from five days on.
TRIALS = 4_000
OPENS, MINUTES_LATER = dt.time(8), dt.timedelta(minutes=10)


def freezing_days(days: Days, weeks: int = WEEKS) -> list[dt.date]:
    """One day in each of the weeks before this one, the earliest first.

    On the weekday of today, so that a whole week lies between two of them; where that
    is no working day, on the nearest one of its week. In a week without any, nobody
    froze anything.
    """
    found = []
    for ago in range(weeks, 0, -1):
        wanted = days.today - 7 * ago * DAY
        monday = monday_of(wanted)
        working = [
            day
            for day in (monday + number * DAY for number in range(7))
            if days.hours.is_working_day(day)
        ]
        if working:
            found.append(min(working, key=lambda day: abs(day - wanted)))
    return found


def freeze_week(company: Company, day: dt.date) -> StatusReport:
    """Forecast and freeze what stands in the rows, early on a day that has passed."""
    at = dt.datetime.combine(day, OPENS, company.days.hours.zone).astimezone(dt.UTC)
    forecast_the_past(
        team=company.team,
        at=at,
        trials=min(TRIALS, settings.FORECAST_TRIALS),
        reason="A new day.",
    )
    report = freeze_report(
        team=company.team, week=day, by=company.manager, now=at + MINUTES_LATER
    )
    # Approved and sent in those weeks; the mails themselves are none of the demo's.
    report.state = ReportState.SENT
    report.approved_at = at + 2 * MINUTES_LATER
    report.approved_by = company.manager
    report.sent_at = at + 3 * MINUTES_LATER
    report.save(update_fields=["state", "approved_at", "approved_by", "sent_at"])
    return report


def plan_reports(company: Company) -> None:
    """Who gets the status; its draft is made by hand, so that a visitor sees how."""
    ReportPlan.objects.create(
        team=company.team,
        time_zone=company.team.calendar.time_zone,
        leadership="cio@example.com",
        insiders=company.manager.email,
    )
