"""Rows of a small, promised portfolio, and snapshots of other days."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from portfolio.reports.content import build_content, content_hash
from portfolio.reports.models import StatusReport
from portfolio.reports.weeks import monday_of
from tests.delivery.rows import days_from_now, make_forecast
from tests.factories import (
    CommitmentFactory,
    RankedDemandFactory,
    SkillFactory,
    WorkPackageFactory,
)


def promised_demand(team, *, worlds, due=30, title="Orders into the warehouse"):
    """A demand promised in so many days, with a forecast of {days: worlds of 4}."""
    demand = RankedDemandFactory(team=team, title=title)
    WorkPackageFactory(demand=demand, skill=SkillFactory(name="API design"))
    make_forecast(
        team,
        {demand: worlds},
        trials=4,
        result={
            "skills": [
                {
                    "skill": "API design",
                    "weeks": [
                        {"week": "2026-11-23", "demand": 6.0, "supply": 2.5}
                        for _ in range(20)
                    ],
                }
            ]
        },
    )
    CommitmentFactory(demand=demand, original_due_on=days_from_now(due))
    return demand


def frozen_before(team, *, days=7, **content):
    """A snapshot as it was frozen so many days ago, of the rows of today."""
    then = timezone.localdate() - dt.timedelta(days=days)
    built = build_content(team=team, today=then) | content
    return StatusReport.objects.create(
        team=team,
        week=monday_of(then),
        content=built,
        content_hash=content_hash(built),
        frozen_at=timezone.now() - dt.timedelta(days=days),
    )


def altered(report, **content):
    """The same report as if it had been frozen with other content."""
    report.content = {**report.content, **content}
    report.content_hash = content_hash(report.content)
    report.save()
    return report


def crowded(report, *, title, commitments):
    """The report with so many commitments, and this title wherever there is one."""
    content = report.content
    colours = [("red", "late"), ("amber", "at risk"), ("green", "on track")]
    rows = []
    for number in range(commitments):
        rag, word = colours[number % 3]
        named = {"reference": f"INT-{number:04d}", "title": title}
        rows.append(
            {**content["commitments"][0], **named, "rag": rag, "rag_word": word}
        )
    return altered(
        report,
        commitments=rows,
        decisions=[
            {"key": f"late:{row['reference']}", "kind": "late", "what": "Decide",
             "why": title, "reference": row["reference"], "title": title}
            for row in rows[:40]
        ],
        changes={
            **content["changes"],
            "new": [
                {"reference": row["reference"], "title": title} for row in rows[:40]
            ],
        },
        delivered=[{**content["delivered"][0], "title": title}] * min(commitments, 40),
        next=[{**content["next"][0], "title": title}] * min(commitments, 40),
        risks=[{**content["risks"][0], "title": title, "text": title}]
        * min(commitments, 40),
        capacity=[{**content["capacity"][0], "skill": title[:60]}]
        * min(commitments, 20),
        backlog=[{**content["backlog"][0], "title": title}] * commitments,
    )  # fmt: skip
