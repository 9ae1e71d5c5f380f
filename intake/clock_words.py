"""What SLA clocks say on pages: a word with its colour, and a sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from intake.choices import ClockKind, ClockState, Stage
from intake.models import Demand, SlaClock
from portfolio.core.words import day_words, local_day

# Further away, a weekday alone would be mistaken for another.
NEAR_PAST, NEAR = dt.timedelta(days=-3), dt.timedelta(days=6)
VERBS = {ClockKind.ACKNOWLEDGE: "Confirm", ClockKind.DECIDE: "Decide"}
DONE = {ClockKind.ACKNOWLEDGE: "confirmed", ClockKind.DECIDE: "decided"}
NAMES = {
    ClockKind.ACKNOWLEDGE: "Confirmation that somebody has read it",
    ClockKind.DECIDE: "Decision",
}


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One clock: its name, a word and colour for a chip, and the rest in words."""

    name: str
    chip: str
    colour: str
    words: str


def deadline_words(moment: dt.datetime, now: dt.datetime) -> str:
    """“Tue 10:00” within the next six days, “Tue 8 Dec, 10:00” further away."""
    local = timezone.localtime(moment)
    if NEAR_PAST <= local.date() - local_day(now) <= NEAR:
        return f"{local:%a} {local:%H:%M}"
    return f"{day_words(local)}, {local:%H:%M}"


def time_words(working: dt.timedelta) -> str:
    """Working time as “45 min”, “3 h” or “3 h 20 min”."""
    hours, minutes = divmod(int(working.total_seconds()) // 60, 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def lines_of(
    clocks: Iterable[SlaClock], *, now: dt.datetime, is_requester: bool
) -> list[ClockLine]:
    """Each clock for the follow page or for triage; whom it waits for may be “you”."""
    return [_line(clock, now, is_requester=is_requester) for clock in clocks]


def is_unread(demand: Demand, clocks: Iterable[SlaClock]) -> bool:
    """Whether the requester does not know yet that somebody has read the request."""
    return demand.stage == Stage.SUBMITTED and any(
        clock.kind == ClockKind.ACKNOWLEDGE and clock.stopped_at is None
        for clock in clocks
    )


def next_line(clocks: Iterable[SlaClock], now: dt.datetime) -> ClockLine | None:
    """What is to be done first, as a list of demands says it; None when nothing is."""
    going = [clock for clock in clocks if clock.stopped_at is None]
    dated = [clock for clock in going if clock.due_at is not None]
    if not dated:
        paused = [clock for clock in going if clock.paused_since is not None]
        return _held_up(paused[0], now) if paused else None
    clock = min(dated, key=lambda each: each.due_at or now)
    verb, due = VERBS[ClockKind(clock.kind)], clock.due_at
    assert due is not None  # noqa: S101 - only dated ones are chosen from
    if clock.is_breached(now):
        words = f"to {verb.lower()} since {deadline_words(due, now)}"
        return ClockLine(_name(clock), "Overdue", "red", words)
    words = f"{verb} by {deadline_words(due, now)}"
    if local_day(due) == local_day(now):
        return ClockLine(_name(clock), "Due today", "amber", words)
    if clock.levels_reached(now):
        return ClockLine(_name(clock), "Due soon", "amber", words)
    return ClockLine(_name(clock), "", "", words)


def _held_up(clock: SlaClock, now: dt.datetime) -> ClockLine:
    since = clock.paused_since or now
    words = f"Waiting for {clock.waits_for} since {deadline_words(since, now)}"
    return ClockLine(_name(clock), "Paused", "", words)


def _line(clock: SlaClock, now: dt.datetime, *, is_requester: bool) -> ClockLine:
    if clock.is_breached(now):
        chip, colour, words = "Late", "red", _late(clock, now)
    elif clock.stopped_at is not None:
        is_met = clock.state == ClockState.MET
        chip, colour = ("In time", "green") if is_met else ("Cancelled", "")
        words = _ended(clock, now)
    elif clock.paused_since is not None:
        chip, colour, words = "Paused", "", _waiting(clock, now, is_requester)
    else:
        is_soon = bool(clock.levels_reached(now))
        chip, colour = ("Due soon", "amber") if is_soon else ("Running", "accent")
        words = _running(clock, now)
    return ClockLine(_name(clock), chip, colour, words)


def _name(clock: SlaClock) -> str:
    return NAMES[ClockKind(clock.kind)]


def _running(clock: SlaClock, now: dt.datetime) -> str:
    if clock.due_at is None:
        return "No due date: the calendar of the team has no working hours."
    left = max(clock.allowed - clock.elapsed, dt.timedelta(0))
    return (
        f"Due {deadline_words(clock.due_at, now)}; "
        f"{time_words(left)} of working time left."
    )


def _waiting(clock: SlaClock, now: dt.datetime, is_requester: bool) -> str:  # noqa: FBT001 - private
    assert clock.paused_since is not None  # noqa: S101 - asked only of a paused one
    waits_for = clock.waits_for
    if is_requester and waits_for == "the requester":
        waits_for = "you"
    left = max(clock.allowed - clock.elapsed, dt.timedelta(0))
    return (
        f"Since {deadline_words(clock.paused_since, now)}, waiting for "
        f"{waits_for}; {time_words(left)} of working time left after that."
    )


def _late(clock: SlaClock, now: dt.datetime) -> str:
    due = clock.breached_at or clock.due_at or now
    words = f"Was due {deadline_words(due, now)}"
    if clock.stopped_at is None:
        return f"{words} and is late."
    if clock.state == ClockState.BREACHED and clock.elapsed > clock.allowed:
        over = time_words(clock.elapsed - clock.allowed)
        return f"{words}; ended {deadline_words(clock.stopped_at, now)}, {over} late."
    return f"{words}; ended {deadline_words(clock.stopped_at, now)}."


def _ended(clock: SlaClock, now: dt.datetime) -> str:
    assert clock.stopped_at is not None  # noqa: S101 - asked only of an ended one
    done = DONE[ClockKind(clock.kind)].capitalize()
    if clock.state == ClockState.CANCELLED:
        done = "Withdrawn"
    words = f"{done} {deadline_words(clock.stopped_at, now)}"
    due = f", was due {deadline_words(clock.due_at, now)}" if clock.due_at else ""
    return f"{words}{due}."
