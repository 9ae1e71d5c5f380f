"""What each tier has of the capacity of a quarter, what it takes, and who lent whom."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from capacity.forms import BorrowForm
from capacity.models import Borrowing
from capacity.quarters import Quarter
from capacity.services import envelopes as service
from capacity.services.envelopes import (
    Envelope,
    Envelopes,
    earlier_loans,
    end_of,
    envelopes_of,
    over_now,
    over_words,
    warning_when_moved,
)
from capacity.services.gathering import today_of
from capacity.services.status import forecast_status
from intake.models import Demand
from intake.services.token_quarters import tokens_in
from portfolio.core.csv_cells import csv_response
from portfolio.core.errors import RuleBroken
from portfolio.core.http import PageRequest, render_page
from portfolio.core.models import Team
from portfolio.core.rights import PLAN, RANK, SEE_CAPACITY
from portfolio.core.teams import team_of

MOST_QUARTERS = 5
CSV_HEADER = [
    "Tier", "Quarter", "Share in %", "Days", "Borrowed", "Lent", "Used", "Planned",
    "Over", "Demands without a date",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A tier, and its bar in per cent of the widest one."""

    envelope: Envelope
    used: str
    planned: str
    # Empty for a tier without a share.
    allowed: str


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(SEE_CAPACITY, raise_exception=True)
def envelopes(request: PageRequest) -> HttpResponse:
    team = team_of(request.user)
    now = Quarter.of(today_of(team))
    chosen = Quarter.read(request.GET.get("quarter", "")) or now
    if chosen.first > now.first:
        raise Http404
    standing = envelopes_of(team, quarter=chosen)
    if request.GET.get("format") == "csv":
        name = f"shares-{standing.quarter.key}.csv"
        return csv_response(name, CSV_HEADER, _csv_rows(standing))
    if request.method != "POST":
        return _page(request, standing, BorrowForm(initial=_likely(standing)))
    if not request.user.has_perm(PLAN):
        raise PermissionDenied("Only the manager of the team lends capacity.")
    form = BorrowForm(request.POST)
    if not form.is_valid():
        return _page(request, standing, form)
    try:
        entry = service.borrow(team=team, by=request.user, **form.cleaned_data)
    except RuleBroken as broken:
        form.add_error(None, str(broken))
        return _page(request, standing, form)
    messages.success(request, f"Lent {entry}.")
    return redirect("capacity:envelopes")


@require_safe
@permission_required(RANK, raise_exception=True)
def if_moved(request: PageRequest, reference: str) -> HttpResponse:
    """Whether a move by so many days takes the tier beyond its share, for the board."""
    demands = Demand.objects.visible_to(request.user).select_related(
        "tier__current_version", "team__calendar"
    )
    demand = get_object_or_404(demands, reference=reference)
    given = request.GET.get("days", "")
    days = int(given) if given.isdigit() and len(given) < 5 else 0
    words = warning_when_moved(demand, days=days) if days else ""
    return render_page(
        request,
        "capacity/envelopes_line.html",
        {"over": [words] if words else []},
        fragment="line",
    )


@require_safe
@permission_required(SEE_CAPACITY, raise_exception=True)
def line(request: PageRequest) -> HttpResponse:
    """One line for each tier that takes more than its share, for other pages."""
    return render_page(
        request,
        "capacity/envelopes_line.html",
        {"over": over_now(team_of(request.user))},
        fragment="line",
    )


@require_POST
@permission_required(PLAN, raise_exception=True)
def give_back(request: PageRequest, pk: int) -> HttpResponse:
    team = team_of(request.user)
    entry = get_object_or_404(Borrowing.objects.filter(team=team), pk=pk)
    try:
        service.give_back(borrowing=entry, by=request.user)
    except RuleBroken as broken:
        messages.error(request, str(broken))
    else:
        messages.success(request, f"Given back: {entry}.")
    return redirect("capacity:envelopes")


def _page(request: PageRequest, standing: Envelopes, form: BorrowForm) -> HttpResponse:
    team = team_of(request.user)
    quarter = standing.quarter
    is_past = quarter.last < today_of(team)
    # A little more, so that the mark of the widest is seen whole.
    widest = 1.01 * max(max(each.taken, each.allowed) for each in standing.tiers)
    return render_page(
        request,
        "capacity/envelopes.html",
        {
            "standing": standing,
            "rows": [_row(each, widest or 1.0) for each in standing.tiers],
            "over": [over_words(each, standing.quarter) for each in standing.over],
            "status": forecast_status(team),
            "form": form,
            "earlier": [] if is_past else earlier_loans(team, quarter),
            "is_past": is_past,
            "tokens": tokens_in(
                quarter.key, until=end_of(quarter, team), user=request.user
            ),
            "quarters": _quarters(team),
        },
        fragment="envelopes",
    )


def _quarters(team: Team) -> list[Quarter]:
    """This one and the ones before it, as far as a year back."""
    quarters = [Quarter.of(today_of(team))]
    while len(quarters) < MOST_QUARTERS:
        quarters.append(quarters[-1].before)
    return quarters


def _csv_rows(standing: Envelopes) -> Iterator[list[object]]:
    for each in standing.tiers:
        days = [
            each.days, each.borrowed, each.lent, each.used, each.planned, each.over
        ]  # fmt: skip
        yield [
            each.tier.name,
            standing.quarter.key,
            each.share,
            *(round(number, 2) for number in days),
            each.unplanned,
        ]


def _row(envelope: Envelope, widest: float) -> Row:
    def percent(days: float) -> str:
        return f"{100 * days / widest:.2f}"

    return Row(
        envelope,
        used=percent(envelope.used),
        planned=percent(envelope.planned),
        allowed=percent(envelope.allowed) if envelope.share is not None else "",
    )


def _likely(standing: Envelopes) -> dict[str, object]:
    """What is most likely lent: the most that is missing, from where most is free."""
    shared = [each for each in standing.tiers if each.share is not None]
    if not standing.over:
        return {}
    most = max(standing.over, key=lambda each: each.over)
    lender = max(shared, key=lambda each: each.free)
    days = math.ceil(10 * most.over) / 10
    return {"borrower": most.tier, "lender": lender.tier, "days": days}
