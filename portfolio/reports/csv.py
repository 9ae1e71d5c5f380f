"""The whole snapshot as one flat table: a section in every row, one key a column."""

from __future__ import annotations

from typing import Any

from portfolio.core.csv_cells import csv_text
from portfolio.reports.edition import Edition
from portfolio.reports.tables import (
    FACTS,
    TABLES,
    Table,
    kind_of,
    rows_of,
    stages_table,
)

HEADER = [
    "week", "section", "reference", "title", "unit", "tier", "stage", "rank",
    "original_due_on", "due_on", "needed_by", "p50", "p85", "chance", "rag",
    "rag_word", "trend", "delivered_on", "kept_original", "kept_current",
    "likely_days", "reason", "note", "name", "value", "before", "after", "days",
    "why", "since", "waits_for", "people",
]  # fmt: skip
_SECTIONS = {
    "commitments": "commitment",
    "decisions": "decision",
    "changes": "change",
    "risks": "risk",
}
# Where a row is known by another key than its reference.
_NAMES = ("what", "change", "kind_word", "quarter", "skill")
# Numbers of a row that have no column of their own become rows with name and value.
_OPENED = {"quarters", "capacity", "shares", "service", "by_tier"}


def write_csv(edition: Edition) -> bytes:
    """The snapshot as CSV in UTF-8; the mark in front tells Excel so."""
    content = edition.content
    head = content["headline"]
    rows = [
        _line(content["week"], "headline", {"rag": head["rag"], "rag_word": words})
        | {"reason": head["trend"], "note": head.get("note", "")}
        for words in [head["sentence"]]
    ]
    for table in [FACTS, *TABLES, stages_table()]:
        for row in rows_of(table, content):
            rows += _lines(content["week"], table, row, edition)
    text = csv_text(HEADER, ([row.get(name) for name in HEADER] for row in rows))
    return ("\ufeff" + text).encode()


def _lines(
    week: str, table: Table, row: dict[str, Any], edition: Edition
) -> list[dict[str, Any]]:
    section = _SECTIONS.get(table.key, table.key)
    columns = table.columns_for(leadership=edition.is_for_leadership)
    if table.key not in _OPENED:
        return [_line(week, section, row)]
    # One row for each number, as in “capacity, API design, Work left, 12.5”.
    first, *numbers = columns
    return [
        _line(week, section, {"title": row[first.key], "name": column.heading})
        | {"value": row.get(column.key)}
        for column in numbers
    ]


def _line(week: str, section: str, row: dict[str, Any]) -> dict[str, Any]:
    told = {
        "name": next((row[key] for key in _NAMES if row.get(key)), None),
        **row,
        "reason": row.get("reason")
        or row.get("text")
        or row.get("cannot")
        or row.get("blocked"),
        "people": ", ".join(row.get("people", [])),
        "week": week if section != "delivered" else row["week"],
        "section": section,
    }
    return {key: _plain(value) for key, value in told.items()}


def _plain(value: Any) -> Any:
    return ("yes" if value else "no") if kind_of(value) == "yes" else value
