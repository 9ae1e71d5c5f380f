"""The ranked backlog: looking at it, moving in it, taking it along as a file."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from capacity.services.envelopes import over_before
from capacity.services.status import forecast_status
from intake.models import Demand
from intake.services.ranking import move_demand
from portfolio.board.backlog import Backlog, read_backlog
from portfolio.board.filters import Filters
from portfolio.board.forms import MoveForm
from portfolio.board.limits import read_limits
from portfolio.board.models import SavedView
from portfolio.board.page import page_of, refused_move
from portfolio.board.sheet import HEADER, sheet_rows
from portfolio.board.story import last_of
from portfolio.core.csv_cells import csv_response
from portfolio.core.errors import RuleBroken
from portfolio.core.http import PageRequest, render_page
from portfolio.core.rights import PROMISE
from portfolio.core.teams import team_of


@require_safe
@permission_required("intake.see_board", raise_exception=True)
def board(request: PageRequest) -> HttpResponse:
    """The board; or, to a page that has so many rows already, those after them."""
    after = request.GET.get("after", "")
    if request.htmx and after.isdecimal():
        return _page(request, after=int(after[:8]))
    return _page(request)


@require_safe
@permission_required("intake.see_board", raise_exception=True)
def board_csv(request: PageRequest) -> HttpResponse:
    rows = Filters.read(request.GET).keep(_backlog(request).rows)
    return csv_response("board.csv", HEADER, sheet_rows(rows))


@require_POST
@permission_required("intake.rank_demand", raise_exception=True)
def move(request: PageRequest) -> HttpResponse:
    form = MoveForm(request.POST)
    demands = Demand.objects.visible_to(request.user)
    demand = get_object_or_404(demands, reference=request.POST.get("reference"))
    if not form.is_valid():
        messages.error(request, form.first_problem)
        return _page(request, refused=request.POST)
    given = form.cleaned_data
    try:
        moved = move_demand(
            demand=demand,
            to_place=given["to_place"],
            by=request.user,
            why=given["why"],
            seen_revision=given["revision"],
        )
    except RuleBroken as broken:
        messages.error(request, f"{broken} {last_of(demand)}".strip())
        return _page(request, refused=request.POST)
    if moved:
        said = f"{demand.reference} moved from {moved.from_place} to {moved.to_place}."
    else:
        said = f"{demand.reference} stands at {given['to_place']} already."
    messages.success(request, said)
    if request.htmx:
        return _page(request)
    query = Filters.read(request.GET).query
    return redirect(f"{reverse('board:board')}?{query}".removesuffix("?"))


def _backlog(request: PageRequest) -> Backlog:
    return read_backlog(
        team=team_of(request.user), user=request.user, today=timezone.localdate()
    )


def _page(
    request: PageRequest, *, refused: Mapping[str, str] | None = None, after: int = 0
) -> HttpResponse:
    """The board as it is now; with the panel open on a move that was refused."""
    backlog = _backlog(request)
    asked = request.GET.dict()
    # A page says how many rows it has got meanwhile, so that it gets as many back.
    shown = request.POST.get("shown", asked.get("shown"))
    if shown and not after:
        asked["rows"] = shown
    filters = Filters.read(asked)
    saved = list(SavedView.objects.filter(person=request.user))
    return render_page(
        request,
        "board/board.html",
        {
            "status": forecast_status(backlog.team),
            "over": over_before(backlog.team),
            "page": page_of(
                backlog,
                filters,
                may_rank=request.user.has_perm("intake.rank_demand"),
                may_promise=request.user.has_perm(PROMISE),
                after=after,
            ),
            "limits": read_limits(backlog.team, backlog.rows),
            "saved": saved,
            "is_saved": filters.query in {view.query for view in saved},
            "move": refused_move(backlog, refused) if refused else None,
        },
        fragment="more" if after else "backlog",
    )
