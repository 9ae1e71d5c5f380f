"""The skills that work asks for, and how many people have each."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from capacity.forms import SkillForm
from capacity.models import Skill
from capacity.services.skills import remove_skill, save_skill
from portfolio.core.errors import RuleBroken
from portfolio.core.http import PageRequest, render_page
from portfolio.core.rights import PLAN
from portfolio.core.teams import team_of

require_form = require_http_methods(["GET", "HEAD", "POST"])
may_plan = permission_required(PLAN, raise_exception=True)


@require_safe
@may_plan
def skills(request: PageRequest) -> HttpResponse:
    return _skills_page(request, SkillForm())


@require_POST
@may_plan
def new_skill(request: PageRequest) -> HttpResponse:
    form = SkillForm(request.POST)
    if form.is_valid():
        try:
            made = save_skill(name=form.cleaned_data["name"], by=request.user)
        except RuleBroken as broken:
            form.add_error("name", str(broken))
        else:
            messages.success(
                request, f"{made} can be given to engineers and asked for by work."
            )
            return redirect("capacity:skills")
    return _skills_page(request, form)


@require_form
@may_plan
def skill(request: PageRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Skill, pk=pk)
    sent = request.POST if request.method == "POST" else None
    form = SkillForm(sent, initial={"name": found.name})
    if form.is_valid():
        try:
            save_skill(skill=found, name=form.cleaned_data["name"], by=request.user)
        except RuleBroken as broken:
            found.refresh_from_db()
            form.add_error("name", str(broken))
        else:
            messages.success(request, f"It is called {found} from now on.")
            return redirect("capacity:skills")
    return render_page(
        request, "capacity/skill.html", {"skill": found, "form": form}, fragment="skill"
    )


@require_POST
@may_plan
def remove(request: PageRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Skill, pk=pk)
    try:
        remove_skill(skill=found, by=request.user)
    except RuleBroken as broken:
        messages.error(request, str(broken))
        return redirect("capacity:skill", found.pk)
    messages.success(request, f"Removed the skill {found.name}.")
    return redirect("capacity:skills")


def _skills_page(request: PageRequest, form: SkillForm) -> HttpResponse:
    team = team_of(request.user)
    return render_page(
        request,
        "capacity/skills.html",
        {
            "skills": Skill.objects.with_use(team.pk, timezone.localdate()),
            "form": form,
            "team": team,
        },
        fragment="skills",
    )
