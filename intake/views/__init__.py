from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from intake.answers import parts_of
from intake.choices import ClockKind, Stage
from intake.clock_words import is_unread, lines_of, next_line
from intake.deadlines import Deadlines
from intake.follow import Exchange, exchanges_of
from intake.forms import (
    AskForm,
    DecisionForm,
    DeclineForm,
    DuplicateForm,
    TierForm,
)
from intake.listing import CSV_HEADER, Listing, csv_rows
from intake.models import Demand, Letter
from intake.services.clocks import read_clocks
from intake.services.joining import join_demand
from intake.services.tokens import tokens_for
from intake.services.triage import (
    acknowledge_demand,
    ask_for_information,
    change_tier,
    decline_demand,
)
from intake.views.guests import guest_who_follows
from intake.views.loading import sent, visible_demand
from portfolio.core.csv_cells import csv_response
from portfolio.core.errors import RuleBroken
from portfolio.core.http import PageRequest, render_page
from portfolio.core.models import Event
from portfolio.core.open_pages import open_to
from portfolio.core.rights import DECIDE

A_PAGE = 50
require_form = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def requests(request: PageRequest) -> HttpResponse:
    listing = Listing.read(request.GET)
    visible = Demand.objects.visible_to(request.user).sent().for_reading()
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
            "drafts": Demand.objects.drafts_of(request.user).for_reading(),
        },
        fragment="listing",
    )


@open_to(guest_who_follows)
@require_safe
def submitted(request: PageRequest, reference: str) -> HttpResponse:
    demand = visible_demand(request, reference)
    if demand.stage == Stage.DRAFT:
        return redirect(demand)
    return render_page(
        request,
        "intake/submitted.html",
        {"demand": demand, "due": _due(demand)},
        fragment="submitted",
    )


@require_safe
@permission_required(DECIDE, raise_exception=True)
def triage(request: PageRequest) -> HttpResponse:
    return _triage_page(request)


@require_safe
@permission_required(DECIDE, raise_exception=True)
def triage_demand(request: PageRequest, reference: str) -> HttpResponse:
    return _triage_page(request, demand=visible_demand(request, reference))


@require_form
@permission_required(DECIDE, raise_exception=True)
def decline(request: PageRequest, reference: str) -> HttpResponse:
    demand = visible_demand(request, reference)
    return _decision(request, demand, DeclineForm, decline_demand, "Declined {}.")


@require_form
@permission_required(DECIDE, raise_exception=True)
def duplicate(request: PageRequest, reference: str) -> HttpResponse:
    demand = visible_demand(request, reference)
    among = Demand.objects.visible_to(request.user).sent().exclude(pk=demand.pk)
    form_class = partial(DuplicateForm, among=among)
    return _decision(request, demand, form_class, join_demand, "Joined {}.")


@require_form
@permission_required(DECIDE, raise_exception=True)
def ask(request: PageRequest, reference: str) -> HttpResponse:
    demand = visible_demand(request, reference)
    return _decision(
        request, demand, AskForm, ask_for_information, "{} waits for the requester now."
    )


@require_form
@permission_required(DECIDE, raise_exception=True)
def tier(request: PageRequest, reference: str) -> HttpResponse:
    demand = visible_demand(request, reference)
    return _decision(request, demand, TierForm, change_tier, "{} has another tier now.")


@require_POST
@permission_required(DECIDE, raise_exception=True)
def acknowledge(request: PageRequest, reference: str) -> HttpResponse:
    demand = visible_demand(request, reference)
    try:
        acknowledge_demand(demand=demand, by=request.user)
    except RuleBroken as broken:
        messages.error(request, str(broken))
    else:
        messages.success(request, f"The requester of {demand.reference} reads that.")
    return redirect("intake:triage-demand", demand.reference)


def _decision(
    request: PageRequest,
    demand: Demand,
    form_class: Callable[..., DecisionForm],
    decide: Callable[..., Demand],
    said: str,
) -> HttpResponse:
    """Show a form of the triage panel, or do what it was sent for."""
    form = form_class(sent(request), initial=_likely_tier(demand))
    if not form.is_valid():
        return _triage_page(request, demand=demand, form=form, fragment="decision")
    try:
        decide(demand=demand, by=request.user, **form.cleaned_data)
    except RuleBroken as broken:
        messages.error(request, str(broken))
    else:
        messages.success(request, said.format(demand.reference))
    return _next_in_triage(request)


def _likely_tier(demand: Demand) -> dict[str, Any]:
    """What is asked for, with its reason, where that has still to be granted."""
    if not demand.wants_another_tier:
        return {"tier": demand.tier_id}
    return {
        "tier": demand.tier_wanted_id,
        "why": f"As asked for: {demand.tier_wanted_why}",
    }


def _triage_page(
    request: PageRequest,
    *,
    demand: Demand | None = None,
    form: DecisionForm | None = None,
    fragment: str = "panel",
) -> HttpResponse:
    waiting = (
        Demand.objects.visible_to(request.user)
        .awaiting_decision()
        .for_reading()
        .by_next_due()
        .prefetch_related("clocks")
    )
    if request.GET.get("format") == "csv":
        name = f"triage-{timezone.localdate()}.csv"
        return csv_response(name, CSV_HEADER, csv_rows(waiting))
    now = timezone.now()
    clocks = read_clocks(demand, now=now) if demand else []
    context: dict[str, Any] = {
        # Read only where the list is shown, not for the panel alone.
        "waiting": SimpleLazyObject(
            lambda: [(row, next_line(row.clocks.all(), now)) for row in waiting]
        ),
        "clocks": lines_of(clocks, now=now, is_requester=False),
        "may_acknowledge": demand is not None and is_unread(demand, clocks),
        "demand": demand,
        "parts": parts_of(demand) if demand else [],
        "exchanges": _exchanges(demand) if demand else [],
        "letters": Letter.objects.taken_for(demand) if demand else [],
        "tokens": tokens_for(demand) if demand else None,
        "form": form,
        "now": now,
    }
    return render_page(request, "intake/triage.html", context, fragment=fragment)


def _exchanges(demand: Demand) -> list[Exchange]:
    kinds = ["information-asked", "answered"]
    return exchanges_of(Event.objects.about(demand).filter(kind__in=kinds).by_time())


def _next_in_triage(request: PageRequest) -> HttpResponse:
    first = Demand.objects.next_to_decide(request.user)
    if first is None:
        return redirect("intake:triage")
    return redirect("intake:triage-demand", first.reference)


def _due(demand: Demand) -> Deadlines | None:
    due = {clock.kind: clock.due_at for clock in demand.clocks.all()}
    confirm_by, decide_by = (due.get(kind) for kind in ClockKind)
    return Deadlines(confirm_by, decide_by) if confirm_by and decide_by else None
