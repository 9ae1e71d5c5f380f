"""The report in words, section by section, for formats that people only read.

Each section is cut where a reader would stop, and says how many more there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portfolio.core.words import range_words, short_day
from portfolio.reports.edition import Edition
from portfolio.reports.sections.health import health_words
from portfolio.reports.tables import (
    SERVICE,
    SHARES,
    change_rows,
    value_words,
    words_of,
)

Row = dict[str, Any]
NOTHING = "–"
_WORST_FIRST = ("red", "amber", "grey", "green")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and a table in words; ``tones`` are the colours of its rows."""

    key: str
    title: str
    headings: tuple[str, ...]
    rows: list[list[str]]
    empty: str
    more: int = 0
    tones: list[str] = field(default_factory=list)
    # Columns that hold numbers.
    numbers: frozenset[int] = frozenset()

    @property
    def toned_rows(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Each row with its colour, and each of its cells with its heading."""
        tones = self.tones or [""] * len(self.rows)
        return [
            (tone, list(zip(self.headings, row, strict=True)))
            for tone, row in zip(tones, self.rows, strict=True)
        ]

    @property
    def more_words(self) -> str:
        return f"and {self.more:,} more" if self.more else ""


def sections_of(edition: Edition, most: int) -> list[Section]:
    """Every table of the report in the order of reading, each with so many rows."""
    makers: list[Callable[[Edition, int], Section]] = [
        decisions, changes, commitments, delivered, coming, kept, capacity, shares,
        service, risks,
    ]  # fmt: skip
    return [make(edition, most) for make in makers]


def decisions(edition: Edition, most: int) -> Section:
    rows = edition.content["decisions"]
    noted = _are_noted(rows)
    return _section(
        "decisions",
        "Decisions needed",
        ("Decision", "About", "Why", *noted),
        rows,
        lambda row: [
            row["what"],
            _named(row),
            row["why"] or NOTHING,
            *(row.get("note") or NOTHING for _ in noted),
        ],
        most,
        "No decision is needed.",
    )


def changes(edition: Edition, most: int) -> Section:
    content = edition.content
    since = content["changes"]["since_week"]
    rows = change_rows(content)
    noted = _are_noted(rows)
    return _section(
        "changes",
        f"Changes since {since}" if since else "Changes",
        ("Change", "Demand", "What", *noted),
        rows,
        lambda row: [
            row["change"],
            _named(row),
            row["words"] or NOTHING,
            *(row.get("note") or NOTHING for _ in noted),
        ],
        most,
        "Nothing has changed."
        if since
        else "There is no snapshot of an earlier week to compare with.",
    )


def _are_noted(rows: list[Row]) -> tuple[str, ...]:
    """The heading of a column for notes, where there are any."""
    return ("Manager’s note",) if any(row.get("note") for row in rows) else ()


def commitments(edition: Edition, most: int) -> Section:
    today = edition.today
    rows = worst_first(edition.content["commitments"])
    return _section(
        "commitments",
        "Commitments",
        (
            "Demand",
            "Status",
            "Chance",
            "Trend",
            "Original",
            "Current",
            "P50 – P85",
            "Why",
        ),
        rows,
        lambda row: [
            _named(row),
            row["rag_word"],
            row["chance_words"],
            row.get("trend") or NOTHING,
            _day(row["original_due_on"], today),
            _day(row["due_on"], today),
            forecast_words(row, today),
            _joined(row["reason"], row["moved_because"], by=". ") or NOTHING,
        ],
        most,
        "No commitment is open.",
        tones=True,
    )


def delivered(edition: Edition, most: int) -> Section:
    today = edition.today
    return _section(
        "delivered",
        "Delivered this week and in the four before",
        ("Demand", "Unit", "Delivered", "First promised", "Promise"),
        edition.content["delivered"],
        lambda row: [
            _named(row),
            row["unit"],
            _day(row["delivered_on"], today),
            _day(row["original_due_on"], today),
            kept_words(row),
        ],
        most,
        "Nothing was delivered in these weeks.",
    )


def coming(edition: Edition, most: int) -> Section:
    today = edition.today
    return _section(
        "next",
        "Next four weeks",
        ("Demand", "Unit", "Promised", "P50 – P85", "Status"),
        edition.content["next"],
        lambda row: [
            _named(row),
            row["unit"],
            _day(row["due_on"], today),
            forecast_words(row, today),
            _joined(
                row["chance_words"] if row["chance"] is not None else "",
                row["rag_word"],
                by=", ",
            ),
        ],
        most,
        "Nothing is promised or likely in the next four weeks.",
        tones=True,
    )


def kept(edition: Edition, most: int) -> Section:
    integrity = edition.content["integrity"]
    year = {"quarter": "Twelve months", **integrity}
    rows = [*integrity.get("by_quarter", []), year] if integrity["closed"] else []
    return _section(
        "kept",
        "Promises kept",
        ("Quarter", "Delivered", "Kept, original date", "Kept, current date"),
        rows,
        lambda row: [
            row["quarter"],
            *(f"{row[name]:,}" for name in ("closed", "kept_original", "kept_current")),
        ],
        most,
        "No promise was delivered in twelve months.",
        numbers=range(1, 4),
    )


def capacity(edition: Edition, most: int) -> Section:
    return _section(
        "capacity",
        "Capacity by skill, focused days",
        ("Skill", "Work left", "Supply of 12 weeks", "Weeks of work"),
        edition.content["capacity"],
        lambda row: [
            row["skill"],
            value_words(row["work"], "number", edition.today),
            value_words(row["supply"], "number", edition.today),
            weeks_words(row["weeks"]),
        ],
        most,
        "There is neither work nor a forecast yet.",
        numbers=range(1, 4),
    )


def shares(edition: Edition, most: int) -> Section:
    told = edition.content["shares"]
    columns = SHARES.columns
    return _section(
        "shares",
        f"Capacity by tier, {told['quarter']}".rstrip(", "),
        tuple(column.heading for column in columns),
        told["tiers"],
        lambda row: words_of([row], columns, edition.today)[0],
        most,
        "This snapshot was frozen before the report told of it.",
        numbers=range(1, len(columns)),
    )


def service(edition: Edition, most: int) -> Section:
    return _section(
        "service",
        "Demand and SLA by tier, four weeks",
        tuple(column.heading for column in SERVICE.columns),
        edition.content["service"],
        lambda row: words_of([row], SERVICE.columns, edition.today)[0],
        most,
        SERVICE.empty,
        numbers=range(1, len(SERVICE.columns)),
    )


def risks(edition: Edition, most: int) -> Section:
    today = edition.today
    return _section(
        "risks",
        "Risks and waits",
        ("Risk", "About", "What", "Since", "Waits for"),
        edition.content["risks"],
        lambda row: [
            row["kind_word"],
            _named(row),
            _joined(row["text"], ", ".join(row.get("people", []))) or NOTHING,
            _day(row["since"], today),
            row["waits_for"] or NOTHING,
        ],
        most,
        "No risk is known.",
    )


def health(edition: Edition) -> list[str]:
    return health_words(edition.content)


def source_words(edition: Edition) -> str:
    """“Status of 25 Nov. Forecast of 10,000 simulated worlds, seed 7, plan ab12…”."""
    content = edition.content
    told = f"Status of {short_day(edition.today, edition.today)}."
    forecast = content["forecast"]
    if not forecast:
        return told
    return (
        f"{told} Forecast of {forecast['trials']:,} simulated worlds, seed "
        f"{forecast['seed']}, plan {forecast['plan_hash'][:12]}."
    )


def figure_pairs(edition: Edition) -> list[tuple[str, str]]:
    """The numbers of the headline: what it is, and how many."""
    head, kept_ = edition.content["headline"], edition.content["integrity"]
    return [
        ("On track", f"{head['green']:,}"),
        ("At risk", f"{head['amber']:,}"),
        ("Late", f"{head['red']:,}"),
        ("Without a forecast", f"{head['grey']:,}"),
        ("Due in four weeks", f"{head['due_in_four_weeks']:,}"),
        ("Delivered this week", f"{head['delivered_this_week']:,}"),
        ("Kept in twelve months", f"{kept_['kept_original']:,} of {kept_['closed']:,}"),
    ]


def worst_first(rows: Iterable[Row]) -> list[Row]:
    """Late before at risk before the others, and what is due sooner first."""
    return sorted(
        rows,
        key=lambda row: (
            _WORST_FIRST.index(row["rag"]),
            row["due_on"],
            row["reference"],
        ),
    )


def forecast_words(row: Row, today: date) -> str:
    """“4 Dec – 18 Jan”, “from 4 Dec” where there is no P85, or a dash."""
    if not row["p50"]:
        return NOTHING
    first = date.fromisoformat(row["p50"])
    if not row["p85"]:
        return f"from {short_day(first, today)}"
    return range_words(first, date.fromisoformat(row["p85"]), today)


def kept_words(row: Row) -> str:
    if row["kept_original"] is None:
        return "none"
    if row["kept_original"]:
        return "kept"
    return "kept at the later date" if row["kept_current"] else "missed"


def weeks_words(weeks: float | None) -> str:
    return "nobody" if weeks is None else f"{weeks:,.1f}"


def _section(
    key: str,
    title: str,
    headings: tuple[str, ...],
    rows: list[Row],
    tell: Callable[[Row], list[str]],
    most: int,
    empty: str,
    *,
    tones: bool = False,
    numbers: Iterable[int] = (),
) -> Section:
    shown = rows[:most]
    return Section(
        key=key,
        title=title,
        headings=headings,
        rows=[tell(row) for row in shown],
        empty=empty,
        more=len(rows) - len(shown),
        tones=[row["rag"] for row in shown] if tones else [],
        numbers=frozenset(numbers),
    )


def _named(row: Row) -> str:
    return f"{row.get('reference', '')} {row.get('title', '')}".strip() or NOTHING


def _joined(*texts: str | None, by: str = " – ") -> str:
    return by.join(text for text in texts if text)


def _day(value: str | None, today: date) -> str:
    return value_words(value, "date", today)
