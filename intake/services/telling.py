from __future__ import annotations

from intake.models import Demand, Follower
from portfolio.core.models import User
from portfolio.core.services.notices import give_notice


def tell_requester(*, demand: Demand, by: User, title: str, text: str) -> None:
    """Tell who asked for it, unless they did it themselves or nobody asked."""
    requester = demand.requester
    if requester is None or requester == by or not requester.is_active:
        return
    give_notice(
        to=[requester],
        title=f"{demand.reference}: {title}",
        text=f"“{demand.title}”\n\n{text}",
        url=demand.get_absolute_url(),
        by_mail=True,
    )


def tell_followers(*, demand: Demand, by: User, what: str, next_step: str = "") -> None:
    """Tell whose requests were joined with it, in words of their own requests.

    Neither its title nor a reason is told: it may be another unit's.
    """
    following = Follower.objects.filter(demand=demand, person__is_active=True)
    # Who asked for both is told as the requester of this one.
    told = [by, demand.requester] if demand.requester else [by]
    others = following.exclude(person__in=told)
    for follower in others.select_related("person", "joined"):
        joined = follower.joined
        give_notice(
            to=[follower.person],
            title=f"{joined.reference}: what it was joined with is {what}",
            text=f"“{joined.title}”\n\n{demand.reference}, with which your request was "
            f"joined, is {what}. {next_step}".strip(),
            url=joined.get_absolute_url(),
            by_mail=True,
        )
