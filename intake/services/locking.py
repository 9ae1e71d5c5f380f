from __future__ import annotations

from intake.models import Demand
from portfolio.core.models import Team


def lock_team(team_id: int) -> Team:
    """The team's row, held to the end of the transaction.

    Numbers and ranks are given out under it. Not the key lock: rows that merely point
    to the team may be written meanwhile.
    """
    return Team.objects.select_for_update(no_key=True).get(pk=team_id)


def lock_demand(demand: Demand) -> Demand:
    """The demand as it is now, held to the end of the transaction.

    Always the team first, then the demand: two services that both need both can
    then never wait for each other in a circle.
    """
    team = lock_team(demand.team_id)
    locked = Demand.objects.select_for_update(no_key=True).get(pk=demand.pk)
    locked.team = team
    return locked


def lock_draft(draft: Demand) -> Demand:
    """The draft as it is now, with what its tier asks, held like a demand.

    Locked first and read after that: PostgreSQL joins a row it had to wait for with
    what it pointed to before, and finds no such draft once its tier is another.
    """
    Demand.objects.select_for_update(no_key=True).get(pk=draft.pk)
    return Demand.objects.select_related(
        "team__calendar", "business_unit", "tier__current_version", "tier_wanted"
    ).get(pk=draft.pk)
