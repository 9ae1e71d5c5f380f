"""What somebody wants to know of promises: by alerts, and in their calendar."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from portfolio.core.choices import NoticeKind
from portfolio.core.http import PageRequest, render_page
from portfolio.core.services.preferences import preferences_of
from portfolio.delivery.feeds import feed_address
from portfolio.delivery.forms import FeedForm, WatchForm
from portfolio.delivery.models import CalendarFeed
from portfolio.delivery.models.risks import watch_of
from portfolio.delivery.services.watching import choose_watch


@require_http_methods(["GET", "HEAD", "POST"])
def watching(request: PageRequest) -> HttpResponse:
    """Of which promises one is told when their risk changes, and how."""
    if request.user.is_guest:
        raise PermissionDenied("Alerts are for people with an account.")
    watch = watch_of(request.user)
    form = WatchForm(
        request.POST if request.method == "POST" else None,
        person=request.user,
        initial={
            "which": [name for name in WatchForm.WHICH if getattr(watch, name)],
            "channel": preferences_of(request.user)[NoticeKind.RISK]
            if watch.is_any
            else WatchForm.NONE,
        },
    )
    if form.is_valid():
        choose_watch(person=request.user, **form.chosen())
        messages.success(request, form.said())
        return redirect("delivery:watching")
    open_feeds = CalendarFeed.objects.of(request.user).open()
    return render_page(
        request,
        "delivery/watching.html",
        {
            "form": form,
            "feeds": [
                (feed, f"{settings.ADDRESS}{feed_address(feed)}")
                for feed in open_feeds.select_related("business_unit", "team")
            ],
            "feed_form": FeedForm(person=request.user),
        },
        fragment="watching",
    )
