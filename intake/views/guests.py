"""What people without an account do: ask by a link, confirm their e-mail, follow."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from intake.asking import CHECK, OPENING, Page, way_of
from intake.choices import Stage
from intake.forms import OpeningForm, WhoForm
from intake.guest_links import (
    demand_once_followed,
    demand_to_follow,
    draft_to_confirm,
    link_of,
    link_version_of,
)
from intake.models import Demand, GuestDraft
from intake.services.drafting import draft_of
from intake.services.follow_links import mail_follow_link
from intake.services.guests import (
    TooMany,
    ask_to_confirm,
    begin_guest_draft,
    confirm_email,
    send_guest_draft,
)
from intake.views.asking import guest_with_token, not_sent_yet
from intake.views.loading import sent
from portfolio.core.errors import RuleBroken
from portfolio.core.http import PageRequest, account_of, network_address, render_page
from portfolio.core.models import User
from portfolio.core.open_pages import open_to
from portfolio.core.rights import SUBMIT

require_form = require_http_methods(["GET", "HEAD", "POST"])
# The references a guest reads by signed links, in the session of their browser.
FOLLOWS = "guest-follows"
A_MONTH = 60 * 60 * 24 * 30
OPENING_PAGE = Page(OPENING, "What do you need connected?", "Your request", 1, 4)


def guest_who_follows(
    request: HttpRequest, reference: str, **_rest: object
) -> User | None:
    """The guest whose request a signed link has opened in this browser."""
    opened = _opened(request).get(reference)
    demand = Demand.objects.filter(reference=reference).select_related("requester")
    found = demand.first() if opened is not None else None
    if found is None or opened != link_version_of(found):
        return None
    person = found.requester
    return person if person and person.is_guest and person.is_active else None


def _opened(request: HttpRequest) -> dict[str, int]:
    """References and the version of the link that opened each in this browser."""
    opened = request.session.get(FOLLOWS, {})
    # Browsers from before links could be revoked hold the references alone.
    return opened if isinstance(opened, dict) else dict.fromkeys(opened, 0)


@login_not_required
@require_form
def new(request: PageRequest, signed: str) -> HttpResponse:
    """The opening of a request by a link; from there on its draft has an address."""
    link = link_of(signed)
    if link is None:
        raise Http404
    account = account_of(request)
    if account and account.has_perm(SUBMIT):
        messages.info(request, "You have an account, so you need no link.")
        return redirect("intake:new")
    if not link.is_open(timezone.now()):
        return _closed(request)
    form = OpeningForm(sent(request), user=None, link=link)
    status = 200
    if form.is_valid():
        try:
            draft = begin_guest_draft(
                link=link,
                opening=form.opening(),
                token=form.cleaned_data["token"] or uuid4(),
                network_address=network_address(request),
            )
        except TooMany as broken:
            form.add_error(None, str(broken))
            status = 429
        else:
            return _next_page(draft)
    return render_page(
        request,
        "intake/ask.html",
        {"page": OPENING_PAGE, "form": form, "action": request.path, "link": link},
        fragment="form",
        status=status,
    )


@open_to(guest_with_token)
@require_POST
def send(request: PageRequest, token: UUID) -> HttpResponse:
    """Ask who sends it; who has confirmed their e-mail before sends it at once."""
    guest = _guest_draft(token).guest
    if guest.confirmed_at and not guest.sent_at:
        return _send(request, guest)
    return redirect("intake:guest-who", token)


@open_to(guest_with_token)
@require_form
def who(request: PageRequest, token: UUID) -> HttpResponse:
    """Who asks, once everything is answered."""
    draft = _guest_draft(token)
    guest = draft.guest
    if draft.stage != Stage.DRAFT:
        return redirect("intake:submitted", draft.reference)
    if way_of(draft).missing:
        return redirect("intake:draft-page", token, CHECK)
    form = WhoForm(sent(request), initial={"name": guest.name, "email": guest.email})
    status = 200
    if form.is_valid():
        try:
            ask_to_confirm(draft=draft, **form.cleaned_data)
        except RuleBroken as broken:
            form.add_error(None, str(broken))
            status = 429 if isinstance(broken, TooMany) else 200
        else:
            return redirect("intake:guest-wait", token)
    return render_page(
        request,
        "intake/who.html",
        {"draft": draft, "form": form},
        fragment="form",
        status=status,
    )


@open_to(guest_with_token)
@require_safe
def wait(request: PageRequest, token: UUID) -> HttpResponse:
    draft = _guest_draft(token)
    if draft.stage != Stage.DRAFT:
        return redirect("intake:submitted", draft.reference)
    return render_page(
        request,
        "intake/wait.html",
        {"draft": draft, "guest": draft.guest},
        fragment="wait",
    )


@open_to(guest_with_token)
@require_safe
def kept(request: PageRequest, token: UUID) -> HttpResponse:
    """Where a draft is found again by who has no list of their own."""
    draft = _guest_draft(token)
    return render_page(
        request,
        "intake/kept.html",
        {"draft": draft, "address": f"{settings.ADDRESS}{draft.get_absolute_url()}"},
        fragment="kept",
    )


@login_not_required
@require_form
def confirm(request: PageRequest, signed: str) -> HttpResponse:
    """A button, not the link itself: programs that look through mails open links."""
    guest = draft_to_confirm(signed)
    if guest is None:
        return _closed(request, is_confirmation=True)
    if guest.demand.stage != Stage.DRAFT:
        if guest.link_version:
            return _closed(request)
        return _show_sent(request, guest.demand)
    if request.method == "POST":
        return _send(request, confirm_email(guest=guest))
    return render_page(
        request,
        "intake/confirm.html",
        {"guest": guest, "draft": guest.demand},
        fragment="form",
    )


def _send(request: PageRequest, guest: GuestDraft) -> HttpResponse:
    if guest.link and not guest.link.is_open(timezone.now()):
        return _closed(request)
    try:
        demand = send_guest_draft(draft=guest.demand)
    except RuleBroken as broken:
        token = guest.demand.submission_token
        assert token is not None  # noqa: S101 - every draft of a form has one
        return not_sent_yet(request, token, str(broken))
    return _show_sent(request, demand)


def _show_sent(request: PageRequest, demand: Demand) -> HttpResponse:
    if demand.requester and demand.requester.is_guest:
        _let_follow(request, demand)
    return redirect("intake:submitted", demand.reference)


@login_not_required
@require_safe
def follow(request: PageRequest, signed: str) -> HttpResponse:
    """Open the page of one request in this browser, for who has the link to it."""
    demand = demand_to_follow(signed)
    if demand is None:
        return _closed(request, signed=signed)
    account = account_of(request)
    if account:
        visible = Demand.objects.visible_to(account).filter(pk=demand.pk)
        if not visible.exists():
            return render_page(
                request, "intake/signed_in_as.html", {}, fragment="other", status=403
            )
    elif demand.requester and demand.requester.is_guest:
        _let_follow(request, demand)
    return redirect(demand)


def _let_follow(request: PageRequest, demand: Demand) -> None:
    if account_of(request):
        return
    version = link_version_of(demand)
    request.session[FOLLOWS] = {**_opened(request), demand.reference: version}
    request.session.set_expiry(A_MONTH)


@login_not_required
@require_POST
def follow_again(request: PageRequest, signed: str) -> HttpResponse:
    """Mail a new link to whose request it is; who holds an old one learns nothing."""
    demand = demand_once_followed(signed)
    if demand is None:
        return _closed(request)
    try:
        mail_follow_link(demand=demand, by=None)
    except TooMany as broken:
        return _closed(request, signed=signed, problem=str(broken), status=429)
    return render_page(request, "intake/link_mailed.html", {}, fragment="mailed")


def _next_page(draft: Demand) -> HttpResponse:
    way = way_of(draft)
    page = way.page(OPENING)
    assert page is not None  # noqa: S101 - every way begins with it
    return redirect("intake:draft-page", draft.submission_token, way.after(page).slug)


def _guest_draft(token: UUID) -> Demand:
    draft = draft_of(None, token)
    if draft is None:
        raise Http404
    return draft


def _closed(
    request: PageRequest,
    *,
    is_confirmation: bool = False,
    signed: str = "",
    problem: str = "",
    status: int = 410,
) -> HttpResponse:
    """With a link by which a request was followed once, a new one can be asked for."""
    again = signed if signed and demand_once_followed(signed) else ""
    return render_page(
        request,
        "intake/closed.html",
        {"is_confirmation": is_confirmation, "again": again, "problem": problem},
        fragment="closed",
        status=status,
    )
