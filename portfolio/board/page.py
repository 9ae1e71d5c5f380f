"""The board as one page shows it: the rows that pass the filters, on one axis."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from intake.choices import BACKLOG, Stage
from portfolio.board.backlog import Backlog
from portfolio.board.cuts import Cut, cuts_of
from portfolio.board.drawing import bar_svg, cuts_html, group_html, row_html
from portfolio.board.filters import GROUPS, MORE, Filters, Pick
from portfolio.board.rows import (
    Row,
    bar_of,
    bar_words,
    days_words,
    promise_url,
    range_of,
)
from portfolio.board.timeline import Axis

# From here on the browser leaves out the layout of rows nobody sees.
MANY_ROWS = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One row with its bar, and the cuts under it."""

    row: Row
    svg: SafeString
    cuts: list[Cut]
    # The name of the group that it begins, and how many rows that has.
    begins: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """The rows of one stage that are shown, and what all of them come to."""

    name: str
    rows: list[Row]
    count: int
    days: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A unit or tier that the backlog has."""

    slug: str
    name: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Move:
    """A move that waits for its Keep: what was asked, and how the demand stands now."""

    reference: str
    revision: int
    from_place: int
    to_place: str
    why: str


@dataclass(frozen=True, slots=True)
class Page:
    backlog: Backlog
    filters: Filters
    rows: list[Row]
    picks: list[Pick]
    units: list[Choice]
    tiers: list[Choice]
    groups: list[Choice]
    axis: Axis
    # Rows that whoever asks has already.
    after: int
    # Cuts above the first row, and in order the rows with those under them.
    first_cuts: list[Cut]
    lines: list[Line]
    columns: list[Column]
    may_rank: bool
    may_promise: bool

    @property
    def body(self) -> SafeString:
        """The rows of the list, with the cuts between them."""
        parts = [cuts_html(self.first_cuts)]
        for line in self.lines:
            if line.begins:
                parts.append(group_html(*line.begins))
            promise_at = promise_url(line.row) if self.may_promise else ""
            parts.append(
                row_html(
                    line.row, line.svg, may_rank=self.may_rank, promise_at=promise_at
                )
            )
            if line.cuts:
                parts.append(cuts_html(line.cuts))
        return mark_safe("".join(parts))  # noqa: S308 - escaped where it is drawn

    @property
    def hidden(self) -> int:
        """Rows that pass the filters and wait to be asked for."""
        return max(len(self.rows) - self.filters.rows, 0)

    @property
    def shown(self) -> int:
        return len(self.rows) - self.hidden

    @property
    def more(self) -> int:
        return min(self.hidden, MORE)

    @property
    def with_more(self) -> str:
        return self.filters.other(rows=self.filters.rows + MORE)

    @property
    def only_more(self) -> str:
        """The same without the rows that are there."""
        return f"{self.with_more}&after={self.filters.rows}"

    @property
    def total(self) -> int:
        return len(self.backlog.rows)

    @property
    def is_long(self) -> bool:
        return len(self.rows) > MANY_ROWS

    @property
    def ungrouped(self) -> str:
        return self.filters.other(group="")

    @property
    def as_list(self) -> str:
        return self.filters.other(view="list")

    @property
    def as_columns(self) -> str:
        return self.filters.other(view="columns")


def page_of(
    backlog: Backlog,
    filters: Filters,
    *,
    may_rank: bool,
    may_promise: bool = False,
    after: int = 0,
) -> Page:
    rows = filters.keep(backlog.rows)
    if filters.group:
        rows = sorted(rows, key=lambda row: _group_of(row, filters.group))
    axis = backlog.axis()
    as_columns = filters.view == "columns"
    cuts: dict[int, list[Cut]] = defaultdict(list)
    # Across groups a quarter end cuts nothing.
    for cut in (
        cuts_of([row.dates.p85 for row in rows], axis.quarter_ends)
        if not filters.group
        else []
    ):
        cuts[cut.above].append(cut)
    return Page(
        backlog=backlog,
        filters=filters,
        rows=rows,
        picks=filters.picks(backlog.rows),
        units=_choices({row.unit_slug: row.unit for row in backlog.rows}, filters.unit),
        tiers=_choices({row.tier_slug: row.tier for row in backlog.rows}, filters.tier),
        groups=[
            Choice(slug=slug, name=name, is_chosen=slug == filters.group)
            for slug, name in GROUPS.items()
        ],
        axis=axis,
        after=after,
        first_cuts=cuts[0] if after == 0 else [],
        lines=[] if as_columns else _lines(backlog, rows, axis, cuts, filters, after),
        columns=_columns(rows, filters.rows) if as_columns else [],
        # Between groups, a place on the page is no rank.
        may_rank=may_rank and not filters.group,
        may_promise=may_promise,
    )


def refused_move(backlog: Backlog, asked: Mapping[str, str]) -> Move | None:
    """What somebody asked for, to be asked again; None when it left the backlog."""
    for row in backlog.rows:
        if row.reference == asked.get("reference"):
            return Move(
                reference=row.reference,
                revision=row.revision,
                from_place=row.place,
                to_place=asked.get("to_place", ""),
                why=asked.get("why", ""),
            )
    return None


def _lines(
    backlog: Backlog,
    rows: list[Row],
    axis: Axis,
    cuts: dict[int, list[Cut]],
    filters: Filters,
    after: int,
) -> list[Line]:
    begins = _beginnings(rows, filters.group) if filters.group else {}
    return [
        _line(row, axis, backlog, cuts.get(number + 1, []), begins.get(number))
        for number, row in enumerate(rows[after : filters.rows], after)
    ]


def _beginnings(rows: list[Row], group: str) -> dict[int, tuple[str, int]]:
    """Where each group begins among rows that stand by groups: its name and size."""
    names = [_group_of(row, group) for row in rows]
    return {names.index(name): (name, size) for name, size in Counter(names).items()}


def _group_of(row: Row, group: str) -> str:
    return row.tier if group == "tier" else row.unit


def _line(
    row: Row,
    axis: Axis,
    backlog: Backlog,
    cuts: list[Cut],
    begins: tuple[str, int] | None,
) -> Line:
    label = range_of(row, backlog.today)
    drawn = bar_of(row, axis, label)
    words = bar_words(row, backlog.today)
    return Line(row, bar_svg(row, drawn, words=words, label=label), cuts, begins)


def _columns(rows: list[Row], most: int) -> list[Column]:
    shown = rows[:most]
    columns = []
    for stage in BACKLOG:
        whole = [row for row in rows if row.stage == stage]
        columns.append(
            Column(
                name=Stage(stage).label,
                rows=[row for row in shown if row.stage == stage],
                count=len(whole),
                days=days_words(sum(row.likely_days or 0 for row in whole)),
            )
        )
    return columns


def _choices(names: dict[str, str], chosen: str) -> list[Choice]:
    return [
        Choice(slug=slug, name=name, is_chosen=slug == chosen)
        for slug, name in sorted(names.items(), key=lambda item: item[1])
    ]
