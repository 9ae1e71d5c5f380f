"""Alerts when a promise turns to another level: told once for each turn.

Every check compares the newest forecast with how the promise was last found, under a
lock. So a forecast that is published twice, a task that comes twice, late or never,
or a worker that dies, changes nothing of what is told.
"""

from __future__ import annotations

import logging
from datetime import date

from django.db import transaction
from django.utils import timezone

from portfolio.core.models import Team
from portfolio.core.services.events import record_event
from portfolio.delivery.alerts import Turn
from portfolio.delivery.choices import RiskLevel
from portfolio.delivery.models import Commitment, CommitmentVersion, RiskChange
from portfolio.delivery.rag import AT_RISK, CANNOT, LATE, ON_TRACK, Rag
from portfolio.delivery.reading import Outlook, outlook_of
from portfolio.delivery.services.telling import tell_watchers

logger = logging.getLogger(__name__)

RAGS = {
    RiskLevel.GREEN: ON_TRACK,
    RiskLevel.AMBER: AT_RISK,
    RiskLevel.RED: LATE,
    RiskLevel.GREY: CANNOT,
}


def check_every_team() -> int:
    """Check what no forecast announced: a date that passed, a message that was lost."""
    teams = Team.objects.filter(commitments__in=Commitment.objects.open()).distinct()
    return sum(check_promises(team_id=pk) for pk in teams.values_list("pk", flat=True))


def check_promises(*, team_id: int) -> int:
    """Tell of every open promise of a team that turned since; gives how many did."""
    today, outlook = timezone.localdate(), outlook_of(team_id)
    commitments = list(
        Commitment.objects.open().filter(team=team_id).prefetch_related("versions")
    )
    last = RiskChange.objects.latest_by_commitment(commitments)
    return sum(
        _check(commitment, outlook, today)
        for commitment in commitments
        if _found(commitment, last.get(commitment.pk), outlook, today) is not None
    )


def _found(
    commitment: Commitment, last: RiskChange | None, outlook: Outlook, today: date
) -> RiskChange | None:
    """What is to be stored of a promise now, not yet saved; None for nothing new."""
    version = list(commitment.versions.all())[-1]
    before = _before(version, last, outlook)
    goes_on = last is not None and last.version == version.number
    chance = outlook.chance(commitment.demand_id, commitment.due_on)
    if commitment.due_on < today:
        now = LATE
    elif outlook.cannot(commitment.demand_id):
        now = CANNOT
    elif chance is None:
        return None
    elif before is None or (last is not None and not goes_on):
        # Another date is another promise: it is judged as it is, without a margin.
        now = outlook.thresholds.rag(chance)
    else:
        now = outlook.thresholds.next(before, chance)
    if goes_on and now == before:
        return None
    return RiskChange(
        commitment=commitment,
        number=last.number + 1 if last else 1,
        version=version.number,
        before=before.colour if before else "",
        level=now.colour,
        chance=chance,
        forecast=outlook.forecast,
        told=before is not None and now != before,
    )


def _before(
    version: CommitmentVersion, last: RiskChange | None, outlook: Outlook
) -> Rag | None:
    """How it was last found; at first, how it was when it was promised."""
    if last is not None:
        return RAGS[RiskLevel(last.level)]
    return None if version.chance is None else outlook.thresholds.rag(version.chance)


@transaction.atomic
def _check(commitment: Commitment, outlook: Outlook, today: date) -> bool:
    # Another worker may have told it meanwhile, or somebody have closed it.
    locked = (
        Commitment.objects.select_for_update(of=("self",))
        .open()
        .filter(pk=commitment.pk)
        .select_related("demand__team", "demand__business_unit", "team")
        .first()
    )
    if locked is None:
        return False
    last = locked.risk_changes.order_by("number").last()
    change = _found(locked, last, outlook, today)
    if change is None:
        return False
    change.save()
    if not change.told:
        return False
    turn = Turn(
        commitment=locked,
        before=RAGS[RiskLevel(change.before)],
        now=RAGS[RiskLevel(change.level)],
        chance=change.chance,
        cannot=outlook.cannot(locked.demand_id),
        forecast=outlook.rows.get(locked.demand_id),
        today=today,
    )
    record_event(
        subject=locked.demand,
        kind="risk-changed",
        by=None,
        team=locked.team,
        before=turn.before.word,
        after=turn.now.word,
        why=turn.why,
    )
    tell_watchers(turn=turn)
    logger.info("%s turned: %s → %s.", locked, turn.before.word, turn.now.word)
    return True
