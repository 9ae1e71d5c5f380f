from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from portfolio.core.http import PageRequest, render_page
from portfolio.core.teams import team_of
from portfolio.reports.content import build_content
from portfolio.reports.files import CONTENT_TYPES, file_name, write_file
from portfolio.reports.models import StatusReport
from portfolio.reports.page import read_page
from portfolio.reports.services import freeze_report, snapshot_before
from portfolio.reports.weeks import monday_of, parse_week, week_name


@require_safe
@permission_required("reports.see_reports", raise_exception=True)
def reports(request: PageRequest) -> HttpResponse:
    """This week as it was frozen last or as it reads now, and the archive below it."""
    team, today = team_of(request.user), timezone.localdate()
    monday = monday_of(today)
    archive = list(
        StatusReport.objects.visible_to(request.user)
        .filter(team=team)
        .select_related("frozen_by", "team")
        .defer("content")
    )
    frozen = next((report for report in archive if report.week == monday), None)
    shown = frozen if "draft" not in request.GET else None
    content = (
        shown.content
        if shown
        else build_content(team=team, today=today, before=snapshot_before(team, monday))
    )
    return render_page(
        request,
        "reports/reports.html",
        {
            "page": read_page(content),
            "shown": shown,
            "frozen": frozen,
            "archive": archive,
            "week": week_name(today),
        },
        fragment="report",
    )


@require_safe
@permission_required("reports.see_reports", raise_exception=True)
def report(request: PageRequest, week: str, version: int) -> HttpResponse:
    found = _report_or_404(request, week, version)
    return render_page(
        request,
        "reports/report.html",
        {"page": read_page(found.content), "frozen": found},
        fragment="report",
    )


@require_POST
@permission_required("reports.freeze_report", raise_exception=True)
def freeze(request: PageRequest) -> HttpResponse:
    frozen = freeze_report(
        team=team_of(request.user), week=timezone.localdate(), by=request.user
    )
    messages.success(request, f"{frozen} is frozen as version {frozen.version}.")
    return redirect("reports:reports")


@require_safe
@permission_required("reports.see_reports", raise_exception=True)
def download(request: PageRequest, week: str, version: int, fmt: str) -> HttpResponse:
    if fmt not in CONTENT_TYPES:
        raise Http404
    found = _report_or_404(request, week, version)
    return HttpResponse(
        write_file(found, fmt),
        content_type=CONTENT_TYPES[fmt],
        headers={
            "Content-Disposition": f'attachment; filename="{file_name(found, fmt)}"'
        },
    )


def _report_or_404(request: PageRequest, week: str, version: int) -> StatusReport:
    try:
        monday = parse_week(week)
    except ValueError as wrong:
        raise Http404(str(wrong)) from wrong
    reports = StatusReport.objects.visible_to(request.user).select_related(
        "team", "frozen_by"
    )
    return get_object_or_404(
        reports, team=team_of(request.user), week=monday, version=version
    )
