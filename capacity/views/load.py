"""Load in the form of data: over time by skill, and both heatmaps as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from capacity.load import Line
from capacity.models import Forecast
from capacity.services.flow import WEEKS, flows_of
from capacity.services.overview import load_of
from capacity.services.status import forecast_status
from portfolio.core.csv_cells import csv_response
from portfolio.core.http import PageRequest, render_page
from portfolio.core.rights import SEE_CAPACITY
from portfolio.core.teams import team_of

HEADERS = {
    "skills": ["Skill", "Week", "Days asked for", "Days there are", "Percent"],
    "people": ["Engineer", "Week", "Days of load", "Days of net capacity", "Percent"],
}


@require_safe
@permission_required(SEE_CAPACITY, raise_exception=True)
def over_time(request: PageRequest) -> HttpResponse:
    """Demand against supply of every skill over half a year."""
    status = forecast_status(team_of(request.user))
    return render_page(
        request,
        "capacity/over_time.html",
        {
            "status": status,
            "flows": flows_of(status.forecast, today=timezone.localdate()),
        },
        fragment="flows",
    )


@require_safe
@permission_required(SEE_CAPACITY, raise_exception=True)
def load_csv(request: PageRequest, of: str) -> HttpResponse:
    """What the heatmaps show; people as far as this person may see them."""
    if of not in HEADERS:
        raise Http404
    team, today = team_of(request.user), timezone.localdate()
    skills, people = load_of(
        team=team,
        user=request.user,
        forecast=Forecast.objects.latest_of(team.pk),
        today=today,
        weeks=WEEKS,
    )
    rows = _sheet(skills if of == "skills" else people)
    return csv_response(f"load-of-{of}-{today}.csv", HEADERS[of], rows)


def _sheet(lines: Iterable[Line]) -> Iterator[list[object]]:
    for line in lines:
        for cell in line.cells:
            share = "" if cell.share is None else round(100 * cell.share, 1)
            yield [line.name, cell.week, cell.asked, cell.offered, share]
