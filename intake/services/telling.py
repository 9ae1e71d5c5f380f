from __future__ import annotations

from intake.models import Demand
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
