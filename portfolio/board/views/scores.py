"""Scoring, and the order that scores suggest: a proposal, never an act."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from capacity.services.previews import answer_of
from intake.models import Demand, RankMove
from intake.services.ranking import reorder_backlog
from intake.services.scoring import policy_of, set_inputs, set_policy
from portfolio.board.backlog import read_backlog
from portfolio.board.forms import InputsForm, PolicyForm, ProposalForm
from portfolio.board.models import BoardPolicy
from portfolio.board.scores import Proposal, proposal_of
from portfolio.board.trial import MOST_LOOKS
from portfolio.board.trying import outcome_of, try_order
from portfolio.core.errors import RuleBroken
from portfolio.core.http import PageRequest, render_page
from portfolio.core.models import Team
from portfolio.core.teams import team_of
from portfolio.core.words import counted


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("intake.rank_demand", raise_exception=True)
def by_score(request: PageRequest) -> HttpResponse:
    """The backlog sorted by score: what it would do, and Keep."""
    team = team_of(request.user)
    backlog = read_backlog(team=team, user=request.user, today=timezone.localdate())
    proposal = proposal_of(backlog)
    if request.method == "POST":
        try:
            moves = _keep(request, team, proposal)
        except RuleBroken as broken:
            messages.error(request, str(broken))
        else:
            messages.success(request, f"{counted(len(moves), 'demand')} moved.")
            return redirect("board:board")
    token, looks = request.GET.get("token", ""), request.GET.get("looks", "")
    if proposal.moves and not token:
        token = try_order(team=team, order=proposal.order)
    preview = answer_of(token)
    outcome = None
    if preview and not preview.problem:
        outcome = outcome_of(backlog, preview)
    return render_page(
        request,
        "board/by_score.html",
        {
            "proposal": proposal,
            "token": token,
            "looks": looks + ".",
            "may_come": bool(token) and len(looks) < MOST_LOOKS,
            "problem": preview.problem if preview else "",
            "outcome": outcome,
        },
        fragment="outcome",
    )


def _keep(request: PageRequest, team: Team, proposal: Proposal) -> list[RankMove]:
    form = ProposalForm(request.POST)
    if not form.is_valid():
        raise RuleBroken("The reason may have 500 characters at most.")
    if form.cleaned_data["seen"] != proposal.seal:
        raise RuleBroken(
            "The order or a score was changed by somebody else meanwhile. "
            "This is what sorting would do now."
        )
    return reorder_backlog(
        team=team,
        order=proposal.order,
        seen=proposal.now,
        by=request.user,
        why=form.cleaned_data["why"] or "Sorted by score",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("intake.rank_demand", raise_exception=True)
def scoring(request: PageRequest) -> HttpResponse:
    """How the team scores, by which weights, and how much it has in progress."""
    team = team_of(request.user)
    agreed = BoardPolicy.objects.filter(team=team).first()
    form = PolicyForm(
        request.POST or None,
        initial=PolicyForm.initial_of(
            policy_of(team), agreed.most_in_progress if agreed else None
        ),
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        set_policy(
            team=team, method=given["method"], weights=form.weights, by=request.user
        )
        BoardPolicy.objects.update_or_create(
            team=team, defaults={"most_in_progress": given["most_in_progress"]}
        )
        messages.success(request, "The board works this way from now on.")
        return redirect("board:board")
    return render_page(request, "board/scoring.html", {"form": form}, fragment="form")


@require_POST
@permission_required("intake.rank_demand", raise_exception=True)
def inputs(request: PageRequest, reference: str) -> HttpResponse:
    demand = get_object_or_404(
        Demand.objects.visible_to(request.user), reference=reference
    )
    form = InputsForm(request.POST)
    if form.is_valid():
        set_inputs(
            demand=demand,
            own=form.own,
            cost_per_week=form.cleaned_data["cost_per_week"],
            by=request.user,
        )
        messages.success(request, f"{reference} is scored by these numbers.")
    else:
        messages.error(request, "Inputs are whole numbers from 0 to 10, or empty.")
    return redirect("board:demand", reference)
