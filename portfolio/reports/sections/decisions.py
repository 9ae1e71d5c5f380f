"""What somebody above the team has to decide, computed from the rest of the report."""

from __future__ import annotations

from datetime import date
from typing import Any

from portfolio.core.words import counted, short_day

Rows = list[dict[str, Any]]


def decisions_needed(
    *,
    commitments: Rows,
    blocked: Rows,
    service: Rows,
    capacity: Rows,
    shares: Rows,
    today: date,
) -> Rows:
    """The broken promises first, then what stops work, then what takes too much.

    Every row has a key of its own, by which a manager's note is found again.
    """
    promised = {row["reference"] for row in commitments}
    late = [row for row in commitments if row["rag"] == "red"]
    cannot = [row for row in commitments if row["rag"] == "grey"]
    return [
        *(_late(row, today) for row in late),
        *(_cannot(row) for row in cannot),
        *(_blocked(row, today) for row in blocked if row["reference"] in promised),
        *(_nobody(row) for row in capacity if row["weeks"] is None and row["work"]),
        *_undecided(service),
        *(_share(row) for row in shares if row["over"]),
    ]


def _late(row: dict[str, Any], today: date) -> dict[str, Any]:
    due = date.fromisoformat(row["due_on"])
    if row["p85"]:
        p85 = short_day(date.fromisoformat(row["p85"]), today)
        instead = f"; 85 % of simulated worlds finish by {p85}"
    else:
        instead = "; no date can be given at 85 %"
    passed = "which has passed" if due < today else f"{row['chance_words']} chance"
    return _decision(
        "late",
        row,
        what="Give it another date, a higher rank or less scope",
        why=f"Promised by {short_day(due, today)}, {passed}{instead}. {row['reason']}",
    )


def _cannot(row: dict[str, Any]) -> dict[str, Any]:
    return _decision(
        "cannot",
        row,
        what="Make it possible to forecast, or take the promise back",
        why=row["reason"] or "It is promised and not forecast yet.",
    )


def _blocked(row: dict[str, Any], today: date) -> dict[str, Any]:
    since = short_day(date.fromisoformat(row["since"]), today)
    waits = f" Waits for {row['waits_for']}." if row["waits_for"] else ""
    return _decision(
        "blocked",
        row,
        what="Remove what blocks a promised demand",
        why=f"Blocked since {since}: {row['text']}.{waits}",
    )


def _nobody(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": f"nobody:{row['skill']}",
        "kind": "nobody",
        "reference": "",
        "title": row["skill"],
        "what": "Find somebody who can do it, or decline what needs it",
        "why": f"{row['work']:,.1f} focused days of work, and nobody has the skill.",
    }


def _undecided(service: Rows) -> Rows:
    late = sum(row["late"] for row in service if row["tier"] != "All")
    if not late:
        return []
    return [
        {
            "key": "undecided",
            "kind": "undecided",
            "reference": "",
            "title": counted(late, "request"),
            "what": "Decide what waits longer than was promised",
            "why": "Past the time in which they were to be decided.",
        }
    ]


def _share(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": f"share:{row['tier']}",
        "kind": "share",
        "reference": "",
        "title": row["tier"],
        "what": "Lend it days of another tier, or hold its work back",
        "why": row["words"],
    }


def _decision(kind: str, row: dict[str, Any], *, what: str, why: str) -> dict[str, Any]:
    return {
        "key": f"{kind}:{row['reference']}",
        "kind": kind,
        "reference": row["reference"],
        "title": row["title"],
        "what": what,
        "why": why.strip(),
    }
