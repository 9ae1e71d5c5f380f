from __future__ import annotations

from datetime import date
from typing import Protocol

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from capacity.models import WorkPackage
from intake.choices import Stage
from intake.models import Demand
from portfolio.core.errors import RuleBroken
from portfolio.core.http import PageRequest, render_page
from portfolio.core.models import User
from portfolio.core.words import day_words
from portfolio.delivery.forms import DayForm
from portfolio.delivery.models import Commitment
from portfolio.delivery.services import progress
from portfolio.delivery.views.sections import (
    STAGE_CHANGED,
    changed,
    demand_for,
    next_of,
)


class _Report(Protocol):
    def __call__(self, *, demand: Demand, by: User, on: date) -> Demand: ...


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("delivery.report_progress", raise_exception=True)
def start(request: PageRequest, reference: str) -> HttpResponse:
    return _report(request, reference, progress.start, "started")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("delivery.report_progress", raise_exception=True)
def deliver(request: PageRequest, reference: str) -> HttpResponse:
    return _report(request, reference, progress.deliver, "delivered")


def _report(
    request: PageRequest, reference: str, report: _Report, done: str
) -> HttpResponse:
    demand = demand_for(request, reference)
    if request.method != "POST":
        return _section(request, demand)
    form = DayForm(request.POST, label=_label(demand))
    if not form.is_valid():
        return _section(request, demand, form=form)
    on = form.cleaned_data["on"]
    try:
        report(demand=demand, by=request.user, on=on)
    except RuleBroken as broken:
        form.add_error(None, str(broken))
        return _section(request, demand, form=form)
    messages.success(request, f"{demand.reference} was {done} on {day_words(on)}.")
    return changed(request, demand, _section, STAGE_CHANGED)


def _section(
    request: PageRequest, demand: Demand, form: DayForm | None = None
) -> HttpResponse:
    under_way = demand.stage == Stage.IN_PROGRESS
    return render_page(
        request,
        "delivery/progress.html",
        {
            "demand": demand,
            "may_start": demand.stage in {Stage.ACCEPTED, Stage.ESTIMATED},
            "may_deliver": under_way,
            "commitment": Commitment.objects.open().filter(demand=demand).first(),
            "unfinished": WorkPackage.objects.filter(demand=demand)
            .unfinished()
            .count(),
            "form": form
            or DayForm(initial={"on": timezone.localdate()}, label=_label(demand)),
            "next": next_of(request, demand),
        },
        fragment="progress",
    )


def _label(demand: Demand) -> str:
    return "Delivered on" if demand.stage == Stage.IN_PROGRESS else "Work began on"
