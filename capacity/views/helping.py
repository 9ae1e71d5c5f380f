"""What one more person, or a colleague who learns a skill, would give back."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from capacity.services.helping import Help, help_for, request_help
from capacity.services.status import forecast_status
from portfolio.core.csv_cells import csv_response
from portfolio.core.errors import RuleBroken
from portfolio.core.http import PageRequest, render_page
from portfolio.core.rights import FORECAST, SEE_CAPACITY
from portfolio.core.teams import team_of

HEADER = [
    "Skill", "What", "Who", "P85 days to promises", "P85 days to all demands",
    "Demands that get a date", "Promises kept",
]  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(SEE_CAPACITY, raise_exception=True)
def what_helps(request: PageRequest) -> HttpResponse:
    team = team_of(request.user)
    if request.method == "POST":
        if not request.user.has_perm(FORECAST):
            raise PermissionDenied("Only the manager of the team has this tried.")
        try:
            request_help(team=team, by=request.user)
        except RuleBroken as broken:
            messages.error(request, str(broken))
        if not request.htmx:
            return redirect("capacity:what-helps")
    found = help_for(team, request.user)
    if request.GET.get("format") == "csv":
        return csv_response("what-would-help.csv", HEADER, _sheet(found))
    return render_page(
        request,
        "capacity/what_helps.html",
        {"help": found, "status": forecast_status(team)},
        fragment="help",
    )


def _sheet(found: Help) -> Iterator[list[object]]:
    """All that was tried for who may see people, else the best of each kind."""
    best = [option for skill in found.skills for option in skill.options]
    for each in found.options or best:
        yield [
            each.skill,
            "one more person" if each.is_more else "half speed",
            each.who,
            each.promised_days,
            each.days,
            each.dates,
            round(each.kept, 2),
        ]
