"""The time axis that all rows of the board share: days in, places in percent out.

A day is drawn at its middle, so that what is due on the last day of a quarter stands
left of the line with which the next one begins. Knows nothing of demands.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

LEAD_DAYS = 7
LEAST_DAYS = 70
# About eighteen months; what lies beyond gets an arrow at the edge.
MOST_DAYS = 548
ROOM_AFTER = 0.06
# More months than this are labelled by quarter, so that labels fit on a phone.
LABELLED_MONTHS = 9
# On a phone a longer axis has room for years alone.
LONG_DAYS = 400
LEAST_WIDTH = 0.8
# What a letter of a label takes of the narrowest axis, and the label's distance.
LETTER_WIDTH = 1.9
LABEL_GAP = 3.0
# On an axis of 380 pixels letters take this share of that; board.css knows the 380 too.
WIDE = 0.8


@dataclass(frozen=True, slots=True)
class Tick:
    """The first day of a month or quarter."""

    x: str
    label: str
    is_quarter: bool

    @property
    def names_year(self) -> bool:
        return self.label[-1:].isdecimal()


@dataclass(frozen=True, slots=True)
class Axis:
    """The days from ``first`` to ``last``, both drawn whole."""

    first: dt.date
    last: dt.date
    today: dt.date
    # The first day as a number, and what one day takes of the width in percent.
    origin: int = field(init=False, repr=False)
    step: float = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "origin", self.first.toordinal())
        object.__setattr__(self, "step", 100 / self.days)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def is_long(self) -> bool:
        """Whether labels of quarters touch on a phone."""
        return self.days > LONG_DAYS

    def edge(self, day: dt.date) -> float:
        """Where a day begins, in percent of the width; outside it below 0 or above."""
        return (day.toordinal() - self.origin) * self.step

    def middle(self, day: dt.date) -> float:
        return (day.toordinal() - self.origin + 0.5) * self.step

    @property
    def now(self) -> str:
        return _percent(self.middle(self.today))

    @property
    def ticks(self) -> list[Tick]:
        """Months that begin on the axis; labelled each, or by quarter on a long one."""
        firsts = list(_months(self.first, self.last))
        by_quarter = len(firsts) > LABELLED_MONTHS
        return [
            Tick(
                x=_percent(self.edge(day)),
                label=_month_label(day, by_quarter=by_quarter)
                if self.edge(day) < 95 and (_begins_quarter(day) or not by_quarter)
                else "",
                is_quarter=_begins_quarter(day),
            )
            for day in firsts
        ]

    @property
    def quarter_ends(self) -> list[dt.date]:
        """Last days of the quarters that end between today and the end of the axis."""
        ends = [
            day - dt.timedelta(days=1)
            for day in _months(self.first, self.last + dt.timedelta(days=1))
            if _begins_quarter(day)
        ]
        return [day for day in ends if day >= self.today]


@dataclass(frozen=True, slots=True)
class Span:
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One date; ``beyond`` says over which edge it lies, if over one."""

    x: str
    beyond: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    x: str
    anchor: str
    # Has room on a wide axis alone.
    is_wide: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """What a row draws: P10 to P95 faint, P50 to P85 solid, and its two dates."""

    faint: Span | None
    solid: Span | None
    # The end is not known, or lies over the right edge.
    faint_is_open: bool
    solid_is_open: bool
    goes_beyond: bool
    promised: Mark | None
    needed: Mark | None
    label: Label | None
    # Where words have room in a row without a bar: left, or right of its dates.
    words_right: bool = False


def axis_for(days: Iterable[dt.date], *, today: dt.date) -> Axis:
    """From a week ago to a little after the latest of these days, within bounds."""
    latest = max(days, default=today)
    ahead = (latest - today).days
    ahead += max(LEAD_DAYS, round(ahead * ROOM_AFTER))
    return Axis(
        first=today - dt.timedelta(days=LEAD_DAYS),
        last=today + dt.timedelta(days=min(max(ahead, LEAST_DAYS), MOST_DAYS)),
        today=today,
    )


def bar(
    axis: Axis,
    *,
    p10: dt.date | None,
    p50: dt.date | None,
    p85: dt.date | None,
    p95: dt.date | None,
    promised: dt.date | None = None,
    needed: dt.date | None = None,
    label: str = "",
) -> Bar:
    """Where one forecast and its dates stand; without a P50 only the dates do."""
    begin = p10 or p50
    faint = _span(axis, begin, p95) if begin and p50 else None
    solid = _span(axis, p50, p85) if p50 else None
    marks = [_mark(axis, day) for day in (promised, needed)]
    return Bar(
        faint=faint,
        solid=solid,
        faint_is_open=faint is not None and _is_open(axis, p95),
        solid_is_open=solid is not None and _is_open(axis, p85),
        goes_beyond=p50 is not None and axis.middle(p50) > 100,
        promised=marks[0],
        needed=marks[1],
        label=_label(axis, p50, [begin, p85, p95, promised, needed], len(label)),
        words_right=p50 is None and _is_left(axis, promised, needed),
    )


def _months(first: dt.date, last: dt.date) -> Iterable[dt.date]:
    year, month = first.year, first.month
    while (day := dt.date(year, month, 1)) <= last:
        if day >= first:
            yield day
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _begins_quarter(day: dt.date) -> bool:
    return day.month % 3 == 1


def _month_label(day: dt.date, *, by_quarter: bool) -> str:
    return f"{day:%b %Y}" if by_quarter and day.month == 1 else f"{day:%b}"


def _percent(share: float) -> str:
    return f"{share:.2f}%"


def _is_open(axis: Axis, day: dt.date | None) -> bool:
    return day is None or axis.middle(day) > 100


def _span(axis: Axis, begin: dt.date, end: dt.date | None) -> Span | None:
    left = min(max(axis.middle(begin), 0), 100)
    right = 100 if end is None else min(max(axis.middle(end), 0), 100)
    if axis.middle(begin) > 100:
        return None
    width = max(right - left, LEAST_WIDTH)
    return Span(x=_percent(min(left, 100 - width)), width=_percent(width))


def _mark(axis: Axis, day: dt.date | None) -> Mark | None:
    if day is None:
        return None
    place = axis.middle(day)
    beyond = "before" if place < 0 else "after" if place > 100 else ""
    return Mark(x=_percent(min(max(place, 0), 100)), beyond=beyond)


def _is_left(axis: Axis, *days: dt.date | None) -> bool:
    """Whether the latest of these dates stands in the left half."""
    places = [axis.middle(day) for day in days if day is not None]
    return bool(places) and max(places) < 50


def _label(
    axis: Axis, p50: dt.date | None, days: list[dt.date | None], letters: int
) -> Label | None:
    """Where the label has room on every axis, else where it has on a wide one."""
    width = letters * LETTER_WIDTH
    place = _label_place(axis, p50, days, width)
    if place is None and (roomy := _label_place(axis, p50, days, width * WIDE)):
        return replace(roomy, is_wide=True)
    return place


def _label_place(
    axis: Axis, p50: dt.date | None, days: list[dt.date | None], width: float
) -> Label | None:
    """Right of all a row draws, else left of it, else where an open end fades out."""
    if p50 is None or not width:
        return None
    # An arrow at the right edge stands for what lies beyond it.
    edge = 100 - LABEL_GAP
    places = [min(axis.middle(day), edge) for day in (p50, *days) if day is not None]
    if max(places) + LABEL_GAP + width <= 100 and days[2] is not None:
        return Label(x=_percent(max(places) + LABEL_GAP), anchor="start")
    if min(places) - LABEL_GAP - width >= axis.middle(axis.today):
        return Label(x=_percent(min(places) - LABEL_GAP), anchor="end")
    if max(places) + LABEL_GAP + width <= 100:
        return Label(x=_percent(edge), anchor="end")
    return None
