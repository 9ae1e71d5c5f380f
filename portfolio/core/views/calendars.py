"""Settings: when teams work, and on which days they do not."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portfolio.core.calendars import public_holidays
from portfolio.core.errors import RuleBroken
from portfolio.core.forms.calendars import CalendarForm, closed_form
from portfolio.core.http import PageRequest, render_page
from portfolio.core.models import BusinessCalendar
from portfolio.core.rights import SETTINGS
from portfolio.core.services.calendars import remove_calendar, save_calendar

require_form = require_http_methods(["GET", "HEAD", "POST"])
may_edit = permission_required(SETTINGS, raise_exception=True)
A_YEAR = dt.timedelta(days=365)


@require_safe
@may_edit
def calendars(request: PageRequest) -> HttpResponse:
    found = BusinessCalendar.objects.order_by("name").prefetch_related(
        "periods", "closed_days", "team_set"
    )
    return render_page(
        request,
        "core/calendars.html",
        {"calendars": found, "today": timezone.localdate()},
        fragment="calendars",
    )


@require_form
@may_edit
def new_calendar(request: PageRequest) -> HttpResponse:
    return _edit(request, None)


@require_form
@may_edit
def calendar(request: PageRequest, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(BusinessCalendar, pk=pk))


@require_form
@may_edit
def remove(request: PageRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(BusinessCalendar, pk=pk)
    if request.method == "POST":
        try:
            remove_calendar(calendar=found, by=request.user)
        except RuleBroken as broken:
            messages.error(request, str(broken))
            return redirect("core:calendar", found.pk)
        messages.success(request, f"Removed the calendar “{found.name}”.")
        return redirect("core:calendars")
    return render_page(
        request, "core/remove_calendar.html", {"calendar": found}, fragment="form"
    )


def _edit(request: PageRequest, found: BusinessCalendar | None) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    today = timezone.localdate()
    # What lies longer ago is over, and stays as it was.
    since = today.replace(month=1, day=1)
    form = CalendarForm(sent, calendar=found)
    closed = closed_form(calendar=found, since=since, data=sent)
    if sent is not None and all([form.is_valid(), closed.is_valid()]):
        try:
            saved = save_calendar(
                calendar=found,
                written=form.written(closed.rows()),
                by=request.user,
                since=since,
            )
        except RuleBroken as broken:
            form.add_error(None, str(broken))
        else:
            messages.success(
                request, f"Stored “{saved}”. Open clocks and forecasts follow."
            )
            return redirect("core:calendars")
    holidays = (
        public_holidays(found.country, found.subdivision, today, today + A_YEAR)
        if found
        else {}
    )
    return render_page(
        request,
        "core/calendar.html",
        {
            "calendar": found,
            "form": form,
            "closed": closed,
            "since": since,
            "holidays": list(holidays.items()),
        },
        fragment="calendar",
    )
