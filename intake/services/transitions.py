from __future__ import annotations

from typing import Any

from intake.choices import Stage
from intake.models import Demand
from portfolio.core.errors import RuleBroken
from portfolio.core.models import User
from portfolio.core.services.events import record_event


def store_change(
    *,
    demand: Demand,
    fields: list[str],
    kind: str,
    by: User,
    before: object = "",
    after: object = "",
    why: str = "",
    facts: dict[str, Any] | None = None,
) -> None:
    """Save one change of a locked demand, count its revision, and leave the event."""
    demand.revision += 1
    demand.save(update_fields=[*fields, "revision"])
    record_event(
        subject=demand,
        kind=kind,
        by=by,
        team=demand.team,
        before=before,
        after=after,
        why=why,
        facts=facts,
    )


def store_stage(
    *,
    demand: Demand,
    stage: Stage,
    fields: list[str],
    kind: str,
    by: User,
    why: str = "",
    facts: dict[str, Any] | None = None,
) -> None:
    """Bring a locked demand to a stage; outside the backlog it loses its rank."""
    before, demand.stage = demand.stage, stage
    if not demand.is_in_backlog:
        demand.rank = None
    store_change(
        demand=demand,
        fields=["stage", "rank", *fields],
        kind=kind,
        by=by,
        before=before,
        after=stage,
        why=why,
        facts=facts,
    )


def refuse_unless(demand: Demand, allowed: list[Stage], sentence: str) -> None:
    """Refuse a transition from any other stage, saying which one it stands in."""
    if demand.stage not in allowed:
        raise RuleBroken(
            f"{demand.reference} is {demand.get_stage_display().lower()}; {sentence}"
        )
