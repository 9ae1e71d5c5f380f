from __future__ import annotations

from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.db.models import Q, Sum
from django.forms.models import model_to_dict

from intake.choices import TargetUnit
from intake.evidence import EVIDENCE
from intake.models import Tier, TierVersion
from intake.questions import read_questions
from portfolio.core.errors import RuleBroken
from portfolio.core.models import User
from portfolio.core.services.events import record_event
from portfolio.core.words import joined

SETTINGS = [
    "acknowledge_amount", "acknowledge_unit", "decide_amount", "decide_unit",
    "most_in_progress", "tokens_per_quarter", "share_percent", "questions",
]  # fmt: skip


class TierSettings(TypedDict, total=False):
    """What a version holds; whatever is left out stays as in the one before."""

    acknowledge_amount: int
    acknowledge_unit: TargetUnit
    decide_amount: int
    decide_unit: TargetUnit
    most_in_progress: int | None
    tokens_per_quarter: int | None
    share_percent: int | None
    questions: dict[str, Any]


@transaction.atomic
def edit_tier(
    *,
    tier: Tier,
    by: User,
    why: str,
    seen_number: int | None = None,
    **settings: Unpack[TierSettings],
) -> TierVersion:
    """Put a new version of a tier in force; the current one when nothing differs.

    With the number that the editor saw, somebody else's edit since is never lost: the
    later one is refused.
    """
    # All tiers, so that two edits at once cannot share out more than everything.
    locked = {each.pk: each for each in Tier.objects.select_for_update()}
    tier = locked[tier.pk]
    before = tier.current
    if seen_number is not None and seen_number != before.number:
        raise RuleBroken(
            f"{before.made_by_name or 'Somebody'} has changed {tier} meanwhile "
            f"(version {before.number}). Look at it as it is now and edit it again."
        )
    held = model_to_dict(before, fields=SETTINGS)
    changed = [name for name in SETTINGS if {**held, **settings}[name] != held[name]]
    if not changed:
        return before
    if not why.strip():
        raise RuleBroken(f"Say why {tier} is changed; its history shows the reason.")
    after = _add_version(tier, before.number + 1, by, why, {**held, **settings})
    record_event(
        subject=tier,
        kind="tier-edited",
        by=by,
        before=f"version {before.number}",
        after=f"version {after.number}: {joined([_word(name) for name in changed])}",
        why=after.why,
    )
    return after


@transaction.atomic
def make_tier(
    *,
    name: str,
    slug: str,
    by: User,
    purpose: str = "",
    why: str = "",
    **settings: Unpack[TierSettings],
) -> Tier:
    """A new tier below the others, with its first version."""
    if Tier.objects.filter(Q(name=name) | Q(slug=slug)).exists():
        raise RuleBroken(f"There is a tier “{name}” already; give another name.")
    last = Tier.objects.order_by("position").last()
    tier = Tier.objects.create(
        name=name, slug=slug, purpose=purpose, position=last.position + 1 if last else 1
    )
    _add_version(tier, 1, by, why, dict(settings))
    record_event(subject=tier, kind="tier-made", by=by, after="version 1", why=why)
    return tier


def _add_version(
    tier: Tier, number: int, by: User, why: str, settings: dict[str, Any]
) -> TierVersion:
    version = TierVersion(
        tier=tier,
        number=number,
        made_by=by,
        made_by_name=by.name,
        why=why.strip(),
        **settings,
    )
    _refuse_too_large_shares(version)
    read_questions(version.questions, before=EVIDENCE)
    version.save()
    tier.current_version = version
    tier.save(update_fields=["current_version"])
    return version


def _refuse_too_large_shares(version: TierVersion) -> None:
    others = Tier.objects.exclude(pk=version.tier_id).aggregate(
        together=Sum("current_version__share_percent", default=0)
    )["together"]
    if others + (version.share_percent or 0) > 100:
        raise RuleBroken(
            f"The other tiers have {others} % of the capacity; {version.tier} can have "
            f"{100 - others} % at most, not {version.share_percent} %."
        )


def _word(name: str) -> str:
    return name.replace("_", " ")
