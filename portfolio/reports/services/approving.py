"""From draft to approved: what a manager writes beside it, and that it may go out."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from portfolio.core.errors import RuleBroken
from portfolio.core.models import Team, User
from portfolio.core.services.events import record_event
from portfolio.reports.choices import ReportState
from portfolio.reports.edition import edition_of
from portfolio.reports.models import StatusReport
from portfolio.reports.notes import Notes


@transaction.atomic
def annotate_report(
    *, report: StatusReport, notes: Notes, by: User, seen: str
) -> StatusReport:
    """Keep what a manager writes beside the computed status; ``seen`` is its key then.

    Only while it is a draft, and never over what somebody else wrote meanwhile.
    """
    report = _draft(report)
    if edition_of(report).key != seen:
        raise RuleBroken(
            "Somebody else wrote notes meanwhile; they stand below now. Yours are kept "
            "in the fields: look at both, and save again."
        )
    report.notes = notes
    report.save(update_fields=["notes"])
    record_event(subject=report, kind="annotated", by=by, team=report.team)
    return report


@transaction.atomic
def approve_report(*, report: StatusReport, by: User, seen: str) -> StatusReport:
    """Say that it may go out as it stood when it was read; from then on it is fixed."""
    report = _draft(report)
    if edition_of(report).key != seen:
        raise RuleBroken(
            "The report was changed while you read it. Read it again before you "
            "approve it."
        )
    newest = StatusReport.objects.filter(team=report.team, week=report.week).first()
    if newest is not None and newest.pk != report.pk:
        raise RuleBroken(
            f"Version {newest.version} of {report} is newer; approve that one."
        )
    report.state = ReportState.APPROVED
    report.approved_at = timezone.now()
    report.approved_by = by
    report.save(update_fields=["state", "approved_at", "approved_by"])
    record_event(
        subject=report,
        kind="approved",
        by=by,
        team=report.team,
        before=ReportState.DRAFT,
        after=edition_of(report).key,
    )
    return report


def lock_report(report: StatusReport) -> StatusReport:
    """The row as it is, which nobody else changes until the transaction ends."""
    # Freezing locks the team first too, so that both never wait for each other.
    Team.objects.select_for_update(no_key=True).get(pk=report.team_id)
    return StatusReport.objects.select_related("team").get(pk=report.pk)


def _draft(report: StatusReport) -> StatusReport:
    report = lock_report(report)
    if not report.is_draft:
        raise RuleBroken(
            f"{report}, version {report.version}, is {report.state_words.lower()} and "
            "is not changed any more. Freeze the week again for another version."
        )
    return report
