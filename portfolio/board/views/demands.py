"""The manager's page of one demand."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from capacity.own import may_report
from capacity.services.status import forecast_status
from intake.forms import CommentForm
from intake.models import Demand
from intake.services.stages import block_demand, unblock_demand
from portfolio.board.demand_page import read_demand
from portfolio.board.forms import BlockForm, UnblockForm
from portfolio.core.errors import RuleBroken
from portfolio.core.http import PageRequest, render_page
from portfolio.core.rights import REPORT_PROGRESS


@require_safe
@permission_required("intake.see_board", raise_exception=True)
def demand(request: PageRequest, reference: str) -> HttpResponse:
    return _page(request, _demand(request, reference))


@require_POST
@permission_required(REPORT_PROGRESS, raise_exception=True)
def block(request: PageRequest, reference: str) -> HttpResponse:
    found = _demand_to_report(request, reference)
    form = BlockForm(request.POST)
    if not form.is_valid():
        return _page(request, found, block_form=form)
    try:
        block_demand(demand=found, by=request.user, **form.cleaned_data)
    except RuleBroken as broken:
        form.add_error(None, str(broken))
        return _page(request, found, block_form=form)
    waits_for = form.cleaned_data["waits_for"]
    messages.success(request, f"{reference} is blocked and waits for {waits_for}.")
    return redirect("board:demand", reference)


@require_POST
@permission_required(REPORT_PROGRESS, raise_exception=True)
def unblock(request: PageRequest, reference: str) -> HttpResponse:
    found = _demand_to_report(request, reference)
    form = UnblockForm(request.POST)
    if not form.is_valid():
        return _page(request, found)
    try:
        unblock_demand(demand=found, by=request.user, why=form.cleaned_data["why"])
    except RuleBroken as broken:
        messages.error(request, str(broken))
    else:
        messages.success(request, f"{reference} is no longer blocked.")
    return redirect("board:demand", reference)


def _demand(request: PageRequest, reference: str) -> Demand:
    demands = Demand.objects.visible_to(request.user).for_reading()
    demands = demands.select_related("answered_under")
    return get_object_or_404(demands, reference=reference)


def _demand_to_report(request: PageRequest, reference: str) -> Demand:
    demand = _demand(request, reference)
    if not may_report(request.user, demand):
        raise PermissionDenied
    return demand


def _page(
    request: PageRequest, demand: Demand, *, block_form: BlockForm | None = None
) -> HttpResponse:
    page = read_demand(demand=demand, user=request.user, today=timezone.localdate())
    return render_page(
        request,
        "board/demand.html",
        {
            "page": page,
            "status": forecast_status(demand.team),
            "demand": demand,
            "row": page.row,
            "block_form": block_form or BlockForm(),
            "unblock_form": UnblockForm(),
            "discussion": page.discussion,
            "comment_form": CommentForm(in_team=page.discussion.in_team),
        },
        fragment="demand",
    )
