"""What a change would do to everybody's dates, asked of a worker and answered at once.

Pages ask here and never load the engine: a worker of its own has the team's plan at
hand, plays the change on the same draws, and answers within moments or not at all.

A change is what ``capacity.engine.changing`` reads, and ``declared``: demands whose
ranges are as somebody has just estimated them, and are calibrated like all others.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from portfolio.core.models import Team
from portfolio.core.services.messages import send
from portfolio.core.services.store import wait_for

# How long a page may wait for an answer before it is sent without one.
PATIENCE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Shift:
    """What a change does to one demand; demands that it does not move have none.

    ``before`` and ``after`` are its dates by percentile ("p50", "p85", "p95"), None
    where there is none. ``chances`` are those of its dates, before and after: the day
    it is needed by, and what the change asked for under ``dates``. Without ``is_sure``
    all this is no more than the luck of the worlds that were played.
    """

    reference: str
    before: Mapping[str, date | None]
    after: Mapping[str, date | None]
    chances: Mapping[date, tuple[float | None, float | None]]
    cannot: str
    is_sure: bool = True

    def days(self, percentile: str = "p85") -> int | None:
        """Days by which a date moves, above 0 for later; None without two dates."""
        old, new = self.before[percentile], self.after[percentile]
        return (new - old).days if old and new else None

    @property
    def is_new(self) -> bool:
        return not any(self.before.values()) and any(self.after.values())


@dataclass(frozen=True, slots=True)
class Preview:
    """All that a change moves, in rank order; ``problem`` says why it was not tried."""

    shifts: dict[str, Shift]
    trials: int = 0
    problem: str = ""


def ask_preview(*, team: Team, change: Mapping[str, Any]) -> str:
    """Have a change tried; gives the token of the answer, empty when nobody is there.

    The answer is kept for two minutes, for ``answer_of``.
    """
    from capacity.tasks import answer_preview as task

    token = secrets.token_urlsafe(12)
    return token if send(task, team.pk, token, dict(change)) else ""


def answer_of(token: str, *, seconds: float = PATIENCE_SECONDS) -> Preview | None:
    """The answer to what was asked, waiting for it a moment; None when it is late."""
    if not token:
        return None
    answer = wait_for(f"answer:{token}", seconds=seconds)
    return None if answer is None else _read(json.loads(answer))


def preview_of(
    *, team: Team, change: Mapping[str, Any], seconds: float = PATIENCE_SECONDS
) -> Preview | None:
    """What a change would do; None when no worker answers within so many seconds."""
    return answer_of(ask_preview(team=team, change=change), seconds=seconds)


def _read(answer: dict[str, Any]) -> Preview:
    if "problem" in answer:
        return Preview({}, problem=answer["problem"])
    shifts = [
        Shift(
            reference=row["id"],
            before=_dates(row["before"]),
            after=_dates(row["after"]),
            chances={
                date.fromisoformat(day): (before, after)
                for day, (before, after) in row["chance"].items()
            },
            cannot=row["cannot"] or "",
            is_sure=row["is_sure"],
        )
        for row in answer["demands"]
    ]
    return Preview({each.reference: each for each in shifts}, answer["trials"])


def _dates(written: dict[str, str | None]) -> dict[str, date | None]:
    return {
        name: date.fromisoformat(day) if day else None for name, day in written.items()
    }
