"""One report as one reader gets it: what every format writes, and nothing else."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portfolio.core.errors import RuleBroken
from portfolio.reports.changes import KINDS
from portfolio.reports.choices import Variant
from portfolio.reports.content import content_hash
from portfolio.reports.models import StatusReport
from portfolio.reports.notes import with_notes
from portfolio.reports.variants import for_leadership

# What snapshots of earlier versions of the product do not have.
_LATER: dict[str, Any] = {
    "decisions": [],
    "next": [],
    "shares": {"quarter": "", "days": 0.0, "tiers": []},
    "service": [],
    "risks": [],
    "health": None,
    "people": [],
}


@dataclass(frozen=True, slots=True)
class Edition:
    """The content for one kind of reader, and by what it is known."""

    content: dict[str, Any]
    version: int
    state: str
    variant: str
    frozen_at: datetime
    # Of what was computed and what was written beside it, for footers.
    key: str

    @property
    def today(self) -> date:
        return date.fromisoformat(self.content["as_of"])

    @property
    def title(self) -> str:
        return f"{self.content['team']}: status {self.content['week']}"

    @property
    def headline(self) -> str:
        return str(self.content["headline"]["sentence"])

    @property
    def is_for_leadership(self) -> bool:
        return self.variant == Variant.LEADERSHIP

    @property
    def foot(self) -> str:
        """“Throughline 2026-W48 v2 · 3fa9c1d2e0b1 · draft”."""
        draft = " · draft, not approved" if self.state == "draft" else ""
        return f"{self.content['week']} v{self.version} · {self.key}{draft}"


def edition_of(report: StatusReport, variant: str = Variant.TEAM) -> Edition:
    """A stored report as it is written; refused where its content was altered."""
    if content_hash(report.content) != report.content_hash:
        raise RuleBroken(
            f"The snapshot of {report}, version {report.version}, is not what was "
            "frozen: its content was changed in the database. Freeze the week again, "
            "or restore it from a backup."
        )
    return Edition(
        content=read_content(report.content, report.notes, variant),
        version=report.version,
        state=report.state,
        variant=variant,
        frozen_at=report.frozen_at,
        key=_key(report),
    )


def read_content(
    content: dict[str, Any], notes: dict[str, Any], variant: str
) -> dict[str, Any]:
    """Content of any version of the product, with notes, for one kind of reader."""
    changes = {**{kind: [] for kind in KINDS}, **content["changes"]}
    told = with_notes({**_LATER, **content, "changes": changes}, notes)
    return for_leadership(told) if variant == Variant.LEADERSHIP else told


def _key(report: StatusReport) -> str:
    notes = json.dumps(report.notes, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(f"{report.content_hash}{notes}".encode()).hexdigest()[:12]
