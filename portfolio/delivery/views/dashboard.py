from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from capacity.services.status import forecast_status
from intake.models import Demand
from portfolio.core.csv_cells import csv_response
from portfolio.core.http import PageRequest, render_page
from portfolio.core.teams import team_of
from portfolio.delivery.choosing import Asked
from portfolio.delivery.following import followed_of, offered_of
from portfolio.delivery.forms import PeriodForm
from portfolio.delivery.overview import (
    HEADER,
    MOST_LISTED,
    Overview,
    months_before,
    read_overview,
    sheet_rows,
)

if TYPE_CHECKING:
    from portfolio.delivery.flow.chart import Chart


@require_safe
@permission_required("delivery.see_delivery", raise_exception=True)
def delivery(request: PageRequest) -> HttpResponse:
    form, asked = _asked(request)
    overview = read_overview(asked)
    followed = followed_of(asked, form.cleaned_data["demand"], overview.lines)
    figure, charts = _figure(overview), _charts(asked, overview, followed)
    return render_page(
        request,
        "delivery/delivery.html",
        {
            "form": form,
            "overview": overview,
            "status": forecast_status(asked.team),
            "figure": figure,
            "shown": overview.listed[:MOST_LISTED],
            "charts": charts,
            "draws": figure is not None or any(chart.figure for chart in charts),
            "followed": followed,
            "offered": offered_of(overview.listed, followed),
            "query": request.GET.urlencode(),
        },
        fragment="delivery",
    )


@require_safe
@permission_required("delivery.see_delivery", raise_exception=True)
def commitments_csv(request: PageRequest) -> HttpResponse:
    _, asked = _asked(request)
    overview = read_overview(asked)
    return csv_response("commitments.csv", HEADER, sheet_rows(overview.listed))


@require_safe
@permission_required("delivery.see_delivery", raise_exception=True)
def chart_csv(request: PageRequest, slug: str) -> HttpResponse:
    form, asked = _asked(request)
    overview = read_overview(asked)
    followed = followed_of(asked, form.cleaned_data["demand"], overview.lines)
    for chart in _charts(asked, overview, followed):
        if chart.slug == slug:
            return csv_response(f"{slug}.csv", chart.header, chart.rows)
    raise Http404(f"“{slug}” is no chart.")


def _asked(request: PageRequest) -> tuple[PeriodForm, Asked]:
    form = PeriodForm(request.GET)
    if not form.is_valid():
        form = PeriodForm({})
        form.full_clean()
    given, today = form.cleaned_data, timezone.localdate()
    return form, Asked(
        team=team_of(request.user),
        user=request.user,
        since=months_before(today, given["months"]),
        today=today,
        unit=given["unit"],
        tier=given["tier"],
        skill=given["skill"],
    )


def _charts(asked: Asked, overview: Overview, followed: Demand | None) -> list[Chart]:
    # Pandas takes half a second to load, and only this page needs it.
    from portfolio.delivery.flow.page import flow_charts

    return flow_charts(
        asked,
        forecast=overview.outlook.forecast,
        forecasts=overview.outlook.rows,
        followed=followed,
    )


def _figure(overview: Overview) -> dict[str, Any] | None:
    if not overview.drawn:
        return None
    # Plotly takes half a second to load, and only pages with a chart need it.
    from portfolio.delivery.charts import commitments_figure

    return commitments_figure(overview.drawn, overview.today)
