"""The engineers of a team: who they are, what they can do, when they work."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from capacity.forms import HoursFormSet, PersonForm, hours_form
from capacity.models import Engineer, Skill
from capacity.services.effects import Effect, effect_of
from capacity.services.people import remove_engineer, save_engineer
from capacity.views.effects import effect_panel, is_tried
from portfolio.core.errors import RuleBroken
from portfolio.core.http import PageRequest, render_page
from portfolio.core.rights import PLAN
from portfolio.core.teams import team_of

require_form = require_http_methods(["GET", "HEAD", "POST"])
may_plan = permission_required(PLAN, raise_exception=True)


@require_safe
@may_plan
def engineers(request: PageRequest) -> HttpResponse:
    team, today = team_of(request.user), timezone.localdate()
    everybody = list(
        Engineer.objects.filter(team=team).with_calendars().select_related("user")
    )
    return render_page(
        request,
        "capacity/engineers.html",
        {
            "team": team,
            "here": [each for each in everybody if not each.is_gone_by(today)],
            "gone": [each for each in everybody if each.is_gone_by(today)],
        },
        fragment="engineers",
    )


@require_form
@may_plan
def new_engineer(request: PageRequest) -> HttpResponse:
    return _edit(request, None)


@require_form
@may_plan
def engineer(request: PageRequest, pk: int) -> HttpResponse:
    return _edit(request, _engineer(request, pk))


@require_form
@may_plan
def remove(request: PageRequest, pk: int) -> HttpResponse:
    found = _engineer(request, pk)
    remove_it = partial(remove_engineer, engineer=found, by=request.user)
    try:
        if is_tried(request):
            return effect_panel(request, effect_of(team=found.team, act=remove_it))
        if request.method == "POST":
            remove_it()
            messages.success(request, f"Removed {found.name}.")
            return redirect("capacity:engineers")
    except RuleBroken as broken:
        messages.error(request, str(broken))
        return redirect("capacity:engineer", found.pk)
    return render_page(
        request, "capacity/remove_engineer.html", {"engineer": found}, fragment="form"
    )


def _edit(request: PageRequest, found: Engineer | None) -> HttpResponse:
    """Show an engineer, or store what was sent of one."""
    team = team_of(request.user)
    sent = request.POST if request.method == "POST" else None
    form = PersonForm(sent, team=team, skills=list(Skill.objects.all()), engineer=found)
    hours = hours_form(engineer=found, data=sent)
    # Both are checked, so that all that is wrong is said at once.
    effect = None
    if sent is not None and all([form.is_valid(), hours.is_valid()]):
        save = partial(
            save_engineer,
            team=team,
            engineer=found,
            person=form.person(hours.rows()),
            by=request.user,
        )
        try:
            if not is_tried(request):
                saved = save()
                messages.success(request, f"Stored {saved}. The forecast follows.")
                return redirect("capacity:engineers")
            effect = effect_of(team=team, act=save)
        except RuleBroken as broken:
            form.add_error(None, str(broken))
    if is_tried(request) and request.htmx:
        return effect_panel(request, effect)
    return _page(request, found, form, hours, effect)


def _page(
    request: PageRequest,
    found: Engineer | None,
    form: PersonForm,
    hours: HoursFormSet,
    effect: Effect | None,
) -> HttpResponse:
    return render_page(
        request,
        "capacity/engineer.html",
        {"engineer": found, "form": form, "hours": hours, "effect": effect},
        fragment="engineer",
    )


def _engineer(request: PageRequest, pk: int) -> Engineer:
    own = Engineer.objects.filter(team=team_of(request.user)).with_calendars()
    return get_object_or_404(own.select_related("team__calendar"), pk=pk)
