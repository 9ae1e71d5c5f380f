from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from capacity.quarters import Quarter
from portfolio.core.csv_cells import csv_response
from portfolio.core.http import PageRequest, render_page
from portfolio.core.models import Team, User
from portfolio.core.rights import SEE_BOARD
from portfolio.core.teams import team_of
from portfolio.delivery.forms import UnitForm
from portfolio.delivery.memberships import HEADER, read_quarter, sheet_rows
from portfolio.delivery.quarters import PICKS, QuarterPage, quarter_named

MOST_LISTED = 200


@require_safe
def quarter(request: PageRequest) -> HttpResponse:
    """A quarter's commitments: how they stood, what came and went, what was kept."""
    form, page = _asked(request)
    pick = request.GET.get("show", "")
    pick = pick if pick in PICKS else ""
    lines = page.picked(pick)
    return render_page(
        request,
        "delivery/quarter.html",
        {
            "form": form,
            "page": page,
            "pick": pick,
            "picked_words": PICKS[pick][0] if pick else "",
            "shown": lines[:MOST_LISTED],
            "total": len(lines),
            "before": Quarter.of(page.quarter.first - dt.timedelta(days=1)),
            "after": Quarter.of(page.quarter.last + dt.timedelta(days=1)),
            "is_this": page.quarter == Quarter.of(page.today),
            "sees_delivery": request.user.has_perm("delivery.see_delivery"),
        },
        fragment="quarter",
    )


@require_safe
def quarter_csv(request: PageRequest) -> HttpResponse:
    _, page = _asked(request)
    name = f"commitments-{page.quarter.key}.csv"
    return csv_response(name, HEADER, sheet_rows(page))


def _asked(request: PageRequest) -> tuple[UnitForm, QuarterPage]:
    today = timezone.localdate()
    form = UnitForm(request.GET)
    unit = form.cleaned_data["unit"] if form.is_valid() else None
    return form, read_quarter(
        user=request.user,
        team=_team(request.user),
        quarter=quarter_named(request.GET.get("quarter", ""), today),
        today=today,
        unit=unit,
    )


def _team(user: User) -> Team | None:
    """The team of who has one; stakeholders see what their unit asked of any."""
    if user.has_perm(SEE_BOARD):
        return team_of(user)
    if user.is_guest:
        raise PermissionDenied("Commitments are read by people with an account.")
    return None
