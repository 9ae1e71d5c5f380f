from __future__ import annotations

from django.http import QueryDict
from django.shortcuts import get_object_or_404

from intake.models import Demand
from portfolio.core.http import PageRequest


def sent(request: PageRequest) -> QueryDict | None:
    """What a form was sent with, also if that is nothing; None while it is shown."""
    return request.POST if request.method == "POST" else None


def visible_demand(request: PageRequest, reference: str) -> Demand:
    demands = Demand.objects.visible_to(request.user).for_reading()
    return get_object_or_404(
        demands.select_related(
            "decided_by",
            "team__calendar",
            "answered_under",
            "tier__current_version",
            "tier_wanted__current_version",
        ),
        reference=reference,
    )
