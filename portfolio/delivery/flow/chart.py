"""What a page needs of one chart: its sentence, its figure and the data behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# More rows than anybody reads below a chart; the CSV has all.
MOST_LISTED = 60


@dataclass(frozen=True, slots=True)
class Key:
    """One line of a legend: how a mark looks, its colour's token, what it says."""

    look: str
    paint: str
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart as plain values. Without a figure, ``lacking`` says what is missing.

    ``title`` says in a sentence what is to be seen now, ``definition`` what is counted
    and how. ``rows`` stand under ``header``, the most telling first.
    """

    slug: str
    name: str
    title: str
    definition: str
    header: Sequence[str]
    rows: Sequence[Sequence[object]]
    figure: dict[str, Any] | None = None
    lacking: str = ""
    legend: Sequence[Key] = ()
    note: str = ""
    # What a row of the table is, as in “demand”.
    row_word: str = "row"
    # Whether a row begins with the reference of a demand.
    is_of_demands: bool = False

    @property
    def heading(self) -> str:
        """The title as it is shown: no line ends between a number and its %."""
        return self.title.replace(" %", "\N{NO-BREAK SPACE}%")

    @property
    def figure_id(self) -> str:
        return f"{self.slug}-figure"

    @property
    def shown(self) -> Sequence[Sequence[object]]:
        return self.rows[:MOST_LISTED]
