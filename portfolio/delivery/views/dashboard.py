from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from capacity.services.status import forecast_status
from portfolio.core.csv_cells import csv_response
from portfolio.core.http import PageRequest, render_page
from portfolio.core.teams import team_of
from portfolio.delivery.forms import PeriodForm
from portfolio.delivery.overview import (
    HEADER,
    MOST_LISTED,
    Overview,
    read_overview,
    sheet_rows,
)


@require_safe
@permission_required("delivery.see_delivery", raise_exception=True)
def delivery(request: PageRequest) -> HttpResponse:
    form, overview = _asked(request)
    return render_page(
        request,
        "delivery/delivery.html",
        {
            "form": form,
            "overview": overview,
            "status": forecast_status(team_of(request.user)),
            "figure": _figure(overview),
            "shown": overview.listed[:MOST_LISTED],
            "query": request.GET.urlencode(),
        },
        fragment="delivery",
    )


@require_safe
@permission_required("delivery.see_delivery", raise_exception=True)
def commitments_csv(request: PageRequest) -> HttpResponse:
    _, overview = _asked(request)
    return csv_response("commitments.csv", HEADER, sheet_rows(overview.listed))


def _asked(request: PageRequest) -> tuple[PeriodForm, Overview]:
    form = PeriodForm(request.GET)
    if not form.is_valid():
        form = PeriodForm({})
        form.full_clean()
    overview = read_overview(
        team=team_of(request.user),
        user=request.user,
        today=timezone.localdate(),
        **form.cleaned_data,
    )
    return form, overview


def _figure(overview: Overview) -> dict[str, Any] | None:
    if not overview.drawn:
        return None
    # Plotly takes half a second to load, and only pages with a chart need it.
    from portfolio.delivery.charts import commitments_figure

    return commitments_figure(overview.drawn, overview.today)
