"""Load against capacity, week by week, as the capacity page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

WEEKS = 12
FULL = 1.0
TIGHT = 0.85


@dataclass(frozen=True, slots=True)
class Cell:
    week: date
    asked: float
    offered: float

    @property
    def share(self) -> float | None:
        return self.asked / self.offered if self.offered > 0 else None

    @property
    def percent(self) -> str:
        return "–" if self.share is None else f"{round(self.share * 100)} %"

    @property
    def level(self) -> str:
        """One of none, free, tight, over: a word beside every colour."""
        if self.share is None:
            return "none"
        if self.share > FULL + 0.005:
            return "over"
        return "tight" if self.share >= TIGHT else "free"


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    cells: list[Cell]

    @property
    def asked(self) -> float:
        return sum(cell.asked for cell in self.cells)

    @property
    def offered(self) -> float:
        return sum(cell.offered for cell in self.cells)


def lines_of(
    rows: list[dict[str, Any]], *, name: str, asked: str, offered: str
) -> list[Line]:
    """Rows of an engine result as lines of the next weeks."""
    return [
        Line(
            name=str(row[name]),
            cells=[
                Cell(
                    week=date.fromisoformat(week["week"]),
                    asked=float(week[asked]),
                    offered=float(week[offered]),
                )
                for week in row["weeks"][:WEEKS]
            ],
        )
        for row in rows
    ]
