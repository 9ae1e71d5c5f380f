"""Gathers one week's status as plain JSON; every format only writes what stands here.

The same rows give the same bytes: no clock is read, every list has a fixed order, and
dates are ISO text. Where it names a person it does so under a key of its own, which
what goes to leadership leaves out (``variants.py``).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from capacity.engine.distribution import chance_words
from capacity.models import Engineer, WorkPackage
from capacity.quarters import Quarter
from intake.choices import OPEN, Stage
from intake.models import Demand, Tier
from portfolio.core.models import Team
from portfolio.core.words import counted, joined
from portfolio.delivery.choices import CommitmentState
from portfolio.delivery.models import Commitment
from portfolio.delivery.rag import AT_RISK, LATE
from portfolio.delivery.reading import OpenCommitment, Outlook, outlook_of, read_open
from portfolio.reports.changes import changes_since
from portfolio.reports.definitions import CAPACITY_WEEKS, DEFINITIONS
from portfolio.reports.models import StatusReport
from portfolio.reports.sections.decisions import decisions_needed
from portfolio.reports.sections.health import forecast_health
from portfolio.reports.sections.risks import (
    at_risk_rows,
    blocked_rows,
    question_rows,
    queue_rows,
    single_holder_rows,
)
from portfolio.reports.sections.service import service_by_tier
from portfolio.reports.sections.shares import shares_by_tier
from portfolio.reports.weeks import monday_of, week_name

SCHEMA = 2
SOON = timedelta(weeks=4)
# Chances that differ by less are called steady: 200 worlds alone differ by 3 points.
TREND_FROM = 0.05
WEEKS_BEFORE = 4
A_YEAR = timedelta(days=365)


def build_content(
    *,
    team: Team,
    today: date,
    before: StatusReport | None = None,
    at: datetime | None = None,
) -> dict[str, Any]:
    """This week's status of a team, compared with the snapshot before.

    SLA clocks are read at a moment of the day, at its first one where none is given.
    """
    at = at or timezone.make_aware(datetime.combine(today, time()))
    outlook = outlook_of(team.pk)
    demands = list(
        Demand.objects.filter(team=team, stage__in=OPEN)
        .select_related("tier", "business_unit")
        .order_by("rank", "reference")
    )
    promised = read_open(
        Commitment.objects.open()
        .filter(team=team)
        .select_related("demand__tier", "demand__business_unit")
        .prefetch_related("versions")
        .by_due(),
        outlook,
        today,
    )
    people = _people_at_work(team)
    chances = _chances_before(before)
    commitments = [_commitment(row, outlook, people, chances) for row in promised]
    backlog = _backlog(
        team, [d for d in demands if d.is_in_backlog], promised, outlook, today
    )
    delivered = _delivered(team, today)
    weeks = _delivered_by_week(delivered, today)
    capacity = _capacity(team, outlook)
    shares = shares_by_tier(team, today)
    service = service_by_tier(team, at)
    blocked = blocked_rows(demands)
    return {
        "schema": SCHEMA,
        "team": team.name,
        "week": week_name(today),
        "monday": monday_of(today).isoformat(),
        "as_of": today.isoformat(),
        "headline": _headline(commitments, weeks, today, before),
        "decisions": decisions_needed(
            commitments=commitments,
            blocked=blocked,
            service=service,
            capacity=capacity,
            shares=shares["tiers"],
            today=today,
        ),
        "changes": changes_since(before, team, backlog, commitments),
        "commitments": commitments,
        "delivered": delivered,
        "delivered_by_week": weeks,
        "next": _next(backlog, today),
        "integrity": _integrity(team, today),
        "backlog": backlog,
        "capacity": capacity,
        "shares": shares,
        "by_tier": _by_tier(demands),
        "service": service,
        "risks": [
            *at_risk_rows(commitments),
            *blocked,
            *question_rows(demands),
            *queue_rows(outlook),
            *single_holder_rows(team, capacity, today),
        ],
        "health": forecast_health(team, outlook, backlog, today),
        "forecast": _forecast(outlook),
        "definitions": _definitions(outlook),
        "people": _people(team),
    }


def _definitions(outlook: Outlook) -> list[list[str]]:
    """In the words of today's thresholds; a report that is frozen keeps its own."""
    thresholds = outlook.thresholds
    shares = {
        "green": f"{thresholds.green_from * 100:g} %",
        "amber": f"{thresholds.amber_from * 100:g} %",
    }
    return [[term, words.format(**shares)] for term, words in DEFINITIONS]


def content_hash(content: dict[str, Any]) -> str:
    """SHA-256 of the content as canonical JSON."""
    text = json.dumps(
        content, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _commitment(
    row: OpenCommitment,
    outlook: Outlook,
    people: dict[int, list[str]],
    chances: dict[str, float | None],
) -> dict[str, Any]:
    commitment, demand = row.commitment, row.commitment.demand
    versions = sorted(commitment.versions.all(), key=lambda version: version.number)
    last = versions[-1]
    return {
        "reference": demand.reference,
        "title": demand.title,
        "unit": demand.business_unit.name,
        "tier": demand.tier.name,
        "original_due_on": _iso(commitment.original_due_on),
        "due_on": _iso(commitment.due_on),
        "moved_because": last.get_reason_code_display() if last.number > 1 else "",
        "p50": _iso(row.p50),
        "p85": _iso(row.p85),
        "chance": None if row.chance is None else round(row.chance, 4),
        "chance_words": row.chance_words,
        "rag": row.rag.colour,
        "rag_word": row.rag.word,
        "trend": _trend_of(demand.reference, row.chance, chances),
        "reason": _reason(row, outlook),
        "promised_by": versions[0].promised_by_name,
        "people": people.get(demand.pk, []),
    }


def _chances_before(before: StatusReport | None) -> dict[str, float | None]:
    rows = before.content["commitments"] if before else []
    return {row["reference"]: row["chance"] for row in rows}


def _trend_of(
    reference: str, chance: float | None, chances: dict[str, float | None]
) -> str:
    """How the chance moved since the snapshot before; empty where it has none."""
    if reference not in chances:
        return "new" if chances else ""
    was = chances[reference]
    if was is None or chance is None:
        return ""
    if abs(chance - was) < TREND_FROM:
        return "steady"
    return "better" if chance > was else "worse"


def _people_at_work(team: Team) -> dict[int, list[str]]:
    """Who is at a package of each demand now, or is the only one who may do it."""
    found: dict[int, list[str]] = {}
    packages = (
        WorkPackage.objects.of_backlog(team.pk).unfinished().exclude(engineer=None)
    )
    for demand, name in (
        packages.order_by("demand", "engineer__name")
        .values_list("demand", "engineer__name")
        .distinct()
    ):
        found.setdefault(demand, []).append(name)
    return found


def _people(team: Team) -> list[str]:
    """Everybody of the team, so that leadership's variant can leave their names out."""
    engineers = Engineer.objects.filter(team=team).values_list("name", flat=True)
    members = team.members.values_list("name", flat=True)
    return sorted({*engineers, *members})


def _next(backlog: list[dict[str, Any]], today: date) -> list[dict[str, Any]]:
    """What is promised for the next weeks, or likely to be done in them."""
    soon = (today + SOON).isoformat()
    names = (
        "reference", "title", "unit", "tier", "stage", "due_on", "p50", "p85",
        "chance", "chance_words", "rag", "rag_word",
    )  # fmt: skip
    rows = [
        {name: row[name] for name in names}
        for row in backlog
        if (row["due_on"] and row["due_on"] <= soon)
        or (row["p50"] and row["p50"] <= soon)
    ]
    return sorted(
        rows,
        key=lambda row: (row["due_on"] or row["p50"], row["reference"]),
    )


def _reason(row: OpenCommitment, outlook: Outlook) -> str:
    """Why a promise is not on track, as far as it is known."""
    demand = row.commitment.demand
    if row.cannot:
        return row.cannot
    if demand.is_blocked:
        return f"Blocked: {demand.blocked_cause}"
    forecast = outlook.rows.get(demand.pk)
    if row.rag in {AT_RISK, LATE} and forecast and forecast.waits_for:
        return f"Waits mostly for {forecast.waits_for}"
    return ""


def _backlog(
    team: Team,
    demands: list[Demand],
    promised: list[OpenCommitment],
    outlook: Outlook,
    today: date,
) -> list[dict[str, Any]]:
    days = WorkPackage.objects.of_backlog(team.pk).likely_days_by_demand()
    due = {row.commitment.demand_id: row.commitment.due_on for row in promised}
    rows = []
    for place, demand in enumerate(demands, start=1):
        row = outlook.rows.get(demand.pk)
        judged_by = due.get(demand.pk) or demand.needed_by
        chance = outlook.chance(demand.pk, judged_by) if judged_by else None
        rag = outlook.rag(demand.pk, judged_by, today)
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
                "due_on": _iso(due.get(demand.pk)),
                "p50": _iso(row.p50 if row else None),
                "p85": _iso(row.p85 if row else None),
                "chance": None if chance is None else round(chance, 4),
                "chance_words": "–" if chance is None else chance_words(chance),
                "rag": rag.colour,
                "rag_word": rag.word,
                "cannot": row.cannot if row else "Not forecast yet.",
                "blocked": demand.blocked_cause,
            }
        )
    return rows


def _delivered(team: Team, today: date) -> list[dict[str, Any]]:
    """Delivered this week and in the four before, the latest first."""
    first = monday_of(today) - timedelta(weeks=WEEKS_BEFORE)
    demands = (
        Demand.objects.delivered()
        .filter(team=team, delivered_on__range=(first, today))
        .select_related("business_unit", "tier")
        .order_by("-delivered_on", "reference")
    )
    promises = {
        promise.demand_id: promise
        for promise in Commitment.objects.delivered().filter(demand__in=demands)
    }
    return [
        {
            "reference": demand.reference,
            "title": demand.title,
            "unit": demand.business_unit.name,
            "tier": demand.tier.name,
            "delivered_on": _iso(demand.delivered_on),
            "week": week_name(demand.delivered_on or today),
            "original_due_on": _iso(promise.original_due_on) if promise else None,
            "due_on": _iso(promise.due_on) if promise else None,
            "kept_original": promise.kept_original if promise else None,
            "kept_current": promise.kept_current if promise else None,
        }
        for demand in demands
        for promise in [promises.get(demand.pk)]
    ]


def _delivered_by_week(
    delivered: list[dict[str, Any]], today: date
) -> list[dict[str, Any]]:
    counts = Counter(row["week"] for row in delivered)
    names = [
        week_name(today - timedelta(weeks=ago)) for ago in range(WEEKS_BEFORE, -1, -1)
    ]
    return [{"week": name, "delivered": counts[name]} for name in names]


def _headline(
    commitments: list[dict[str, Any]],
    weeks: list[dict[str, Any]],
    today: date,
    before: StatusReport | None,
) -> dict[str, Any]:
    colours = Counter(row["rag"] for row in commitments)
    counts = {name: colours[name] for name in ("green", "amber", "red", "grey")}
    soon = (today + SOON).isoformat()
    return {
        "rag": next(
            (name for name in ("red", "amber", "grey", "green") if counts[name]), "grey"
        ),
        "sentence": _sentence(counts),
        "trend": _trend(counts, before),
        "trend_way": _trend_way(counts, before),
        "open": len(commitments),
        **counts,
        "due_in_four_weeks": sum(row["due_on"] <= soon for row in commitments),
        "delivered_this_week": weeks[-1]["delivered"],
        "delivered_in_four_weeks": sum(week["delivered"] for week in weeks[:-1]),
    }


_SAID = {
    "red": "late",
    "amber": "at risk",
    "grey": "without a forecast",
    "green": "on track",
}


def _sentence(counts: dict[str, int]) -> str:
    total = sum(counts.values())
    if not total:
        return "No commitment is open."
    if counts["green"] == total:
        if total == 1:
            return "The one open commitment is on track."
        return f"All {total} open commitments are on track."
    told = [f"{counts[name]} {word}" for name, word in _SAID.items() if counts[name]]
    return f"{counted(total, 'open commitment')}: {joined(told)}."


def _trend(counts: dict[str, int], before: StatusReport | None) -> str:
    """How the counts differ from the snapshot before, in a sentence."""
    if before is None:
        return ""
    told = []
    for name, word in _SAID.items():
        more = counts[name] - before.content["headline"][name]
        if more:
            told.append(f"{abs(more)} {'more' if more > 0 else 'fewer'} {word}")
    since = before.content["week"]
    if not told:
        return f"As many of each as in {since}."
    return f"Since {since}: {joined(told)}."


def _trend_way(counts: dict[str, int], before: StatusReport | None) -> str:
    """Better where fewer are late, or as few and fewer at risk; empty without one."""
    if before is None:
        return ""
    was = [before.content["headline"][name] for name in ("red", "amber")]
    now = [counts[name] for name in ("red", "amber")]
    if now == was:
        return "steady"
    return "better" if now < was else "worse"


def _integrity(team: Team, today: date) -> dict[str, Any]:
    """Promises kept in the last twelve months, whole and by quarter."""
    ended = list(
        Commitment.objects.exclude(state=CommitmentState.OPEN)
        .filter(team=team, closed_on__gt=today - A_YEAR, closed_on__lte=today)
        .order_by("closed_on", "pk")
    )
    closed = [each for each in ended if each.state == CommitmentState.DELIVERED]
    quarters: dict[str, list[Commitment]] = {}
    for promise in closed:
        quarter = Quarter.of(promise.closed_on or today).words
        quarters.setdefault(quarter, []).append(promise)
    return {
        **_kept(closed),
        "withdrawn": len(ended) - len(closed),
        "by_quarter": [
            {"quarter": quarter, **_kept(promises)}
            for quarter, promises in quarters.items()
        ],
    }


def _kept(promises: list[Commitment]) -> dict[str, int]:
    return {
        "closed": len(promises),
        "kept_original": sum(bool(promise.kept_original) for promise in promises),
        "kept_current": sum(bool(promise.kept_current) for promise in promises),
    }


def _capacity(team: Team, outlook: Outlook) -> list[dict[str, Any]]:
    """Work left and supply by skill; the most weeks of work first."""
    work = {
        str(skill): float(days)
        for skill, days in WorkPackage.objects.of_backlog(team.pk)
        .unfinished()
        .values_list("skill__name")
        .annotate(days=Sum(Coalesce("remaining", "likely")))
        .order_by()
    }
    result = (outlook.forecast.result if outlook.forecast else None) or {}
    supply = {
        str(row["skill"]): sum(
            float(week["supply"]) for week in row["weeks"][:CAPACITY_WEEKS]
        )
        for row in result.get("skills", [])
    }
    rows = [
        {
            "skill": skill,
            "work": round(work.get(skill, 0.0), 2),
            "supply": round(supply[skill], 2) if skill in supply else None,
            "weeks": _weeks_of(work.get(skill, 0.0), supply.get(skill)),
        }
        for skill in sorted({*work, *supply})
    ]
    longest = float("inf")
    return sorted(
        rows, key=lambda row: (-(longest if row["weeks"] is None else row["weeks"]),
                               row["skill"])
    )  # fmt: skip


def _weeks_of(work: float, supply: float | None) -> float | None:
    """Weeks that the work takes at the pace of supply; None where it never ends."""
    if not work:
        return 0.0
    return round(work / supply * CAPACITY_WEEKS, 1) if supply else None


def _by_tier(demands: list[Demand]) -> list[dict[str, Any]]:
    """Open demands by tier and stage; the last row sums them up."""
    counts = Counter((demand.tier_id, demand.stage) for demand in demands)
    rows: list[dict[str, Any]] = [
        {
            "tier": tier.name,
            **{str(stage): counts[tier.pk, stage] for stage in OPEN},
            "open": sum(counts[tier.pk, stage] for stage in OPEN),
        }
        for tier in Tier.objects.all()
    ]
    names = [*(str(stage) for stage in OPEN), "open"]
    total = {name: sum(row[name] for row in rows) for name in names}
    return [*rows, {"tier": "All", **total}]


def stage_names() -> dict[str, str]:
    """Headings for the columns of ``by_tier``, in order."""
    return {**{str(stage): str(Stage(stage).label) for stage in OPEN}, "open": "All"}


def _forecast(outlook: Outlook) -> dict[str, Any] | None:
    forecast = outlook.forecast
    if forecast is None:
        return None
    gathered_at = forecast.gathered_at
    return {
        "number": forecast.pk,
        "gathered_at": gathered_at.isoformat() if gathered_at else None,
        "starts_on": _iso(forecast.starts_on),
        "trials": forecast.trials,
        "seed": forecast.seed,
        "plan_hash": forecast.plan_hash,
    }
