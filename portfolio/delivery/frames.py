"""Promises as plain rows, and the numbers and sentences that are made of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from capacity.engine.distribution import chance_words
from portfolio.core.words import counted
from portfolio.delivery.choices import CommitmentState
from portfolio.delivery.rag import DONE, Rag

DAYS_A_MONTH = 365.25 / 12
# Fewer promises than this say nothing as a picture; the table has them all the same.
LEAST_DRAWN = 3
MOST_DRAWN = 24
MOST_OPEN_DRAWN = 14
SOON = timedelta(weeks=4)


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """One commitment: what was promised, what is forecast, what happened."""

    reference: str
    title: str
    unit: str
    state: str
    first_due: date
    due: date
    closed_on: date | None = None
    p50: date | None = None
    p85: date | None = None
    chance: float | None = None
    cannot: str = ""
    rag: Rag = DONE

    @property
    def is_open(self) -> bool:
        return self.state == CommitmentState.OPEN

    @property
    def is_delivered(self) -> bool:
        return self.state == CommitmentState.DELIVERED

    @property
    def state_name(self) -> str:
        return str(CommitmentState(self.state).label)

    @property
    def days_after_first(self) -> int | None:
        """Calendar days from the first promise to the delivery; early is negative."""
        return self._days_after(self.first_due)

    @property
    def days_after_due(self) -> int | None:
        return self._days_after(self.due)

    @property
    def first_words(self) -> str:
        return lateness_words(self.days_after_first)

    @property
    def due_words(self) -> str:
        return lateness_words(self.days_after_due)

    @property
    def chance_words(self) -> str:
        return "" if self.chance is None else chance_words(self.chance)

    @property
    def sort_day(self) -> date:
        return self.closed_on or self.due

    def _days_after(self, due: date) -> int | None:
        if not self.is_delivered or self.closed_on is None:
            return None
        return (self.closed_on - due).days


@dataclass(frozen=True, slots=True)
class Kept:
    """How many of the delivered promises were kept, by both dates."""

    delivered: int
    first: int
    current: int

    @property
    def first_share(self) -> str:
        return share_words(self.first, self.delivered)

    @property
    def current_share(self) -> str:
        return share_words(self.current, self.delivered)


@dataclass(frozen=True, slots=True)
class Pace:
    """Demands delivered a month, in the later and the earlier half of a period."""

    now: float
    before: float | None


def lateness_words(days: int | None) -> str:
    if days is None:
        return ""
    if days > 0:
        return f"{counted(days, 'day')} late"
    return "on the day" if days == 0 else f"{counted(-days, 'day')} early"


def share_words(part: int, whole: int) -> str:
    return f"{part / whole * 100:.0f} %" if whole else "–"


def kept_of(lines: Iterable[PromiseLine]) -> Kept:
    delivered = [line for line in lines if line.is_delivered]
    return Kept(
        delivered=len(delivered),
        first=sum((line.days_after_first or 0) <= 0 for line in delivered),
        current=sum((line.days_after_due or 0) <= 0 for line in delivered),
    )


def open_by_status(lines: Iterable[PromiseLine]) -> list[tuple[Rag, int]]:
    """Open promises counted by status, the worst first."""
    found = Counter(line.rag for line in lines if line.is_open)
    order = ["red", "amber", "grey", "green"]
    return sorted(found.items(), key=lambda item: order.index(item[0].colour))


def due_soon(lines: Iterable[PromiseLine], today: date) -> list[PromiseLine]:
    """Open promises that are due in the next four weeks, or already were."""
    return [line for line in lines if line.is_open and line.due <= today + SOON]


def middle_of(first: date, last: date) -> date:
    return first + (last - first) / 2


def pace_of(days: Sequence[date], *, first: date, last: date) -> Pace:
    """Demands delivered a month before and after the middle of a period.

    ``days`` are all days of delivery up to the last. Where the records begin inside
    the earlier half, it counts from there; with less than a month of it nothing is
    compared.
    """
    middle = middle_of(first, last)
    begin = max(first, min(days, default=last))
    earlier = (middle - begin).days
    now = sum(middle < day <= last for day in days)
    before = sum(begin <= day <= middle for day in days)
    return Pace(
        now=now / ((last - middle).days / DAYS_A_MONTH),
        before=before / (earlier / DAYS_A_MONTH) if earlier >= DAYS_A_MONTH else None,
    )


def drawn_of(lines: Sequence[PromiseLine]) -> list[PromiseLine]:
    """The lines a chart can show legibly: those due next, and those closed last."""
    open_lines = sorted(
        (line for line in lines if line.is_open),
        key=lambda line: (line.due, line.reference),
    )
    closed = sorted(
        (line for line in lines if line.is_delivered),
        key=lambda line: (line.sort_day, line.reference),
    )
    room = max(MOST_OPEN_DRAWN, MOST_DRAWN - len(closed))
    shown = open_lines[:room]
    shown += closed[-(MOST_DRAWN - len(shown)) :]
    return sorted(shown, key=lambda line: (line.sort_day, line.reference))


def headline(lines: Sequence[PromiseLine]) -> str:
    """What the promises show now, in one sentence."""
    delivered = [line for line in lines if line.is_delivered]
    late = sorted(
        line.days_after_first
        for line in delivered
        if line.days_after_first and line.days_after_first > 0
    )
    if not delivered:
        return _open_headline(lines)
    if not late:
        if len(delivered) == 1:
            return "The one promise delivered in this period kept its first date"
        return f"All {len(delivered)} promises delivered kept their first date"
    by = counted(late[-1], "day")
    if late[0] != late[-1]:
        by = f"{late[0]} to {by}"
    return (
        f"{len(late)} of {counted(len(delivered), 'delivered promise')} "
        f"missed {'their' if len(late) > 1 else 'its'} first date, by {by}"
    )


def _open_headline(lines: Sequence[PromiseLine]) -> str:
    counts = Counter(line.rag.colour for line in lines if line.is_open)
    total = sum(counts.values())
    if not total:
        return "No promise is open, and none was delivered in this period"
    troubled = counts["red"] + counts["amber"]
    if not troubled:
        return f"None of {counted(total, 'open promise')} is at risk"
    return (
        f"{troubled} of {counted(total, 'open promise')} "
        f"{'are' if troubled > 1 else 'is'} at risk or late"
    )
