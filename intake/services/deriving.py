from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from intake.evidence import IMPACTS, URGENCIES, impact_of, is_complete, urgency_of
from intake.models import Demand, Tier, TierTable
from intake.services.tokens import none_left_words, tokens_of


@dataclass(frozen=True, slots=True)
class Derived:
    """The tier that evidence gives, and the one that counts until a manager decides.

    They differ where the unit has no token left; ``refused`` then says so.
    """

    tier: Tier
    counts: Tier
    why: str
    refused: str = ""


def derive_tier(*, draft: Demand, answers: Mapping[str, str]) -> Derived | None:
    """What the table in force says to the evidence; None while it is incomplete."""
    if not is_complete(answers):
        return None
    impact, urgency = impact_of(answers), urgency_of(answers)
    tiers = {tier.slug: tier for tier in Tier.objects.select_related("current_version")}
    table = TierTable.objects.first()
    slug = table.cells[impact][urgency] if table else Tier.STANDARD
    tier = tiers.get(slug, tiers[Tier.STANDARD])
    why = f"Because {URGENCIES[urgency]}, and {IMPACTS[impact]}."
    tokens = tokens_of(unit=draft.business_unit, tier=tier, team=draft.team)
    if tokens is None or tokens.left:
        return Derived(tier, tier, why)
    requester = draft.requester
    is_guest = requester is None or requester.is_guest
    refused = none_left_words(tokens, tier, for_guest=is_guest)
    return Derived(tier, tiers[Tier.STANDARD], why, refused)
