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
    signed = _FOLLOW.sign_object([demand.pk, person.pk, link_version_of(demand)])
    return reverse("intake:guest-follow", args=[signed])


def link_version_of(demand: Demand) -> int:
    """Which links to a request are good; each time they are revoked it counts up."""
    guests = GuestDraft.objects.filter(demand=demand)
    return guests.values_list("link_version", flat=True).first() or 0


def demand_to_follow(signed: str) -> Demand | None:
    """None where the link is too old or revoked, or the demand another person's."""
    demand, version = _demand_of(signed, max_age=FOLLOW_WITHIN)
    if demand is None or version != link_version_of(demand):
        return None
    return demand


def demand_once_followed(signed: str) -> Demand | None:
    """The same where the link was ours once, however old or revoked."""
    demand, _version = _demand_of(signed)
    return demand if demand and demand.requester and demand.requester.is_guest else None


def _demand_of(
    signed: str, max_age: dt.timedelta | None = None
) -> tuple[Demand | None, int]:
    try:
        # Links from before they could be revoked say no version.
        pk, person, *rest = _FOLLOW.unsign_object(signed, max_age=max_age)
    except signing.BadSignature:
        return None, 0
    demands = Demand.objects.filter(pk=pk, requester=person)
    return demands.select_related("requester").first(), rest[0] if rest else 0
