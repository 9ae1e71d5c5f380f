"""From when to when a request could be done that is not sent yet, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from statistics import median_high

from capacity.engine.distribution import chance_by, chance_words
from capacity.models import DemandForecast, Forecast
from capacity.services.reading import Outlook
from intake.choices import Stage
from intake.models import Demand
from portfolio.core.words import day_words, short_day

# The demands around its place stand for one whose size nobody knows yet.
BEFORE, BEHIND = 2, 2
MEANING = (
    "That is when the work around its place is forecast to be done: in half of the "
    "simulated worlds by the first date (P50), in 85 of 100 by the second (P85). How "
    "large yours is and where the team ranks it is not known yet."
)


def indication_for(draft: Demand) -> Outlook:
    """What the latest forecast says of the place where its tier would enter today."""
    forecast = Forecast.objects.latest_of(draft.team_id)
    if forecast is None:
        return Outlook("There is no forecast yet, so no date can be given.")
    waiting = list(
        DemandForecast.objects.filter(
            forecast=forecast, demand__stage__in=[Stage.ACCEPTED, Stage.ESTIMATED]
        )
        .select_related("demand__tier")
        .order_by("place")
    )
    near = [row for row in _around(waiting, draft) if row.p50 and not row.cannot]
    if not near:
        return Outlook(
            "Too little is in the backlog to compare it with, so no date can be given.",
            made_at=forecast.gathered_at,
        )
    soon = median_high([row.p50 for row in near if row.p50])
    late = _late(near)
    words = (
        f"Probably between {short_day(soon)} and {short_day(late)}."
        if late
        else f"Probably from {day_words(soon)} on; how late it may be is open."
    )
    return Outlook(
        words,
        MEANING,
        chance=_chance(near, forecast.trials, draft.needed_by),
        needed_by=draft.needed_by,
        made_at=forecast.gathered_at,
    )


def _around(waiting: Sequence[DemandForecast], draft: Demand) -> list[DemandForecast]:
    """The demands around where it would enter: behind the last of its own tier.

    Where none of its tier waits it comes behind those of tiers that stand above it.
    """
    own = [i for i, row in enumerate(waiting) if row.demand.tier_id == draft.tier_id]
    above = [
        i
        for i, row in enumerate(waiting)
        if row.demand.tier.position < draft.tier.position
    ]
    place = 1 + max(own or above, default=-1)
    return list(waiting[max(place - BEFORE, 0) : place + BEHIND])


def _late(near: Sequence[DemandForecast]) -> date | None:
    """The middle of their late dates; None where the middle one has none."""
    dates = sorted(row.p85 or date.max for row in near)
    middle = median_high(dates)
    return None if middle == date.max else middle


def _chance(near: Sequence[DemandForecast], trials: int, needed_by: date | None) -> str:
    spreads = [row.finished_by for row in near if row.finished_by]
    if not spreads or needed_by is None:
        return ""
    chances = [chance_by(spread, trials, needed_by) for spread in spreads]
    return chance_words(sum(chances) / len(chances))
