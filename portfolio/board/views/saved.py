"""Views of the board under a name, and the moves that were made on it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from intake.models import Demand, RankMove
from portfolio.board.filters import Filters
from portfolio.board.forms import ViewForm
from portfolio.board.models import SavedView
from portfolio.core.http import PageRequest, render_page
from portfolio.core.teams import team_of

MOST_MOVES = 200


@require_POST
@permission_required("intake.see_board", raise_exception=True)
def save_view(request: PageRequest) -> HttpResponse:
    """Keep the filters of the address under a name; the same name is overwritten."""
    form = ViewForm(request.POST)
    query = Filters.read(request.GET).query
    if form.is_valid():
        name = form.cleaned_data["name"]
        SavedView.objects.update_or_create(
            person=request.user, name=name, defaults={"query": query}
        )
        messages.success(request, f"This view is kept as “{name}”.")
    else:
        messages.error(request, "Give the view a name of up to 40 letters.")
    return redirect(f"{reverse('board:board')}?{query}".removesuffix("?"))


@require_POST
@permission_required("intake.see_board", raise_exception=True)
def forget_view(request: PageRequest, pk: int) -> HttpResponse:
    view = get_object_or_404(SavedView, pk=pk, person=request.user)
    view.delete()
    messages.success(request, f"“{view}” is forgotten.")
    return redirect("board:board")


@require_safe
@permission_required("intake.see_board", raise_exception=True)
def history(request: PageRequest) -> HttpResponse:
    """Who moved what on the board, and why; each can be tried the other way round."""
    moves = (
        RankMove.objects.filter(
            demand__in=Demand.objects.visible_to(request.user).filter(
                team=team_of(request.user)
            )
        )
        .select_related("demand", "moved_by")
        .order_by("-pk")
    )
    return render_page(
        request,
        "board/history.html",
        {"moves": moves[:MOST_MOVES], "most": MOST_MOVES},
        fragment="moves",
    )
