from __future__ import annotations

from collections.abc import Iterable

from portfolio.core.models import User
from portfolio.core.search import Found
from portfolio.scenarios.models import Scenario

MOST = 3


def find_scenarios(user: User, words: str) -> Iterable[Found]:
    """Scenarios this person may read, by their name."""
    found = Scenario.objects.visible_to(user)
    for word in words.split():
        found = found.filter(name__icontains=word)
    return [
        Found(each.name, each.get_absolute_url(), f"scenario, {each.state_words}")
        for each in found[:MOST]
    ]
