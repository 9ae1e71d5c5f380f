from __future__ import annotations

from intake.choices import Stage
from intake.models import Demand
from portfolio.core.errors import RuleBroken
from portfolio.core.words import counted, joined


def refuse_when_full(*, demand: Demand, what: str) -> None:
    """Refuse to take on more of a tier than may be in progress at once in a team.

    The team is locked, so two cannot both be the last that fits.
    """
    tier = demand.tier
    most = tier.current.most_in_progress
    if most is None:
        return
    others = Demand.objects.filter(
        team=demand.team_id, tier=tier, stage=Stage.IN_PROGRESS
    ).exclude(pk=demand.pk)
    under_way = list(others.order_by("started_on", "pk"))
    if len(under_way) >= most:
        references = joined([each.reference for each in under_way])
        raise RuleBroken(
            f"{demand.reference} is not {what}: {references} is in progress, and "
            f"{tier} allows {counted(most, 'demand')} at once. Finish it first, or "
            "give one of them another tier."
        )
