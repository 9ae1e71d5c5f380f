from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from django.urls import reverse

from intake.models import Demand
from portfolio.core.models import User
from portfolio.core.search import Found

MOST = 8


def find_demands(user: User, words: str) -> Iterator[Found]:
    """Demands that a person may read, by reference, title or system; newest first."""
    found = list(Demand.objects.visible_to(user).matching(words)[: MOST + 1])
    for demand in found[:MOST]:
        yield Found(
            name=str(demand),
            url=demand.get_absolute_url(),
            note=demand.get_stage_display(),
        )
    if len(found) > MOST:
        query = urlencode({"q": words, "show": "all"})
        yield Found(
            name=f"All requests with “{words}”",
            url=f"{reverse('intake:requests')}?{query}",
            note=f"These are the {MOST} newest.",
        )


def count_awaiting_decision(user: User) -> int:
    return Demand.objects.visible_to(user).awaiting_decision().count()
