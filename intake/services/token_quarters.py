"""The tokens of a quarter, by business unit: what they were spent on."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from intake.models import Demand, Tier, TierToken, TierVersion
from portfolio.core.models import User


@dataclass(frozen=True, slots=True)
class UnitTokens:
    """``spent`` and ``returned`` are demands this person may read; others count."""

    unit: str
    tier: Tier
    limit: int | None
    spent: list[Demand] = field(default_factory=list)
    returned: list[Demand] = field(default_factory=list)
    hidden: int = 0

    @property
    def count(self) -> int:
        return len(self.spent) + self.hidden


def tokens_in(quarter: str, *, until: datetime, user: User) -> list[UnitTokens]:
    """Of every unit that sent something under a limited tier; limits as of a moment."""
    readable = Demand.objects.visible_to(user)
    tokens = TierToken.objects.filter(quarter=quarter).select_related(
        "business_unit", "tier"
    )
    seen = {
        demand.pk: demand
        for demand in readable.filter(tokens__quarter=quarter).distinct()
    }
    limits = {
        version.tier_id: version.tokens_per_quarter
        for version in versions_at(until).values()
    }
    by_unit: dict[tuple[str, Tier], list[TierToken]] = defaultdict(list)
    for token in tokens.order_by("business_unit__name", "tier__position", "spent_at"):
        by_unit[token.business_unit.name, token.tier].append(token)
    return [
        UnitTokens(
            unit,
            tier,
            limits.get(tier.pk),
            spent=[
                seen[token.demand_id]
                for token in found
                if token.demand_id in seen and not token.returned_at
            ],
            returned=[
                seen[token.demand_id]
                for token in found
                if token.demand_id in seen and token.returned_at
            ],
            hidden=sum(
                token.demand_id not in seen and not token.returned_at for token in found
            ),
        )
        for (unit, tier), found in by_unit.items()
    ]


def versions_at(moment: datetime) -> dict[int, TierVersion]:
    """What each tier allowed at a moment; its first version where it is younger."""
    found: dict[int, TierVersion] = {}
    for version in TierVersion.objects.defer("questions").order_by("tier", "number"):
        if version.tier_id not in found or version.made_at <= moment:
            found[version.tier_id] = version
    return found
