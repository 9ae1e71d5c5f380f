from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails

from portfolio.core.models import User


def account_of(request: HttpRequest) -> User | None:
    """Who is signed in, or is shown the page as a guest; None for nobody."""
    return request.user if isinstance(request.user, User) else None


def network_address(request: HttpRequest) -> str:
    """Where a request comes from, as far as somebody trusted says so.

    Behind the proxy that ends TLS it is what that proxy wrote last; what stands before
    it anybody may have written.
    """
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    if settings.HTTPS and forwarded:
        return forwarded
    return str(request.META.get("REMOTE_ADDR", ""))


class PageRequest(HttpRequest):
    """A request of somebody who is signed in, as every page sees it."""

    user: User
    htmx: HtmxDetails


def render_page(
    request: PageRequest,
    template: str,
    context: dict[str, Any],
    *,
    fragment: str,
    status: int = 200,
) -> HttpResponse:
    """Render the page, or only its named fragment when htmx asked for an update."""
    htmx = request.htmx
    whole = not htmx or htmx.boosted or htmx.history_restore_request
    name = template if whole else f"{template}#{fragment}"
    response = render(request, name, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
