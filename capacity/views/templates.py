"""Settings: the package templates of a team."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from capacity.forms import (
    TemplateNameForm,
    TemplateRowsFormSet,
    rows_of_template,
    rows_typed,
    template_rows_form,
)
from capacity.models import PackageTemplate
from capacity.services.templates import (
    offers_of,
    remove_template,
    save_template,
    take_shipped,
)
from portfolio.core.errors import RuleBroken
from portfolio.core.http import PageRequest, render_page
from portfolio.core.rights import SETTINGS
from portfolio.core.teams import team_of

require_form = require_http_methods(["GET", "HEAD", "POST"])
may_edit = permission_required(SETTINGS, raise_exception=True)


@require_safe
@may_edit
def templates(request: PageRequest) -> HttpResponse:
    team = team_of(request.user)
    return render_page(
        request,
        "capacity/templates.html",
        {
            "team": team,
            "offers": offers_of(team),
            "has_own": team.package_templates.exists(),
        },
        fragment="templates",
    )


@require_POST
@may_edit
def take(request: PageRequest) -> HttpResponse:
    team = team_of(request.user)
    try:
        take_shipped(team=team, by=request.user)
    except RuleBroken as broken:
        messages.error(request, str(broken))
    else:
        messages.success(request, f"The templates are {team}'s own now.")
    return redirect("capacity:templates")


@require_form
@may_edit
def new_template(request: PageRequest) -> HttpResponse:
    return _edit(request, None)


@require_form
@may_edit
def template(request: PageRequest, pk: int) -> HttpResponse:
    return _edit(request, _template(request, pk))


@require_form
@may_edit
def remove(request: PageRequest, pk: int) -> HttpResponse:
    found = _template(request, pk)
    if request.method == "POST":
        remove_template(template=found, by=request.user)
        messages.success(request, f"Removed the template {found}.")
        return redirect("capacity:templates")
    return render_page(
        request,
        "capacity/remove_template.html",
        {"template": found},
        fragment="form",
    )


def _edit(request: PageRequest, found: PackageTemplate | None) -> HttpResponse:
    """Show a template's rows, or store them as they were sent."""
    team = team_of(request.user)
    is_sent = request.method == "POST" and "add" not in request.POST
    form = TemplateNameForm(
        request.POST if request.method == "POST" else None,
        initial={"name": found.name if found else ""},
    )
    rows = _rows(request, found)
    if is_sent and form.is_valid() and rows.is_valid():
        try:
            saved = save_template(
                team=team,
                template=found,
                name=form.cleaned_data["name"],
                rows=rows.rows(),
                by=request.user,
            )
        except RuleBroken as broken:
            messages.error(request, str(broken))
        else:
            messages.success(request, f"Stored the template {saved}.")
            return redirect("capacity:templates")
    return render_page(
        request,
        "capacity/template.html",
        {
            "template": found,
            "form": form,
            "formset": rows,
            "is_sent": is_sent,
            "address": request.path,
        },
        fragment="packages",
    )


def _rows(request: PageRequest, found: PackageTemplate | None) -> TemplateRowsFormSet:
    if request.method != "POST":
        return template_rows_form(rows=rows_of_template(found), empty=0 if found else 3)
    if "add" in request.POST:
        return template_rows_form(rows=rows_typed(request.POST), empty=1)
    return template_rows_form(data=request.POST)


def _template(request: PageRequest, pk: int) -> PackageTemplate:
    own = PackageTemplate.objects.filter(team=team_of(request.user))
    return get_object_or_404(own, pk=pk)
