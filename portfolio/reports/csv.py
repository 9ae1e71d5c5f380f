"""One flat table of commitments, backlog and deliveries from a snapshot."""

from __future__ import annotations

from typing import Any

from portfolio.core.csv_cells import csv_text

HEADER = [
    "week", "section", "reference", "title", "unit", "tier", "stage", "rank",
    "original_due_on", "due_on", "needed_by", "p50", "p85", "chance", "rag",
    "rag_word", "delivered_on", "kept_original", "kept_current", "likely_days",
    "reason",
]  # fmt: skip
_SECTIONS = [
    ("commitment", "commitments"),
    ("backlog", "backlog"),
    ("delivered", "delivered"),
]


def write_csv(content: dict[str, Any]) -> bytes:
    """The snapshot as CSV in UTF-8; the mark in front tells Excel so."""
    rows = [
        [_value(content["week"], section, row, name) for name in HEADER]
        for section, key in _SECTIONS
        for row in content[key]
    ]
    return ("\ufeff" + csv_text(HEADER, rows)).encode()


def _value(week: str, section: str, row: dict[str, Any], name: str) -> object:
    if name == "week":
        return week
    if name == "section":
        return section
    if name == "reason":
        return row.get("reason") or row.get("cannot") or row.get("blocked") or ""
    value = row.get(name)
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
