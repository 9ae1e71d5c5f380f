"""What is different from the snapshot before; told only as far as rows say it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from capacity.models import DemandForecast
from capacity.services.explaining import ROUNDING
from intake.choices import Stage
from intake.models import Demand, RankMove
from portfolio.board.why import CAUSES
from portfolio.core.models import Team
from portfolio.core.words import counted, short_day
from portfolio.delivery.choices import CommitmentState, RebaselineReason
from portfolio.delivery.models import Commitment, CommitmentVersion
from portfolio.reports.models import StatusReport

# A forecast that moves by less is the noise of simulation and a day's progress.
MOVED_DAYS = 5

Rows = list[dict[str, Any]]
# Every kind of change with its heading, in the order of reading.
KINDS = {
    "done": "Delivered",
    "promised": "Promised",
    "date_moved": "Promise moved",
    "taken_back": "Promise taken back",
    "status": "Status changed",
    "new": "New in the backlog",
    "left": "Left the backlog",
    "scope": "Scope or estimate changed",
    "reranked": "Re-ranked",
    "forecast_moved": "P85 moved",
}


def changes_since(
    before: StatusReport | None, team: Team, backlog: Rows, commitments: Rows
) -> dict[str, Any]:
    """Lists of changes by kind; all empty where there is nothing to compare with."""
    if before is None:
        return {"since": None, "since_week": None, **{kind: [] for kind in KINDS}}
    old, now = _by_reference(before.content["backlog"]), _by_reference(backlog)
    gone = _gone(team, [reference for reference in old if reference not in now])
    closed = {demand.reference for demand in gone if demand.stage == Stage.DELIVERED}
    old_promises = _by_reference(before.content["commitments"])
    promises = _by_reference(commitments)
    found: dict[str, Rows] = {
        "done": [
            {**_named(old[demand.reference]), "on": _iso(demand.delivered_on)}
            for demand in gone
            if demand.stage == Stage.DELIVERED
        ],
        "promised": [
            {**_named(row), "after": row["due_on"]}
            for reference, row in promises.items()
            if reference not in old_promises
        ],
        "date_moved": _date_moved(team, old_promises, promises),
        "taken_back": [
            {**_named(row), "before": row["due_on"]}
            for reference, row in old_promises.items()
            if reference not in promises and reference not in closed
        ],
        "status": [
            {
                **_named(row),
                "before": old_promises[reference]["rag_word"],
                "after": row["rag_word"],
                "chance_before": old_promises[reference]["chance_words"],
                "chance_after": row["chance_words"],
            }
            for reference, row in promises.items()
            if reference in old_promises
            and row["rag_word"] != old_promises[reference]["rag_word"]
        ],
        "new": [_named(row) for reference, row in now.items() if reference not in old],
        "left": [
            {**_named(old[demand.reference]), "after": demand.get_stage_display()}
            for demand in gone
            if demand.stage != Stage.DELIVERED
        ],
        "scope": [
            {
                **_named(row),
                "before": old[reference]["likely_days"],
                "after": row["likely_days"],
            }
            for reference, row in now.items()
            if reference in old and _is_rescoped(old[reference], row)
        ],
        "reranked": _reranked(before, team, now),
        "forecast_moved": _forecast_moved(before, team, old, now),
    }
    return {
        "since": before.content["as_of"],
        "since_week": before.content["week"],
        **found,
    }


def change_words(kind: str, row: dict[str, Any], today: date) -> str:
    """What happened to one demand, in words; empty where the kind says it all."""
    before, after = (_said(row.get(name), today) for name in ("before", "after"))
    why = f": {row['why']}" if row.get("why") else ""
    if kind == "status":
        return f"{before} ({row['chance_before']}) → {after} ({row['chance_after']})"
    if kind in {"date_moved", "forecast_moved"}:
        days = row["days"]
        way = "later" if days > 0 else "earlier"
        return f"{before} → {after}, {counted(abs(days), 'day')} {way}{why}"
    if kind == "scope":
        return _scope_words(row["before"], row["after"])
    return {
        "done": f"on {_said(row.get('on'), today)}",
        "promised": f"by {after}",
        "taken_back": f"was promised by {before}",
        "left": after.lower(),
        "reranked": f"from {before} to {after}{why}",
    }.get(kind, "")


def _is_rescoped(old: dict[str, Any], now: dict[str, Any]) -> bool:
    """Estimated anew; a first estimate changes nothing that was told before."""
    return old["likely_days"] is not None and old["likely_days"] != now["likely_days"]


def _scope_words(before: float, after: float | None) -> str:
    if after is None:
        return f"{before:,.1f} likely focused days before, no estimate now"
    return f"{before:,.1f} → {after:,.1f} likely focused days"


def _said(value: object, today: date) -> str:
    """A day in words, anything else as it is."""
    try:
        return short_day(date.fromisoformat(str(value)), today)
    except ValueError:
        return str(value or "")


def _by_reference(rows: Rows) -> dict[str, dict[str, Any]]:
    return {row["reference"]: row for row in rows}


def _named(row: dict[str, Any]) -> dict[str, Any]:
    return {"reference": row["reference"], "title": row["title"]}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _gone(team: Team, references: Sequence[str]) -> list[Demand]:
    found = Demand.objects.filter(team=team, reference__in=references)
    return list(found.order_by("delivered_on", "reference"))


def _date_moved(
    team: Team, old: dict[str, dict[str, Any]], now: dict[str, dict[str, Any]]
) -> Rows:
    moved = {
        reference: row
        for reference, row in now.items()
        if reference in old and row["due_on"] != old[reference]["due_on"]
    }
    versions = CommitmentVersion.objects.filter(
        commitment__in=Commitment.objects.filter(
            team=team,
            state=CommitmentState.OPEN,
            demand__reference__in=list(moved),
        ),
        number__gt=1,
    ).select_related("commitment__demand")
    # In the order of their numbers, so that the last one wins.
    last = {version.commitment.demand.reference: version for version in versions}
    rows = []
    for reference, row in moved.items():
        version = last.get(reference)
        before, after = old[reference]["due_on"], row["due_on"]
        rows.append(
            {
                **_named(row),
                "before": before,
                "after": after,
                "days": _days_between(before, after),
                "why": _why(version) if version else "",
            }
        )
    return rows


def _why(version: CommitmentVersion) -> str:
    reason = RebaselineReason(version.reason_code).label
    return f"{reason}. {version.why}".strip() if version.why else str(reason)


def _reranked(before: StatusReport, team: Team, now: dict[str, dict[str, Any]]) -> Rows:
    """Demands that somebody moved since then, from their first place to their last."""
    moves = (
        RankMove.objects.filter(demand__team=team, moved_at__gt=before.frozen_at)
        .select_related("demand", "moved_by")
        .order_by("moved_at", "pk")
    )
    found: dict[str, dict[str, Any]] = {}
    for move in moves:
        reference = move.demand.reference
        if reference not in now:
            continue
        first = found.get(reference, {"before": move.from_place})["before"]
        found[reference] = {
            **_named(now[reference]),
            "before": first,
            "after": move.to_place,
            "why": move.why,
            "by": move.moved_by.name if move.moved_by else "",
        }
    rows = [row for row in found.values() if row["before"] != row["after"]]
    return sorted(rows, key=lambda row: (row["after"], row["reference"]))


def _forecast_moved(
    before: StatusReport,
    team: Team,
    old: dict[str, dict[str, Any]],
    now: dict[str, dict[str, Any]],
) -> Rows:
    rows = []
    for reference, row in now.items():
        was, after = old.get(reference, {}).get("p85"), row["p85"]
        days = _days_between(was, after)
        if days is not None and abs(days) >= MOVED_DAYS:
            rows.append({**_named(row), "before": was, "after": after, "days": days})
    explained = _explained(before, team, [row["reference"] for row in rows])
    for row in rows:
        if why := _causes_words(row["days"], explained.get(row["reference"], [])):
            row["why"] = why
    return sorted(rows, key=lambda row: (-abs(row["days"]), row["reference"]))


def _explained(
    before: StatusReport, team: Team, references: Sequence[str]
) -> dict[str, Rows]:
    """How each demand moved from forecast to forecast since the snapshot, and why."""
    forecast = before.content["forecast"]
    if forecast is None:
        return {}
    moves = DemandForecast.objects.filter(
        forecast__team=team,
        forecast__gathered_at__gt=forecast["gathered_at"],
        demand__reference__in=references,
        moved__isnull=False,
    )
    found: dict[str, Rows] = {}
    for reference, moved in moves.values_list("demand__reference", "moved"):
        found.setdefault(reference, []).append(moved or {})
    return found


def _causes_words(days: int, moves: Rows) -> str:
    """“+6 days: the order changed, +3 days: demands came or left”.

    Moves from forecast to forecast add up to the whole; where they do not, or are not
    explained, the rest is told as such. Empty where nothing is explained.
    """
    causes: Counter[str] = Counter()
    for moved in moves:
        causes.update(moved.get("causes", {}))
    if not causes:
        return ""
    rest = days - sum(causes.values()) + causes.pop(ROUNDING, 0)
    by_size = sorted(causes.items(), key=lambda item: (-abs(item[1]), item[0]))
    told = [(each, CAUSES[cause]) for cause, each in by_size if each]
    if rest:
        told.append((rest, "not explained"))
    return ", ".join(f"{_signed(each)} {words}" for each, words in told)


def _signed(days: int) -> str:
    return f"{'+' if days > 0 else '−'}{counted(abs(days), 'day')}:"


def _days_between(before: str | None, after: str | None) -> int | None:
    if not before or not after:
        return None
    return (date.fromisoformat(after) - date.fromisoformat(before)).days
