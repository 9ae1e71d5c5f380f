"""What has happened to a demand, in one line each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from intake.choices import Stage
from intake.comments import COMMENT
from intake.models import Demand
from portfolio.core.models import Event, User
from portfolio.core.rights import SEE_PEOPLE
from portfolio.core.words import day_words, moment_words

_STAGES: dict[str, str] = {stage.value: stage.label for stage in Stage}
_Words = Callable[[str, str], str]
_SAID: dict[str, _Words] = {
    "submitted": lambda _before, _after: "Submitted",
    "acknowledged": lambda _before, _after: "Confirmed as read",
    "information-asked": lambda _before, _after: "Asked the requester",
    "answered": lambda _before, _after: "Answered by the requester",
    COMMENT: lambda _before, _after: "Wrote a comment",
    "accepted": lambda _before, _after: "Accepted into the backlog",
    "declined": lambda _before, _after: "Declined",
    "estimated": lambda _before, _after: "Estimated",
    "started": lambda _before, _after: "Work started",
    "delivered": lambda _before, _after: "Delivered",
    "withdrawn": lambda _before, _after: "Withdrawn",
    "blocked": lambda _before, after: f"Blocked: waits for {after}",
    "unblocked": lambda _before, _after: "No longer blocked",
    "moved": lambda before, after: f"Moved from rank {before} to {after}",
    "package-started": lambda _before, after: f"Package begun: {after}",
    "package-remaining": lambda before, after: f"Package {after} left, before {before}",
    "package-finished": lambda _before, after: f"Package done: {after}",
    "package-put-back": lambda _before, after: f"Package not begun after all: {after}",
    "package-reopened": lambda _before, after: f"Package not done after all: {after}",
    "promised": lambda _before, after: f"Promised by {_day(after)}",
    "rebaselined": lambda before, after: (
        f"Promise moved from {_day(before)} to {_day(after)}"
    ),
    "promise-withdrawn": lambda before, _after: f"Promise by {_day(before)} taken back",
    "risk-changed": lambda before, after: f"Promise was {before}, is {after}",
    "gates-ticked": lambda _before, after: f"Quality gates met: {after or 'none'}",
    "gates-waived": lambda _before, after: f"Delivered without {after}",
}


@dataclass(frozen=True, slots=True)
class Told:
    at: dt.datetime
    words: str
    who: str
    why: str


def tell(events: Iterable[Event], user: User) -> list[Told]:
    """Each event as this person may read it.

    Who was at which package is the load of people: managers read it, and everybody
    their own.
    """
    sees_people = user.has_perm(SEE_PEOPLE)

    def may_know(event: Event) -> bool:
        return sees_people or not _is_of_package(event) or event.actor_id == user.pk

    return [
        Told(
            at=event.at,
            words=words_of(event),
            who=event.actor_name if may_know(event) else "",
            # A comment stands in full among the comments.
            why="" if event.kind == COMMENT else event.why,
        )
        for event in events
    ]


def _is_of_package(event: Event) -> bool:
    return event.kind.startswith("package-")


def words_of(event: Event) -> str:
    """One event as people say it; one that is not known here by its own name."""
    say = _SAID.get(event.kind)
    if say is not None:
        return say(event.before, event.after)
    name = event.kind.replace("-", " ").capitalize()
    values = [_STAGES.get(text, text) for text in (event.before, event.after) if text]
    return f"{name}: {' → '.join(values)}" if values else name


def last_of(demand: Demand) -> str:
    """“Last: moved from rank 7 to 3 by Ada Nwosu, 23 Nov, 09:14.”, if anything was."""
    happened = Event.objects.about(demand).exclude(kind=COMMENT)
    event = happened.order_by("-at", "-pk").first()
    if event is None:
        return ""
    words = words_of(event)
    who = f" by {event.actor_name}" if event.actor_name else ""
    return f"Last: {words[0].lower()}{words[1:]}{who}, {moment_words(event.at)}."


def _day(text: str) -> str:
    try:
        return day_words(dt.date.fromisoformat(text))
    except ValueError:
        return text
