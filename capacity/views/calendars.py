"""What an edited business calendar would do to the dates of the team."""

from __future__ import annotations

from functools import partial

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from capacity.services.effects import Effect, effect_of
from capacity.views.effects import effect_panel
from portfolio.core.errors import RuleBroken
from portfolio.core.forms.calendars import CalendarForm, closed_form
from portfolio.core.http import PageRequest
from portfolio.core.models import BusinessCalendar
from portfolio.core.rights import SETTINGS
from portfolio.core.services.calendars import save_calendar
from portfolio.core.teams import team_of


@require_POST
@permission_required(SETTINGS, raise_exception=True)
def try_calendar(request: PageRequest, pk: int) -> HttpResponse:
    """The panel of its page, or a page of its own where no script asks."""
    calendar = get_object_or_404(BusinessCalendar, pk=pk)
    effect = _effect(request, calendar)
    if request.htmx:
        return effect_panel(request, effect)
    return render(
        request, "capacity/try_calendar.html", {"calendar": calendar, "effect": effect}
    )


def _effect(request: PageRequest, calendar: BusinessCalendar) -> Effect | None:
    since = timezone.localdate().replace(month=1, day=1)
    form = CalendarForm(request.POST, calendar=calendar)
    closed = closed_form(calendar=calendar, since=since, data=request.POST)
    if not all([form.is_valid(), closed.is_valid()]):
        return None
    try:
        return effect_of(
            team=team_of(request.user),
            act=partial(
                save_calendar,
                calendar=calendar,
                written=form.written(closed.rows()),
                by=request.user,
                since=since,
            ),
        )
    except RuleBroken as broken:
        return Effect(problem=str(broken))
