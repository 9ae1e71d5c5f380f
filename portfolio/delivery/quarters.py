"""What was promised for a quarter: how it stood, what came and went, what was kept.

A promise belongs to the quarter in which its date lies, or in which it was delivered
if that was sooner; one that is overdue when a quarter begins is carried over into it.
The quarter stands as on its first day, with the dates that held that evening. It is
judged on its last day, or today: what happens later changes nothing of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from capacity.quarters import Quarter
from portfolio.core.words import counted, day_words, joined, short_day
from portfolio.delivery.choices import CommitmentState
from portfolio.delivery.frames import lateness_words
from portfolio.delivery.rag import Rag

A_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Given:
    """A date that was given to a promise, and on which day."""

    on: dt.date
    due: dt.date
    reason: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """One promise with all its dates, the first one first."""

    reference: str
    title: str
    unit: str
    state: str
    first_due: dt.date
    dates: Sequence[Given]
    closed_on: dt.date | None = None
    # How it stands by the forecast of today, while it is open.
    rag: Rag | None = None
    chance_words: str = ""

    def due_at(self, day: dt.date) -> dt.date | None:
        """The date that held in the evening of a day; None before there was one."""
        known = [given.due for given in self.dates if given.on <= day]
        return known[-1] if known else None

    def is_closed(self, day: dt.date) -> bool:
        return self.closed_on is not None and self.closed_on <= day

    def is_delivered(self, day: dt.date) -> bool:
        return self.state == CommitmentState.DELIVERED and self.is_closed(day)


@dataclass(frozen=True, slots=True)
class QuarterLine:
    """One promise in a quarter: whether it stood, came, went, and what became of it."""

    history: History
    stood: bool
    came: str
    went: str
    # The dates given to it in the quarter after its first day.
    moves: list[Given]
    # Overdue when the quarter began.
    carried: bool
    due_then: dt.date | None
    due_now: dt.date | None
    outcome: str
    delivered_on: dt.date | None
    days_after_first: int | None
    days_after_due: int | None

    @property
    def is_in(self) -> bool:
        """Still among the quarter's promises at its end."""
        return not self.went

    @property
    def outcome_words(self) -> str:
        return OUTCOMES[self.outcome]

    @property
    def kept_first(self) -> bool:
        return self.days_after_first is not None and self.days_after_first <= 0

    @property
    def first_words(self) -> str:
        return lateness_words(self.days_after_first)

    @property
    def due_words(self) -> str:
        return lateness_words(self.days_after_due)


KEPT, MISSED, OPEN, DROPPED = "kept", "missed", "open", "dropped"
OUTCOMES = {KEPT: "kept", MISSED: "missed", OPEN: "open", DROPPED: "dropped"}
# What a page lists apart, and which lines are meant.
PICKS: dict[str, tuple[str, Callable[[QuarterLine], bool]]] = {
    "stood": ("stood on the first day", lambda line: line.stood),
    "added": ("added", lambda line: bool(line.came)),
    "dropped": ("dropped", lambda line: bool(line.went)),
    "moved": ("re-baselined", lambda line: bool(line.moves)),
    KEPT: ("kept", lambda line: line.outcome == KEPT),
    MISSED: ("missed", lambda line: line.outcome == MISSED),
    OPEN: ("still open", lambda line: line.outcome == OPEN),
}


@dataclass(frozen=True, slots=True)
class QuarterPage:
    quarter: Quarter
    as_of: dt.date
    today: dt.date
    lines: list[QuarterLine]

    def count(self, pick: str) -> int:
        _, is_meant = PICKS[pick]
        return sum(is_meant(line) for line in self.lines)

    def picked(self, pick: str) -> list[QuarterLine]:
        _, is_meant = PICKS.get(pick, ("", bool))
        return [line for line in self.lines if is_meant(line)]

    @property
    def counts(self) -> list[tuple[str, str, int]]:
        """(key, words, number) of all that can be listed apart."""
        return [(key, words, self.count(key)) for key, (words, _) in PICKS.items()]

    @property
    def at_the_end(self) -> int:
        return sum(line.is_in for line in self.lines)

    @property
    def delivered(self) -> int:
        return sum(line.delivered_on is not None for line in self.lines)

    @property
    def kept_first(self) -> int:
        return sum(line.kept_first for line in self.lines)

    @property
    def is_over(self) -> bool:
        return self.today > self.quarter.last

    @property
    def has_begun(self) -> bool:
        return self.today >= self.quarter.first

    @property
    def headline(self) -> str:
        """What became of the quarter, in one sentence."""
        total = self.at_the_end
        if not self.lines:
            return "Nothing was promised for this quarter"
        if not self.has_begun:
            are = "is" if total == 1 else "are"
            return f"{counted(total, 'commitment')} {are} promised for it so far"
        told = f"{self.count(KEPT)} of {counted(total, 'commitment')} kept"
        parts = [f"{self.count(MISSED)} missed"]
        if not self.is_over:
            told += " so far"
            parts.append(f"{self.count(OPEN)} still open")
        came, went = self.count("added"), self.count("dropped")
        return (
            f"{told}, {joined(parts)}; {came} added and {went} dropped since "
            f"{short_day(self.quarter.first, self.today)}"
        )


def quarter_page(
    histories: Iterable[History], quarter: Quarter, today: dt.date
) -> QuarterPage:
    """The promises of a quarter as on its last day, or today while it runs."""
    as_of = min(quarter.last, today)
    lines = [_line(history, quarter, as_of, today) for history in histories]
    found = [line for line in lines if line is not None]
    return QuarterPage(
        quarter=quarter,
        as_of=as_of,
        today=today,
        lines=sorted(
            found, key=lambda line: (line.due_now or as_of, line.history.reference)
        ),
    )


def _line(
    history: History, quarter: Quarter, as_of: dt.date, today: dt.date
) -> QuarterLine | None:
    base = min(quarter.first, as_of)
    stood = _stood(history, quarter, base)
    ends_in = _belongs(history, quarter, as_of)
    moves = [given for given in history.dates[1:] if base < given.on <= as_of]
    days = [given.on for given in history.dates if base < given.on <= as_of]
    # Promised after the first day, and taken out again before the last.
    passed = not (stood or ends_in) and any(
        _belongs(history, quarter, day) for day in days
    )
    if not (stood or ends_in or passed):
        return None
    due_then, due_now = history.due_at(base), history.due_at(as_of)
    is_delivered = ends_in and history.is_delivered(as_of)
    delivered_on = history.closed_on if is_delivered else None
    return QuarterLine(
        history=history,
        stood=stood,
        came="" if stood else _came(history, quarter, base, as_of, today),
        went="" if ends_in else _went(history, as_of, today),
        moves=moves,
        carried=stood and due_then is not None and due_then < base,
        due_then=due_then if stood else None,
        due_now=due_now,
        outcome=_outcome(delivered_on, due_now, quarter, today) if ends_in else DROPPED,
        delivered_on=delivered_on,
        days_after_first=_days(delivered_on, history.first_due),
        days_after_due=_days(delivered_on, due_now),
    )


def _stood(history: History, quarter: Quarter, base: dt.date) -> bool:
    """Open when the day began, with a date that held when it ended."""
    due = history.due_at(base)
    if due is None or history.is_closed(base - A_DAY):
        return False
    return _lies_in(due, quarter, base)


def _belongs(history: History, quarter: Quarter, day: dt.date) -> bool:
    due = history.due_at(day)
    if due is None:
        return False
    if history.is_closed(day):
        closed_on = history.closed_on or day
        return history.is_delivered(day) and closed_on >= quarter.first
    return _lies_in(due, quarter, day)


def _lies_in(due: dt.date, quarter: Quarter, day: dt.date) -> bool:
    """Due in the quarter, or overdue before it began."""
    return due <= quarter.last and (due >= quarter.first or day >= quarter.first)


def _came(
    history: History, quarter: Quarter, base: dt.date, as_of: dt.date, today: dt.date
) -> str:
    first = history.dates[0]
    if first.on > base and first.due <= quarter.last:
        return f"promised {day_words(first.on, today)}"
    moved_in = [
        given
        for given in history.dates[1:]
        if base < given.on <= as_of and given.due <= quarter.last
    ]
    if moved_in:
        return f"moved in {day_words(moved_in[-1].on, today)}"
    return f"delivered early, promised by {short_day(history.dates[-1].due, today)}"


def _went(history: History, as_of: dt.date, today: dt.date) -> str:
    if history.is_closed(as_of) and history.closed_on:
        return f"taken back {day_words(history.closed_on, today)}"
    last = [given for given in history.dates if given.on <= as_of][-1]
    return f"moved out to {short_day(last.due, today)}"


def _outcome(
    delivered_on: dt.date | None,
    due: dt.date | None,
    quarter: Quarter,
    today: dt.date,
) -> str:
    if due is None:
        return OPEN
    if delivered_on is not None:
        return KEPT if delivered_on <= due else MISSED
    return MISSED if due < min(today, quarter.last + A_DAY) else OPEN


def _days(delivered_on: dt.date | None, due: dt.date | None) -> int | None:
    if delivered_on is None or due is None:
        return None
    return (delivered_on - due).days


def quarter_named(key: str, today: dt.date) -> Quarter:
    """“2026Q4” as a quarter; this one for anything that names none."""
    year, _, number = key.partition("Q")
    if year.isdecimal() and len(year) == 4 and year > "1999" and number in set("1234"):
        return Quarter.of(dt.date(int(year), int(number) * 3, 1))
    return Quarter.of(today)
