from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from intake.answers import parts_of
from intake.deadlines import Deadlines, deadlines
from intake.follow import promised_day, steps_of, timeline_of
from intake.forms import DeclineForm, RequestForm, WithdrawForm
from intake.listing import CSV_HEADER, Listing, csv_rows
from intake.models import Demand, Tier
from intake.services.stages import withdraw_demand
from intake.services.triage import decline_demand
from portfolio.core.csv_cells import csv_response
from portfolio.core.errors import RuleBroken
from portfolio.core.http import PageRequest, render_page
from portfolio.core.models import Event
from portfolio.core.rights import DECIDE, SUBMIT

A_PAGE = 50
require_form = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def requests(request: PageRequest) -> HttpResponse:
    listing = Listing.read(request.GET)
    visible = Demand.objects.visible_to(request.user).for_reading()
    chosen = listing.chosen(visible, request.user)
    if request.GET.get("format") == "csv":
        name = f"requests-{timezone.localdate()}.csv"
        return csv_response(name, CSV_HEADER, csv_rows(chosen))
    return render_page(
        request,
        "intake/requests.html",
        {
            "listing": listing,
            "page": Paginator(chosen, A_PAGE).get_page(request.GET.get("page")),
            "now": timezone.now(),
        },
        fragment="listing",
    )


@require_form
@permission_required(SUBMIT, raise_exception=True)
def new(request: PageRequest) -> HttpResponse:
    form = RequestForm(_sent(request), user=request.user)
    if form.is_valid():
        try:
            demand = form.save()
        except RuleBroken as broken:
            form.add_error(None, str(broken))
        else:
            return redirect("intake:submitted", demand.reference)
    tier = Tier.objects.select_related("current_version").get(slug=Tier.STANDARD)
    team = form.team_asked
    due = team and deadlines(
        version=tier.current,
        hours=team.calendar.business_hours(),
        submitted_at=timezone.now(),
    )
    return render_page(
        request,
        "intake/new.html",
        {"form": form, "tier": tier, "due": due},
        fragment="form",
    )


@require_safe
def submitted(request: PageRequest, reference: str) -> HttpResponse:
    demand = _visible_demand(request, reference)
    return render_page(
        request,
        "intake/submitted.html",
        {"demand": demand, "due": _due(demand)},
        fragment="submitted",
    )


@require_safe
def follow(request: PageRequest, reference: str) -> HttpResponse:
    demand = _visible_demand(request, reference)
    events = list(Event.objects.about(demand).by_time())
    return render_page(
        request,
        "intake/follow.html",
        {
            "demand": demand,
            "parts": parts_of(demand),
            "steps": steps_of(demand, events),
            "timeline": timeline_of(demand, events),
            "promised": promised_day(events) if demand.is_in_backlog else None,
            "due": _due(demand) if demand.is_decidable else None,
            "now": timezone.now(),
            "may_withdraw": demand.is_open and _may_withdraw(request, demand),
        },
        fragment="follow",
    )


@require_form
def withdraw(request: PageRequest, reference: str) -> HttpResponse:
    demand = _visible_demand(request, reference)
    if not _may_withdraw(request, demand):
        raise PermissionDenied(
            "Only who asked for it or the manager of the team can withdraw a request."
        )
    form = WithdrawForm(_sent(request))
    if form.is_valid():
        try:
            withdraw_demand(
                demand=demand, by=request.user, why=form.cleaned_data["why"]
            )
        except RuleBroken as broken:
            messages.error(request, str(broken))
        else:
            messages.success(request, f"{demand.reference} is withdrawn.")
        return redirect(demand)
    return render_page(
        request,
        "intake/withdraw.html",
        {"demand": demand, "form": form},
        fragment="form",
    )


@require_safe
@permission_required(DECIDE, raise_exception=True)
def triage(request: PageRequest) -> HttpResponse:
    return _triage_page(request)


@require_safe
@permission_required(DECIDE, raise_exception=True)
def triage_demand(request: PageRequest, reference: str) -> HttpResponse:
    return _triage_page(request, demand=_visible_demand(request, reference))


@require_form
@permission_required(DECIDE, raise_exception=True)
def decline(request: PageRequest, reference: str) -> HttpResponse:
    demand = _visible_demand(request, reference)
    form = DeclineForm(_sent(request))
    if not form.is_valid():
        return _triage_page(request, demand=demand, form=form, fragment="decision")
    try:
        decline_demand(
            demand=demand, by=request.user, reason=form.cleaned_data["reason"]
        )
    except RuleBroken as broken:
        messages.error(request, str(broken))
    else:
        messages.success(request, f"Declined {demand.reference}.")
    return _next_in_triage(request)


def _triage_page(
    request: PageRequest,
    *,
    demand: Demand | None = None,
    form: DeclineForm | None = None,
    fragment: str = "panel",
) -> HttpResponse:
    waiting = (
        Demand.objects.visible_to(request.user)
        .awaiting_decision()
        .for_reading()
        .by_next_decision()
    )
    if request.GET.get("format") == "csv":
        name = f"triage-{timezone.localdate()}.csv"
        return csv_response(name, CSV_HEADER, csv_rows(waiting))
    context: dict[str, Any] = {
        "waiting": waiting,
        "demand": demand,
        "parts": parts_of(demand) if demand else [],
        "form": form,
        "now": timezone.now(),
    }
    return render_page(request, "intake/triage.html", context, fragment=fragment)


def _next_in_triage(request: PageRequest) -> HttpResponse:
    waiting = Demand.objects.visible_to(request.user).awaiting_decision()
    first = waiting.by_next_decision().first()
    if first is None:
        return redirect("intake:triage")
    return redirect("intake:triage-demand", first.reference)


def _sent(request: PageRequest) -> QueryDict | None:
    """What a form was sent with, also if that is nothing; None while it is shown."""
    return request.POST if request.method == "POST" else None


def _visible_demand(request: PageRequest, reference: str) -> Demand:
    demands = Demand.objects.visible_to(request.user).for_reading()
    return get_object_or_404(
        demands.select_related(
            "decided_by", "team__calendar", "answered_under", "tier__current_version"
        ),
        reference=reference,
    )


def _due(demand: Demand) -> Deadlines | None:
    if demand.submitted_at is None:
        return None
    return deadlines(
        version=demand.answered_under or demand.tier.current,
        hours=demand.team.calendar.business_hours(),
        submitted_at=demand.submitted_at,
    )


def _may_withdraw(request: PageRequest, demand: Demand) -> bool:
    return demand.requester == request.user or request.user.has_perm(DECIDE)
