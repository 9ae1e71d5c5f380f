"""Everything the delivery page and its CSV show, read once in fixed queries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from portfolio.delivery.choosing import Asked
from portfolio.delivery.frames import (
    LEAST_DRAWN,
    Kept,
    Pace,
    PromiseLine,
    drawn_of,
    due_soon,
    headline,
    kept_of,
    open_by_status,
    pace_of,
)
from portfolio.delivery.rag import Rag
from portfolio.delivery.reading import Outlook, outlook_of, promise_lines
from portfolio.delivery.top_line import TopLine, read_top_line

HEADER = [
    "Reference", "Title", "Unit", "State", "First promised", "Promised now",
    "Delivered or withdrawn", "Days after first", "Days after promised now",
    "Forecast P50", "Forecast P85", "Chance on time", "Status", "Why no forecast",
]  # fmt: skip


# More rows than anybody reads on a page; the CSV has all.
MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class Overview:
    """Promises of a period with their numbers; the chart draws some, the table all."""

    since: date
    today: date
    outlook: Outlook
    lines: list[PromiseLine]
    pace: Pace
    top: TopLine

    @property
    def kept(self) -> Kept:
        return kept_of(self.lines)

    @property
    def open_count(self) -> int:
        return sum(line.is_open for line in self.lines)

    @property
    def open_statuses(self) -> list[tuple[Rag, int]]:
        return open_by_status(self.lines)

    @property
    def at_risk(self) -> int:
        return sum(
            line.is_open and line.rag.colour in {"red", "amber"} for line in self.lines
        )

    @property
    def soon(self) -> list[PromiseLine]:
        return due_soon(self.lines, self.today)

    @property
    def soon_count(self) -> int:
        return len(self.soon)

    @property
    def soon_statuses(self) -> list[tuple[Rag, int]]:
        return open_by_status(self.soon)

    @property
    def soon_expected(self) -> str:
        """“4.1”: how many of these are on time in the mean of all simulated worlds."""
        chances = [line.chance for line in self.soon if line.chance is not None]
        return f"{sum(chances):.1f}" if chances else ""

    @property
    def green_words(self) -> str:
        return f"{self.outlook.thresholds.green_from * 100:g} %"

    @property
    def amber_words(self) -> str:
        return f"{self.outlook.thresholds.amber_from * 100:g} %"

    @property
    def headline(self) -> str:
        return headline(self.lines)

    @property
    def drawn(self) -> list[PromiseLine]:
        """What the chart shows; nothing where it would say nothing."""
        drawn = drawn_of(self.lines)
        return drawn if len(drawn) >= LEAST_DRAWN else []

    @property
    def listed(self) -> list[PromiseLine]:
        """Open ones as they fall due, then what closed, the latest first."""
        open_lines = [line for line in self.lines if line.is_open]
        closed = [line for line in self.lines if not line.is_open]
        return open_lines + sorted(
            closed, key=lambda line: (line.sort_day, line.reference), reverse=True
        )


def months_before(day: date, months: int) -> date:
    """The same day of the month so many months earlier, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for shorter in range(4):
        try:
            return date(year, month + 1, day.day - shorter)
        except ValueError:
            continue
    raise AssertionError(f"{year}-{month + 1} has fewer than 28 days.")


def read_overview(asked: Asked) -> Overview:
    since, today = asked.since, asked.today
    outlook = outlook_of(asked.team.pk)
    demands = asked.demands()
    delivered = demands.delivered().filter(delivered_on__range=(since, today))
    return Overview(
        since=since,
        today=today,
        outlook=outlook,
        lines=promise_lines(asked, outlook),
        pace=pace_of(
            [day for day in delivered.values_list("delivered_on", flat=True) if day],
            first=since,
            last=today,
        ),
        top=read_top_line(demands, since=since, today=today),
    )


def sheet_rows(lines: list[PromiseLine]) -> Iterator[list[object]]:
    """The table as cells, in the order of ``HEADER``."""
    for line in lines:
        yield [
            line.reference, line.title, line.unit, line.state_name, line.first_due,
            line.due, line.closed_on, line.days_after_first, line.days_after_due,
            line.p50, line.p85,
            None if line.chance is None else round(line.chance, 4),
            line.rag.word if line.is_open else "", line.cannot,
        ]  # fmt: skip
