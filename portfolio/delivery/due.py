"""What is promised, for the floor below that forecasts it."""

from __future__ import annotations

from datetime import date

from portfolio.core.models import Team
from portfolio.delivery.models import Commitment


def due_days(team: Team) -> dict[str, date]:
    """The day by which each demand of a team is promised now, by its reference."""
    found = Commitment.objects.open().filter(team=team)
    return dict(found.values_list("demand__reference", "due_on"))
