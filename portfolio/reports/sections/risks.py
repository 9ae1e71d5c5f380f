"""What may still go wrong, and whom the team waits for."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from capacity.models import EngineerSkill
from intake.choices import ClockKind, Stage
from intake.models import Demand, SlaClock
from portfolio.core.models import Team
from portfolio.core.words import counted
from portfolio.delivery.reading import Outlook

Rows = list[dict[str, Any]]
KINDS = {
    "at_risk": "Promise at risk",
    "blocked": "Blocked",
    "question": "Waits for an answer",
    "queue": "Waits for people",
    "single": "One person alone",
}


def blocked_rows(demands: list[Demand]) -> Rows:
    return [
        {
            **_risk("blocked", demand.reference, demand.title, demand.blocked_cause),
            "since": demand.blocked_since.isoformat(),
            "waits_for": demand.blocked_waits_for,
        }
        for demand in demands
        if demand.blocked_since
    ]


def question_rows(demands: list[Demand]) -> Rows:
    """Requests that stand still until who asked has answered."""
    asked = [demand for demand in demands if demand.stage == Stage.NEEDS_INFORMATION]
    clocks = SlaClock.objects.filter(
        demand__in=[demand.pk for demand in asked], kind=ClockKind.DECIDE
    )
    since = dict(clocks.values_list("demand", "paused_since"))
    return [
        {
            **_risk("question", demand.reference, demand.title, "A question is open"),
            "since": _day(since.get(demand.pk)),
            "waits_for": demand.business_unit.name,
        }
        for demand in asked
    ]


def at_risk_rows(commitments: Rows) -> Rows:
    return [
        {
            **_risk("at_risk", row["reference"], row["title"], row["reason"]),
            "text": f"{row['chance_words']} chance on time. {row['reason']}".strip(),
        }
        for row in commitments
        if row["rag"] == "amber"
    ]


def queue_rows(outlook: Outlook) -> Rows:
    """Skills that more than one demand waits for most, the longest queue first."""
    waiting = Counter(row.waits_for for row in outlook.rows.values() if row.waits_for)
    return [
        _risk("queue", "", skill, f"{counted(number, 'demand')} wait mostly for it")
        for skill, number in sorted(
            waiting.items(), key=lambda item: (-item[1], item[0])
        )
        if number > 1
    ]


def single_holder_rows(team: Team, capacity: Rows, today: date) -> Rows:
    """Skills with work to do that one person alone has; only the skill is told."""
    holders: dict[str, list[str]] = defaultdict(list)
    levels = EngineerSkill.objects.filter(
        Q(engineer__starts_on=None) | Q(engineer__starts_on__lte=today),
        Q(engineer__ends_on=None) | Q(engineer__ends_on__gte=today),
        engineer__team=team,
    ).order_by("engineer__name")
    for skill, name in levels.values_list("skill__name", "engineer__name"):
        holders[skill].append(name)
    return [
        {
            **_risk(
                "single",
                "",
                row["skill"],
                f"{row['work']:,.1f} focused days of work hang on one person",
            ),
            "people": holders[row["skill"]],
        }
        for row in capacity
        if row["work"] and len(holders[row["skill"]]) == 1
    ]


def _risk(kind: str, reference: str, title: str, text: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "kind_word": KINDS[kind],
        "reference": reference,
        "title": title,
        "text": text,
        "since": None,
        "waits_for": "",
        "people": [],
    }


def _day(moment: datetime | None) -> str | None:
    return timezone.localdate(moment).isoformat() if moment else None
