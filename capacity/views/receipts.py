"""What expedites displaced: all of a team, and those of one demand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from capacity.displaced import Told, references_in, told
from capacity.models import ExpediteReceipt
from capacity.services.receipts import receipts_due
from intake.models import Demand
from portfolio.core.csv_cells import csv_response
from portfolio.core.http import PageRequest, render_page
from portfolio.core.models import User
from portfolio.core.rights import SEE_BOARD
from portfolio.core.teams import team_of
from portfolio.core.words import local_day

A_PAGE = 25
may_read = permission_required(SEE_BOARD, raise_exception=True)
CSV_HEADER = [
    "Expedite", "Title", "Business unit", "Approved on", "Approved by",
    "Named in the request", "Why", "Rank", "Displaced", "P85 without", "P85 with",
    "Days later", "Days done before", "Cannot be forecast",
]  # fmt: skip


@require_safe
@may_read
def receipts(request: PageRequest) -> HttpResponse:
    """Every expedite of the team, who let it go first, and what that cost others."""
    team = team_of(request.user)
    listed = (
        ExpediteReceipt.objects.visible_to(request.user)
        .filter(demand__team=team)
        .select_related("event", "demand__business_unit", "demand__tier")
    )
    if request.GET.get("format") == "csv":
        name = f"expedites-{timezone.localdate()}.csv"
        return csv_response(
            name, CSV_HEADER, _csv_rows(_read(list(listed), request.user))
        )
    page = Paginator(listed, A_PAGE).get_page(request.GET.get("page"))
    return render_page(
        request,
        "capacity/receipts.html",
        {
            "page": page,
            "receipts": _read(list(page), request.user),
            "due": _without_any(receipts_due(team)),
        },
        fragment="receipts",
    )


@require_safe
@may_read
def receipt(request: PageRequest, reference: str) -> HttpResponse:
    """What one expedite displaced, newest first."""
    demand = get_object_or_404(
        Demand.objects.visible_to(request.user).select_related("tier", "team"),
        reference=reference,
    )
    found = list(demand.receipts.select_related("event"))
    return render_page(
        request,
        "capacity/receipt.html",
        {"demand": demand, "receipts": _read(found, request.user)},
        fragment="receipt",
    )


def _without_any(due: Sequence[tuple[Demand, int]]) -> list[Demand]:
    """Expedites that wait for a receipt and have none that says why."""
    events = [event for _demand, event in due]
    said = set(
        ExpediteReceipt.objects.filter(event__in=events).values_list("event", flat=True)
    )
    return [demand for demand, event in due if event not in said]


def _read(found: Sequence[ExpediteReceipt], user: User) -> list[Told]:
    readable = Demand.objects.visible_to(user).filter(
        reference__in=references_in(found)
    )
    return told(found, {demand.reference: demand for demand in readable})


def _csv_rows(receipts: Sequence[Told]) -> Iterator[list[object]]:
    for each in receipts:
        of, demand = each.receipt, each.receipt.demand
        begin = [
            demand.reference, demand.title, demand.business_unit.name,
            local_day(of.approved_at) if of.approved_at else None,
            of.approved_by_name, of.approver_named, each.why, of.place,
        ]  # fmt: skip
        end = [of.days_done, of.cannot]
        for row in [*each.later, *each.sooner]:
            yield [*begin, row.reference, row.without, row.with_it, row.later, *end]
        if not each.later and not each.sooner:
            yield [*begin, None, None, None, None, *end]
