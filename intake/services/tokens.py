"""The few requests a unit may send under a tier in a quarter: spent and given back."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass

from django.utils import timezone

from intake.models import Demand, Tier, TierToken
from portfolio.core.errors import RuleBroken
from portfolio.core.models import BusinessUnit, Team


@dataclass(frozen=True, slots=True)
class Tokens:
    """How many a unit has in a quarter, and the requests that have spent them."""

    unit: BusinessUnit
    tier: Tier
    quarter: str
    limit: int
    spent_on: list[str]

    @property
    def left(self) -> int:
        return max(self.limit - len(self.spent_on), 0)


def quarter_of(moment: dt.datetime, team: Team) -> str:
    """As in 2026Q4; where the team works, the quarter begins at its own midnight."""
    local = moment.astimezone(zoneinfo.ZoneInfo(team.calendar.time_zone))
    return f"{local.year}Q{(local.month + 2) // 3}"


def tokens_of(
    *, unit: BusinessUnit, tier: Tier, team: Team, at: dt.datetime | None = None
) -> Tokens | None:
    """None where the tier has no limit."""
    limit = tier.current.tokens_per_quarter
    if limit is None:
        return None
    quarter = quarter_of(at or timezone.now(), team)
    spent = TierToken.objects.spent().in_quarter(unit, tier, quarter)
    return Tokens(
        unit=unit,
        tier=tier,
        quarter=quarter,
        limit=limit,
        spent_on=list(
            spent.order_by("spent_at").values_list("demand__reference", flat=True)
        ),
    )


def tokens_for(demand: Demand) -> Tokens | None:
    """Those that count for the tier it has or asks for; None where neither has any."""
    for tier in (demand.tier_wanted, demand.tier):
        if tier and tier.current.tokens_per_quarter is not None:
            return tokens_of(unit=demand.business_unit, tier=tier, team=demand.team)
    return None


def spend_token(*, demand: Demand, tier: Tier, at: dt.datetime) -> TierToken | None:
    """Spend one for a demand whose team is locked; refused when none is left.

    Teams share their units, so the unit is locked too: two requests at once, to
    whichever teams, cannot both take the last one.
    """
    if tier.current.tokens_per_quarter is None:
        return None
    # After the team, never before: nobody waits in a circle.
    unit = BusinessUnit.objects.select_for_update(no_key=True).get(
        pk=demand.business_unit_id
    )
    tokens = tokens_of(unit=unit, tier=tier, team=demand.team, at=at)
    assert tokens is not None  # noqa: S101 - the tier has a limit
    if not tokens.left:
        raise RuleBroken(none_left_words(tokens, tier))
    return TierToken.objects.create(
        business_unit=unit,
        tier=tier,
        quarter=tokens.quarter,
        demand=demand,
        spent_at=at,
    )


def return_token(*, demand: Demand, at: dt.datetime | None = None) -> int:
    """Give back what a demand has spent; nothing where it has spent none."""
    spent = TierToken.objects.spent().filter(demand=demand)
    return spent.update(returned_at=at or timezone.now())


def none_left_words(tokens: Tokens, tier: Tier, *, for_guest: bool = False) -> str:
    if not tokens.limit:
        return f"{tokens.unit} has no {tier} requests in this quarter."
    spent = (
        f"{tokens.unit} has spent all {tokens.limit} {tier} requests of this quarter"
    )
    # Who has no account may not know what else was asked for.
    return f"{spent}." if for_guest else f"{spent} ({', '.join(tokens.spent_on)})."
