from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.dateparse import parse_date

from intake.answers import answers_of
from intake.choices import Stage
from intake.models import Demand, System, Tier
from intake.questions import COLUMNS
from intake.services.attaching import remove_files
from intake.services.deriving import derive_tier
from intake.services.locking import lock_draft, lock_team
from portfolio.core.errors import RuleBroken
from portfolio.core.models import BusinessUnit, Team, User

ANSWERED = [
    "title", "team", "business_unit", "source_system", "target_system",
    "source_system_name", "target_system_name", *COLUMNS, "answers", "tier",
    "tier_derived", "tier_wanted", "tier_wanted_why", "revision",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Opening:
    """What a request begins with; a system that is not in the list goes by name."""

    title: str
    team: Team
    source_system: System | None = None
    target_system: System | None = None
    source_system_name: str = ""
    target_system_name: str = ""
    business_unit: BusinessUnit | None = None


@transaction.atomic
def open_draft(*, by: User | None, opening: Opening, token: UUID) -> Demand:
    """Keep the opening of a request in the draft of its form, new or begun already.

    A draft is seen by its requester alone and has no reference of the team yet. The
    same form sent after it was submitted changes nothing. Who has no account is nobody
    yet, and goes on by the token.
    """
    unit = opening.business_unit or (by.business_unit if by else None)
    if unit is None:
        raise RuleBroken("Say for which business unit you ask; your account has none.")
    # So that the same form sent twice at once makes one draft.
    lock_team(opening.team.pk)
    draft = draft_of(by, token) or Demand(
        reference=f"draft-{secrets.token_hex(5)}",
        requester=by,
        submission_token=token,
        tier=Tier.objects.get(slug=Tier.STANDARD),
    )
    if draft.stage != Stage.DRAFT:
        return draft
    draft.title = opening.title
    draft.team, draft.business_unit = opening.team, unit
    draft.source_system = opening.source_system
    draft.target_system = opening.target_system
    draft.source_system_name = (
        "" if opening.source_system else opening.source_system_name
    )
    draft.target_system_name = (
        "" if opening.target_system else opening.target_system_name
    )
    derive_again(draft)
    draft.save()
    return draft


@transaction.atomic
def keep_answers(*, draft: Demand, answers: Mapping[str, str]) -> Demand:
    """Keep what was answered on one page; the tier follows once evidence is whole."""
    draft = _lock_draft(draft)
    for key, answer in answers.items():
        set_answer(draft, key, answer)
    remove_files(demand=draft, keys=[key for key, each in answers.items() if not each])
    derive_again(draft)
    draft.revision += 1
    draft.save(update_fields=ANSWERED)
    return draft


@transaction.atomic
def ask_for_tier(*, draft: Demand, tier: Tier | None, why: str = "") -> Demand:
    """Keep that the requester wants another tier and why, or that they do not."""
    draft = _lock_draft(draft)
    if tier and not why.strip():
        raise RuleBroken("Say why it should be another tier.")
    draft.tier_wanted = tier
    draft.tier_wanted_why = why.strip() if tier else ""
    draft.revision += 1
    draft.save(update_fields=["tier_wanted", "tier_wanted_why", "revision"])
    return draft


@transaction.atomic
def discard_draft(*, draft: Demand) -> None:
    """Throw away what nobody else has seen."""
    locked = _lock_draft(draft)
    remove_files(demand=locked)
    # That it was taken stays known, so that it is never taken again.
    locked.letters.update(subject="", text="", left_out="")
    locked.delete()


def draft_of(user: User | None, token: UUID) -> Demand | None:
    """The draft of a form, or what became of it; only its requester's own.

    For nobody it is that of a guest, who holds its token instead.
    """
    demands = Demand.objects.filter(submission_token=token)
    if user is None:
        demands = demands.filter(guest__isnull=False)
    else:
        demands = demands.filter(requester=user)
    return demands.for_reading().select_related(
        "team__calendar", "tier__current_version", "tier_derived", "tier_wanted"
    ).first()  # fmt: skip


def set_answer(draft: Demand, key: str, answer: str) -> None:
    if key == "needed_by":
        draft.needed_by = parse_date(answer) if answer else None
    elif key in COLUMNS:
        setattr(draft, key, answer)
    elif answer:
        draft.answers = {**draft.answers, key: answer}
    else:
        draft.answers = {k: v for k, v in draft.answers.items() if k != key}


def derive_again(draft: Demand) -> None:
    """Give the draft the tier that follows from its evidence now."""
    derived = derive_tier(draft=draft, answers=answers_of(draft))
    if derived is None:
        return
    is_another = draft.tier_derived_id != derived.tier.pk
    draft.tier, draft.tier_derived = derived.counts, derived.tier
    if is_another or draft.tier_wanted in {derived.counts, None}:
        # A wish was made of the tier before, or counts already; what the tokens refuse
        # is wanted at least.
        draft.tier_wanted = derived.tier if derived.refused else None
        draft.tier_wanted_why = derived.refused


def _lock_draft(draft: Demand) -> Demand:
    locked = lock_draft(draft)
    if locked.stage != Stage.DRAFT:
        raise RuleBroken(f"{locked.reference} is sent already; nothing was changed.")
    return locked
