"""The latest forecast as pages read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from capacity.engine.distribution import chance_by, chance_words
from capacity.models import DemandForecast, Forecast
from intake.models import Demand
from portfolio.core.words import day_words, range_words


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a requester is told of one demand; titles of others never stand in it."""

    words: str
    p50: date | None = None
    p85: date | None = None
    chance: str = ""
    needed_by: date | None = None
    place: int = 0
    of: int = 0


def outlook_of(demand: Demand) -> Outlook:
    """Range in words, chance for the needed-by date, and place in the queue."""
    backlog = Demand.objects.in_backlog().filter(team=demand.team_id)
    if not demand.is_in_backlog:
        return Outlook("It gets a date range once it is accepted and estimated.")
    place = backlog.filter(rank__lt=demand.rank).count() + 1
    of = backlog.count()
    forecast = Forecast.objects.latest_of(demand.team_id)
    row = (
        DemandForecast.objects.filter(forecast=forecast, demand=demand).first()
        if forecast
        else None
    )
    if forecast is None or row is None:
        return Outlook(
            "Its first forecast is on the way; look again in a minute.",
            place=place,
            of=of,
        )
    if row.cannot:
        return Outlook(f"No date can be given yet: {row.cannot}", place=place, of=of)
    if row.p50 is None:
        return Outlook(
            "More than half of the simulated worlds finish it beyond the horizon.",
            place=place,
            of=of,
        )
    if row.p85 is None:
        words = f"From {day_words(row.p50)} on; how late it may be is open."
    else:
        words = f"{range_words(row.p50, row.p85)}, if nothing changes."
    chance = ""
    if demand.needed_by and row.finished_by:
        share = chance_by(row.finished_by, forecast.trials, demand.needed_by)
        chance = chance_words(share)
    return Outlook(
        words,
        p50=row.p50,
        p85=row.p85,
        chance=chance,
        needed_by=demand.needed_by,
        place=place,
        of=of,
    )
