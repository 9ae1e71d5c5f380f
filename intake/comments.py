"""What was written about a demand, as far as somebody may read it.

A comment is an event of the trail like any other: it is never edited or removed. One
for all is read by everybody who may read the demand; one inside the team by its
managers and engineers and by administrators.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from intake.models import Demand
from portfolio.core.choices import Role
from portfolio.core.models import Event, User

COMMENT = "comment"
FOR_ALL, FOR_TEAM = "all", "team"


@dataclass(frozen=True, slots=True)
class Said:
    """One comment; ``key`` is its place on the page."""

    key: str
    at: dt.datetime
    who: str
    words: str
    told: list[str]
    is_internal: bool


def is_of_team(person: User, demand: Demand) -> bool:
    """Whether somebody works in the team of a demand, and so reads what is internal."""
    if person.role == Role.ADMINISTRATOR:
        return True
    works = person.role in {Role.ENGINEER, Role.MANAGER}
    return works and person.teams.filter(pk=demand.team_id).exists()


def is_internal(event: Event) -> bool:
    return event.kind == COMMENT and event.facts.get("audience") == FOR_TEAM


def readable(events: Iterable[Event], *, in_team: bool) -> list[Event]:
    """What of a trail somebody may read, who is of the team or is not."""
    return [event for event in events if in_team or not is_internal(event)]


def comments_of(events: Iterable[Event]) -> list[Said]:
    return [
        Said(
            key=f"comment-{event.pk}",
            at=event.at,
            who=event.actor_name,
            words=event.why,
            told=list(event.facts.get("mentions", {}).values()),
            is_internal=is_internal(event),
        )
        for event in events
        if event.kind == COMMENT
    ]
