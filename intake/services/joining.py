"""A request that repeats another is joined with it; who asked follows the other."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from intake.choices import AWAITING_DECISION, CLOSED_UNDONE, Stage
from intake.models import Demand, Follower
from intake.services.clocks import keep_clocks
from intake.services.locking import lock_demand, lock_team
from intake.services.telling import tell_followers, tell_requester
from intake.services.tokens import return_token
from intake.services.transitions import refuse_unless, store_stage
from portfolio.core.errors import RuleBroken
from portfolio.core.models import User
from portfolio.core.words import full_day


@transaction.atomic
def join_demand(
    *, demand: Demand, original: Demand, by: User, reason: str = ""
) -> Demand:
    """Close a submitted demand because another asks for the same."""
    # Both teams before both demands, in one order everywhere: nobody waits in a circle.
    for team_id in sorted({demand.team_id, original.team_id}):
        lock_team(team_id)
    demand, original = lock_demand(demand), lock_demand(original)
    refuse_unless(
        demand, AWAITING_DECISION, "only a demand that awaits its decision is joined."
    )
    _refuse_original(demand, original, by)
    return_token(demand=demand)
    demand.duplicate_of = original
    demand.decided_at, demand.decided_by = timezone.now(), by
    demand.decision_reason = reason.strip()
    store_stage(
        demand=demand,
        stage=Stage.DUPLICATE,
        fields=["duplicate_of", "decided_at", "decided_by", "decision_reason"],
        kind="duplicate",
        by=by,
        why=demand.decision_reason,
        facts={"original": original.reference},
    )
    _tell(demand, original, by)
    tell_followers(demand=demand, by=by, what="joined with another request")
    _follow(demand, original)
    return keep_clocks(demand=demand)


def part_demand(*, demand: Demand) -> None:
    """Undo the link of a locked demand that is opened again; its followers come back.

    The caller stores ``duplicate_of``.
    """
    demand.duplicate_of = None
    back = Follower.objects.filter(joined=demand)
    back.filter(person=demand.requester_id).delete()
    back.update(demand=demand, joined=None)
    below = _joined_below(demand)
    Follower.objects.filter(joined__in=below).update(demand=demand)


def _refuse_original(demand: Demand, original: Demand, by: User) -> None:
    if original == demand:
        raise RuleBroken(
            f"{demand.reference} cannot be a duplicate of itself; choose the request "
            "it repeats."
        )
    if not Demand.objects.visible_to(by).sent().filter(pk=original.pk).exists():
        raise RuleBroken("There is no request of that reference that you can see.")
    if original.stage in CLOSED_UNDONE:
        raise RuleBroken(
            f"{original.reference} is {original.get_stage_display().lower()}; nothing "
            "would come of a request that is joined with it."
        )


def _follow(demand: Demand, original: Demand) -> None:
    """Who followed the demand goes on with the original, and its requester too."""
    chosen = demand.followers.by_choice()
    chosen.filter(person=demand.requester_id).delete()
    chosen.update(joined=demand)
    demand.followers.update(demand=original)
    if demand.requester:
        Follower.objects.create(demand=original, person=demand.requester, joined=demand)


def _tell(demand: Demand, original: Demand, by: User) -> None:
    person = demand.requester
    if person is None:
        return
    may_see = Demand.objects.visible_to(person).filter(pk=original.pk).exists()
    which = f"{original}" if may_see else f"{original.reference}, another request"
    ending = "We tell you what becomes of it."
    if original.delivered_on:
        ending = f"It was delivered on {full_day(original.delivered_on)}."
    why = f"\n\n{demand.decision_reason}" if demand.decision_reason else ""
    tell_requester(
        demand=demand,
        by=by,
        title="joined with another request",
        text=f"The same was asked for before: {which}. Yours is closed and joined with "
        f"it, so that it is done once. {ending}{why}",
    )


def _joined_below(demand: Demand) -> set[int]:
    """Everything that was joined with a demand, directly or through another."""
    found: set[int] = set()
    ahead = {demand.pk}
    while ahead:
        joined = Demand.objects.filter(duplicate_of__in=ahead)
        ahead = set(joined.values_list("pk", flat=True)) - found
        found |= ahead
    return found
