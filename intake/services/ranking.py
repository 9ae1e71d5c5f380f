from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F

from intake.models import Demand, RankMove
from intake.ranking import between, longest_kept, spread
from intake.services.locking import lock_demand, lock_team
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Team, User
from portfolio.core.services.changes import note_plan_change
from portfolio.core.services.events import record_event
from portfolio.core.words import counted

# Far below the width of the column; moves that always meet at one spot add about one
# digit for every three of them.
LONGEST_KEY = 40


@transaction.atomic
def place_demand(*, demand: Demand, place: int | None = None) -> int:
    """Give a demand a place of its team's backlog, the last where none is said.

    Whoever changes its stage saves it. Gives the place.
    """
    lock_team(demand.team_id)
    others = _others(demand)
    place = _checked_place(place or len(others) + 1, others)
    demand.rank = _key_at(place - 1, others, demand.rank)
    return place


@transaction.atomic
def move_demand(
    *,
    demand: Demand,
    to_place: int,
    by: User,
    why: str = "",
    seen_revision: int | None = None,
) -> RankMove | None:
    """Move a demand to a place of its team's backlog; None when it stands there.

    Places count from 1. With the revision that the mover saw, a demand that somebody
    else has changed since is refused instead of moved from where it no longer is.
    """
    demand = lock_demand(demand)
    if not demand.is_in_backlog:
        raise RuleBroken(
            f"{demand.reference} is {demand.get_stage_display().lower()}; "
            "only a demand in the backlog has a rank."
        )
    if seen_revision is not None and seen_revision != demand.revision:
        raise RuleBroken(
            f"{demand.reference} was changed by somebody else meanwhile. "
            "Look at the board as it is now and move it again."
        )
    others = _others(demand)
    _checked_place(to_place, others)
    own = str(demand.rank)
    from_place = 1 + sum(key < own for key in others.values())
    if to_place == from_place:
        return None
    demand.rank = _key_at(to_place - 1, others, own)
    demand.revision += 1
    demand.save(update_fields=["rank", "revision"])
    why = why.strip()
    record_event(
        subject=demand,
        kind="moved",
        by=by,
        team=demand.team,
        before=from_place,
        after=to_place,
        why=why,
    )
    note_plan_change(team_id=demand.team_id)
    return RankMove.objects.create(
        demand=demand, moved_by=by, from_place=from_place, to_place=to_place, why=why
    )


@transaction.atomic
def reorder_backlog(
    *, team: Team, order: Sequence[str], seen: Sequence[str], by: User, why: str = ""
) -> list[RankMove]:
    """Give the whole backlog another order, by references; gives the moves it took.

    ``seen`` is the order that whoever asked saw: when it is another one by now, nothing
    is changed. As few as can be count as moved; the others only make way.
    """
    lock_team(team.pk)
    backlog = {
        demand.reference: demand
        for demand in Demand.objects.filter(team=team).in_backlog().by_rank()
    }
    now = list(backlog)
    if now != list(seen) or sorted(order) != sorted(now):
        raise RuleBroken(
            "The backlog was changed by somebody else meanwhile. "
            "Look at the order as it would be now."
        )
    if list(order) == now:
        return []
    places = {reference: place for place, reference in enumerate(order, 1)}
    moved = set(now) - set(longest_kept(now, order))
    _respread(
        {backlog[reference].pk: str(backlog[reference].rank) for reference in order},
        None,
    )
    moves = []
    for from_place, reference in enumerate(now, 1):
        if reference not in moved:
            continue
        demand = backlog[reference]
        to_place = places[reference]
        moves.append(
            RankMove(
                demand=demand,
                moved_by=by,
                from_place=from_place,
                to_place=to_place,
                why=why.strip(),
            )
        )
        record_event(
            subject=demand,
            kind="moved",
            by=by,
            team=team,
            before=from_place,
            after=to_place,
            why=why.strip(),
        )
    Demand.objects.filter(reference__in=moved).update(revision=F("revision") + 1)
    note_plan_change(team_id=team.pk)
    return RankMove.objects.bulk_create(moves)


def _checked_place(place: int, others: dict[int, str]) -> int:
    places = len(others) + 1
    if not 1 <= place <= places:
        raise RuleBroken(
            f"There is no place {place}: the backlog has "
            f"{counted(places, 'demand')}, so give a place from 1 to {places}."
        )
    return place


def _others(demand: Demand) -> dict[int, str]:
    """The keys of the backlog beside this demand, by primary key, in rank order."""
    rows = (
        Demand.objects.filter(team=demand.team_id)
        .in_backlog()
        .exclude(pk=demand.pk)
        .by_rank()
        .values_list("pk", "rank")
    )
    return {pk: str(rank) for pk, rank in rows}


def _key_at(index: int, others: dict[int, str], own: str | None) -> str:
    """A key for this place among the others, who are spread anew if it gets long."""
    keys = list(others.values())
    low = keys[index - 1] if index else None
    high = keys[index] if index < len(keys) else None
    key = between(low, high)
    if len(key) <= LONGEST_KEY:
        return key
    return _key_at(index, _respread(others, own), own)


def _respread(others: dict[int, str], own: str | None) -> dict[int, str]:
    """Give all a short key again in the same order; nobody's place changes.

    The new keys are none of the old ones, so that no row meets the key of another on
    the way, whatever order the database writes them in.
    """
    taken = {*others.values(), own}
    free = [key for key in spread(2 * len(others) + 1) if key not in taken]
    fresh = dict(zip(others, free[:: len(free) // len(others)], strict=False))
    Demand.objects.bulk_update(
        [Demand(pk=pk, rank=key) for pk, key in fresh.items()],
        ["rank"],
        batch_size=500,
    )
    return fresh
