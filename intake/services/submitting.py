from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from intake.choices import Stage
from intake.models import Demand, System, Tier
from intake.services.clocks import keep_clocks
from intake.services.locking import lock_team
from portfolio.core.errors import RuleBroken
from portfolio.core.models import BusinessUnit, Team, User
from portfolio.core.services.events import record_event


@transaction.atomic
def submit_request(
    *,
    by: User,
    team: Team,
    title: str,
    source_system: System | None = None,
    target_system: System | None = None,
    source_system_name: str = "",
    target_system_name: str = "",
    data_needed: str = "",
    frequency: str = "",
    needed_by: date | None = None,
    purpose: str = "",
    tier: Tier | None = None,
    business_unit: BusinessUnit | None = None,
    token: UUID | None = None,
) -> Demand:
    """File a request under the team's next reference; it then awaits its decision.

    The token belongs to the form that was filled in: the same person sending the same
    form again gets the request that is already there.
    """
    unit = business_unit or by.business_unit
    if unit is None:
        raise RuleBroken("Say for which business unit you ask; your account has none.")
    if not title.strip():
        raise RuleBroken("Say in a sentence what should be connected and what for.")
    # Everything below happens one after the other within a team.
    team = lock_team(team.pk)
    if token is not None:
        already = Demand.objects.filter(requester=by, submission_token=token).first()
        if already is not None:
            return already
    team.last_number += 1
    team.save(update_fields=["last_number"])
    tiers = Tier.objects.select_related("current_version")
    tier = tiers.get(pk=tier.pk) if tier else tiers.get(slug=Tier.STANDARD)
    now = timezone.now()
    demand = Demand.objects.create(
        team=team,
        reference=f"{team.reference_prefix}-{team.last_number:04d}",
        title=title.strip(),
        tier=tier,
        answered_under=tier.current,
        stage=Stage.SUBMITTED,
        business_unit=unit,
        requester=by,
        source_system=source_system,
        target_system=target_system,
        source_system_name="" if source_system else source_system_name.strip(),
        target_system_name="" if target_system else target_system_name.strip(),
        data_needed=data_needed.strip(),
        frequency=frequency,
        needed_by=needed_by,
        purpose=purpose.strip(),
        submitted_at=now,
        submission_token=token,
    )
    record_event(
        subject=demand,
        kind="submitted",
        by=by,
        team=team,
        before=Stage.DRAFT,
        after=Stage.SUBMITTED,
        at=now,
    )
    return keep_clocks(demand=demand)
