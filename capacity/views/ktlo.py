"""Keep-the-lights-on work: streams as a manager declares them, and the log."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

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

from capacity.forms.ktlo import InterruptionForm, StreamForm
from capacity.measuring import Measured
from capacity.models import Engineer, Interruption, KtloStream
from capacity.services.effects import effect_of
from capacity.services.ktlo import (
    log_interruption,
    measured_streams,
    remove_interruption,
    remove_stream,
    save_stream,
)
from capacity.views.effects import effect_panel, is_tried
from capacity.views.own import people_entered_by
from portfolio.core.errors import RuleBroken
from portfolio.core.http import PageRequest, render_page
from portfolio.core.rights import PLAN, REPORT_PROGRESS
from portfolio.core.teams import team_of

require_form = require_http_methods(["GET", "HEAD", "POST"])
may_plan = permission_required(PLAN, raise_exception=True)
may_log = permission_required(REPORT_PROGRESS, raise_exception=True)
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Row:
    """A stream, what its log says, and which of the two a forecast counts on."""

    stream: KtloStream
    log: Measured

    @property
    def is_measured(self) -> bool:
        return self.stream.is_measured and not self.log.problem

    @property
    def counted_on(self) -> KtloStream | Measured:
        return self.log if self.is_measured else self.stream

    @property
    def days_a_week(self) -> float:
        """Likely focused days it takes from the team in a week."""
        source = self.counted_on
        return float(source.per_week) * float(source.likely)


@require_safe
@may_plan
def streams(request: PageRequest) -> HttpResponse:
    found = list(
        KtloStream.objects.filter(team=team_of(request.user)).prefetch_related(
            "engineers"
        )
    )
    rows = _rows(found)
    return render_page(
        request,
        "capacity/ktlo.html",
        {"rows": rows, "days": sum(row.days_a_week for row in rows)},
        fragment="ktlo",
    )


@require_form
@may_plan
def new_stream(request: PageRequest) -> HttpResponse:
    return _edit(request, None)


@require_form
@may_plan
def stream(request: PageRequest, pk: int) -> HttpResponse:
    return _edit(request, _stream(request, pk))


@require_form
@may_plan
def remove(request: PageRequest, pk: int) -> HttpResponse:
    found = _stream(request, pk)
    remove_it = partial(remove_stream, stream=found, by=request.user)
    if is_tried(request):
        effect = effect_of(team=team_of(request.user), act=remove_it)
        return effect_panel(request, effect)
    if request.method == "POST":
        remove_it()
        messages.success(request, f"Removed “{found}”. The forecast follows.")
        return redirect("capacity:ktlo")
    logged = found.interruptions.count()
    return render_page(
        request,
        "capacity/remove_stream.html",
        {"stream": found, "logged": logged},
        fragment="form",
    )


@require_form
@may_log
def log(request: PageRequest) -> HttpResponse:
    """Log an interruption; those logged last stand below."""
    team = team_of(request.user)
    form = InterruptionForm(
        request.POST if request.method == "POST" else None,
        streams=list(KtloStream.objects.filter(team=team)),
        people=people_entered_by(request.user),
    )
    if form.is_valid():
        try:
            made = log_interruption(**form.logged(), by=request.user)
        except RuleBroken as broken:
            form.add_error("day", str(broken))
        else:
            hours = f"{made.hours.normalize():f}"
            messages.success(
                request, f"Logged: {hours} h for {made.engineer}, {made.stream}."
            )
            return redirect("capacity:log")
    last = (
        Interruption.objects.visible_to(request.user)
        .filter(stream__team=team)
        .select_related("stream", "engineer")[:SHOWN]
    )
    return render_page(
        request, "capacity/log.html", {"form": form, "last": last}, fragment="log"
    )


@require_POST
@may_log
def unlog(request: PageRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(
        Interruption.objects.visible_to(request.user).select_related("stream"), pk=pk
    )
    remove_interruption(interruption=found)
    messages.success(request, f"Taken out of the log: {found}.")
    return redirect("capacity:log")


def _edit(request: PageRequest, found: KtloStream | None) -> HttpResponse:
    team = team_of(request.user)
    people = list(Engineer.objects.filter(team=team).not_gone_by(timezone.localdate()))
    form = StreamForm(
        request.POST if request.method == "POST" else None,
        people=people,
        stream=found,
    )
    effect = None
    if form.is_valid():
        save = partial(
            save_stream,
            team=team,
            stream=found,
            declared=form.stream(),
            by=request.user,
        )
        try:
            if not is_tried(request):
                saved = save()
                messages.success(request, f"Stored “{saved}”. The forecast follows.")
                return redirect("capacity:ktlo")
            effect = effect_of(team=team, act=save)
        except RuleBroken as broken:
            form.add_error(None, str(broken))
    if is_tried(request) and request.htmx:
        return effect_panel(request, effect)
    row = _rows([found])[0] if found else None
    return render_page(
        request,
        "capacity/stream.html",
        {"stream": found, "row": row, "form": form, "effect": effect},
        fragment="stream",
    )


def _rows(found: list[KtloStream]) -> list[Row]:
    logs = measured_streams([each.pk for each in found], until=timezone.localdate())
    return [Row(each, logs[each.pk]) for each in found]


def _stream(request: PageRequest, pk: int) -> KtloStream:
    own = KtloStream.objects.filter(team=team_of(request.user))
    return get_object_or_404(own.prefetch_related("engineers"), pk=pk)
