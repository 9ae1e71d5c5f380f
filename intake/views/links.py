"""What managers do about links for people without an account: make, copy, revoke."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from intake.forms import LinkForm
from intake.guest_links import link_address
from intake.models import SubmissionLink
from intake.services.follow_links import mail_follow_link, revoke_follow_links
from intake.services.guests import make_link, revoke_link
from intake.views.loading import sent, visible_demand
from portfolio.core.errors import RuleBroken
from portfolio.core.http import PageRequest, render_page
from portfolio.core.rights import DECIDE, SETTINGS

require_form = require_http_methods(["GET", "HEAD", "POST"])


@require_POST
@permission_required(DECIDE, raise_exception=True)
def revoke_links(request: PageRequest, reference: str) -> HttpResponse:
    """Close the links that were mailed to a guest, or mail them a new one."""
    demand = visible_demand(request, reference)
    is_new = request.POST.get("what") == "mail"
    change = mail_follow_link if is_new else revoke_follow_links
    try:
        change(demand=demand, by=request.user)
    except RuleBroken as broken:
        messages.error(request, str(broken))
    else:
        done = "A new link is mailed" if is_new else "The links are revoked"
        messages.success(request, f"{done}: {demand.reference}.")
    return redirect(demand)


@require_form
@permission_required(SETTINGS, raise_exception=True)
def links(request: PageRequest) -> HttpResponse:
    """The links for people without an account: make, copy, revoke."""
    form = LinkForm(sent(request), user=request.user)
    if form.is_valid():
        link = make_link(by=request.user, **form.cleaned_data)
        messages.success(request, f"The link for “{link}” is made; copy it below.")
        return redirect("intake:guest-links")
    made = (
        SubmissionLink.objects.visible_to(request.user)
        .select_related("team", "business_unit", "made_by")
        .with_use()
    )
    now = timezone.now()
    return render_page(
        request,
        "intake/links.html",
        {
            "form": form,
            "links": [
                (link, link.is_open(now), f"{settings.ADDRESS}{link_address(link)}")
                for link in made
            ],
        },
        fragment="links",
    )


@require_POST
@permission_required(SETTINGS, raise_exception=True)
def revoke(request: PageRequest, pk: int) -> HttpResponse:
    visible = SubmissionLink.objects.visible_to(request.user)
    link = revoke_link(link=get_object_or_404(visible, pk=pk))
    messages.success(request, f"The link for “{link}” is closed.")
    return redirect("intake:guest-links")
