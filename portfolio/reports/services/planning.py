"""Drafts that are made by the clock, and the manager who is asked to approve them."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from portfolio.core.absence import who_is_told
from portfolio.core.choices import NoticeKind
from portfolio.core.models import Team, User
from portfolio.core.services.events import record_event
from portfolio.core.services.notices import give_notice
from portfolio.core.words import counted
from portfolio.reports.models import ReportPlan, StatusReport
from portfolio.reports.services.freezing import freeze_report, today_at
from portfolio.reports.weeks import monday_of


@transaction.atomic
def save_plan(*, plan: ReportPlan, by: User) -> ReportPlan:
    """Store when drafts are made and who gets the report, and leave a trace."""
    plan.save()
    record_event(
        subject=plan,
        kind="report-planned",
        by=by,
        team=plan.team,
        after=f"{plan}, {'on' if plan.is_on else 'off'}",
        why=f"{counted(plan.recipients, 'recipient')}",
    )
    return plan


def make_drafts(now: dt.datetime | None = None) -> int:
    """Make the draft of every team whose time has come; gives how many were made.

    However often this runs, and whichever worker dies in it, a week gets one draft by
    the clock, and its approval is asked for with it or not at all.
    """
    now = now or timezone.now()
    plans = ReportPlan.objects.filter(is_on=True).order_by("pk")
    return sum(_make(plan, now) for plan in plans if plan.due_in_week_of(now) <= now)


@transaction.atomic
def _make(plan: ReportPlan, now: dt.datetime) -> bool:
    # Two workers at once: the second waits here, and then finds the draft made.
    team = Team.objects.select_for_update(no_key=True).get(pk=plan.team_id)
    monday = monday_of(today_at(team, now))
    # What somebody froze by hand since then is the draft; what was before is not.
    made = StatusReport.objects.filter(
        team=team, week=monday, frozen_at__gte=plan.due_in_week_of(now)
    )
    if made.exists():
        return False
    report = freeze_report(team=team, week=monday, by=None, now=now)
    _ask_for_approval(report)
    return True


def _ask_for_approval(report: StatusReport) -> None:
    """Tell the managers who are there, or all of them where nobody is."""
    managers = list(User.objects.managers_of(report.team).select_related("deputy"))
    told = [each.person for each in who_is_told(managers, report.frozen_day)]
    head = report.content["headline"]
    decisions = len(report.content["decisions"])
    give_notice(
        to=sorted(told or managers, key=lambda person: person.pk),
        kind=NoticeKind.REPORT,
        title=f"Status {report} of {report.team} is ready to be approved",
        text=f"{head['sentence']} {head['trend']}".strip()
        + f"\n{counted(decisions, 'decision')} needed."
        + "\nRead it, write your notes beside it, and approve it; then it is sent.",
        url=report.get_absolute_url(),
    )
