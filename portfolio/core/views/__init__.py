from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, permission_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from portfolio.core.choices import Role
from portfolio.core.forms import (
    AwayForm,
    NoticePreferencesForm,
    SignInForm,
    ThemeForm,
)
from portfolio.core.http import PageRequest, render_page
from portfolio.core.models import BusinessCalendar, BusinessUnit, Notice, Team, User
from portfolio.core.search import Found, find
from portfolio.core.services.digests import zone_of
from portfolio.core.services.notices import read_notices
from portfolio.core.services.preferences import choose_channels, preferences_of
from portfolio.core.shell import THEME_COOKIE, THEMES, rooms_of
from portfolio.core.signed_out import KEPT, Kept, opened, show_kept
from portfolio.core.words import counted

HOME = {
    Role.REQUESTER: "intake:requests",
    Role.ENGINEER: "capacity:my-work",
    Role.MANAGER: "board:board",
    Role.VIEWER: "delivery:delivery",
    Role.ADMINISTRATOR: "board:board",
    Role.GUEST: "core:account",
}
A_PAGE = 50
A_YEAR = 60 * 60 * 24 * 365


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """Signs in, and gives back what was sent while nobody was signed in any more."""

    template_name = "core/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def dispatch(
        self, request: HttpRequest, *args: Any, **rest: Any
    ) -> HttpResponseBase:
        kept = self._kept()
        if kept and request.user.is_authenticated:
            return show_kept(request, kept)
        return super().dispatch(request, *args, **rest)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        kept = self._kept()
        return show_kept(self.request, kept) if kept else response

    def get_context_data(self, **rest: Any) -> dict[str, Any]:
        sealed = self.request.POST.get(KEPT, "")
        return {**super().get_context_data(**rest), KEPT: sealed}

    def _kept(self) -> Kept | None:
        return opened(self.request.POST.get(KEPT, ""))


@require_safe
def home(request: PageRequest) -> HttpResponse:
    return redirect(HOME[Role(request.user.role)])


@require_safe
def account(request: PageRequest) -> HttpResponse:
    return _account_page(request, AwayForm(instance=request.user))


def _account_page(request: PageRequest, away_form: AwayForm) -> HttpResponse:
    theme_form = ThemeForm(
        initial={"theme": request.COOKIES.get(THEME_COOKIE, "system")}
    )
    return render_page(
        request,
        "core/account.html",
        {
            "theme_form": theme_form,
            "away_form": away_form if away_form.has_colleagues else None,
        },
        fragment="account",
    )


@require_POST
def away(request: PageRequest) -> HttpResponse:
    form = AwayForm(request.POST, instance=request.user)
    if not form.is_valid():
        return _account_page(request, form)
    form.save()
    messages.success(request, form.said())
    return redirect("core:account")


@require_http_methods(["GET", "HEAD", "POST"])
def notice_preferences(request: PageRequest) -> HttpResponse:
    """What comes by e-mail at once, in the mail of the day, or not at all."""
    form = NoticePreferencesForm(
        request.POST if request.method == "POST" else None,
        person=request.user,
        initial=preferences_of(request.user),
    )
    if form.is_valid():
        choose_channels(person=request.user, channels=form.cleaned_data)
        messages.success(request, "You are told as you chose from now on.")
        return redirect("core:account")
    return render_page(
        request,
        "core/preferences.html",
        {
            "form": form,
            "hour": settings.DIGEST_HOUR,
            "zone": zone_of(request.user),
        },
        fragment="preferences",
    )


@require_safe
def notices(request: PageRequest) -> HttpResponse:
    found = Notice.objects.of(request.user)
    return render_page(
        request,
        "core/notices.html",
        {"page": Paginator(found, A_PAGE).get_page(request.GET.get("page"))},
        fragment="notices",
    )


@require_safe
def notice(request: PageRequest, pk: int) -> HttpResponse:
    """Go where a notice leads; having followed it, one has read it."""
    found = get_object_or_404(Notice.objects.of(request.user), pk=pk)
    read_notices(person=request.user, notice=found)
    return redirect(found.url or "core:notices")


@require_POST
def read_one(request: PageRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Notice.objects.of(request.user), pk=pk)
    read_notices(person=request.user, notice=found)
    return redirect("core:notices")


@require_POST
def read_all(request: PageRequest) -> HttpResponse:
    count = read_notices(person=request.user)
    messages.success(request, f"{counted(count, 'notice')} marked as read.")
    return redirect("core:notices")


@require_POST
def theme(request: PageRequest) -> HttpResponse:
    form = ThemeForm(request.POST)
    response = redirect("core:account")
    if form.is_valid():
        chosen = form.cleaned_data["theme"]
        response.set_cookie(
            THEME_COOKIE,
            chosen,
            max_age=A_YEAR,
            samesite="Lax",
            httponly=True,
            secure=request.is_secure(),
        )
        messages.success(request, f"Colours: {THEMES[chosen].lower()}.")
    return response


@require_safe
def password_changed(request: PageRequest) -> HttpResponse:
    messages.success(request, "Your password is changed.")
    return redirect("core:account")


@require_safe
@permission_required("core.change_settings", raise_exception=True)
def settings_page(request: PageRequest) -> HttpResponse:
    return render_page(
        request,
        "core/settings.html",
        {
            "teams": Team.objects.visible_to(request.user).select_related("calendar"),
            "units": BusinessUnit.objects.all(),
            "calendars": BusinessCalendar.objects.all(),
            "people": User.objects.count(),
        },
        fragment="settings",
    )


@require_safe
def search(request: PageRequest) -> HttpResponse:
    words = request.GET.get("q", "")
    pages = [
        Found(name=room["name"], url=room["url"], note="Page")
        for room in rooms_of(request.user)
        if words.strip() and words.strip().lower() in room["name"].lower()
    ]
    return render_page(
        request,
        "core/search.html",
        {
            "words": words,
            "found": pages + find(request.user, words),
            "search_url": reverse("core:search"),
        },
        fragment="found",
    )


@login_not_required
@require_safe
def healthy(_request: PageRequest) -> HttpResponse:
    """Answers when the process serves and its database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")
