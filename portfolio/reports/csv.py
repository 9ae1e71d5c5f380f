"""One flat table of commitments, backlog and deliveries from a snapshot."""

from __future__ import annotations

from typing import Any

from portfolio.core.csv_cells import csv_text

HEADER = [
    "week", "section", "reference", "title", "unit", "tier", "stage", "rank",
    "original_due_on", "due_on", "needed_by", "p50", "p85", "chance", "rag",
    "delivered_on", "kept_original", "kept_current", "likely_days", "remark",
]  # fmt: skip
_SECTIONS = [
    ("commitment", "commitments", "reason"),
    ("backlog", "backlog", "cannot"),
    ("delivered", "delivered", ""),
]


def write_csv(content: dict[str, Any]) -> bytes:
    """The snapshot as CSV in UTF-8; the mark in front tells Excel so."""
    rows = [
        [_value(content, section, row, remark, name) for name in HEADER]
        for section, key, remark in _SECTIONS
        for row in content[key]
    ]
    return ("\ufeff" + csv_text(HEADER, rows)).encode()


def _value(
    content: dict[str, Any], section: str, row: dict[str, Any], remark: str, name: str
) -> object:
    if name == "week":
        return content["week"]
    if name == "section":
        return section
    if name == "remark":
        return row.get(remark) or row.get("blocked", "")
    value = row.get(name)
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
