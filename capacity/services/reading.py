"""The latest forecast of one demand, in the words of who asked for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from capacity.engine.distribution import chance_by, chance_words
from capacity.models import DemandForecast, Forecast
from intake.models import Demand
from portfolio.core.words import day_words, short_day


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a requester is told of one demand; titles of others never stand in it."""

    words: str
    # What the words mean; empty when there is no date to explain.
    meaning: str = ""
    chance: str = ""
    needed_by: date | None = None
    place: int = 0
    of: int = 0
    made_at: datetime | None = None


def outlook_of(demand: Demand) -> Outlook:
    """Range in words, chance for the needed-by date, and place in the queue."""
    if not demand.is_open:
        stage = demand.get_stage_display().lower()
        return Outlook(f"It is {stage}; nothing is forecast any more.")
    if not demand.is_in_backlog:
        return Outlook("It gets a date range once it is accepted and estimated.")
    backlog = Demand.objects.in_backlog().filter(team=demand.team_id)
    place = backlog.filter(rank__lt=demand.rank).count() + 1
    forecast = Forecast.objects.latest_of(demand.team_id)
    row = (
        DemandForecast.objects.filter(forecast=forecast, demand=demand).first()
        if forecast
        else None
    )
    if forecast is None or row is None:
        told = Outlook("Its first forecast is on the way; look again in a minute.")
    else:
        told = replace(_told(row), made_at=forecast.gathered_at)
        if demand.needed_by and row.finished_by and not row.cannot:
            chance = chance_by(row.finished_by, forecast.trials, demand.needed_by)
            told = replace(
                told, chance=chance_words(chance), needed_by=demand.needed_by
            )
    return replace(told, place=place, of=backlog.count())


def _told(row: DemandForecast) -> Outlook:
    if row.cannot:
        return Outlook(f"No date can be given yet: {row.cannot}")
    if row.p50 is None:
        return Outlook("In most simulated worlds it is not done within three years.")
    if row.p85 is None:
        return Outlook(
            f"If nothing changes, from {day_words(row.p50)} on; "
            "how late it may be is open.",
            "Half of the simulated worlds finish it by that date (P50).",
        )
    if row.p50 == row.p85:
        return Outlook(
            f"If nothing changes, by {day_words(row.p85)}.",
            "85 of 100 simulated worlds finish it by that date (P85).",
        )
    return Outlook(
        f"If nothing changes, between {short_day(row.p50)} and {short_day(row.p85)}.",
        "Half of the simulated worlds finish it by the first date (P50), "
        "85 of 100 by the second (P85).",
    )
