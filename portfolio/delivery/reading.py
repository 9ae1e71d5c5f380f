"""Open commitments beside the latest forecast, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from capacity.engine.distribution import chance_by, chance_words
from capacity.models import DemandForecast, Forecast
from portfolio.core.words import day_words
from portfolio.delivery.choices import CommitmentState
from portfolio.delivery.choosing import Asked
from portfolio.delivery.frames import PromiseLine
from portfolio.delivery.models import Commitment, DeliveryPolicy
from portfolio.delivery.rag import NO_DATE, NOT_YET, USUAL, Rag, Thresholds, rag_of


@dataclass(frozen=True, slots=True)
class Outlook:
    """The latest forecast of a team, demand by demand."""

    forecast: Forecast | None = None
    rows: dict[int, DemandForecast] = field(default_factory=dict)
    thresholds: Thresholds = USUAL

    def chance(self, demand_id: int, day: date) -> float | None:
        """Share of the simulated worlds that finish a demand by a day."""
        row = self.rows.get(demand_id)
        if row is None or self.forecast is None or not row.finished_by:
            return None
        return chance_by(row.finished_by, self.forecast.trials, day)

    def cannot(self, demand_id: int) -> str:
        """Why no date can be given; empty when one can."""
        row = self.rows.get(demand_id)
        return row.cannot if row else ""

    def rag(self, demand_id: int, day: date | None, today: date) -> Rag:
        """Status of an open demand that is to be done by a day."""
        chance = self.chance(demand_id, day) if day else None
        cannot = bool(self.cannot(demand_id))
        return rag_by(
            day, chance, cannot=cannot, today=today, thresholds=self.thresholds
        )


def rag_by(
    day: date | None,
    chance: float | None,
    *,
    cannot: bool,
    today: date,
    thresholds: Thresholds = USUAL,
) -> Rag:
    """Status of an open demand that is to be done by a day, with this chance."""
    if day is None:
        return NO_DATE
    overdue = day < today
    if chance is None and not cannot and not overdue:
        return NOT_YET
    return rag_of(chance=chance, overdue=overdue, cannot=cannot, thresholds=thresholds)


def newest_forecast(team_id: int) -> tuple[Forecast | None, Thresholds]:
    """The latest finished forecast, and from what chance on its team is on track.

    Where there is no forecast there is no chance either, so the usual ones do.
    """
    forecasts = Forecast.objects.select_related("team__delivery_policy")
    forecast = forecasts.latest_of(team_id)
    if forecast is None:
        return None, USUAL
    try:
        return forecast, forecast.team.delivery_policy.thresholds
    except DeliveryPolicy.DoesNotExist:
        return forecast, USUAL


def outlook_of(team_id: int, demand_ids: Iterable[int] | None = None) -> Outlook:
    """What the latest finished forecast says; two queries for any number of demands."""
    forecast, thresholds = newest_forecast(team_id)
    if forecast is None:
        return Outlook()
    rows = DemandForecast.objects.filter(forecast=forecast)
    if demand_ids is not None:
        rows = rows.filter(demand__in=list(demand_ids))
    return Outlook(
        forecast=forecast,
        rows={row.demand_id: row for row in rows},
        thresholds=thresholds,
    )


@dataclass(frozen=True, slots=True)
class ChanceTold:
    """The chance of a date in one sentence, and its status."""

    words: str
    rag: Rag


def tell_chance(outlook: Outlook, demand_id: int, day: date, today: date) -> ChanceTold:
    """“83 % chance by Fri 12 Jan: at risk”, or why no chance can be given."""
    rag = outlook.rag(demand_id, day, today)
    chance, cannot = outlook.chance(demand_id, day), outlook.cannot(demand_id)
    if day < today:
        words = f"{day_words(day, today)} has passed."
    elif cannot:
        words = f"Cannot be forecast: {cannot[0].lower()}{cannot[1:]}"
    elif chance is None:
        words = "Not forecast yet: a promise made now carries no chance."
    else:
        words = f"{chance_words(chance)} chance by {day_words(day, today)}: {rag.word}"
    return ChanceTold(words=words, rag=rag)


@dataclass(frozen=True, slots=True)
class OpenCommitment:
    """One promise that is still to be kept, and how it stands."""

    commitment: Commitment
    chance: float | None
    p50: date | None
    p85: date | None
    cannot: str
    rag: Rag

    @property
    def chance_words(self) -> str:
        return "–" if self.chance is None else chance_words(self.chance)


def read_open(
    commitments: Iterable[Commitment], outlook: Outlook, today: date
) -> list[OpenCommitment]:
    """Each open commitment with its chance on time; asks the database nothing more."""
    return [_read(commitment, outlook, today) for commitment in commitments]


def open_by_demand(
    team_id: int, outlook: Outlook, today: date
) -> dict[int, OpenCommitment]:
    """The open commitments of a team by demand, in one query beside the outlook's."""
    commitments = Commitment.objects.open().filter(team=team_id).by_due()
    return {
        row.commitment.demand_id: row for row in read_open(commitments, outlook, today)
    }


def _read(commitment: Commitment, outlook: Outlook, today: date) -> OpenCommitment:
    demand_id, due_on = commitment.demand_id, commitment.due_on
    row = outlook.rows.get(demand_id)
    return OpenCommitment(
        commitment=commitment,
        chance=outlook.chance(demand_id, due_on),
        p50=row.p50 if row else None,
        p85=row.p85 if row else None,
        cannot=row.cannot if row else "",
        rag=outlook.rag(demand_id, due_on, today),
    )


def promise_lines(asked: Asked, outlook: Outlook) -> list[PromiseLine]:
    """Promises that are open or closed since a day, as this person may see them."""
    commitments = (
        Commitment.objects.filter(team=asked.team, demand__in=asked.demands())
        .open_or_closed_since(asked.since)
        .by_due()
    )
    # Plain tuples: thousands of rows are read for a page and made into no model.
    rows = commitments.values_list(
        "demand_id", "state", "original_due_on", "due_on", "closed_on",
        "closed_reference", "closed_title", "closed_unit", "demand__reference",
        "demand__title", "demand__business_unit__name",
    )  # fmt: skip
    return [_line(row, outlook, asked.today) for row in rows]


def _line(row: tuple[Any, ...], outlook: Outlook, today: date) -> PromiseLine:
    (
        demand_id, state, first_due, due, closed_on,
        closed_reference, closed_title, closed_unit, reference, title, unit,
    ) = row  # fmt: skip
    if state != CommitmentState.OPEN:
        return PromiseLine(
            reference=closed_reference or reference,
            title=closed_title or title,
            unit=closed_unit or unit,
            state=state,
            first_due=first_due,
            due=due,
            closed_on=closed_on,
        )
    forecast = outlook.rows.get(demand_id)
    return PromiseLine(
        reference=reference,
        title=title,
        unit=unit,
        state=state,
        first_due=first_due,
        due=due,
        p50=forecast.p50 if forecast else None,
        p85=forecast.p85 if forecast else None,
        chance=outlook.chance(demand_id, due),
        cannot=forecast.cannot if forecast else "",
        rag=outlook.rag(demand_id, due, today),
    )
