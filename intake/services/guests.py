"""Requests of people without an account: begun by a link, sent once confirmed."""

from __future__ import annotations

import datetime as dt
import logging
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from intake.choices import LetterOutcome, Stage
from intake.guest_links import confirm_address
from intake.models import Demand, GuestDraft, Letter, SubmissionLink
from intake.services.drafting import Opening, discard_draft, draft_of, open_draft
from intake.services.locking import lock_team
from intake.services.submitting import submit_draft
from portfolio.core.choices import Role
from portfolio.core.errors import RuleBroken
from portfolio.core.models import BusinessUnit, Mail, Team, User
from portfolio.core.rights import SUBMIT
from portfolio.core.services.mailing import queue_mail

logger = logging.getLogger(__name__)

A_DAY, AN_HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
# From one network address; a whole office may stand behind it.
MOST_AN_HOUR = 10
# Mails that ask one address to confirm.
MOST_MAILS_AN_HOUR, MOST_MAILS_A_DAY = 3, 6
# What nobody confirms is forgotten, and with it the address.
FORGOTTEN_AFTER = dt.timedelta(days=30)


class TooMany(RuleBroken):
    """A limit that stops machines from filling the inbox of a team."""


@transaction.atomic
def make_link(
    *,
    by: User,
    team: Team,
    business_unit: BusinessUnit,
    name: str,
    days: int,
    most_a_day: int,
) -> SubmissionLink:
    if not Team.objects.visible_to(by).filter(pk=team.pk).exists():
        raise RuleBroken(f"You make links for your own team, not for {team}.")
    return SubmissionLink.objects.create(
        team=team,
        business_unit=business_unit,
        name=name.strip(),
        made_by=by,
        expires_at=timezone.now() + dt.timedelta(days=days),
        most_a_day=most_a_day,
    )


@transaction.atomic
def revoke_link(*, link: SubmissionLink) -> SubmissionLink:
    """Close a link for good; what was sent by it stays, what is not sent never is."""
    link = SubmissionLink.objects.select_for_update(no_key=True).get(pk=link.pk)
    if link.revoked_at is None:
        link.revoked_at = timezone.now()
        link.save(update_fields=["revoked_at"])
    return link


def hash_of(network_address: str) -> str:
    """To count by, without keeping where somebody was."""
    salted = salted_hmac("intake.guest", network_address, algorithm="sha256")
    return salted.hexdigest()[:32] if network_address else ""


@transaction.atomic
def begin_guest_draft(
    *, link: SubmissionLink, opening: Opening, token: UUID, network_address: str
) -> Demand:
    """Keep the opening of somebody without an account, as far as the limits allow."""
    # One after the other, so that two at once cannot both be the last.
    lock_team(link.team_id)
    if draft_of(None, token) is None:
        _refuse_too_many(link, hash_of(network_address))
    draft = open_draft(by=None, opening=opening, token=token)
    GuestDraft.objects.get_or_create(
        demand=draft,
        defaults={"link": link, "came_from": hash_of(network_address)},
    )
    return draft


def _refuse_too_many(link: SubmissionLink, came_from: str) -> None:
    now = timezone.now()
    refuse_when_closed(link, now)
    drafts = GuestDraft.objects.all()
    by_link = drafts.filter(link=link).begun_since(now - A_DAY).count()
    by_address = drafts.filter(came_from=came_from).begun_since(now - AN_HOUR).count()
    if by_link >= link.most_a_day:
        logger.warning("The link “%s” has reached its limit of the day.", link)
        raise TooMany(
            f"This link takes {link.most_a_day} requests a day, and today it has. "
            "Please try again tomorrow, or ask who gave it to you."
        )
    if came_from and by_address >= MOST_AN_HOUR:
        logger.warning("One address has begun %s requests in an hour.", by_address)
        raise TooMany(
            "Too many requests were begun from where you are within an hour. Please "
            "try again later."
        )


def refuse_when_closed(link: SubmissionLink | None, now: dt.datetime) -> None:
    if link is not None and not link.is_open(now):
        raise RuleBroken(
            "This link does not take requests any more. Please ask who gave it to you "
            "for a new one."
        )


@transaction.atomic
def ask_to_confirm(*, draft: Demand, name: str, email: str) -> GuestDraft:
    """Keep who asks, and mail them a link; only by it the request is sent."""
    guest = _locked(draft)
    refuse_when_closed(guest.link, timezone.now())
    refuse_too_many_mails(email)
    if email.lower() != guest.email.lower():
        guest.confirmed_at = None
    guest.name, guest.email = name.strip(), email
    guest.save(update_fields=["name", "email", "confirmed_at"])
    asked = Mail.objects.filter(key__startswith=f"confirm-{guest.pk}-").count()
    queue_mail(
        key=f"confirm-{guest.pk}-{asked + 1}",
        to=email,
        subject="Please confirm your request",
        # Nothing that a stranger typed: else anybody could send words to anybody.
        text=f"A request to {draft.team} was filled in with this e-mail address. It "
        "is sent once you confirm it here:\n\n"
        f"{settings.ADDRESS}{confirm_address(guest)}\n\n"
        "The link works for three days. If it was not you, do nothing: nothing is "
        "sent, and the address is forgotten after 30 days.\n",
    )
    return guest


def refuse_too_many_mails(email: str, *, kind: str = "confirm") -> None:
    now = timezone.now()
    mails = Mail.objects.filter(to__iexact=email, key__startswith=f"{kind}-")
    if (
        mails.filter(made_at__gte=now - AN_HOUR).count() >= MOST_MAILS_AN_HOUR
        or mails.filter(made_at__gte=now - A_DAY).count() >= MOST_MAILS_A_DAY
    ):
        raise TooMany(
            "We have sent several e-mails to this address already. Please look for "
            "them, also among unwanted mail, or try again later."
        )


@transaction.atomic
def confirm_email(*, guest: GuestDraft) -> GuestDraft:
    guest = _locked(guest.demand)
    if guest.confirmed_at is None:
        guest.confirmed_at = timezone.now()
        guest.save(update_fields=["confirmed_at"])
    return guest


@transaction.atomic
def send_guest_draft(*, draft: Demand) -> Demand:
    """Send a confirmed draft as the request of who confirmed it.

    It is submitted as any other, so tokens hold: where none is left any more it counts
    as another tier, and is refused until that tier's questions are answered.
    """
    guest = _locked(draft)
    if guest.sent_at is not None:
        return guest.demand
    if guest.confirmed_at is None:
        raise RuleBroken("Please confirm your e-mail first.")
    refuse_when_closed(guest.link, timezone.now())
    person = _person(guest)
    draft = guest.demand
    draft.requester = person
    draft.save(update_fields=["requester"])
    sent = submit_draft(draft=draft, by=person)
    guest.sent_at = timezone.now()
    guest.save(update_fields=["sent_at"])
    return sent


def _locked(draft: Demand) -> GuestDraft:
    # The team before the draft, as everywhere.
    lock_team(draft.team_id)
    return (
        GuestDraft.objects.select_for_update(no_key=True, of=["self"])
        .select_related("demand__team", "link")
        .get(demand=draft)
    )


def _person(guest: GuestDraft) -> User:
    """Whose mailbox it is: who confirmed it has proved that it is theirs."""
    person, _ = User.objects.get_or_create(
        email__iexact=guest.email,
        defaults={
            "email": User.objects.normalize_email(guest.email),
            "name": guest.name,
            "role": Role.GUEST,
            # No password fits it.
            "password": "!",
        },
    )
    if not person.is_active or not (person.is_guest or person.has_perm(SUBMIT)):
        raise RuleBroken(
            "There is an account with this e-mail that may not send requests. Please "
            "ask an administrator, or give another e-mail."
        )
    return person


@transaction.atomic
def forget_guest_draft(*, draft: Demand) -> None:
    """Remove a draft of a guest, and with it every place that holds their address."""
    guest = draft.guest
    Mail.objects.filter(key__startswith=f"confirm-{guest.pk}-").delete()
    letters = list(draft.letters.values_list("pk", flat=True))
    discard_draft(draft=draft)
    Mail.objects.filter(key__in=[f"letter-{pk}" for pk in letters]).delete()
    Letter.objects.filter(pk__in=letters).update(sender="")


def forget_guest_drafts() -> int:
    """Remove what nobody has sent for a month, and who wrote what was not taken."""
    month_ago = timezone.now() - FORGOTTEN_AFTER
    old = GuestDraft.objects.unsent().filter(
        begun_at__lt=month_ago, demand__stage=Stage.DRAFT
    )
    drafts = [guest.demand for guest in old.select_related("demand")]
    for draft in drafts:
        forget_guest_draft(draft=draft)
    ignored = Letter.objects.filter(
        outcome=LetterOutcome.IGNORED, received_at__lt=month_ago
    ).exclude(sender="")
    keys = [f"letter-{pk}" for pk in ignored.values_list("pk", flat=True)]
    Mail.objects.filter(key__in=keys).delete()
    ignored.update(sender="")
    return len(drafts)
