"""What becomes of a scenario: shared, applied, discarded, taken up again."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from portfolio.core.errors import RuleBroken
from portfolio.core.http import PageRequest, render_page
from portfolio.core.words import counted
from portfolio.scenarios.models import Scenario
from portfolio.scenarios.page import read_changes, told_to
from portfolio.scenarios.services.applying import DoesNotFit, apply_scenario
from portfolio.scenarios.services.editing import (
    discard_scenario,
    restore_scenario,
    set_shared,
)
from portfolio.scenarios.services.trying import problems_of
from portfolio.scenarios.status import scenario_status
from portfolio.scenarios.views.loading import load_scenario, may_plan, require_form


@require_form
@may_plan
def share(request: PageRequest, pk: int) -> HttpResponse:
    """Show what others will read, then let them, or no longer."""
    found = load_scenario(request, pk)
    if request.method == "POST":
        is_shared = "unshare" not in request.POST
        said = (
            f"“{found}” can be read by leadership and the team now."
            if is_shared
            else f"“{found}” is read by managers alone now."
        )
        return _done(
            request,
            found,
            lambda: set_shared(scenario=found, is_shared=is_shared, by=request.user),
            said,
        )
    return render_page(
        request,
        "scenarios/share.html",
        {
            "scenario": found,
            "changes": told_to(found, sees_people=False),
            "address": request.build_absolute_uri(found.get_absolute_url()),
        },
        fragment="share",
    )


@require_form
@may_plan
def apply(request: PageRequest, pk: int) -> HttpResponse:
    """Say what will happen and what does not fit any more; then do it, or nothing."""
    found = load_scenario(request, pk)
    if not found.is_open:
        messages.error(request, f"“{found}” is {found.state_words} already.")
        return redirect(found)
    problems = None
    if request.method == "POST":
        seen = request.POST.get("revision", "")
        try:
            apply_scenario(
                scenario=found,
                by=request.user,
                seen_revision=int(seen) if seen.isdecimal() else 0,
            )
        except DoesNotFit as misfit:
            messages.error(request, str(misfit))
            problems = misfit.problems
        except RuleBroken as broken:
            messages.error(request, str(broken))
            return redirect(found)
        else:
            made = counted(found.changes.count(), "change")
            messages.success(request, f"Applied: {made}. The forecast follows.")
            return redirect(found)
    return _apply_page(request, found, problems)


def _apply_page(
    request: PageRequest, found: Scenario, problems: dict[int, str] | None
) -> HttpResponse:
    if problems is None:
        problems = problems_of(
            scenario=found, by=request.user, rows=found.changes.all()
        )
    return render_page(
        request,
        "scenarios/apply.html",
        {
            "scenario": found,
            "changes": read_changes(found, user=request.user, problems=problems),
            "misfits": len(problems),
            "status": scenario_status(found),
        },
        fragment="apply",
    )


@require_POST
@may_plan
def discard(request: PageRequest, pk: int) -> HttpResponse:
    found = load_scenario(request, pk)
    return _done(
        request,
        found,
        lambda: discard_scenario(scenario=found, by=request.user),
        f"“{found}” is discarded. It can be taken up again.",
    )


@require_POST
@may_plan
def restore(request: PageRequest, pk: int) -> HttpResponse:
    found = load_scenario(request, pk)
    return _done(
        request,
        found,
        lambda: restore_scenario(scenario=found, by=request.user),
        f"“{found}” is open again.",
    )


def _done(
    request: PageRequest, found: Scenario, act: Callable[[], object], said: str
) -> HttpResponse:
    try:
        act()
    except RuleBroken as broken:
        messages.error(request, str(broken))
    else:
        messages.success(request, said)
    return redirect(found)
