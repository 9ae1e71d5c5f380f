from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from portfolio.core.models import Event, Team, User


def record_event(
    *,
    subject: models.Model,
    kind: str,
    by: User | None,
    team: Team | None = None,
    before: object = "",
    after: object = "",
    why: str = "",
    at: datetime | None = None,
    facts: dict[str, Any] | None = None,
) -> Event:
    """Add one event to the trail; part of the transaction that makes the change."""
    return Event.objects.create(
        at=at or timezone.now(),
        actor=by,
        actor_name=by.name if by else "",
        team=team,
        subject=subject._meta.label_lower,
        subject_id=subject.pk,
        subject_name=str(subject)[:250],
        kind=kind,
        before=str(before),
        after=str(after),
        why=why,
        facts=facts or {},
    )
