from __future__ import annotations

from django.db import transaction

from portfolio.core.choices import NoticeKind
from portfolio.core.models import User
from portfolio.core.services.preferences import choose_channels
from portfolio.delivery.models import RiskWatch


@transaction.atomic
def choose_watch(
    *, person: User, own: bool, watched: bool, unit: bool, team: bool, channel: str
) -> RiskWatch:
    """Choose of which promises one is told, and how; none of them is none at all."""
    watch, _ = RiskWatch.objects.update_or_create(
        person=person,
        defaults={"own": own, "watched": watched, "unit": unit, "team": team},
    )
    if channel:
        choose_channels(person=person, channels={NoticeKind.RISK: channel})
    return watch
