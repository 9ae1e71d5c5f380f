from __future__ import annotations

import zoneinfo
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from capacity.models import Forecast
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Team, User
from portfolio.core.services.events import record_event
from portfolio.reports.content import build_content, content_hash
from portfolio.reports.models import ReportPlan, StatusReport
from portfolio.reports.weeks import monday_of, week_name


def today_at(team: Team, now: datetime | None = None) -> date:
    """The day it is where the report is made: by its plan, else by the calendar."""
    plan = ReportPlan.objects.filter(team=team).first()
    zone = plan.time_zone if plan else team.calendar.time_zone
    return timezone.localdate(now, timezone=zoneinfo.ZoneInfo(zone))


def snapshot_before(team: Team, monday: date) -> StatusReport | None:
    """The last snapshot of an earlier week: what changes are counted from."""
    return StatusReport.objects.filter(team=team, week__lt=monday).first()


@transaction.atomic
def freeze_report(
    *, team: Team, week: date, by: User | None, now: datetime | None = None
) -> StatusReport:
    """Keep this week's status as it stands; freezing again adds a version.

    ``now`` is for whoever loads a past and has brought the rows to that moment.
    """
    now = now or timezone.now()
    today = today_at(team, now)
    monday = monday_of(week)
    if monday != monday_of(today):
        raise RuleBroken(
            f"Only the current week, {week_name(today)}, can be frozen; "
            f"{week_name(monday)} is not."
        )
    # One after the other, so that two who freeze at once get two versions.
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    content = build_content(
        team=team, today=today, before=snapshot_before(team, monday), at=now
    )
    last = StatusReport.objects.filter(team=team, week=monday).first()
    told = content["forecast"]
    report = StatusReport.objects.create(
        team=team,
        week=monday,
        version=last.version + 1 if last else 1,
        content=content,
        content_hash=content_hash(content),
        # What was written beside the version before stands beside this one too.
        notes=last.notes if last else {},
        forecast=Forecast.objects.get(pk=told["number"]) if told else None,
        frozen_at=now,
        frozen_by=by,
    )
    record_event(
        subject=report,
        kind="frozen",
        by=by,
        team=team,
        after=f"v{report.version}",
        at=now,
    )
    return report
