from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from portfolio.core.errors import RuleBroken
from portfolio.core.http import PageRequest, render_page
from portfolio.core.models import User
from portfolio.core.rights import FREEZE, SEE_PEOPLE, SEE_REPORTS, SEND_REPORT
from portfolio.core.teams import team_of
from portfolio.reports.choices import Variant
from portfolio.reports.content import build_content
from portfolio.reports.edition import edition_of, read_content
from portfolio.reports.files import CONTENT_TYPES, FORMATS, file_name, write_file
from portfolio.reports.forms import ApproveForm, NotesForm, PlanForm
from portfolio.reports.models import ReportPlan, StatusReport
from portfolio.reports.page import read_page
from portfolio.reports.services.approving import annotate_report, approve_report
from portfolio.reports.services.freezing import (
    freeze_report,
    snapshot_before,
    today_at,
)
from portfolio.reports.services.planning import save_plan
from portfolio.reports.services.sending import recipients_of, send_report
from portfolio.reports.weeks import monday_of, parse_week, week_name

View = Callable[..., HttpResponse]
require_form = require_http_methods(["GET", "HEAD", "POST"])
may_read = permission_required(SEE_REPORTS, raise_exception=True)
may_freeze = permission_required(FREEZE, raise_exception=True)
may_send = permission_required(SEND_REPORT, raise_exception=True)


def refuses_altered(view: View) -> View:
    """A snapshot that somebody altered in the database is not shown but told of."""

    @wraps(view)
    def refusing(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except RuleBroken as broken:
            messages.error(request, str(broken))
            return redirect(f"{reverse('reports:reports')}?draft")

    return refusing


@require_safe
@may_read
@refuses_altered
def reports(request: PageRequest) -> HttpResponse:
    """This week as it was frozen last or as it reads now, and the archive below it."""
    team = team_of(request.user)
    today = today_at(team)
    monday = monday_of(today)
    archive = list(
        StatusReport.objects.visible_to(request.user)
        .filter(team=team)
        .select_related("frozen_by", "team")
        .defer("content", "notes")
    )
    frozen = next((report for report in archive if report.week == monday), None)
    if frozen and "draft" not in request.GET:
        return _report_page(request, frozen, archive)
    content = build_content(
        team=team, today=today, before=snapshot_before(team, monday)
    )
    variant = variant_for(request)
    return render_page(
        request,
        "reports/reports.html",
        {
            "page": read_page(read_content(content, {}, variant)),
            "frozen": frozen,
            "archive": archive,
            "week": week_name(today),
            "formats": FORMATS,
            **_variants(request, variant),
        },
        fragment="report",
    )


@require_safe
@may_read
@refuses_altered
def report(request: PageRequest, week: str, version: int) -> HttpResponse:
    """One snapshot, what was written beside it, and how far it has got."""
    return _report_page(request, _report_or_404(request, week, version), [])


def _report_page(
    request: PageRequest, found: StatusReport, archive: list[StatusReport]
) -> HttpResponse:
    variant = variant_for(request)
    edition = edition_of(found, variant)
    return render_page(
        request,
        "reports/report.html",
        {
            "page": read_page(edition.content),
            "report": found,
            "edition": edition,
            "formats": FORMATS,
            "archive": archive,
            "mails": list(found.mails.all()) if _sees_people(request.user) else [],
            "recipients": len(recipients_of(found)),
            "is_this_week": found.week == monday_of(today_at(found.team)),
            **_variants(request, variant),
        },
        fragment="report",
    )


@require_POST
@may_freeze
def freeze(request: PageRequest) -> HttpResponse:
    team = team_of(request.user)
    frozen = freeze_report(team=team, week=today_at(team), by=request.user)
    messages.success(request, f"{frozen} is frozen as version {frozen.version}.")
    return redirect(frozen)


@require_form
@may_freeze
@refuses_altered
def notes(request: PageRequest, week: str, version: int) -> HttpResponse:
    """What a manager writes beside the computed status, before it is approved."""
    found = _report_or_404(request, week, version)
    key = edition_of(found).key
    form = NotesForm(
        request.POST if request.method == "POST" else None,
        report=found,
        initial={"seen": key},
    )
    if form.is_valid():
        try:
            annotate_report(
                report=found,
                notes=form.written(),
                by=request.user,
                seen=form.cleaned_data["seen"],
            )
        except RuleBroken as broken:
            form.add_error(None, str(broken))
            # Who has seen the other notes now may save over them.
            typed = request.POST.copy()
            typed["seen"] = key
            form.data = typed
        else:
            messages.success(request, "Your notes stand in the report now.")
            return redirect(found)
    return render_page(
        request,
        "reports/notes.html",
        {"form": form, "report": found},
        fragment="notes",
        status=422 if form.errors else 200,
    )


@require_POST
@may_send
def approve(request: PageRequest, week: str, version: int) -> HttpResponse:
    """Approve what was read, and send it where that was asked for with it."""
    found = _report_or_404(request, week, version)
    form = ApproveForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say which report was read; open the page again.")
        return redirect(found)
    try:
        with transaction.atomic():
            approve_report(
                report=found, by=request.user, seen=form.cleaned_data["seen"]
            )
            if form.cleaned_data["send"]:
                send_report(report=found, by=request.user)
    except RuleBroken as broken:
        messages.error(request, str(broken))
    else:
        sent = " It is being sent." if form.cleaned_data["send"] else ""
        messages.success(request, f"{found} is approved.{sent}")
    return redirect(found)


@require_POST
@may_send
def send(request: PageRequest, week: str, version: int) -> HttpResponse:
    found = _report_or_404(request, week, version)
    try:
        send_report(report=found, by=request.user)
    except RuleBroken as broken:
        messages.error(request, str(broken))
    else:
        messages.success(request, f"{found} is being sent.")
    return redirect(found)


@require_form
@may_send
def plan(request: PageRequest) -> HttpResponse:
    """When the draft is made by itself, and who gets what is approved."""
    team = team_of(request.user)
    found = ReportPlan.objects.filter(team=team).first() or ReportPlan(
        team=team, time_zone=team.calendar.time_zone
    )
    form = PlanForm(request.POST if request.method == "POST" else None, instance=found)
    if form.is_valid():
        saved = save_plan(plan=form.save(commit=False), by=request.user)
        when = f"made {saved}" if saved.is_on else "made by hand"
        messages.success(request, f"Stored. The draft is {when}.")
        return redirect("reports:reports")
    return render_page(
        request,
        "reports/plan.html",
        {"form": form},
        fragment="plan",
        status=422 if form.errors else 200,
    )


@require_safe
@may_read
@refuses_altered
def download(request: PageRequest, week: str, version: int, fmt: str) -> HttpResponse:
    if fmt not in CONTENT_TYPES:
        raise Http404
    found = _report_or_404(request, week, version)
    variant = variant_for(request)
    name = file_name(found, fmt, variant)
    return HttpResponse(
        write_file(found, fmt, variant),
        content_type=CONTENT_TYPES[fmt],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def variant_for(request: PageRequest) -> str:
    """Who may not see individuals gets leadership's variant, and others may look."""
    wanted = request.GET.get("for") == Variant.LEADERSHIP
    if wanted or not _sees_people(request.user):
        return Variant.LEADERSHIP
    return Variant.TEAM


def _sees_people(user: User) -> bool:
    return user.has_perm(SEE_PEOPLE)


def _variants(request: PageRequest, variant: str) -> dict[str, Any]:
    return {
        "for_leadership": variant == Variant.LEADERSHIP,
        "may_choose": _sees_people(request.user),
        "query": "?for=leadership" if variant == Variant.LEADERSHIP else "",
    }


def _report_or_404(request: PageRequest, week: str, version: int) -> StatusReport:
    try:
        monday = parse_week(week)
    except ValueError as wrong:
        raise Http404(str(wrong)) from wrong
    found = StatusReport.objects.visible_to(request.user).select_related(
        "team__calendar", "frozen_by", "approved_by"
    )
    return get_object_or_404(
        found, team=team_of(request.user), week=monday, version=version
    )
