"""The follow page in plain values: how far a demand has come, and what happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from intake.choices import Stage
from intake.comments import COMMENT, is_internal
from intake.models import Demand
from portfolio.core.models import Event
from portfolio.core.words import day_words, local_day, moment_words

WAY = ["Submitted", "Accepted", "Estimated", "In progress", "Delivered"]
REACHED = {
    Stage.DRAFT: 0,
    Stage.SUBMITTED: 1,
    Stage.NEEDS_INFORMATION: 1,
    Stage.ACCEPTED: 2,
    Stage.ESTIMATED: 3,
    Stage.IN_PROGRESS: 4,
    Stage.DELIVERED: 5,
}
# What a requester reads of the trail. Moves on the board are not among it: their
# reasons are about the requests of others.
SAID = {
    "submitted": "Request sent",
    "acknowledged": "The team has read it",
    "information-asked": "The team asked",
    "answered": "Answer sent",
    "tier-changed": "Tier changed",
    "reopened": "Opened again",
    "accepted": "Accepted",
    "duplicate": "Joined with another request",
    "declined": "Declined",
    "estimated": "Work estimated",
    "started": "Work began",
    "delivered": "Delivered",
    "withdrawn": "Withdrawn",
    "blocked": "Work is blocked",
    "unblocked": "Work goes on",
    "promised": "Promised",
    "rebaselined": "Promise changed",
    "promise-withdrawn": "Promise taken back",
    "links-revoked": "The links in e-mails were revoked",
    "link-mailed": "A new link was mailed",
    COMMENT: "Comment",
}
# The reason for declining stands with the decision, above the trail.
WITH_REASON = {
    "information-asked", "answered", "tier-changed", "reopened", "withdrawn", "blocked",
    "rebaselined", "promise-withdrawn",
}  # fmt: skip
WITH_DAY = {"promised", "rebaselined"}


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    on: dt.date | None
    reached: bool
    current: bool


@dataclass(frozen=True, slots=True)
class Entry:
    at: dt.datetime
    what: str
    who: str
    why: str
    # Where on the page it stands in full.
    place: str = ""
    # Key and name of what came along.
    files: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question of the team, and the answer where there is one."""

    question: Event
    answer: Event | None = None


def steps_of(demand: Demand, events: Iterable[Event]) -> list[Step]:
    """The stages on the way; a demand that left it has only where it left."""
    stage = Stage(demand.stage)
    ended = {event.kind: local_day(event.at) for event in events}
    if stage not in REACHED:
        return [
            _step("Submitted", demand.submitted_at, reached=True),
            _step(
                demand.get_stage_display(),
                ended.get(stage) or demand.decided_at,
                reached=True,
                current=True,
            ),
        ]
    days = [
        demand.submitted_at,
        demand.decided_at,
        ended.get("estimated"),
        demand.started_on,
        demand.delivered_on,
    ]
    last = REACHED[stage]
    return [
        _step(name, day, reached=place <= last, current=place == last)
        for place, (name, day) in enumerate(zip(WAY, days, strict=True), start=1)
    ]


def _step(
    name: str, on: dt.date | None, *, reached: bool, current: bool = False
) -> Step:
    return Step(name, local_day(on) if on else None, reached=reached, current=current)


def timeline_of(demand: Demand, events: Iterable[Event]) -> list[Entry]:
    """What happened, oldest first, naming nobody but the requester and who decided."""
    named = {demand.requester_id, demand.decided_by_id}
    return [
        Entry(
            at=event.at,
            what=_what(event),
            who=event.actor_name
            # Who writes gives their name.
            if event.actor_id in named or event.kind == COMMENT
            else demand.team.name,
            why=event.why if event.kind in WITH_REASON else "",
            place=f"comment-{event.pk}" if event.kind == COMMENT else "",
            files=event.facts.get("files", {}),
        )
        for event in events
        if event.kind in SAID
    ]


def decision_words(demand: Demand) -> str:
    """“INT-0042 was accepted by Sabine Krüger on 23 Nov, 09:14.”, as far as known."""
    done = {
        Stage.DECLINED: "declined",
        Stage.DUPLICATE: "joined with another request",
        Stage.WITHDRAWN: "withdrawn",
    }.get(Stage(demand.stage), "accepted")
    if demand.stage == Stage.WITHDRAWN or not (demand.decided_by and demand.decided_at):
        return f"{demand.reference} was {done} meanwhile."
    when = moment_words(demand.decided_at)
    return f"{demand.reference} was {done} by {demand.decided_by} on {when}."


def last_question(events: Iterable[Event]) -> Event | None:
    """What the team asked last, with when and by whom."""
    asked = [event for event in events if event.kind == "information-asked"]
    return asked[-1] if asked else None


def exchanges_of(events: Iterable[Event]) -> list[Exchange]:
    """What the team asked and got for an answer, oldest first."""
    found: list[Exchange] = []
    for event in events:
        if event.kind == "information-asked":
            found.append(Exchange(event))
        elif event.kind == "answered" and found:
            found[-1] = Exchange(found[-1].question, event)
    return found


def promised_day(events: Iterable[Event]) -> dt.date | None:
    """The day that is promised now, as the trail tells it; None when none is."""
    day = None
    for event in events:
        if event.kind in WITH_DAY:
            day = dt.date.fromisoformat(event.after)
        elif event.kind == "promise-withdrawn":
            day = None
    return day


def _what(event: Event) -> str:
    if event.kind in WITH_DAY:
        return f"{SAID[event.kind]}: {day_words(dt.date.fromisoformat(event.after))}"
    return "Comment inside the team" if is_internal(event) else SAID[event.kind]
