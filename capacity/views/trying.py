"""Triage: what accepting a request at a rank would do, before anything is decided."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from capacity.forms import TryForm
from capacity.services.templates import offers_of
from capacity.services.trying import try_demand, usual_place
from intake.models import Demand
from portfolio.core.http import PageRequest, render_page
from portfolio.core.rights import DECIDE


@require_safe
@permission_required(DECIDE, raise_exception=True)
def if_ranked(request: PageRequest, reference: str) -> HttpResponse:
    """The first forecast of a request, with the packages of a template."""
    demand = get_object_or_404(
        Demand.objects.visible_to(request.user)
        .for_reading()
        .select_related("team__calendar", "tier_wanted"),
        reference=reference,
    )
    if not demand.is_decidable:
        return redirect("intake:triage-demand", reference)
    offers = offers_of(demand.team)
    last = demand.team.demands.in_backlog().count() + 1
    form = TryForm(request.GET, offers=offers, last=last)
    context = {"demand": demand, "form": form}
    if form.is_valid():
        chosen = form.cleaned_data
        demand.tier = chosen["tier"] or demand.tier_wanted or demand.tier
        named = [offer for offer in offers if offer.key == chosen["pattern"]]
        offer = (named or offers)[0]
        place = chosen["place"] or usual_place(demand)
        shown = {"tier": demand.tier, "pattern": offer.key, "place": chosen["place"]}
        context |= {
            "form": TryForm(initial=shown, offers=offers, last=last),
            "tried": try_demand(demand=demand, rows=offer.rows, place=place),
            "offer": offer,
            "place": place,
        }
    return render_page(request, "capacity/if_ranked.html", context, fragment="tried")
