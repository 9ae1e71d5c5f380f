"""Who is away when: entered by a manager or by the person, or read from a file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from capacity.forms.leave import LeaveForm, LeaveImportForm
from capacity.models import Engineer, Leave
from capacity.services.effects import effect_of
from capacity.services.leave import Away, add_leave, remove_leave, save_leave
from capacity.services.leave_import import Match, match_leave
from capacity.views.effects import effect_panel, is_tried
from capacity.views.own import people_entered_by
from portfolio.core.csv_cells import csv_response
from portfolio.core.errors import RuleBroken
from portfolio.core.http import PageRequest, render_page
from portfolio.core.rights import OWN_LEAVE
from portfolio.core.teams import team_of
from portfolio.core.words import counted

require_form = require_http_methods(["GET", "HEAD", "POST"])
may_enter = permission_required(OWN_LEAVE, raise_exception=True)
HEADER = ["Person", "First day", "Last day", "Share", "Kind"]
SALT = "capacity.leave-import"


@require_safe
@may_enter
def leave(request: PageRequest) -> HttpResponse:
    people, today = people_entered_by(request.user), timezone.localdate()
    rows = (
        Leave.objects.visible_to(request.user)
        .filter(engineer__in=people)
        .select_related("engineer")
        .order_by("first_day", "engineer__name")
    )
    person = request.GET.get("person", "")
    if person.isdecimal():
        rows = rows.filter(engineer=int(person))
    is_past = "past" in request.GET
    if not is_past:
        rows = rows.not_over_by(today)
    if "csv" in request.GET:
        return csv_response(f"leave-{today}.csv", HEADER, _sheet(rows))
    return render_page(
        request,
        "capacity/leave.html",
        {
            "leave": rows,
            "people": people,
            "person": person,
            "is_past": is_past,
            "query": request.GET.urlencode(),
        },
        fragment="leave",
    )


@require_form
@may_enter
def new_leave(request: PageRequest) -> HttpResponse:
    return _edit(request, None)


@require_form
@may_enter
def entry(request: PageRequest, pk: int) -> HttpResponse:
    return _edit(request, _leave(request, pk))


@require_form
@may_enter
def remove(request: PageRequest, pk: int) -> HttpResponse:
    found = _leave(request, pk)
    remove_it = partial(remove_leave, leave=found, by=request.user)
    if is_tried(request):
        effect = effect_of(team=team_of(request.user), act=remove_it)
        return effect_panel(request, effect)
    if request.method == "POST":
        remove_it()
        messages.success(request, f"{found.engineer} is not away then. It is removed.")
        return redirect("capacity:leave")
    return render_page(
        request, "capacity/remove_leave.html", {"entry": found}, fragment="form"
    )


@require_form
@may_enter
def import_leave(request: PageRequest) -> HttpResponse:
    """Choose a file, look at what it says, and enter it."""
    people = people_entered_by(request.user)
    if "entries" in request.POST:
        return _enter(request, people)
    form = LeaveImportForm(*_sent(request), people=people)
    read = form.read(team_of(request.user)) if form.is_valid() else None
    if read is None:
        return render_page(
            request, "capacity/import_leave.html", {"form": form}, fragment="form"
        )
    matches = match_leave(read.entries, people, form.whom())
    new = [match for match in matches if match.is_new]
    return render_page(
        request,
        "capacity/check_leave.html",
        {
            "matches": matches,
            "new": new,
            "wrong": read.wrong,
            "entries": signing.dumps([_packed(each) for each in new], salt=SALT),
        },
        fragment="check",
    )


def _enter(request: PageRequest, people: list[Engineer]) -> HttpResponse:
    by_pk = {each.pk: each for each in people}
    try:
        packed = signing.loads(request.POST["entries"], salt=SALT)
        enter = partial(
            add_leave,
            team=team_of(request.user),
            entries=[
                (by_pk[pk], _unpacked(rest)) for pk, *rest in packed if pk in by_pk
            ],
            by=request.user,
        )
        if is_tried(request):
            effect = effect_of(team=team_of(request.user), act=enter)
            return effect_panel(request, effect)
        made = enter()
    except signing.BadSignature:
        messages.error(request, "What was checked has changed. Choose the file again.")
    except RuleBroken as broken:
        messages.error(request, f"Nothing is entered. {broken}")
    else:
        entries = counted(len(made), "entry", "entries")
        messages.success(request, f"{entries} of leave are entered.")
        return redirect("capacity:leave")
    return redirect("capacity:import-leave")


def _packed(match: Match) -> list[Any]:
    away = match.away
    engineer = match.engineer.pk if match.engineer else None
    days = [away.first_day.isoformat(), away.last_day.isoformat()]
    return [engineer, *days, str(away.share), away.kind]


def _unpacked(packed: list[str]) -> Away:
    first, last, share, kind = packed
    return Away(
        date.fromisoformat(first), date.fromisoformat(last), Decimal(share), kind
    )


def _edit(request: PageRequest, found: Leave | None) -> HttpResponse:
    people = people_entered_by(request.user)
    form = LeaveForm(_sent(request)[0], people=people, leave=found)
    effect = None
    if form.is_valid():
        save = partial(
            save_leave,
            leave=found,
            engineer=form.who(),
            away=form.away(),
            by=request.user,
        )
        try:
            if not is_tried(request):
                saved = save()
                messages.success(
                    request, f"Stored: {saved.engineer} is away. The forecast follows."
                )
                return redirect("capacity:leave")
            effect = effect_of(team=team_of(request.user), act=save)
        except RuleBroken as broken:
            form.add_error("first_day", str(broken))
    if is_tried(request) and request.htmx:
        return effect_panel(request, effect)
    return render_page(
        request,
        "capacity/leave_entry.html",
        {
            "entry": found,
            "form": form,
            "effect": effect,
            "alone": people[0] if len(people) == 1 else None,
        },
        fragment="entry",
    )


def _sent(request: PageRequest) -> tuple[Any, Any]:
    is_sent = request.method == "POST"
    return (request.POST, request.FILES) if is_sent else (None, None)


def _leave(request: PageRequest, pk: int) -> Leave:
    own = Leave.objects.visible_to(request.user).filter(
        engineer__in=people_entered_by(request.user)
    )
    return get_object_or_404(own.select_related("engineer__team"), pk=pk)


def _sheet(rows: Iterable[Leave]) -> Iterable[list[object]]:
    for row in rows:
        yield [
            row.engineer.name, row.first_day, row.last_day, row.share,
            row.get_kind_display(),
        ]  # fmt: skip
