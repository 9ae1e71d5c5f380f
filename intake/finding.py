from __future__ import annotations

from collections.abc import Iterator

from intake.models import Demand
from portfolio.core.models import User
from portfolio.core.search import Found

MOST = 8


def find_demands(user: User, words: str) -> Iterator[Found]:
    """Demands that a person may read, by reference, title or system; newest first."""
    found = Demand.objects.visible_to(user).matching(words)
    for demand in found[:MOST]:
        yield Found(
            name=str(demand),
            url=demand.get_absolute_url(),
            note=demand.get_stage_display(),
        )


def count_awaiting_decision(user: User) -> int:
    return Demand.objects.visible_to(user).awaiting_decision().count()
