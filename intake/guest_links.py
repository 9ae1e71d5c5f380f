"""Signed addresses for people without an account: to ask, to confirm, to follow."""

from __future__ import annotations

import datetime as dt

from django.core import signing
from django.urls import reverse

from intake.models import Demand, GuestDraft, SubmissionLink
from portfolio.core.models import User

_ASK = signing.Signer(salt="intake.guest.ask")
_CONFIRM = signing.TimestampSigner(salt="intake.guest.confirm")
_FOLLOW = signing.TimestampSigner(salt="intake.guest.follow")
CONFIRM_WITHIN = dt.timedelta(days=3)
# Every mail about a request carries a new one.
FOLLOW_WITHIN = dt.timedelta(days=400)


def link_address(link: SubmissionLink) -> str:
    return reverse("intake:guest-new", args=[_ASK.sign_object(link.pk)])


def link_of(signed: str) -> SubmissionLink | None:
    """The link of an address, open or not; None where nobody of ours signed it."""
    try:
        pk = _ASK.unsign_object(signed)
    except signing.BadSignature:
        return None
    links = SubmissionLink.objects.select_related("team__calendar", "business_unit")
    return links.filter(pk=pk).first()


def confirm_address(draft: GuestDraft) -> str:
    signed = _CONFIRM.sign_object([draft.pk, draft.email])
    return reverse("intake:guest-confirm", args=[signed])


def draft_to_confirm(signed: str) -> GuestDraft | None:
    """None where the link is too old, or another address was given since."""
    try:
        pk, email = _CONFIRM.unsign_object(signed, max_age=CONFIRM_WITHIN)
    except signing.BadSignature:
        return None
    drafts = GuestDraft.objects.select_related("demand__team", "link")
    return drafts.filter(pk=pk, email=email).first()


def address_for(demand: Demand, person: User) -> str:
    """Where this person reads a demand: its page, by a signed link for a guest."""
    if not person.is_guest:
        return demand.get_absolute_url()
    signed = _FOLLOW.sign_object([demand.pk, person.pk])
    return reverse("intake:guest-follow", args=[signed])


def demand_to_follow(signed: str) -> Demand | None:
    """None where the link is too old or the demand is another person's by now."""
    try:
        pk, person = _FOLLOW.unsign_object(signed, max_age=FOLLOW_WITHIN)
    except signing.BadSignature:
        return None
    return Demand.objects.filter(pk=pk, requester=person).first()
