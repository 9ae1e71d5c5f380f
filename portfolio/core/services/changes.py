from __future__ import annotations

from functools import partial

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from portfolio.core.models import BusinessCalendar, Team
from portfolio.core.signals import calendar_changed, plan_changed


@transaction.atomic
def note_plan_change(*, team_id: int) -> int:
    """Say that something a forecast depends on has changed; gives the new revision."""
    Team.objects.filter(pk=team_id).update(
        plan_changed_at=timezone.now(), plan_revision=F("plan_revision") + 1
    )
    revision = Team.objects.values_list("plan_revision", flat=True).get(pk=team_id)
    transaction.on_commit(
        partial(
            plan_changed.send_robust, sender=Team, team_id=team_id, revision=revision
        )
    )
    return revision


def note_calendar_change(*, calendar_id: int) -> None:
    """Say that the hours or closed days of a calendar are others now."""
    transaction.on_commit(
        partial(
            calendar_changed.send_robust,
            sender=BusinessCalendar,
            calendar_id=calendar_id,
        )
    )
