"""Gathers one week's status as plain JSON; every format only writes what stands here.

The same rows give the same bytes: no clock is read, every list has a fixed order, and
dates are ISO text. Nothing in it names an engineer, so that it may go to leadership.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import date, timedelta
from typing import Any

from capacity.engine.distribution import chance_words
from capacity.models import WorkPackage
from intake.choices import OPEN, Stage
from intake.models import Demand, Tier
from portfolio.core.models import Team
from portfolio.core.words import counted
from portfolio.delivery.models import Commitment
from portfolio.delivery.reading import Outlook, outlook_of, read_open
from portfolio.reports.weeks import monday_of, week_name

SCHEMA = 1
# How far "next" and "lately" reach.
FOUR_WEEKS = timedelta(weeks=4)
CAPACITY_WEEKS = 12
# A forecast that moves by less is the noise of simulation and a day's progress.
MOVED_DAYS = 5

DEFINITIONS = [
    ["P50, P85", "The date on or before which 50 or 85 % of simulated worlds finish."],
    [
        "Chance on time",
        "Share of simulated worlds that finish by the current commitment. Above 95 % "
        "it reads >95 %: a simulation knows only the risks it was told of.",
    ],
    [
        "Status",
        "Green from 85 % chance, amber from 50 %, red below or overdue, grey without "
        "a forecast, blue when done.",
    ],
    [
        "Kept",
        "Delivered on or before the promised date: against the first one ever promised "
        "(original) and the one that held at the end (current).",
    ],
    [
        "Focused day",
        "A day of undisturbed work by one engineer of full proficiency.",
    ],
    [
        "Demand and supply",
        "Focused days of work done or waiting ready, and on offer, per skill over the "
        f"next {CAPACITY_WEEKS} weeks; work that waits counts again every week.",
    ],
]


def build_content(
    *, team: Team, today: date, before: dict[str, Any] | None = None
) -> dict[str, Any]:
    """This week's status of a team; ``before`` is the content of the last snapshot."""
    outlook = outlook_of(team.pk)
    demands = list(
        Demand.objects.filter(team=team, stage__in=OPEN)
        .select_related("tier", "business_unit")
        .order_by("rank", "reference")
    )
    commitments = _commitments(team, outlook, today)
    backlog = _backlog(team, [d for d in demands if d.is_in_backlog], outlook)
    delivered = _delivered(team, today)
    return {
        "schema": SCHEMA,
        "team": team.name,
        "week": week_name(today),
        "monday": monday_of(today).isoformat(),
        "as_of": today.isoformat(),
        "headline": _headline(commitments, delivered, today),
        "changes": _changes(before, backlog, commitments, delivered),
        "commitments": commitments,
        "delivered": delivered,
        "integrity": _integrity(team, today),
        "backlog": backlog,
        "capacity": _capacity(outlook),
        "by_tier": _by_tier(demands),
        "by_stage": _by_stage(demands),
        "forecast": _forecast(outlook),
        "definitions": DEFINITIONS,
    }


def content_hash(content: dict[str, Any]) -> str:
    """SHA-256 of the content as canonical JSON."""
    text = json.dumps(
        content, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _commitments(team: Team, outlook: Outlook, today: date) -> list[dict[str, Any]]:
    open_ones = (
        Commitment.objects.open()
        .filter(team=team)
        .select_related("demand__tier", "demand__business_unit")
        .by_due()
    )
    return [
        {
            "reference": row.commitment.demand.reference,
            "title": row.commitment.demand.title,
            "unit": row.commitment.demand.business_unit.name,
            "tier": row.commitment.demand.tier.name,
            "original_due_on": _iso(row.commitment.original_due_on),
            "due_on": _iso(row.commitment.due_on),
            "p50": _iso(row.p50),
            "p85": _iso(row.p85),
            "chance": None if row.chance is None else round(row.chance, 4),
            "chance_words": row.chance_words,
            "rag": row.rag.colour,
            "rag_word": row.rag.word,
            "reason": row.cannot or _blocked(row.commitment.demand),
        }
        for row in read_open(open_ones, outlook, today)
    ]


def _blocked(demand: Demand) -> str:
    if not demand.is_blocked:
        return ""
    waits = (
        f" (waits for {demand.blocked_waits_for})" if demand.blocked_waits_for else ""
    )
    return f"Blocked: {demand.blocked_cause}{waits}"


def _backlog(
    team: Team, demands: list[Demand], outlook: Outlook
) -> list[dict[str, Any]]:
    packages = WorkPackage.objects.of_backlog(team.pk).unfinished()
    days = packages.likely_days_by_demand()
    rows = []
    for place, demand in enumerate(demands, start=1):
        row = outlook.rows.get(demand.pk)
        rows.append(
            {
                "rank": place,
                "reference": demand.reference,
                "title": demand.title,
                "unit": demand.business_unit.name,
                "tier": demand.tier.name,
                "stage": demand.get_stage_display(),
                "likely_days": round(days[demand.pk], 2) if demand.pk in days else None,
                "needed_by": _iso(demand.needed_by),
                "p50": _iso(row.p50 if row else None),
                "p85": _iso(row.p85 if row else None),
                "cannot": row.cannot if row else "Not forecast yet.",
                "blocked": _blocked(demand),
            }
        )
    return rows


def _delivered(team: Team, today: date) -> list[dict[str, Any]]:
    demands = (
        Demand.objects.delivered()
        .filter(team=team, delivered_on__gt=today - FOUR_WEEKS, delivered_on__lte=today)
        .select_related("business_unit")
        .order_by("-delivered_on", "reference")
    )
    promises = {
        promise.demand_id: promise
        for promise in Commitment.objects.delivered().filter(demand__in=demands)
    }
    monday = monday_of(today)
    return [
        {
            "reference": demand.reference,
            "title": demand.title,
            "unit": demand.business_unit.name,
            "delivered_on": _iso(demand.delivered_on),
            "this_week": bool(demand.delivered_on and demand.delivered_on >= monday),
            "original_due_on": _iso(promise.original_due_on) if promise else None,
            "due_on": _iso(promise.due_on) if promise else None,
            "kept_original": promise.kept_original if promise else None,
            "kept_current": promise.kept_current if promise else None,
        }
        for demand in demands
        for promise in [promises.get(demand.pk)]
    ]


def _headline(
    commitments: list[dict[str, Any]], delivered: list[dict[str, Any]], today: date
) -> dict[str, Any]:
    colours = Counter(row["rag"] for row in commitments)
    this_week = sum(row["this_week"] for row in delivered)
    soon = (today + FOUR_WEEKS).isoformat()
    due_soon = sum(row["due_on"] <= soon for row in commitments)
    if not commitments:
        sentence = "No commitment is open."
    elif colours["green"] == len(commitments):
        sentence = f"All {counted(len(commitments), 'open commitment')} on track."
    else:
        off = {
            "late or unlikely": colours["red"],
            "at risk": colours["amber"],
            "without a forecast": colours["grey"],
        }
        said = ", ".join(f"{number} {word}" for word, number in off.items() if number)
        sentence = f"Of {counted(len(commitments), 'open commitment')}: {said}."
    return {
        "sentence": sentence,
        "open": len(commitments),
        "green": colours["green"],
        "amber": colours["amber"],
        "red": colours["red"],
        "grey": colours["grey"],
        "due_in_four_weeks": due_soon,
        "delivered_this_week": this_week,
        "delivered_in_four_weeks": len(delivered),
    }


def _changes(
    before: dict[str, Any] | None,
    backlog: list[dict[str, Any]],
    commitments: list[dict[str, Any]],
    delivered: list[dict[str, Any]],
) -> dict[str, Any]:
    """What is different from the last snapshot; empty where there was none."""
    if before is None:
        return {"since": None, "new": [], "done": [], "left": [], "reranked": [],
                "moved": [], "promised": []}  # fmt: skip
    old = {row["reference"]: row for row in before["backlog"]}
    now = {row["reference"]: row for row in backlog}
    done = {row["reference"]: row for row in delivered}
    common = [reference for reference in now if reference in old]
    old_places = _places([reference for reference in old if reference in now])
    new_places = _places(common)
    promised_before = {row["reference"] for row in before["commitments"]}
    return {
        "since": before["as_of"],
        "new": [_named(now[ref]) for ref in now if ref not in old],
        "done": [_named(old[ref]) for ref in old if ref not in now and ref in done],
        "left": [_named(old[ref]) for ref in old if ref not in now and ref not in done],
        "reranked": [
            {**_named(now[ref]), "from": old[ref]["rank"], "to": now[ref]["rank"]}
            for ref in common
            if old_places[ref] != new_places[ref]
        ],
        "moved": [
            {**_named(now[ref]), "before": old[ref]["p85"], "after": now[ref]["p85"],
             "days": days}
            for ref in common
            for days in [_days_between(old[ref]["p85"], now[ref]["p85"])]
            if days is not None and abs(days) >= MOVED_DAYS
        ],
        "promised": [
            {**_named(row), "due_on": row["due_on"]}
            for row in commitments
            if row["reference"] not in promised_before
        ],
    }  # fmt: skip


def _places(references: list[str]) -> dict[str, int]:
    """Order among those that stand in both lists: others do not re-rank them."""
    return {reference: place for place, reference in enumerate(references)}


def _named(row: dict[str, Any]) -> dict[str, Any]:
    return {"reference": row["reference"], "title": row["title"]}


def _days_between(before: str | None, after: str | None) -> int | None:
    if not before or not after:
        return None
    return (date.fromisoformat(after) - date.fromisoformat(before)).days


def _integrity(team: Team, today: date) -> dict[str, Any]:
    """Promises kept in the last twelve months."""
    closed = list(
        Commitment.objects.delivered().filter(
            team=team, closed_on__gt=today - timedelta(days=365), closed_on__lte=today
        )
    )
    return {
        "closed": len(closed),
        "kept_original": sum(bool(promise.kept_original) for promise in closed),
        "kept_current": sum(bool(promise.kept_current) for promise in closed),
    }


def _capacity(outlook: Outlook) -> list[dict[str, Any]]:
    if outlook.forecast is None or not outlook.forecast.result:
        return []
    rows = [
        {
            "skill": row["skill"],
            "demand": round(sum(w["demand"] for w in row["weeks"][:CAPACITY_WEEKS]), 2),
            "supply": round(sum(w["supply"] for w in row["weeks"][:CAPACITY_WEEKS]), 2),
        }
        for row in outlook.forecast.result.get("skills", [])
    ]
    return sorted(rows, key=lambda row: str(row["skill"]))


def _by_tier(demands: list[Demand]) -> list[dict[str, Any]]:
    counts = Counter((d.tier_id, d.is_in_backlog) for d in demands)
    return [
        {
            "tier": tier.name,
            "awaiting_decision": counts[tier.pk, False],
            "backlog": counts[tier.pk, True],
        }
        for tier in Tier.objects.all()
    ]


def _by_stage(demands: list[Demand]) -> list[dict[str, Any]]:
    counts = Counter(demand.stage for demand in demands)
    return [
        {"stage": Stage(stage).label, "open": counts[stage]}
        for stage in OPEN
        if counts[stage]
    ]


def _forecast(outlook: Outlook) -> dict[str, Any] | None:
    forecast = outlook.forecast
    if forecast is None:
        return None
    return {
        "number": forecast.pk,
        "gathered_at": forecast.gathered_at.isoformat()
        if forecast.gathered_at
        else None,
        "trials": forecast.trials,
        "seed": forecast.seed,
        "plan_hash": forecast.plan_hash,
        "certain_reads": chance_words(1.0),
    }
