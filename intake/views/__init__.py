from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
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
from intake.follow import last_question, promised_day, steps_of, timeline_of
from intake.forms import (
    AnswerForm,
    AskForm,
    DecisionForm,
    DeclineForm,
    DuplicateForm,
    ReopenForm,
    TierForm,
    WithdrawForm,
)
from intake.listing import CSV_HEADER, Listing, csv_rows
from intake.models import Demand
from intake.services.clocks import read_clocks
from intake.services.joining import join_demand
from intake.services.stages import withdraw_demand
from intake.services.tokens import tokens_for
from intake.services.triage import (
    acknowledge_demand,
    answer_question,
    ask_for_information,
    change_tier,
    decline_demand,
    reopen_demand,
)
from portfolio.core.csv_cells import csv_response
from portfolio.core.errors import RuleBroken
from portfolio.core.http import PageRequest, render_page
from portfolio.core.models import Event
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


@require_safe
def submitted(request: PageRequest, reference: str) -> HttpResponse:
    demand = _visible_demand(request, reference)
    if demand.stage == Stage.DRAFT:
        return redirect(demand)
    return render_page(
        request,
        "intake/submitted.html",
        {"demand": demand, "due": _due(demand)},
        fragment="submitted",
    )


@require_safe
def follow(request: PageRequest, reference: str) -> HttpResponse:
    demand = _visible_demand(request, reference)
    if demand.stage == Stage.DRAFT:
        return redirect(demand)
    return _follow_page(request, demand, AnswerForm())


def _follow_page(
    request: PageRequest, demand: Demand, answer_form: AnswerForm
) -> HttpResponse:
    events = list(Event.objects.about(demand).by_time())
    now = timezone.now()
    is_mine = demand.requester == request.user
    speaks = _speaks_for_it(request, demand)
    return render_page(
        request,
        "intake/follow.html",
        {
            "demand": demand,
            "parts": parts_of(demand),
            "steps": steps_of(demand, events),
            "timeline": timeline_of(demand, events),
            "promised": promised_day(events) if demand.is_in_backlog else None,
            "clocks": lines_of(
                read_clocks(demand, now=now, events=events),
                now=now,
                is_requester=is_mine,
            ),
            "original": _original(request, demand),
            "joined": Demand.objects.visible_to(request.user).filter(
                duplicate_of=demand
            ),
            "question": last_question(events),
            "answer_form": answer_form if speaks else None,
            "now": now,
            "may_withdraw": demand.is_open and speaks,
            "may_reopen": demand.is_closed_undone and request.user.has_perm(DECIDE),
        },
        fragment="follow",
    )


@require_safe
def attachment(request: PageRequest, reference: str, key: str) -> FileResponse:
    """A file of a request, for who may read the request; never shown in the page."""
    demand = _visible_demand(request, reference)
    found = get_object_or_404(demand.attachments, key=key)
    response = FileResponse(
        found.file.open("rb"),
        as_attachment=True,
        filename=found.name,
        content_type=found.content_type,
    )
    # Whatever it holds, it runs nothing and is kept nowhere on the way.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def answer(request: PageRequest, reference: str) -> HttpResponse:
    """What the team asked for, from who asked for it or from whom they told."""
    demand = _visible_demand(request, reference)
    if not _speaks_for_it(request, demand):
        raise PermissionDenied(
            "Only who asked for it or the manager of the team can answer."
        )
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _follow_page(request, demand, form)
    try:
        answer_question(demand=demand, by=request.user, **form.cleaned_data)
    except RuleBroken as broken:
        messages.error(request, str(broken))
    else:
        messages.success(
            request, f"Your answer is sent. {demand.team} goes on with the decision."
        )
    return redirect(demand)


@require_form
@permission_required(DECIDE, raise_exception=True)
def reopen(request: PageRequest, reference: str) -> HttpResponse:
    demand = _visible_demand(request, reference)
    form = ReopenForm(_sent(request))
    if form.is_valid():
        try:
            reopen_demand(demand=demand, by=request.user, **form.cleaned_data)
        except RuleBroken as broken:
            messages.error(request, str(broken))
        else:
            messages.success(request, f"{demand.reference} awaits its decision again.")
        return redirect(demand)
    return render_page(
        request,
        "intake/reopen.html",
        {"demand": demand, "form": form},
        fragment="form",
    )


@require_form
def withdraw(request: PageRequest, reference: str) -> HttpResponse:
    demand = _visible_demand(request, reference)
    if not _speaks_for_it(request, demand):
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
    return _decision(request, demand, DeclineForm, decline_demand, "Declined {}.")


@require_form
@permission_required(DECIDE, raise_exception=True)
def duplicate(request: PageRequest, reference: str) -> HttpResponse:
    demand = _visible_demand(request, reference)
    among = Demand.objects.visible_to(request.user).sent().exclude(pk=demand.pk)
    form_class = partial(DuplicateForm, among=among)
    return _decision(request, demand, form_class, join_demand, "Joined {}.")


@require_form
@permission_required(DECIDE, raise_exception=True)
def ask(request: PageRequest, reference: str) -> HttpResponse:
    demand = _visible_demand(request, reference)
    return _decision(
        request, demand, AskForm, ask_for_information, "{} waits for the requester now."
    )


@require_form
@permission_required(DECIDE, raise_exception=True)
def tier(request: PageRequest, reference: str) -> HttpResponse:
    demand = _visible_demand(request, reference)
    return _decision(request, demand, TierForm, change_tier, "{} has another tier now.")


@require_POST
@permission_required(DECIDE, raise_exception=True)
def acknowledge(request: PageRequest, reference: str) -> HttpResponse:
    demand = _visible_demand(request, reference)
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
    form = form_class(_sent(request), initial={"tier": demand.tier_id})
    if not form.is_valid():
        return _triage_page(request, demand=demand, form=form, fragment="decision")
    try:
        decide(demand=demand, by=request.user, **form.cleaned_data)
    except RuleBroken as broken:
        messages.error(request, str(broken))
    else:
        messages.success(request, said.format(demand.reference))
    return _next_in_triage(request)


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
        "tokens": tokens_for(demand) if demand else None,
        "form": form,
        "now": now,
    }
    return render_page(request, "intake/triage.html", context, fragment=fragment)


def _next_in_triage(request: PageRequest) -> HttpResponse:
    waiting = Demand.objects.visible_to(request.user).awaiting_decision()
    first = waiting.by_next_due().first()
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
            "decided_by",
            "team__calendar",
            "answered_under",
            "tier__current_version",
            "tier_wanted__current_version",
        ),
        reference=reference,
    )


def _original(request: PageRequest, demand: Demand) -> Demand | None:
    """What a duplicate repeats, where this person may read it."""
    if demand.duplicate_of_id is None:
        return None
    visible = Demand.objects.visible_to(request.user)
    return visible.filter(pk=demand.duplicate_of_id).first()


def _due(demand: Demand) -> Deadlines | None:
    due = {clock.kind: clock.due_at for clock in demand.clocks.all()}
    confirm_by, decide_by = (due.get(kind) for kind in ClockKind)
    return Deadlines(confirm_by, decide_by) if confirm_by and decide_by else None


def _speaks_for_it(request: PageRequest, demand: Demand) -> bool:
    return demand.requester == request.user or request.user.has_perm(DECIDE)
