"""What a page shows of the comments on a demand, and what this person may do there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from intake.comments import Said, comments_of, is_of_team, readable
from intake.models import Demand
from intake.services.commenting import people_to_mention
from intake.services.following import follows
from portfolio.core.models import Event, User
from portfolio.core.rights import COMMENT


@dataclass(frozen=True, slots=True)
class Discussion:
    comments: list[Said]
    in_team: bool
    may_write: bool
    # Who asked for it is told anyway.
    is_mine: bool
    follows: bool
    # Whom somebody of the team may name; others know the names of their colleagues.
    names: list[str]


def discussion_of(
    demand: Demand, person: User, events: Iterable[Event]
) -> tuple[Discussion, list[Event]]:
    """The comments this person reads, and the whole trail as far as they read it."""
    in_team = is_of_team(person, demand)
    trail = readable(events, in_team=in_team)
    is_mine = demand.requester_id == person.pk
    names: list[str] = []
    if in_team:
        others = people_to_mention(demand, person, in_team=True)
        names = list(others.exclude(pk=person.pk).values_list("name", flat=True))
    return (
        Discussion(
            comments=comments_of(trail),
            in_team=in_team,
            may_write=person.has_perm(COMMENT),
            is_mine=is_mine,
            follows=not is_mine and follows(person, demand),
            names=names,
        ),
        trail,
    )
