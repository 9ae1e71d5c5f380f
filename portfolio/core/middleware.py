from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from portfolio.core.open_pages import who_may_open
from portfolio.core.signed_out import (
    ask_to_sign_in,
    kept_from,
    say_signed_out,
    sign_in_and_come_back,
)


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Every page asks to sign in, and none loses what was typed before.

    Where a page is open to who holds a key, it is shown to them instead.
    """

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., Any],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        if not request.user.is_authenticated:
            who = who_may_open(request, view_func, view_kwargs)
            if who is not None:
                request.user = who
                return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(  # type: ignore[override]  # the stub: only a redirect
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponse:
        if request.headers.get("HX-Request"):
            return say_signed_out(request)
        kept = kept_from(request) if request.method == "POST" else None
        if kept:
            return ask_to_sign_in(request, kept)
        if request.method == "POST":
            return sign_in_and_come_back(request)
        return super().handle_no_permission(request, view_func)
