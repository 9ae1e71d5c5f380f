"""The panel of a form that says what storing it would do."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from capacity.services.effects import Effect
from portfolio.core.http import PageRequest


def is_tried(request: PageRequest) -> bool:
    """Whether what was sent is to be tried, and not to be stored."""
    return request.method == "POST" and "try" in request.GET


def effect_panel(request: PageRequest, effect: Effect | None) -> HttpResponse:
    return render(request, "capacity/_effect.html", {"effect": effect})
