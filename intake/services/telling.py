from __future__ import annotations

from django.db.models import F

from intake.guest_links import address_for
from intake.models import Demand, Follower
from intake.services.following import may_read
from portfolio.core.choices import NoticeKind
from portfolio.core.models import User
from portfolio.core.services.notices import give_notice


def tell_requester(
    *,
    demand: Demand,
    by: User,
    title: str,
    text: str,
    kind: NoticeKind = NoticeKind.DECISION,
    reply_token: str = "",
) -> None:
    """Tell who asked for it, unless they did it themselves or nobody asked."""
    requester = demand.requester
    if requester is None or requester == by or not requester.is_active:
        return
    give_notice(
        to=[requester],
        kind=kind,
        title=f"{demand.reference}: {title}",
        text=f"“{demand.title}”\n\n{text}",
        url=address_for(demand, requester),
        reply_token=reply_token,
    )


def tell_followers(*, demand: Demand, by: User, what: str, next_step: str = "") -> None:
    """Tell who follows it, and whose requests were joined with it under their own.

    To these neither its title nor a reason is told: it may be another unit's.
    """
    following = Follower.objects.filter(demand=demand, person__is_active=True)
    # Who asked for both is told as the requester of this one.
    told = [by, demand.requester] if demand.requester else [by]
    others = following.exclude(person__in=told)
    told_directly: set[int] = set()
    # Who follows it by choice reads it in its own words, and not once more.
    for follower in others.select_related("person", "joined").order_by(
        F("joined").asc(nulls_first=True), "pk"
    ):
        joined, person = follower.joined, follower.person
        if joined is None:
            if may_read(person, demand):
                told_directly.add(person.pk)
                _tell_of(demand, person, what)
        elif person.pk not in told_directly:
            whose = "your request" if joined.requester_id == person.pk else joined
            give_notice(
                to=[person],
                # Their own request waits for it: a decision to who asked for that.
                kind=NoticeKind.DECISION
                if joined.requester_id == person.pk
                else NoticeKind.FOLLOWED,
                title=f"{joined.reference}: what it was joined with is {what}",
                text=f"“{joined.title}”\n\n{demand.reference}, with which {whose} was "
                f"joined, is {what}. {next_step}".strip(),
                url=address_for(joined, person),
            )


def _tell_of(demand: Demand, person: User, what: str) -> None:
    give_notice(
        to=[person],
        kind=NoticeKind.FOLLOWED,
        title=f"{demand.reference}: {what}",
        text=f"“{demand.title}”, which you follow, is {what}.",
        url=demand.get_absolute_url(),
    )
