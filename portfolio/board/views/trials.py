"""Trying a move before it is made."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from capacity.services.previews import answer_of
from intake.models import Demand
from portfolio.board.backlog import read_backlog
from portfolio.board.forms import TrialForm
from portfolio.board.trial import trial_of
from portfolio.board.trying import order_of, order_with, try_order
from portfolio.core.http import PageRequest, render_page


@require_safe
@permission_required("intake.rank_demand", raise_exception=True)
def trial(request: PageRequest) -> HttpResponse:
    """What a move would do; with a token, the answer to what was asked before."""
    demands = Demand.objects.visible_to(request.user).select_related("team", "tier")
    demand = get_object_or_404(demands, reference=request.GET.get("reference"))
    form = TrialForm(request.GET)
    order = order_of(demand.team)
    problem = form.problem_with(demand, places=len(order))
    given = form.cleaned_data
    token = given.get("token", "")
    if not problem and not token:
        # Sent before the board is read, so that both are done at the same time.
        asked = order_with(order, demand.reference, given["to_place"])
        token = try_order(team=demand.team, order=asked)
    backlog = read_backlog(
        team=demand.team, user=request.user, today=timezone.localdate()
    )
    row = next((row for row in backlog.rows if row.reference == demand.reference), None)
    if row is None:
        raise Http404
    tried = trial_of(
        backlog=backlog,
        row=row,
        to_place=given.get("to_place", row.place),
        token=token,
        looks=(given.get("looks") or 0) + 1,
        problem=problem,
        preview=None if problem else answer_of(token),
    )
    return render_page(
        request,
        "board/try.html",
        {"trial": tried, "demand": demand, "total": len(order)},
        fragment="outcome",
    )
