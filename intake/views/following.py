"""The page of one request, and what is done there by who asked and by who reads it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from intake.answers import parts_of
from intake.choices import Stage
from intake.clock_words import lines_of
from intake.comments import is_of_team
from intake.discussion import discussion_of
from intake.follow import last_question, promised_day, steps_of, timeline_of
from intake.forms import AnswerForm, CommentForm, ReopenForm, WithdrawForm
from intake.models import Demand, Letter
from intake.services.clocks import read_clocks
from intake.services.commenting import names_to_offer, write_comment
from intake.services.following import follow_demand, unfollow_demand
from intake.services.stages import withdraw_demand
from intake.services.triage import answer_question, reopen_demand
from intake.views.guests import guest_who_follows
from intake.views.loading import sent, visible_demand
from portfolio.core.errors import RuleBroken
from portfolio.core.http import PageRequest, render_page
from portfolio.core.models import Event
from portfolio.core.open_pages import open_to
from portfolio.core.rights import COMMENT, DECIDE
from portfolio.core.words import joined

require_form = require_http_methods(["GET", "HEAD", "POST"])


@open_to(guest_who_follows)
@require_safe
def follow(request: PageRequest, reference: str) -> HttpResponse:
    demand = visible_demand(request, reference)
    if demand.stage == Stage.DRAFT:
        return redirect(demand)
    return _follow_page(request, demand)


def _follow_page(
    request: PageRequest,
    demand: Demand,
    *,
    answer_form: AnswerForm | None = None,
    comment_form: CommentForm | None = None,
) -> HttpResponse:
    discussion, events = discussion_of(
        demand, request.user, Event.objects.about(demand).by_time()
    )
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
            "answer_form": (answer_form or AnswerForm()) if speaks else None,
            "letters": Letter.objects.taken_for(demand),
            "discussion": discussion,
            "comment_form": comment_form or CommentForm(in_team=discussion.in_team),
            "now": now,
            "may_withdraw": demand.is_open and speaks,
            "may_reopen": demand.is_closed_undone and request.user.has_perm(DECIDE),
        },
        fragment="follow",
    )


@open_to(guest_who_follows)
@require_safe
def attachment(request: PageRequest, reference: str, key: str) -> FileResponse:
    """A file of a request, for who may read the request; never shown in the page."""
    demand = visible_demand(request, reference)
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


@open_to(guest_who_follows)
@require_POST
def answer(request: PageRequest, reference: str) -> HttpResponse:
    """What the team asked for, from who asked for it or from whom they told."""
    demand = visible_demand(request, reference)
    if not _speaks_for_it(request, demand):
        raise PermissionDenied(
            "Only who asked for it or the manager of the team can answer."
        )
    form = AnswerForm(request.POST, request.FILES)
    if not form.is_valid():
        return _follow_page(request, demand, answer_form=form)
    try:
        answer_question(demand=demand, by=request.user, **form.cleaned_data)
    except RuleBroken as broken:
        messages.error(request, str(broken))
    else:
        messages.success(
            request, f"Your answer is sent. {demand.team} goes on with the decision."
        )
    return redirect(demand)


@open_to(guest_who_follows)
@require_POST
def comment(request: PageRequest, reference: str) -> HttpResponse:
    demand = visible_demand(request, reference)
    form = CommentForm(request.POST, in_team=is_of_team(request.user, demand))
    if not form.is_valid():
        return _follow_page(request, demand, comment_form=form)
    try:
        mentions = write_comment(demand=demand, by=request.user, **form.cleaned_data)
    except RuleBroken as broken:
        form.add_error(None, str(broken))
        return _follow_page(request, demand, comment_form=form)
    told = joined([person.name for person in mentions.people])
    messages.success(
        request, f"Your comment is there; {told} is told." if told else "It is there."
    )
    if mentions.unknown:
        names = joined([f"@{name}" for name in mentions.unknown])
        messages.warning(
            request, f"Nobody who can read it is called {names}; nobody was told."
        )
    return redirect(f"{_back(request, demand)}#comments")


@open_to(guest_who_follows)
@require_safe
def names(request: PageRequest, reference: str) -> JsonResponse:
    """Whom a comment may name, for who is typing one."""
    demand = visible_demand(request, reference)
    if not request.user.has_perm(COMMENT):
        raise PermissionDenied("Who reads along for leadership writes nothing.")
    is_internal = request.GET.get("inside") == "yes"
    begun = request.GET.get("q", "")[:60]
    found = names_to_offer(demand, request.user, begun, is_internal=is_internal)
    response = JsonResponse({"names": found})
    response["Cache-Control"] = "private, no-store"
    return response


@open_to(guest_who_follows)
@require_POST
def following(request: PageRequest, reference: str) -> HttpResponse:
    """Follow a request that one may read, or stop."""
    demand = visible_demand(request, reference)
    if request.POST.get("follow") == "yes":
        follow_demand(demand=demand, person=request.user)
        messages.success(
            request, f"You are told what becomes of {demand.reference} from now on."
        )
    else:
        unfollow_demand(demand=demand, person=request.user)
        messages.success(request, f"You do not follow {demand.reference} any more.")
    return redirect(_back(request, demand))


def _back(request: PageRequest, demand: Demand) -> str:
    """The page it was done on: that of the request, or that on the board."""
    given = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        given, {request.get_host()}, require_https=request.is_secure()
    )
    return given if is_ours else demand.get_absolute_url()


@require_form
@permission_required(DECIDE, raise_exception=True)
def reopen(request: PageRequest, reference: str) -> HttpResponse:
    demand = visible_demand(request, reference)
    form = ReopenForm(sent(request))
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


@open_to(guest_who_follows)
@require_form
def withdraw(request: PageRequest, reference: str) -> HttpResponse:
    demand = visible_demand(request, reference)
    if not _speaks_for_it(request, demand):
        raise PermissionDenied(
            "Only who asked for it or the manager of the team can withdraw a request."
        )
    form = WithdrawForm(sent(request))
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


def _original(request: PageRequest, demand: Demand) -> Demand | None:
    """What a duplicate repeats, where this person may read it."""
    if demand.duplicate_of_id is None:
        return None
    visible = Demand.objects.visible_to(request.user)
    return visible.filter(pk=demand.duplicate_of_id).first()


def _speaks_for_it(request: PageRequest, demand: Demand) -> bool:
    return demand.requester == request.user or request.user.has_perm(DECIDE)
