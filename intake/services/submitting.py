from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from intake.answers import answers_of
from intake.asking import way_of
from intake.choices import Stage
from intake.evidence import EVIDENCE
from intake.models import Demand, System, Tier
from intake.questions import COLUMNS, read_questions
from intake.services.attaching import remove_files
from intake.services.clocks import keep_clocks
from intake.services.drafting import derive_again
from intake.services.locking import lock_draft, lock_team
from intake.services.tokens import spend_token
from portfolio.core.errors import RuleBroken
from portfolio.core.models import BusinessUnit, Team, User
from portfolio.core.services.events import record_event


@transaction.atomic
def submit_draft(*, draft: Demand, by: User) -> Demand:
    """Send a draft once all is answered that its tier asks now.

    Sending it again gives what was sent. Everything happens under the team's lock, so
    that no reference is given and no token spent twice.
    """
    team = lock_team(draft.team_id)
    draft = lock_draft(draft)
    if draft.stage != Stage.DRAFT:
        return draft
    draft.team = team
    counted = draft.tier
    derive_again(draft)
    if draft.tier != counted:
        raise RuleBroken(
            f"It counts as {draft.tier} now, not as {counted}, which asks other "
            f"questions. {draft.tier_wanted_why}".strip()
        )
    missing = way_of(draft).missing
    if missing:
        raise RuleBroken(f"“{missing[0][1].label}” is not answered yet.")
    _drop_what_is_not_asked(draft)
    _send(draft, by=by, now=timezone.now())
    return draft


def _drop_what_is_not_asked(draft: Demand) -> None:
    """Answers from before another answer, or another tier, were chosen do not stay."""
    questions = read_questions(draft.tier.current.questions, before=EVIDENCE)
    asked = {question.key for question in [*EVIDENCE, *questions]}
    kept = questions.applicable(EVIDENCE.applicable(answers_of(draft)))
    draft.answers = {
        key: answer
        for key, answer in kept.items()
        if key in asked and key not in COLUMNS
    }
    files = draft.attachments.filter(letter=None).values_list("key", flat=True)
    remove_files(demand=draft, keys=[key for key in files if key not in draft.answers])
    for key in set(COLUMNS) - {key for key in kept if key in asked}:
        setattr(draft, key, None if key == "needed_by" else "")


def _send(demand: Demand, *, by: User, now: datetime) -> None:
    """Give a demand its reference and its clock, under the lock of its team."""
    team, version = demand.team, demand.tier.current
    team.last_number += 1
    team.save(update_fields=["last_number"])
    demand.reference = f"{team.reference_prefix}-{team.last_number:04d}"
    demand.answered_under = version
    demand.stage = Stage.SUBMITTED
    demand.submitted_at = now
    demand.save()
    spend_token(demand=demand, tier=demand.tier, at=now)
    record_event(
        subject=demand,
        kind="submitted",
        by=by,
        team=team,
        before=Stage.DRAFT,
        after=Stage.SUBMITTED,
        at=now,
    )
    keep_clocks(demand=demand)


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
    tiers = Tier.objects.select_related("current_version")
    demand = Demand(
        team=team,
        title=title.strip(),
        tier=tiers.get(pk=tier.pk) if tier else tiers.get(slug=Tier.STANDARD),
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
        submission_token=token,
    )
    _send(demand, by=by, now=timezone.now())
    return demand
