"""“My work”: what an engineer has in hand, what comes next and why, in few clicks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from capacity.choices import PackageState
from capacity.forms.ktlo import InterruptionForm
from capacity.forms.own_work import FinishForm, RemainingForm
from capacity.models import Engineer, KtloStream, WorkPackage
from capacity.services.ktlo import log_interruption
from capacity.services.own_work import own_work
from capacity.services.status import forecast_status
from capacity.services.working import (
    finish_package,
    put_back_package,
    reopen_package,
    set_remaining,
    start_package,
)
from portfolio.core.errors import RuleBroken
from portfolio.core.http import PageRequest, render_page
from portfolio.core.rights import REPORT_PROGRESS
from portfolio.core.words import day_words

may_report = permission_required(REPORT_PROGRESS, raise_exception=True)
# What most interruptions take, each a button, in hours.
QUICK_HOURS = [
    ("0.25", "15 min"), ("0.5", "30 min"), ("1", "1 h"), ("2", "2 h"), ("4", "4 h")
]  # fmt: skip


@require_safe
@may_report
def my_work(request: PageRequest) -> HttpResponse:
    return _page(request)


@require_POST
@may_report
def start(request: PageRequest, pk: int) -> HttpResponse:
    engineer = _engineer(request)
    found = WorkPackage.objects.filter(demand__team=engineer.team_id)
    package = get_object_or_404(found.select_related("demand"), pk=pk)
    begin = partial(start_package, package=package, engineer=engineer, by=request.user)
    return _done(request, begin, f"Begun: {package}, {package.demand.reference}.")


@require_POST
@may_report
def go_on(request: PageRequest, pk: int) -> HttpResponse:
    package, form = _own(request, pk), RemainingForm(request.POST)
    if not form.is_valid():
        return _refused(request, form)
    left = form.cleaned_data["remaining"]
    tell = partial(set_remaining, package=package, remaining=left, by=request.user)
    return _done(request, tell, f"{package}: {float(left):g} days left.")


@require_POST
@may_report
def finish(request: PageRequest, pk: int) -> HttpResponse:
    package, form = _own(request, pk), FinishForm(request.POST)
    if not form.is_valid():
        return _refused(request, form)
    end = partial(finish_package, package=package, by=request.user, **form.cleaned_data)
    words = f"{package} was done on {day_words(form.cleaned_data['on'])}."
    others = package.demand.packages.exclude(state=PackageState.DONE)
    if not others.exclude(pk=package.pk).exists():
        words += (
            f" That was the last package of {package.demand.reference}: say on its "
            "page when it is delivered."
        )
    return _done(request, end, words)


@require_POST
@may_report
def put_back(request: PageRequest, pk: int) -> HttpResponse:
    package = _own(request, pk)
    undo = partial(put_back_package, package=package, by=request.user)
    return _done(request, undo, f"{package} is not begun any more.")


@require_POST
@may_report
def reopen(request: PageRequest, pk: int) -> HttpResponse:
    package = _own(request, pk)
    undo = partial(reopen_package, package=package, by=request.user)
    return _done(request, undo, f"{package} is in hand again.")


@require_POST
@may_report
def log_own(request: PageRequest) -> HttpResponse:
    engineer = _engineer(request)
    form = InterruptionForm(
        {"day": timezone.localdate(), **request.POST.dict()},
        streams=list(KtloStream.objects.filter(team=engineer.team_id)),
        people=[engineer],
    )
    if not form.is_valid():
        return _refused(request, form)
    logged = form.logged()
    write = partial(log_interruption, **logged, by=request.user)
    hours = f"{logged['hours'].normalize():f}"
    return _done(request, write, f"Logged: {hours} h, {logged['stream']}.")


def _done(request: PageRequest, act: Callable[[], object], words: str) -> HttpResponse:
    try:
        act()
    except RuleBroken as broken:
        messages.error(request, str(broken))
    else:
        messages.success(request, words)
    return _page(request) if request.htmx else redirect("capacity:my-work")


def _refused(request: PageRequest, form: forms.Form) -> HttpResponse:
    """Say what is wrong with the few values there are; the rest was a click."""
    for errors in form.errors.values():
        messages.error(request, " ".join(str(each) for each in errors))
    return _page(request) if request.htmx else redirect("capacity:my-work")


def _page(request: PageRequest) -> HttpResponse:
    engineer = Engineer.objects.filter(user=request.user).select_related("team").first()
    today = timezone.localdate()
    return render_page(
        request,
        "capacity/my_work.html",
        {
            "engineer": engineer,
            "work": own_work(engineer, today=today) if engineer else None,
            "status": forecast_status(engineer.team) if engineer else None,
            "today": today,
            "quick_hours": QUICK_HOURS,
        },
        fragment="work",
    )


def _engineer(request: PageRequest) -> Engineer:
    found = Engineer.objects.filter(user=request.user).select_related("team").first()
    if found is None:
        raise PermissionDenied("No engineer of the team has your account.")
    return found


def _own(request: PageRequest, pk: int) -> WorkPackage:
    own = WorkPackage.objects.filter(engineer=_engineer(request))
    return get_object_or_404(own.select_related("demand"), pk=pk)
