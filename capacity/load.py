"""Load against capacity, week by week, as the capacity page shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

WEEKS = 12
FULL = 1.0
TIGHT = 0.85
FAR_OVER = 2.0
MOST_PERCENT = 999
# Less than this in a week is rounding, not work.
LEAST_DAYS = 0.05


@dataclass(frozen=True, slots=True)
class Cell:
    """One week: focused days asked for, and focused days there are."""

    week: date
    asked: float
    offered: float
    # Nothing of it is in hand: who does it, and for how long, is simulated.
    is_estimated: bool = False

    @property
    def share(self) -> float | None:
        return self.asked / self.offered if self.offered > 0 else None

    @property
    def percent(self) -> str:
        if self.share is None:
            return "–"
        percent = round(self.share * 100)
        # A week of holidays has next to no supply; its exact share says nothing.
        return f"{percent} %" if percent <= MOST_PERCENT else f">{MOST_PERCENT} %"

    @property
    def level(self) -> str:
        """One of nobody, away, free, tight, over, far-over; each has its own look."""
        if self.share is None:
            return "nobody" if self.asked > LEAST_DAYS else "away"
        if self.share > FAR_OVER:
            return "far-over"
        if self.share > FULL + 0.005:
            return "over"
        return "tight" if self.share >= TIGHT else "free"

    @property
    def word(self) -> str:
        """What the look says, for who cannot tell the colours."""
        words = {"nobody": "nobody", "over": "over", "far-over": "far over"}
        return words.get(self.level, "")


@dataclass(frozen=True, slots=True)
class Line:
    """A skill or a person over the weeks."""

    name: str
    cells: list[Cell]


def lines_of(
    rows: Iterable[dict[str, Any]],
    *,
    name: str,
    asked: str,
    offered: str,
    since: date,
    weeks: int = WEEKS,
    in_hand_until: Mapping[str, date] | None = None,
) -> list[Line]:
    """Rows of an engine result as lines of the next weeks, the current one first.

    ``in_hand_until`` says by name until when something of it is in hand; without it
    nothing is marked as estimated.
    """
    known = in_hand_until if in_hand_until is not None else {}
    monday = since - timedelta(days=since.weekday())
    return [
        Line(
            name=str(row[name]),
            cells=[
                Cell(
                    week=date.fromisoformat(week["week"]),
                    asked=float(week[asked]),
                    offered=float(week[offered]),
                    is_estimated=in_hand_until is not None
                    and date.fromisoformat(week["week"])
                    > known.get(str(row[name]), date.min),
                )
                for week in row["weeks"]
                if date.fromisoformat(week["week"]) >= monday
            ][:weeks],
        )
        for row in rows
    ]
