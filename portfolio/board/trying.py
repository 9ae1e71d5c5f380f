"""What another order would do: asked of a worker, and told as the board tells it.

A preview plays fewer worlds than a forecast, the same ones. So what it says of a change
is exact for these, while its dates alone would differ a little from those on the board:
a row is therefore shown at its own date moved by the days of the preview, and at its
own chance moved by the difference of the chances.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from capacity.services.previews import Preview, Shift, ask_preview
from intake.models import Demand
from portfolio.board.backlog import Backlog
from portfolio.board.rows import Dates, Row, bar_of, range_of
from portfolio.board.timeline import Axis, Span
from portfolio.core.models import Team
from portfolio.core.words import counted, short_day
from portfolio.delivery.models import Commitment
from portfolio.delivery.rag import USUAL, Rag, Thresholds, rag_of

# So many rows are told in words on either side; the bars show all.
MOST_TOLD = 4
PERCENTILES = ("p10", "p50", "p85", "p95")


@dataclass(frozen=True, slots=True)
class Moved:
    """One demand before and after; ``days`` are those of its P85, above 0 for later."""

    before: Row
    after: Row
    days: int | None
    # What is said where no number of days can be.
    words: str = ""

    @property
    def reference(self) -> str:
        return self.before.reference

    @property
    def days_words(self) -> str:
        """“+9 days”, “−18 days”."""
        if self.days is None:
            return self.words
        sign = "+" if self.days > 0 else "−"
        return f"{sign}{counted(abs(self.days), 'day')}"

    @property
    def turns(self) -> bool:
        """Whether what it is judged by changes its colour."""
        return self.before.rag.colour != self.after.rag.colour

    @property
    def judged_by(self) -> str:
        """“promised 12 Jan”, “needed by 12 Jan”."""
        dates = self.before.dates
        if dates.promised:
            return f"promised {short_day(dates.promised)}"
        return f"needed by {short_day(dates.needed)}" if dates.needed else ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that another order does, the largest first."""

    turned: list[Moved]
    later: list[Moved]
    earlier: list[Moved]
    rest: int
    worlds: int
    # By reference, what a row draws and says then; for the script that shows it.
    bars: dict[str, dict[str, Any]]

    @property
    def moves_nothing(self) -> bool:
        return not (self.later or self.earlier or self.turned)

    @property
    def told_later(self) -> list[Moved]:
        return self.later[:MOST_TOLD]

    @property
    def more_later(self) -> int:
        return max(len(self.later) - MOST_TOLD, 0)

    @property
    def told_earlier(self) -> list[Moved]:
        return self.earlier[:MOST_TOLD]

    @property
    def more_earlier(self) -> int:
        return max(len(self.earlier) - MOST_TOLD, 0)


def order_with(references: Sequence[str], reference: str, to_place: int) -> list[str]:
    """The order after a move to a place, counted from 1."""
    order = [each for each in references if each != reference]
    order.insert(to_place - 1, reference)
    return order


def order_of(team: Team) -> list[str]:
    backlog = Demand.objects.filter(team=team).in_backlog().by_rank()
    return list(backlog.values_list("reference", flat=True))


def try_order(*, team: Team, order: Sequence[str]) -> str:
    """Have an order tried, with the chances of every promise; gives the token."""
    promised = Commitment.objects.open().filter(team=team)
    dates = {
        reference: [due_on.isoformat()]
        for reference, due_on in promised.values_list("demand__reference", "due_on")
        if reference in set(order)
    }
    return ask_preview(team=team, change={"order": list(order), "dates": dates})


def outcome_of(backlog: Backlog, preview: Preview, *, apart: str = "") -> Outcome:
    """What a preview says of the rows; one demand may be told apart from the rest."""
    moved = [
        moved_by(row, shift, backlog.today, backlog.thresholds)
        for row in backlog.rows
        if (shift := preview.shifts.get(row.reference))
        and (shift.is_sure or row.reference == apart)
    ]
    shown = [each for each in moved if each.days or each.words or each.turns]
    others = [each for each in shown if each.reference != apart]
    axis = backlog.axis()
    return Outcome(
        turned=[each for each in shown if each.turns],
        later=sorted(
            (each for each in others if (each.days or 0) > 0),
            key=lambda each: -(each.days or 0),
        ),
        earlier=sorted(
            (each for each in others if (each.days or 0) < 0),
            key=lambda each: each.days or 0,
        ),
        rest=len(backlog.rows) - len(shown),
        worlds=preview.trials,
        bars={each.reference: _drawn(each, axis, backlog.today) for each in shown},
    )


def moved_by(
    row: Row, shift: Shift, today: dt.date, thresholds: Thresholds = USUAL
) -> Moved:
    """A row of the board before and after what a preview says of it."""
    judged_by = row.dates.promised or row.dates.needed
    chance = row.chance
    if judged_by is not None and judged_by in shift.chances:
        old, new = shift.chances[judged_by]
        chance = _between(row.chance, old, new)
    rag = row.rag
    if judged_by is not None:
        rag = rag_of(
            chance=chance,
            overdue=judged_by < today,
            cannot=bool(shift.cannot),
            thresholds=thresholds,
        )
    after = replace(
        row, dates=_dates(row.dates, shift), chance=chance, rag=_same(row.rag, rag)
    )
    days = shift.days("p85")
    words = ""
    if days is None:
        if shift.after["p85"]:
            words = "has a P85 now"
        elif shift.before["p85"]:
            words = "has no P85 any more"
        else:
            days = shift.days("p50")
    return Moved(row, after, days, words)


def _same(before: Rag, after: Rag) -> Rag:
    """The status before where the colour is the same: it may say more."""
    return before if before.colour == after.colour else after


def _between(shown: float | None, old: float | None, new: float | None) -> float | None:
    if shown is None or old is None or new is None:
        return new
    return min(max(shown + new - old, 0.0), 1.0)


def _dates(dates: Dates, shift: Shift) -> Dates:
    moved: dict[str, dt.date | None] = {}
    least = dt.date.min
    for name in PERCENTILES:
        known = getattr(dates, name)
        # Nothing is asked of P10: it goes with the median.
        days = shift.days("p50" if name == "p10" else name)
        day = known + dt.timedelta(days=days) if known and days is not None else None
        if day is None and name != "p10":
            day = shift.after[name]
        moved[name] = max(day, least) if day else None
        least = moved[name] or least
    return replace(dates, **moved)


def _drawn(moved: Moved, axis: Axis, today: dt.date) -> dict[str, Any]:
    row = moved.after
    label = range_of(row, today)
    bar = bar_of(row, axis, label)
    return {
        "p95": _span(bar.faint, is_open=bar.faint_is_open),
        "p85": _span(bar.solid, is_open=bar.solid_is_open),
        "beyond": bar.goes_beyond,
        "range": label,
        "label": bar.label and {"x": bar.label.x, "anchor": bar.label.anchor},
        "chance": row.chance_words,
        "colour": row.rag.colour,
        "word": row.rag.word,
        "shift": _short(moved),
    }


def _span(span: Span | None, *, is_open: bool) -> dict[str, Any] | None:
    if span is None:
        return None
    return {"x": span.x, "width": span.width, "open": is_open}


def _short(moved: Moved) -> str:
    """“+9 d”, “−18 d”, for a corner of the row."""
    if not moved.days:
        return ""
    return f"{'+' if moved.days > 0 else '−'}{abs(moved.days)} d"
