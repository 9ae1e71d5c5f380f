"""Scenarios: the list, the page of one beside the live plan, and its forecast."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from portfolio.core.csv_cells import csv_response
from portfolio.core.errors import RuleBroken
from portfolio.core.http import PageRequest, render_page
from portfolio.core.teams import team_of
from portfolio.scenarios.filters import Filters
from portfolio.scenarios.forms import ScenarioForm
from portfolio.scenarios.listing import ListFilters, read_list
from portfolio.scenarios.models import Scenario
from portfolio.scenarios.page import kinds, read_page
from portfolio.scenarios.services.editing import save_scenario
from portfolio.scenarios.services.forecasting import request_scenario_forecast
from portfolio.scenarios.sheet import HEADER, sheet_rows
from portfolio.scenarios.status import scenario_status
from portfolio.scenarios.views.loading import (
    load_scenario,
    may_plan,
    may_see,
    require_form,
)


@require_safe
@may_see
def scenarios(request: PageRequest) -> HttpResponse:
    found = read_list(
        team=team_of(request.user),
        user=request.user,
        filters=ListFilters.read(request.GET),
    )
    return render_page(
        request, "scenarios/scenarios.html", {"page": found}, fragment="scenarios"
    )


@require_form
@may_plan
def new(request: PageRequest) -> HttpResponse:
    return _edit(request, None)


@require_form
@may_plan
def edit(request: PageRequest, pk: int) -> HttpResponse:
    return _edit(request, load_scenario(request, pk))


@require_safe
@may_see
def scenario(request: PageRequest, pk: int) -> HttpResponse:
    page = read_page(
        scenario=load_scenario(request, pk),
        user=request.user,
        filters=Filters.read(request.GET),
        today=timezone.localdate(),
    )
    return render_page(
        request,
        "scenarios/scenario.html",
        {
            "page": page,
            "scenario": page.scenario,
            "status": page.status,
            "comparison": page.comparison,
            "kinds": kinds(),
        },
        fragment="scenario",
    )


@require_safe
@may_see
def comparison_csv(request: PageRequest, pk: int) -> HttpResponse:
    filters = Filters.read(request.GET)
    page = read_page(
        scenario=load_scenario(request, pk),
        user=request.user,
        filters=filters,
        today=timezone.localdate(),
    )
    lines = filters.keep(page.comparison.lines) if page.comparison else []
    return csv_response(f"scenario-{pk}.csv", HEADER, sheet_rows(lines))


@require_POST
@may_plan
def forecast(request: PageRequest, pk: int) -> HttpResponse:
    found = load_scenario(request, pk)
    try:
        request_scenario_forecast(scenario=found, by=request.user)
    except RuleBroken as broken:
        messages.error(request, str(broken))
        return redirect(found)
    if request.htmx:
        return _status_line(request, found)
    messages.success(request, "The forecast is on its way; it can be left running.")
    return redirect(found)


@require_safe
@may_see
def status_line(request: PageRequest, pk: int) -> HttpResponse:
    """The line that says how far it is; tells the page when it is done."""
    return _status_line(request, load_scenario(request, pk))


def _status_line(request: PageRequest, found: Scenario) -> HttpResponse:
    status = scenario_status(found)
    response = render(
        request, "scenarios/_status.html", {"scenario": found, "status": status}
    )
    if not status.is_running:
        response["HX-Trigger"] = "scenario-done"
    return response


def _edit(request: PageRequest, found: Scenario | None) -> HttpResponse:
    initial = {"name": found.name, "why": found.why} if found else None
    sent = request.POST if request.method == "POST" else None
    form = ScenarioForm(sent, initial=initial)
    if form.is_valid():
        try:
            saved = save_scenario(
                team=found.team if found else team_of(request.user),
                scenario=found,
                by=request.user,
                **form.cleaned_data,
            )
        except RuleBroken as broken:
            form.add_error(None, str(broken))
        else:
            return redirect(saved)
    return render_page(
        request,
        "scenarios/edit.html",
        {"scenario": found, "form": form},
        fragment="form",
    )
