"""What the sections of a demand share: who it is, where to go on, what to tell htmx."""

from __future__ import annotations

from typing import Protocol

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import trigger_client_event

from capacity.own import may_report
from intake.models import Demand
from portfolio.core.http import PageRequest

# Told to the page by htmx, so that its other parts can load anew: the first always,
# and which section it was, so that no section asks again for what it has just got.
CHANGED = "delivery-changed"
PROMISE_CHANGED = "promise-changed"
STAGE_CHANGED = "stage-changed"


class Section(Protocol):
    def __call__(self, request: PageRequest, demand: Demand) -> HttpResponse: ...


def demand_for(request: PageRequest, reference: str) -> Demand:
    return get_object_or_404(
        Demand.objects.visible_to(request.user).for_reading(), reference=reference
    )


def demand_to_report(request: PageRequest, reference: str) -> Demand:
    demand = demand_for(request, reference)
    if not may_report(request.user, demand):
        raise PermissionDenied
    return demand


def changed(
    request: PageRequest, demand: Demand, section: Section, event: str
) -> HttpResponse:
    """The section as it is now for htmx; else back to where the person came from."""
    if not request.htmx:
        return redirect(next_of(request, demand))
    response = section(request, demand_for(request, demand.reference))
    for name in (CHANGED, event):
        trigger_client_event(response, name, {"reference": demand.reference})
    return response


def next_of(request: PageRequest, demand: Demand) -> str:
    given = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(
        given, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return given
    return reverse("intake:request", args=[demand.reference])
