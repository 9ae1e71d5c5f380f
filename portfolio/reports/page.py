"""A snapshot as its page reads it: dates as dates, changes in words, nothing added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portfolio.reports.changes import KINDS, change_words
from portfolio.reports.content import stage_names
from portfolio.reports.sections.health import health_words

_DAYS = {
    "as_of", "monday", "due_on", "original_due_on", "p50", "p85", "needed_by",
    "delivered_on", "since", "starts_on",
}  # fmt: skip
# Longer lists of one kind of change are folded after so many.
FOLD_AFTER = 6


@dataclass(frozen=True, slots=True)
class Change:
    reference: str
    title: str
    words: str
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of change: the first few, and the rest folded."""

    name: str
    first: list[Change]
    rest: list[Change]

    @property
    def count(self) -> int:
        return len(self.first) + len(self.rest)


@dataclass(frozen=True, slots=True)
class Page:
    content: dict[str, Any]
    changes: list[Kind]
    stages: list[str]
    # One row for each tier: its name, then a number for each stage.
    tiers: list[tuple[str, list[int]]]
    gathered_at: datetime | None
    health: list[str]


def read_page(content: dict[str, Any]) -> Page:
    names = stage_names()
    forecast = content["forecast"]
    return Page(
        content=_with_days(content),
        changes=_changes(content),
        stages=list(names.values()),
        tiers=[
            (row["tier"], [row[name] for name in names]) for row in content["by_tier"]
        ],
        gathered_at=datetime.fromisoformat(forecast["gathered_at"])
        if forecast and forecast["gathered_at"]
        else None,
        health=health_words(content),
    )


def _changes(content: dict[str, Any]) -> list[Kind]:
    today = date.fromisoformat(content["as_of"])
    kinds = []
    for kind, name in KINDS.items():
        rows = [
            Change(
                row["reference"],
                row["title"],
                change_words(kind, row, today),
                row.get("by", ""),
                row.get("note", ""),
            )
            for row in content["changes"][kind]
        ]
        if rows:
            kinds.append(Kind(name, rows[:FOLD_AFTER], rows[FOLD_AFTER:]))
    return kinds


def _with_days(value: Any, key: str = "") -> Any:
    """The same with its ISO days as dates, for the filters of a template."""
    if isinstance(value, dict):
        return {name: _with_days(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_with_days(inner, key) for inner in value]
    if key in _DAYS and isinstance(value, str):
        return date.fromisoformat(value)
    return value
