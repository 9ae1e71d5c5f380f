"""The signed links by which a guest reads a request: taken back, and mailed anew."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from intake.guest_links import address_for
from intake.models import Demand, GuestDraft
from intake.services.guests import refuse_too_many_mails
from intake.services.locking import lock_demand
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Mail, User
from portfolio.core.services.events import record_event
from portfolio.core.services.mailing import queue_mail


@transaction.atomic
def revoke_follow_links(*, demand: Demand, by: User) -> Demand:
    """Close every link to a request that was mailed so far, and what they opened."""
    demand = lock_demand(demand)
    guest = _guest(demand)
    guest.link_version += 1
    guest.save(update_fields=["link_version"])
    record_event(subject=demand, kind="links-revoked", by=by, team=demand.team)
    return demand


@transaction.atomic
def mail_follow_link(*, demand: Demand, by: User | None) -> Mail:
    """Mail a new link to the address that was confirmed, whoever asks for it."""
    demand = lock_demand(demand)
    guest = _guest(demand)
    person = demand.requester
    assert person is not None  # noqa: S101 - who has a guest's draft sent it
    refuse_too_many_mails(person.email, kind="follow")
    mailed = Mail.objects.filter(key__startswith=f"follow-{guest.pk}-").count()
    record_event(subject=demand, kind="link-mailed", by=by, team=demand.team)
    return queue_mail(
        key=f"follow-{guest.pk}-{mailed + 1}",
        to=person.email,
        subject=f"{demand.reference}: your new link",
        text="By this link you read and answer your request again:\n\n"
        f"{settings.ADDRESS}{address_for(demand, person)}\n\n"
        "Whoever has it reads the request too, so pass it on to nobody.\n",
    )


def _guest(demand: Demand) -> GuestDraft:
    guest = GuestDraft.objects.filter(demand=demand).first()
    if guest is None or not (demand.requester and demand.requester.is_guest):
        raise RuleBroken(f"{demand.reference} is read with an account, not by a link.")
    return guest
