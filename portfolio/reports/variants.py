"""What leadership reads: the same numbers, and no name of an individual."""

from __future__ import annotations

import re
from typing import Any

# Keys that hold names of people, wherever they stand.
NAMED = frozenset({"by", "people", "promised_by"})
SOMEBODY = "somebody of the team"


def for_leadership(content: dict[str, Any]) -> dict[str, Any]:
    """The content without fields of names, and with names in texts replaced.

    People write names into reasons and titles too: the full name of everybody of the
    team is replaced there. A first name alone is not, as it may be any word.
    """
    names = sorted(content.get("people", []), key=len, reverse=True)
    if not names:
        return {key: _without(value, None) for key, value in _unnamed(content)}
    words = "|".join(re.escape(name) for name in names)
    pattern = re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)
    return {key: _without(value, pattern) for key, value in _unnamed(content)}


def _unnamed(row: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(key, value) for key, value in row.items() if key not in NAMED]


def _without(value: Any, pattern: re.Pattern[str] | None) -> Any:
    if isinstance(value, dict):
        return {key: _without(inner, pattern) for key, inner in _unnamed(value)}
    if isinstance(value, list):
        return [_without(inner, pattern) for inner in value]
    if isinstance(value, str) and pattern:
        return pattern.sub(SOMEBODY, value)
    return value
