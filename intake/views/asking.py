"""The way from a wish to a request that is sent: one topic a page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from intake.answers import answers_of, evidence_parts, to_ask, topic_parts
from intake.asking import CHECK, OPENING, TIER, Page, Way, way_of
from intake.choices import Stage
from intake.deadlines import Deadlines, deadlines
from intake.evidence import EVIDENCE
from intake.forms import OpeningForm, TierWishForm, TopicForm
from intake.forms.topics import missing_words
from intake.models import Demand, Letter
from intake.questions import read_questions
from intake.services.attaching import attach_file
from intake.services.deriving import derive_tier
from intake.services.drafting import (
    ask_for_tier,
    discard_draft,
    draft_of,
    keep_answers,
    open_draft,
)
from intake.services.guests import forget_guest_draft
from intake.services.submitting import submit_draft
from intake.views.loading import sent
from portfolio.core.errors import RuleBroken
from portfolio.core.http import PageRequest, account_of, render_page
from portfolio.core.models import Team, User
from portfolio.core.open_pages import open_to
from portfolio.core.rights import SUBMIT

require_form = require_http_methods(["GET", "HEAD", "POST"])
View = Callable[..., HttpResponse]


def guest_with_token(
    _request: HttpRequest, token: UUID, **_rest: object
) -> AnonymousUser | None:
    """Who has no account goes on with a draft by the token of its form."""
    return AnonymousUser() if draft_of(None, token) else None


def may_submit(view: View) -> View:
    """For who may send requests, and for guests with a draft of their own."""

    @wraps(view)
    def guarded(request: PageRequest, *args: Any, **kept: Any) -> HttpResponse:
        if request.user.is_authenticated and not request.user.has_perm(SUBMIT):
            raise PermissionDenied
        return view(request, *args, **kept)

    return open_to(guest_with_token)(guarded)


def asker_of(request: PageRequest) -> User | None:
    """Who asks; None for a guest, who is nobody until they confirm their e-mail."""
    return account_of(request)


@require_form
@permission_required(SUBMIT, raise_exception=True)
def new(request: PageRequest) -> HttpResponse:
    return _opening(request, None)


@require_safe
@may_submit
def draft(request: PageRequest, token: UUID) -> HttpResponse:
    """Go on where it was left; what was sent meanwhile is followed instead."""
    found = _draft(request, token)
    if found.stage != Stage.DRAFT:
        return redirect(found)
    return redirect("intake:draft-page", token, way_of(found).next_open().slug)


@require_form
@may_submit
def draft_page(request: PageRequest, token: UUID, slug: str) -> HttpResponse:
    found = _draft(request, token)
    if found.stage != Stage.DRAFT:
        return redirect("intake:submitted", found.reference)
    way = way_of(found)
    page = way.page(slug)
    if page is None:
        # An earlier answer was changed, and with it which pages there are.
        return redirect("intake:draft-page", token, way.next_open().slug)
    try:
        return _answered(request, found, way, page)
    except RuleBroken as sent_meanwhile:
        messages.error(request, str(sent_meanwhile))
        return redirect("intake:draft", token)


def _answered(
    request: PageRequest, found: Demand, way: Way, page: Page
) -> HttpResponse:
    if page.slug == OPENING:
        return _opening(request, found)
    if page.slug == TIER:
        return _tier(request, found, page)
    if page.slug == CHECK:
        return _check(request, found, way)
    return _topic(request, found, page)


@require_POST
@may_submit
def send(request: PageRequest, token: UUID) -> HttpResponse:
    found = _draft(request, token)
    asker = asker_of(request)
    if asker is None:
        # Their page has a button of its own; this one is for who is known.
        return redirect("intake:guest-who", token)
    try:
        request_sent = submit_draft(draft=found, by=asker)
    except RuleBroken as broken:
        return not_sent_yet(request, token, str(broken))
    return redirect("intake:submitted", request_sent.reference)


def not_sent_yet(request: PageRequest, token: UUID, why: str) -> HttpResponse:
    """Back to the tier, which may be another now; unless it was sent meanwhile."""
    try:
        found = keep_answers(draft=_draft(request, token), answers={})
    except RuleBroken:
        return redirect("intake:submitted", _draft(request, token).reference)
    messages.error(request, f"It is not sent yet. {why}")
    tier_page = way_of(found).page(TIER)
    return redirect("intake:draft-page", token, TIER if tier_page else OPENING)


@require_form
@may_submit
def discard(request: PageRequest, token: UUID) -> HttpResponse:
    found = _draft(request, token)
    if found.stage != Stage.DRAFT:
        return redirect(found)
    if request.method == "POST":
        if asker_of(request) is None:
            forget_guest_draft(draft=found)
            return render_page(request, "intake/gone.html", {}, fragment="gone")
        discard_draft(draft=found)
        messages.success(request, "The draft is thrown away.")
        return redirect("intake:requests")
    return render_page(
        request, "intake/discard.html", {"draft": found}, fragment="form"
    )


def _opening(request: PageRequest, found: Demand | None) -> HttpResponse:
    asker = asker_of(request)
    link = found.guest.link if found and asker is None else None
    form = OpeningForm(sent(request), user=asker, draft=found, link=link)
    if request.method == "POST" and form.is_valid():
        begun = found.submission_token if found else form.cleaned_data["token"]
        try:
            opened = open_draft(
                by=asker, opening=form.opening(), token=begun or uuid4()
            )
        except RuleBroken as broken:
            form.add_error(None, str(broken))
        else:
            return _go_on(request, opened, OPENING)
    page = Page(OPENING, "What do you need connected?", "Your request", 1, 4)
    return _page(request, found, page, {"form": form})


def _topic(request: PageRequest, found: Demand, page: Page) -> HttpResponse:
    assert page.topic is not None  # noqa: S101 - the other pages are not topics
    form = TopicForm(
        sent(request),
        request.FILES or None,
        topic=page.topic,
        answers=answers_of(found),
        partly="later" in request.POST,
    )
    if request.method == "POST" and form.is_valid():
        found = keep_answers(draft=found, answers=form.given)
        for key, upload in form.uploads.items():
            attach_file(draft=found, key=key, upload=upload, by=asker_of(request))
        return _go_on(request, found, page.slug)
    return _page(request, found, page, {"form": form})


def _tier(request: PageRequest, found: Demand, page: Page) -> HttpResponse:
    form = TierWishForm(sent(request), draft=found)
    if request.method == "POST" and form.is_valid():
        found = ask_for_tier(
            draft=found, tier=form.tier_wanted, why=form.cleaned_data.get("why", "")
        )
        return _go_on(request, found, TIER)
    derived = derive_tier(draft=found, answers=answers_of(found))
    return _page(
        request,
        found,
        page,
        {"form": form, "derived": derived, "due": _due(found)},
    )


def _check(request: PageRequest, found: Demand, way: Way) -> HttpResponse:
    answers = answers_of(found)
    questions = read_questions(found.tier.current.questions, before=EVIDENCE)
    slugs = {
        question.key: page.slug
        for page in way.pages
        if page.topic
        for question in to_ask(page.topic, answers)
    }
    parts = [
        (part.title, [(answer, slugs[answer.key]) for answer in part.answers])
        for part in [*evidence_parts(answers), *topic_parts(questions, answers)]
    ]
    missing = [(page, f"{missing_words(question)}.") for page, question in way.missing]
    asker = asker_of(request)
    link = None if asker else found.guest.link
    return render_page(
        request,
        "intake/check.html",
        {
            "draft": found,
            "parts": parts,
            "missing": missing,
            "letters": Letter.objects.taken_for(found),
            "due": _due(found),
            "back": way.pages[-2],
            "asks_unit": not link and not (asker and asker.business_unit_id),
            "asks_team": not link and Team.objects.count() > 1,
        },
        fragment="form",
    )


def _go_on(request: PageRequest, found: Demand, slug: str) -> HttpResponse:
    """To the next page; after a change, back to the check if nothing else is open."""
    token = found.submission_token
    if found.stage != Stage.DRAFT:
        return redirect("intake:submitted", found.reference)
    if "later" in request.POST:
        if asker_of(request) is None:
            return redirect("intake:guest-kept", token)
        messages.success(request, f"Kept. “{found.title}” waits below for you.")
        return redirect("intake:requests")
    way = way_of(found)
    page = way.page(slug)
    if request.GET.get("then") != CHECK:
        assert page is not None  # noqa: S101 - it was just answered
        return redirect("intake:draft-page", token, way.after(page).slug)
    target = CHECK
    if request.GET.get("tier") != found.tier.slug:
        target = TIER if way.page(TIER) else way.next_open().slug
    elif way.missing:
        target = way.next_open().slug
    address = reverse("intake:draft-page", args=[token, target])
    return redirect(address if target == CHECK else f"{address}?{_then(found)}")


def _page(
    request: PageRequest, found: Demand | None, page: Page, context: dict[str, Any]
) -> HttpResponse:
    way = way_of(found) if found else None
    changes = request.GET.get("then") == CHECK
    before = way.before(page) if way else None
    return render_page(
        request,
        "intake/ask.html",
        {
            "draft": found,
            "page": page,
            "letters": Letter.objects.taken_for(found) if found else [],
            "before": CHECK if changes else before and before.slug,
            "query": f"?{request.GET.urlencode()}" if changes else "",
            **context,
        },
        fragment="form",
    )


def _then(found: Demand) -> str:
    """What a change link carries: come back to the check, and under which tier."""
    return f"then={CHECK}&tier={found.tier.slug}"


def _draft(request: PageRequest, token: UUID) -> Demand:
    found = draft_of(asker_of(request), token)
    if found is None:
        raise Http404
    return found


def _due(found: Demand) -> Deadlines | None:
    return deadlines(
        version=found.tier.current,
        hours=found.team.calendar.business_hours(),
        submitted_at=timezone.now(),
    )
