"""Which rows are shown: read from the address, so that a view can be sent to others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from urllib.parse import urlencode

from portfolio.board.rows import Row

SHOWS = {
    "all": "All",
    "committed": "Committed",
    "at-risk": "At risk",
    "unestimated": "Unestimated",
}
# A page comes with so many rows; a script brings the others, or a click does.
ROWS = 250
MORE = 500
GROUPS = {"": "No groups", "tier": "By tier", "unit": "By unit"}
VIEWS = {"list": "Ranked list", "columns": "Columns"}


@dataclass(frozen=True, slots=True)
class Pick:
    """One of the quick filters, how many rows it has, and where it leads."""

    name: str
    count: int
    query: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Filters:
    show: str = "all"
    unit: str = ""
    tier: str = ""
    words: str = ""
    group: str = ""
    view: str = "list"
    rows: int = ROWS

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Filters:
        """What an address asks for; what it asks in words nobody knows is left out."""
        show, view = given.get("show", ""), given.get("view", "")
        rows, group = given.get("rows", ""), given.get("group", "")
        return cls(
            show=show if show in SHOWS else "all",
            unit=given.get("unit", ""),
            tier=given.get("tier", ""),
            words=given.get("words", "").strip(),
            group=group if group in GROUPS else "",
            view=view if view in VIEWS else "list",
            # Nine digits are a number to any machine; more are a joke.
            rows=max(ROWS, int(rows)) if rows.isdecimal() and len(rows) < 9 else ROWS,
        )

    @property
    def query(self) -> str:
        """These filters as a query string, without what is so anyway."""
        usual = asdict(Filters())
        given = asdict(self).items()
        return urlencode({name: value for name, value in given if value != usual[name]})

    @property
    def narrows(self) -> bool:
        """Whether some demands may be left out."""
        return replace(self, view="list", group="", rows=ROWS) != Filters()

    def other(self, **changes: str | int) -> str:
        """The address part of these filters with some of them changed."""
        return f"?{replace(self, **changes).query}"  # type: ignore[arg-type]  # names and types are ours

    def keep(self, rows: Iterable[Row]) -> list[Row]:
        return [row for row in self._asked(rows) if _is_shown(row, self.show)]

    def picks(self, rows: Iterable[Row]) -> list[Pick]:
        """The quick filters, each counted under the other filters."""
        asked = self._asked(rows)
        return [
            Pick(
                name=name,
                count=sum(_is_shown(row, show) for row in asked),
                query=self.other(show=show),
                is_current=show == self.show,
            )
            for show, name in SHOWS.items()
        ]

    def _asked(self, rows: Iterable[Row]) -> list[Row]:
        wanted = self.words.casefold().split()
        return [
            row
            for row in rows
            if self.unit in {"", row.unit_slug}
            and self.tier in {"", row.tier_slug}
            and _has(row, wanted)
        ]


def _is_shown(row: Row, show: str) -> bool:
    match show:
        case "committed":
            return row.is_committed
        case "at-risk":
            return row.is_at_risk
        case "unestimated":
            return row.is_unestimated
        case _:
            return True


def _has(row: Row, wanted: list[str]) -> bool:
    if not wanted:
        return True
    text = " ".join(
        [row.reference, row.title, row.unit, row.owner, *row.skills]
    ).casefold()
    return all(word in text for word in wanted)
