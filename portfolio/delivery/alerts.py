"""An alert in plain words: what turned, by how much, and what is forecast now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from capacity.engine.distribution import chance_words
from capacity.models import DemandForecast
from portfolio.core.words import day_words, range_words
from portfolio.delivery.models import Commitment
from portfolio.delivery.rag import AT_RISK, CANNOT, ON_TRACK, Rag


@dataclass(frozen=True, slots=True)
class Turn:
    """That a promise was one thing and is another now."""

    commitment: Commitment
    before: Rag
    now: Rag
    chance: float | None
    cannot: str
    forecast: DemandForecast | None
    today: date

    @property
    def title(self) -> str:
        """“INT-0042: at risk, 61 % chance by Fri 4 Dec”."""
        reference = self.commitment.demand.reference
        by = f"{self.chance_words} chance by {self._due}" if self.chance_words else ""
        if self._has_passed:
            return f"{reference}: was promised by {self._due} and is not delivered"
        if self.now == ON_TRACK:
            return f"{reference}: on track again, {by}"
        if self.now == AT_RISK:
            # Better than before, and not yet good.
            still = "still " if self.before not in {ON_TRACK, CANNOT} else ""
            return f"{reference}: {still}at risk, {by}"
        if self.now == CANNOT:
            return f"{reference}: promised by {self._due}, and cannot be forecast now"
        return f"{reference}: will probably be late, {by}"

    @property
    def why(self) -> str:
        """The number behind it, in one sentence."""
        if self._has_passed:
            return f"{self._due} has passed."
        if self.now == CANNOT:
            return self.cannot
        return f"{self.chance_words} chance by {self._due}."

    @property
    def text(self) -> str:
        demand = self.commitment.demand
        parts = [
            f"“{demand.title}” for {demand.business_unit} is promised by {self._due}. "
            f"It was {self.before.word}; now it is {self.now.word}."
        ]
        row = self.forecast
        if self.now == CANNOT:
            parts.append(f"Why there is no date: {self.cannot}")
        elif row and row.p50 and row.p85:
            days = range_words(row.p50, row.p85, self.today)
            parts.append(
                f"It is forecast for {days}: half of the simulated worlds are done by "
                "the first of these dates, 85 of 100 by the second."
            )
        return "\n\n".join(parts)

    @property
    def chance_words(self) -> str:
        return "" if self.chance is None else chance_words(self.chance)

    @property
    def _due(self) -> str:
        return day_words(self.commitment.due_on, self.today)

    @property
    def _has_passed(self) -> bool:
        return self.commitment.due_on < self.today
