"""The changes of a scenario: what kind, then the form of it; edit, remove."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from capacity.forms import packages_form, rows_of_offer, rows_typed
from capacity.services.templates import Offer, offers_of
from portfolio.core.errors import RuleBroken
from portfolio.core.http import PageRequest, render_page
from portfolio.scenarios.changes import read_change
from portfolio.scenarios.changes.demands import packages_now
from portfolio.scenarios.choices import ChangeKind
from portfolio.scenarios.forms import FORMS, ChangeForm, rows_of_stored
from portfolio.scenarios.models import Scenario, ScenarioChange
from portfolio.scenarios.page import kinds
from portfolio.scenarios.services.editing import remove_change, save_change
from portfolio.scenarios.views.loading import load_scenario, may_plan, require_form

# Pressed, these go on with the form and store nothing.
GOES_ON = {"add", "pattern", "choose"}


@require_safe
@may_plan
def choose(request: PageRequest, pk: int) -> HttpResponse:
    return render_page(
        request,
        "scenarios/choose.html",
        {"scenario": load_scenario(request, pk), "kinds": kinds()},
        fragment="kinds",
    )


@require_form
@may_plan
def new(request: PageRequest, pk: int, kind: str) -> HttpResponse:
    if kind not in FORMS:
        raise Http404
    return _edit(request, load_scenario(request, pk), ChangeKind(kind), None)


@require_form
@may_plan
def edit(request: PageRequest, pk: int, row: int) -> HttpResponse:
    scenario = load_scenario(request, pk)
    found = get_object_or_404(scenario.changes, pk=row)
    return _edit(request, scenario, ChangeKind(found.kind), found)


@require_POST
@may_plan
def remove(request: PageRequest, pk: int, row: int) -> HttpResponse:
    scenario = load_scenario(request, pk)
    found = get_object_or_404(scenario.changes, pk=row)
    words = read_change(found).words
    try:
        remove_change(scenario=scenario, row=found)
    except RuleBroken as broken:
        messages.error(request, str(broken))
    else:
        messages.success(request, f"Taken out: {words}")
    return redirect(scenario)


def _edit(
    request: PageRequest,
    scenario: Scenario,
    kind: ChangeKind,
    row: ScenarioChange | None,
) -> HttpResponse:
    offers = offers_of(scenario.team) if FORMS[kind].has_packages else []
    form = _form(request, scenario, kind, row, offers)
    if form.is_bound and form.is_valid():
        try:
            save_change(
                scenario=scenario, change=form.change(), by=request.user, row=row
            )
        except RuleBroken as broken:
            form.add_error(None, str(broken))
        else:
            return redirect(scenario)
    return render_page(
        request,
        "scenarios/change.html",
        {
            "scenario": scenario,
            "kind": kind,
            "row": row,
            "form": form,
            "offers": offers,
            "added": None if form.is_bound else _chosen(request, offers),
            "is_adding": "add" in request.POST,
            "address": request.path,
        },
        fragment="change",
    )


def _form(
    request: PageRequest,
    scenario: Scenario,
    kind: ChangeKind,
    row: ScenarioChange | None,
    offers: Sequence[Offer],
) -> ChangeForm:
    """What was sent to be kept, or a form to go on with: stored, typed, begun."""
    made = FORMS[kind]
    sent = request.POST
    keeps = request.method == "POST" and not GOES_ON & sent.keys()
    if keeps:
        form = made(sent, team=scenario.team)
        if made.has_packages:
            form.packages = packages_form(data=sent)
        return form
    change = read_change(row) if row else None
    if request.method == "POST":
        initial = {name: sent.get(name, "") for name in made.base_fields}
    elif change:
        initial = made.initial_of(change)
    else:
        initial = {}
    form = made(team=scenario.team, initial=initial or None)
    if made.has_packages and form.knows_its_packages():
        rows = _rows(request, form, change and change.facts.get("packages"))
        rows = rows + rows_of_offer(_chosen(request, offers))
        extra = 1 if "add" in sent else 0 if rows else 2
        form.packages = packages_form(rows=rows, empty=extra)
    return form


def _rows(request: PageRequest, form: ChangeForm, stored: Any) -> list[dict[str, Any]]:
    """Packages as typed so far, of the change, or those that the demand has now."""
    if request.method == "POST" and "choose" not in request.POST:
        return rows_typed(request.POST)
    if request.method != "POST" and stored is not None:
        return rows_of_stored(stored)
    demand = form.estimated()
    return rows_of_stored(packages_now(demand)) if demand else []


def _chosen(request: PageRequest, offers: Sequence[Offer]) -> Offer | None:
    key = request.POST.get("pattern", "")
    return next((offer for offer in offers if offer.key == key), None)
