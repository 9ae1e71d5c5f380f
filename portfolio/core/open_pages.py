"""Pages that somebody without an account may open, where they hold a key to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from portfolio.core.models import User

# Whom the page is shown to, by what the request carries; None for who must sign in.
Opens = Callable[..., User | AnonymousUser | None]
View = TypeVar("View", bound=Callable[..., Any])


def open_to(opens: Opens) -> Callable[[View], View]:
    """Ask this function first, with the request and what its address holds.

    Stands above the other decorators of a view.
    """

    def mark(view: View) -> View:
        view.open_to = opens  # type: ignore[attr-defined]  # as Django marks views
        return view

    return mark


def who_may_open(
    request: HttpRequest, view: Callable[..., Any], kept: dict[str, Any]
) -> User | AnonymousUser | None:
    opens: Opens | None = getattr(view, "open_to", None)
    return opens(request, **kept) if opens else None
