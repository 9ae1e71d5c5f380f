from __future__ import annotations

from datetime import date

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from intake.models import Demand
from portfolio.core.errors import RuleBroken
from portfolio.core.http import PageRequest, render_page
from portfolio.core.rights import PROMISE
from portfolio.core.words import day_words
from portfolio.delivery.choices import CommitmentState
from portfolio.delivery.forms import (
    ChanceForm,
    PromiseForm,
    RebaselineForm,
    WithdrawForm,
)
from portfolio.delivery.models import Commitment
from portfolio.delivery.reading import Outlook, outlook_of, read_open, tell_chance
from portfolio.delivery.services.commitments import (
    promise_date,
    rebaseline,
    withdraw_commitment,
)
from portfolio.delivery.views.sections import (
    PROMISE_CHANGED,
    changed,
    demand_for,
    next_of,
)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("intake.see_board", raise_exception=True)
def promise(request: PageRequest, reference: str) -> HttpResponse:
    """The promise of a demand: read by all who see the board, given by managers."""
    demand = demand_for(request, reference)
    if request.method != "POST":
        return _section(request, demand)
    if not request.user.has_perm(PROMISE):
        raise PermissionDenied
    commitment = Commitment.objects.open().filter(demand=demand).first()
    form = RebaselineForm(request.POST) if commitment else PromiseForm(request.POST)
    if not form.is_valid():
        return _section(request, demand, form=form)
    given = form.cleaned_data
    try:
        if commitment:
            rebaseline(commitment=commitment, by=request.user, **given)
        else:
            promise_date(demand=demand, by=request.user, **given)
    except RuleBroken as broken:
        form.add_error(None, str(broken))
        return _section(request, demand, form=form)
    messages.success(
        request, f"{demand.reference} is promised by {day_words(given['due_on'])}."
    )
    return changed(request, demand, _section, PROMISE_CHANGED)


@require_POST
@permission_required("delivery.promise_date", raise_exception=True)
def withdraw(request: PageRequest, reference: str) -> HttpResponse:
    demand = demand_for(request, reference)
    commitment = Commitment.objects.open().filter(demand=demand).first()
    form = WithdrawForm(request.POST)
    if commitment is None:
        messages.error(request, f"{demand.reference} is not promised.")
        return changed(request, demand, _section, PROMISE_CHANGED)
    if not form.is_valid():
        return _section(request, demand, withdraw_form=form)
    withdraw_commitment(
        commitment=commitment, by=request.user, why=form.cleaned_data["why"]
    )
    messages.success(request, f"{demand.reference} is no longer promised.")
    return changed(request, demand, _section, PROMISE_CHANGED)


@require_safe
@permission_required("intake.see_board", raise_exception=True)
def chance(request: PageRequest, reference: str) -> HttpResponse:
    demand = demand_for(request, reference)
    form = ChanceForm(request.GET)
    told = None
    if form.is_valid():
        outlook = outlook_of(demand.team_id, [demand.pk])
        day = form.cleaned_data["due_on"]
        told = tell_chance(outlook, demand.pk, day, timezone.localdate())
    return render_page(
        request,
        "delivery/chance.html",
        {"demand": demand, "told": told},
        fragment="chance",
    )


def _section(
    request: PageRequest,
    demand: Demand,
    form: forms.Form | None = None,
    withdraw_form: forms.Form | None = None,
) -> HttpResponse:
    today = timezone.localdate()
    outlook = outlook_of(demand.team_id, [demand.pk])
    last = (
        Commitment.objects.filter(demand=demand)
        .prefetch_related("versions")
        .order_by("-promised_at", "-pk")
        .first()
    )
    commitment = last if last and last.state == CommitmentState.OPEN else None
    picked = _picked_day(request)
    if form is None and commitment:
        form = RebaselineForm(initial={"due_on": picked})
    elif form is None:
        offered = picked or _offered_day(demand, outlook, today)
        form = PromiseForm(initial={"due_on": offered})
    day = form["due_on"].value()
    return render_page(
        request,
        "delivery/promise.html",
        {
            "demand": demand,
            "forecast": outlook.rows.get(demand.pk),
            "standing": read_open([commitment], outlook, today)[0]
            if commitment
            else None,
            "closed": None if commitment else last,
            "form": form,
            "is_picked": picked is not None,
            "withdraw_form": withdraw_form or WithdrawForm(),
            "told": tell_chance(outlook, demand.pk, day, today)
            if isinstance(day, date)
            else None,
            "next": next_of(request, demand),
        },
        fragment="promise",
    )


def _picked_day(request: PageRequest) -> date | None:
    """The day that was picked on a bar."""
    form = ChanceForm(request.GET)
    return form.cleaned_data["due_on"] if form.is_valid() else None


def _offered_day(demand: Demand, outlook: Outlook, today: date) -> date | None:
    """The P85: a promise that is on track."""
    forecast = outlook.rows.get(demand.pk)
    return max(forecast.p85, today) if forecast and forecast.p85 else None
