from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, QueryDict
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from capacity.models import WorkPackage
from intake.choices import Stage
from intake.models import Demand
from portfolio.core.errors import RuleBroken
from portfolio.core.http import PageRequest, render_page
from portfolio.core.rights import REPORT_PROGRESS, WAIVE_GATE
from portfolio.core.words import day_words
from portfolio.delivery.forms import DayForm, DeliverForm
from portfolio.delivery.models import Commitment, policy_of
from portfolio.delivery.services import progress
from portfolio.delivery.services.gates import tick_gates
from portfolio.delivery.views.sections import (
    STAGE_CHANGED,
    changed,
    demand_to_report,
    next_of,
)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(REPORT_PROGRESS, raise_exception=True)
def start(request: PageRequest, reference: str) -> HttpResponse:
    demand = demand_to_report(request, reference)
    if request.method != "POST":
        return _section(request, demand)
    form = DayForm(request.POST, label="Work began on")
    if not form.is_valid():
        return _section(request, demand, form=form)
    on = form.cleaned_data["on"]
    try:
        progress.start(demand=demand, by=request.user, on=on)
    except RuleBroken as broken:
        form.add_error(None, str(broken))
        return _section(request, demand, form=form)
    messages.success(request, f"{demand.reference} was started on {day_words(on)}.")
    return changed(request, demand, _section, STAGE_CHANGED)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(REPORT_PROGRESS, raise_exception=True)
def deliver(request: PageRequest, reference: str) -> HttpResponse:
    """Tick quality gates, or say with them that it is delivered."""
    demand = demand_to_report(request, reference)
    if request.method != "POST":
        return _section(request, demand)
    form = _deliver_form(request, demand, request.POST)
    if not form.is_valid():
        return _section(request, demand, form=form)
    given = form.cleaned_data
    try:
        if "tick" in request.POST:
            tick_gates(demand=demand, by=request.user, gates=given.get("gates", []))
            messages.success(request, "The quality gates are kept as you ticked them.")
        else:
            progress.deliver(demand=demand, by=request.user, **given)
            messages.success(
                request,
                f"{demand.reference} was delivered on {day_words(given['on'])}.",
            )
    except RuleBroken as broken:
        form.add_error(None, str(broken))
        return _section(request, demand, form=form)
    return changed(request, demand, _section, STAGE_CHANGED)


def _section(
    request: PageRequest, demand: Demand, form: DayForm | None = None
) -> HttpResponse:
    under_way = demand.stage == Stage.IN_PROGRESS
    if form is None and under_way:
        form = _deliver_form(request, demand)
    return render_page(
        request,
        "delivery/progress.html",
        {
            "demand": demand,
            "may_start": demand.stage in {Stage.ACCEPTED, Stage.ESTIMATED},
            "may_deliver": under_way,
            "commitment": Commitment.objects.open().filter(demand=demand).first(),
            "unfinished": WorkPackage.objects.filter(demand=demand)
            .unfinished()
            .count(),
            "checks": demand.gate_checks.all() if demand.delivered_on else [],
            "form": form
            or DayForm(initial={"on": timezone.localdate()}, label="Work began on"),
            "next": next_of(request, demand),
        },
        fragment="progress",
    )


def _deliver_form(
    request: PageRequest, demand: Demand, given: QueryDict | None = None
) -> DeliverForm:
    met = demand.gate_checks.filter(waived_because="").values_list("gate", flat=True)
    return DeliverForm(
        given,
        gates=policy_of(demand.team).gates,
        may_waive=request.user.has_perm(WAIVE_GATE),
        initial={"on": timezone.localdate(), "gates": list(met)},
    )
