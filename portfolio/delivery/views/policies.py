from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from portfolio.core.errors import RuleBroken
from portfolio.core.http import PageRequest, render_page
from portfolio.core.rights import DELIVERY_POLICY
from portfolio.core.teams import team_of
from portfolio.delivery.forms import GateFormSet, PolicyForm
from portfolio.delivery.models import DeliveryPolicy, policy_of
from portfolio.delivery.services.policies import set_policy


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(DELIVERY_POLICY, raise_exception=True)
def policy(request: PageRequest) -> HttpResponse:
    """When a promise is at risk, and which quality gates stand before a delivery."""
    team = team_of(request.user)
    stored = policy_of(team)
    given = request.POST if request.method == "POST" else None
    form = PolicyForm(given, initial=_in_per_cent(stored))
    gates = GateFormSet(
        given,
        prefix="gates",
        initial=[{"name": name, "asks": asks} for name, asks in stored.gates],
    )
    # Both are asked, so that everything that is wrong is said at once.
    if given is not None and all([form.is_valid(), gates.is_valid()]):
        try:
            set_policy(team=team, by=request.user, gates=_rows(gates), **form.shares())
        except RuleBroken as broken:
            form.add_error(None, str(broken))
        else:
            messages.success(request, "Kept. Status and alerts follow it from now on.")
            return redirect("delivery:policy")
    return render_page(
        request,
        "delivery/policy.html",
        {"team": team, "form": form, "gates": gates},
        fragment="policy",
    )


def _in_per_cent(stored: DeliveryPolicy) -> dict[str, int]:
    names = ("green_from", "amber_from", "margin")
    return {name: round(getattr(stored, name) * 100) for name in names}


def _rows(gates: forms.BaseFormSet[Any]) -> list[list[str]]:
    kept = [form for form in gates.forms if form not in gates.deleted_forms]
    return [
        [form.cleaned_data["name"], form.cleaned_data["asks"]]
        for form in kept
        if form.cleaned_data.get("name")
    ]
