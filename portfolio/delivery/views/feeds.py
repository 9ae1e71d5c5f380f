"""Calendars of promises: read by programs, made and revoked by people."""

from __future__ import annotations

import hashlib

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date
from django.views.decorators.http import require_POST, require_safe

from portfolio.core.errors import RuleBroken
from portfolio.core.http import PageRequest
from portfolio.delivery.feeds import events_of, feed_of
from portfolio.delivery.forms import FeedForm
from portfolio.delivery.ical import calendar_text
from portfolio.delivery.models import CalendarFeed
from portfolio.delivery.services.feeds import make_feed, note_use, revoke_feed


@login_not_required
@require_safe
def feed(request: HttpRequest, signed: str) -> HttpResponseBase:
    """The promises of a feed, as its person may read them at this moment."""
    found = feed_of(signed)
    if found is None:
        raise Http404("This calendar was revoked, or never was.")
    note_use(feed=found)
    events = events_of(found, timezone.localdate())
    text = calendar_text(f"Throughline: {found}", events)
    etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    modified = max([found.made_at, *(event.modified_at for event in events)])
    response = HttpResponse(
        text,
        content_type="text/calendar; charset=utf-8",
        headers={
            "Content-Disposition": 'inline; filename="promises.ics"',
            "ETag": etag,
            "Last-Modified": http_date(modified.timestamp()),
        },
    )
    patch_cache_control(response, private=True, no_cache=True)
    # By its content alone: whoever may read less now has nothing newer to get, and is
    # not to keep what was there.
    answer = get_conditional_response(request, etag=etag, response=response)
    return answer or response


@require_POST
def make(request: PageRequest) -> HttpResponse:
    form = FeedForm(request.POST, person=request.user)
    if not form.is_valid():
        messages.error(request, "Choose of what the calendar is.")
        return redirect("delivery:watching")
    try:
        made = make_feed(person=request.user, **form.chosen())
    except RuleBroken as broken:
        messages.error(request, str(broken))
    else:
        messages.success(request, f"The calendar is made: {made}. Copy its address.")
    return redirect("delivery:watching")


@require_POST
def revoke(request: PageRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(CalendarFeed.objects.of(request.user), pk=pk)
    revoke_feed(feed=found)
    messages.success(request, f"Revoked: {found}. Its address shows nothing any more.")
    return redirect("delivery:watching")
