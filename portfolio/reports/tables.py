"""Every table of the report: its columns, and where its rows stand in the content.

XLSX and CSV take the values, PDF, PPTX and e-mail the words; so no number can differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from capacity.engine.distribution import chance_words
from portfolio.core.words import moment_words, short_day
from portfolio.reports.changes import KINDS, change_words
from portfolio.reports.content import stage_names
from portfolio.reports.variants import NAMED

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, the key in the row, what kind of value it is, and how wide in XLSX.

    Kinds: text, date, moment, count, number, share (a chance), percent, yes, names,
    and any, which is a date, a number or text as the value says.
    """

    heading: str
    key: str
    kind: str = "text"
    width: int = 14


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet of the workbook, one section of the CSV."""

    key: str
    name: str
    columns: tuple[Column, ...]
    # What is said where there is no row.
    empty: str

    def columns_for(self, *, leadership: bool) -> tuple[Column, ...]:
        return tuple(
            column
            for column in self.columns
            if not (leadership and column.key in NAMED)
        )


REFERENCE = Column("Reference", "reference", width=11)
TITLE = Column("Title", "title", width=52)
UNIT = Column("Unit", "unit")
TIER = Column("Tier", "tier", width=12)
ORIGINAL = Column("Original date", "original_due_on", "date", 13)
CURRENT = Column("Current date", "due_on", "date", 13)
P50 = Column("P50", "p50", "date", 13)
P85 = Column("P85", "p85", "date", 13)
CHANCE = Column("Chance on time", "chance", "share", 10)
STATUS = Column("Status", "rag_word", width=18)
NOTE = Column("Manager’s note", "note", width=40)

DECISIONS = Table(
    "decisions",
    "Decisions",
    (
        Column("Decision", "what", width=44),
        REFERENCE,
        Column("About", "title", width=52),
        Column("Why", "why", width=60),
        NOTE,
    ),
    "No decision is needed.",
)
COMMITMENTS = Table(
    "commitments",
    "Commitments",
    (
        REFERENCE, TITLE, UNIT, TIER, ORIGINAL, CURRENT, P50, P85, CHANCE, STATUS,
        Column("Trend", "trend", width=10),
        Column("Reason", "reason", width=48),
        Column("Moved because", "moved_because", width=30),
        Column("Promised by", "promised_by", width=20),
        Column("At work", "people", "names", 30),
    ),
    "No commitment is open.",
)  # fmt: skip
BACKLOG = Table(
    "backlog",
    "Backlog",
    (
        Column("Rank", "rank", "count", 7),
        REFERENCE, TITLE, UNIT, TIER,
        Column("Stage", "stage"),
        Column("Likely focused days", "likely_days", "number", 10),
        Column("Needed by", "needed_by", "date", 13),
        Column("Promised by", "due_on", "date", 13),
        P50, P85, CHANCE, STATUS,
        Column("Cannot be forecast", "cannot", width=36),
        Column("Blocked", "blocked", width=36),
    ),
    "The backlog is empty.",
)  # fmt: skip
DELIVERED = Table(
    "delivered",
    "Delivered",
    (
        REFERENCE, TITLE, UNIT, TIER,
        Column("Week", "week", width=11),
        Column("Delivered", "delivered_on", "date", 13),
        ORIGINAL, CURRENT,
        Column("Kept original", "kept_original", "yes", 10),
        Column("Kept current", "kept_current", "yes", 10),
    ),
    "Nothing was delivered in these weeks.",
)  # fmt: skip
NEXT = Table(
    "next",
    "Next",
    (
        REFERENCE, TITLE, UNIT, TIER,
        Column("Stage", "stage"),
        Column("Promised by", "due_on", "date", 13),
        P50, P85, CHANCE, STATUS,
    ),
    "Nothing is promised or likely in the next four weeks.",
)  # fmt: skip
CHANGES = Table(
    "changes",
    "Changes",
    (
        Column("Change", "change", width=24),
        REFERENCE, TITLE,
        Column("Before", "before", "any"),
        Column("After", "after", "any"),
        Column("Days later", "days", "count", 10),
        Column("Why", "why", width=48),
        Column("By", "by", width=20),
        NOTE,
    ),
    "Nothing has changed.",
)  # fmt: skip
QUARTERS = Table(
    "quarters",
    "Kept",
    (
        Column("Quarter", "quarter", width=20),
        Column("Promises delivered", "closed", "count"),
        Column("Kept, original date", "kept_original", "count"),
        Column("Kept, current date", "kept_current", "count"),
    ),
    "No promise was delivered in twelve months.",
)
CAPACITY = Table(
    "capacity",
    "Capacity",
    (
        Column("Skill", "skill", width=24),
        Column("Work left, focused days", "work", "number"),
        Column("Supply of 12 weeks, focused days", "supply", "number", 18),
        Column("Weeks of work", "weeks", "number", 12),
    ),
    "There is neither work nor a forecast yet.",
)
SHARES = Table(
    "shares",
    "Shares",
    (
        Column("Tier", "tier", width=20),
        Column("Share, %", "share", "count", 10),
        Column("Share, focused days", "allowed", "number"),
        Column("Used so far", "used", "number"),
        Column("Planned", "planned", "number"),
        Column("Over its share", "over", "number"),
        Column("Demands without a forecast", "unplanned", "count"),
    ),
    "There are no tiers.",
)
SERVICE = Table(
    "service",
    "Demand and SLA",
    (
        Column("Tier", "tier", width=20),
        Column("Received, 4 weeks", "received", "count"),
        Column("Accepted, 4 weeks", "accepted", "count"),
        Column("Delivered, 4 weeks", "delivered", "count"),
        Column("Answered in time", "acknowledged", "count"),
        Column("Answered late", "acknowledged_late", "count"),
        Column("Decided in time", "decided", "count"),
        Column("Decided late", "decided_late", "count"),
        Column("Undecided, in time", "waiting", "count"),
        Column("Undecided, paused", "paused", "count"),
        Column("Undecided, late", "late", "count"),
    ),
    "This snapshot was frozen before the report told of it.",
)
RISKS = Table(
    "risks",
    "Risks and waits",
    (
        Column("Risk", "kind_word", width=22),
        REFERENCE,
        Column("About", "title", width=52),
        Column("What", "text", width=52),
        Column("Since", "since", "date", 13),
        Column("Waits for", "waits_for", width=24),
        Column("Who", "people", "names", 24),
    ),
    "No risk is known.",
)
FACTS = Table(
    "facts",
    "Facts",
    (Column("Fact", "name", width=44), Column("Value", "value", "any", 22)),
    "",
)
TABLES = [
    DECISIONS, CHANGES, COMMITMENTS, DELIVERED, NEXT, QUARTERS, CAPACITY, SHARES,
    SERVICE, RISKS, BACKLOG,
]  # fmt: skip


def stages_table() -> Table:
    """Open demands by tier and stage; its columns are the stages there are."""
    columns = [Column(name, key, "count", 12) for key, name in stage_names().items()]
    return Table(
        "by_tier", "By stage", (Column("Tier", "tier", width=20), *columns), ""
    )


def rows_of(table: Table, content: Row) -> list[Row]:
    """The rows of a table, flat."""
    if table.key == "changes":
        return change_rows(content)
    if table.key == "quarters":
        rows: list[Row] = content["integrity"].get("by_quarter", [])
        return rows
    if table.key == "shares":
        tiers: list[Row] = content["shares"]["tiers"]
        return tiers
    if table.key == "facts":
        return [
            {"name": name, "value": value, "kind": kind}
            for name, value, kind in [*figures(content), *facts(content)]
        ]
    found: list[Row] = content[table.key]
    return found


def change_rows(content: Row) -> list[Row]:
    """One row for each change, in the order of reading, with words for people."""
    today = date.fromisoformat(content["as_of"])
    return [
        {
            "after": row.get("on"),
            **row,
            "kind": kind,
            "change": name,
            "why": row.get("why") or _chances(row),
            "words": change_words(kind, row, today),
        }
        for kind, name in KINDS.items()
        for row in content["changes"][kind]
    ]


def _chances(row: Row) -> str:
    if "chance_before" not in row:
        return ""
    return f"Chance {row['chance_before']} → {row['chance_after']}"


def figures(content: Row) -> list[tuple[str, Any, str]]:
    """The numbers of the headline and of what was kept: name, value, kind."""
    head, kept = content["headline"], content["integrity"]
    return [
        ("On track", head["green"], "count"),
        ("At risk", head["amber"], "count"),
        ("Late", head["red"], "count"),
        ("Without a forecast", head["grey"], "count"),
        ("Due in four weeks", head["due_in_four_weeks"], "count"),
        ("Delivered this week", head["delivered_this_week"], "count"),
        (
            "Delivered in the four weeks before",
            head["delivered_in_four_weeks"],
            "count",
        ),
        ("Commitments closed in twelve months", kept["closed"], "count"),
        ("of these kept, original date", kept["kept_original"], "count"),
        ("of these kept, current date", kept["kept_current"], "count"),
        ("Commitments taken back in twelve months", kept.get("withdrawn"), "count"),
    ]


def facts(content: Row) -> list[tuple[str, Any, str]]:
    """From when the status is, and from which forecast."""
    told: list[tuple[str, Any, str]] = [("Status as of", content["as_of"], "date")]
    if content["shares"]["tiers"]:
        quarter = content["shares"]["quarter"]
        told.append((f"Focused days in {quarter}", content["shares"]["days"], "number"))
    forecast, health = content["forecast"], content["health"]
    if forecast:
        told += [
            ("Forecast gathered at (UTC)", forecast["gathered_at"], "moment"),
            ("Simulated worlds", forecast["trials"], "count"),
            ("Seed", str(forecast["seed"]), "text"),
            ("Hash of the plan", forecast["plan_hash"][:16], "text"),
        ]
    if health:
        told += [
            ("Nothing changed since the forecast", health["is_fresh"], "yes"),
            ("Demands with a forecast", health["forecast"], "count"),
            ("Demands that cannot be forecast", health["cannot"], "count"),
            ("Demands not forecast yet", health["without"], "count"),
            ("Ranges learned from finished work", health["is_calibrated"], "yes"),
        ]
    if scored := (health or {}).get("scored"):
        told += [
            ("Delivered that had been forecast", scored["number"], "count"),
            ("of these by their P50", scored["p50_right"], "count"),
            ("of these by their P85", scored["p85_right"], "count"),
        ]
    return told


_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def kind_of(value: object) -> str:
    """What kind of value a cell of any kind holds."""
    if isinstance(value, bool):
        return "yes"
    if isinstance(value, int):
        return "count"
    if isinstance(value, float):
        return "number"
    return "date" if _DAY.fullmatch(str(value)) else "text"


def cell_words(row: Row, column: Column, today: date) -> str:
    """A cell in the words that pages, PDF, PPTX and e-mail share; “–” for nothing."""
    return value_words(row.get(column.key), column.kind, today)


def value_words(value: Any, kind: str, today: date) -> str:
    if value is None or value in ("", []):
        return "–"
    kind = kind_of(value) if kind == "any" else kind
    say = _SAYS.get(kind)
    return say(value, today) if say else str(value)


_SAYS: dict[str, Callable[[Any, date], str]] = {
    "date": lambda value, today: short_day(date.fromisoformat(value), today),
    "moment": lambda value, today: moment_words(datetime.fromisoformat(value), today),
    "share": lambda value, _today: chance_words(value),
    "yes": lambda value, _today: "yes" if value else "no",
    "names": lambda value, _today: ", ".join(value),
    "number": lambda value, _today: f"{value:,.1f}",
    "count": lambda value, _today: f"{value:,}",
}


def words_of(
    rows: Iterable[Row], columns: Iterable[Column], today: date
) -> list[list[str]]:
    """A table in words, row by row."""
    columns = list(columns)
    return [[cell_words(row, column, today) for column in columns] for row in rows]
