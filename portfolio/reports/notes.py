"""What a manager writes beside the computed status: kept apart, shown together."""

from __future__ import annotations

import copy
from typing import Any

from portfolio.reports.changes import KINDS

Notes = dict[str, Any]


def with_notes(content: dict[str, Any], notes: Notes) -> dict[str, Any]:
    """The content with each note beside what it is about; what has none is the same."""
    if not notes:
        return content
    told = copy.deepcopy(content)
    told["headline"]["note"] = notes.get("summary", "")
    for row in told["decisions"]:
        row["note"] = notes.get("decisions", {}).get(row["key"], "")
    told["decisions"] = [
        *(_own(number, text) for number, text in enumerate(notes.get("own", []), 1)),
        *told["decisions"],
    ]
    for kind in KINDS:
        for row in told["changes"].get(kind, []):
            row["note"] = notes.get("changes", {}).get(change_key(kind, row), "")
    return told


def change_key(kind: str, row: dict[str, Any]) -> str:
    return f"{kind}:{row['reference']}"


def _own(number: int, text: str) -> dict[str, Any]:
    """A decision that the manager asks for and nothing computed."""
    return {
        "key": f"own:{number}",
        "kind": "own",
        "reference": "",
        "title": "",
        "what": text,
        "why": "",
        "note": "",
    }
