"""Which demands of a comparison are shown, in which order: read from the address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from urllib.parse import urlencode

from portfolio.scenarios.comparison import Line, by_loss

SHOWS: dict[str, tuple[str, Callable[[Line], bool]]] = {
    "moved": ("All that move", lambda line: line.moves),
    "later": ("Later", lambda line: line.is_later),
    "earlier": ("Earlier", lambda line: line.is_earlier),
    "turned": ("Other colour", lambda line: line.turns),
    "promised": ("Promised", lambda line: line.promised is not None),
    "all": ("All", lambda _line: True),
}
# So many demands are shown at once; more are there for a click.
ROWS = 100
SORTS = {
    "hit": "Hit hardest first",
    "gain": "Gaining most first",
    "rank": "By rank",
}


@dataclass(frozen=True, slots=True)
class Pick:
    """A way of looking at it, how many demands it has, and where it leads."""

    name: str
    query: str
    is_current: bool
    count: int


@dataclass(frozen=True, slots=True)
class Filters:
    show: str = "moved"
    sort: str = "hit"
    words: str = ""
    rows: int = ROWS

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Filters:
        """What an address asks for; what it asks in words nobody knows is left out."""
        show, sort = given.get("show", ""), given.get("sort", "")
        rows = given.get("rows", "")
        return cls(
            show=show if show in SHOWS else "moved",
            sort=sort if sort in SORTS else "hit",
            words=given.get("words", "").strip(),
            rows=max(ROWS, int(rows)) if rows.isdecimal() and len(rows) < 9 else ROWS,
        )

    @property
    def query(self) -> str:
        """These filters as a query string, without what is so anyway."""
        usual, given = asdict(Filters()), asdict(self).items()
        return urlencode({name: value for name, value in given if value != usual[name]})

    def keep(self, lines: Iterable[Line]) -> list[Line]:
        """What is asked for, in the order that is asked for."""
        _, is_shown = SHOWS[self.show]
        found = [line for line in self._named(lines) if is_shown(line)]
        match self.sort:
            case "hit":
                return by_loss(found)
            case "gain":
                return by_loss(found)[::-1]
            case _:
                return found

    def shows(self, lines: Iterable[Line]) -> list[Pick]:
        named = self._named(lines)
        return [
            Pick(
                name=name,
                query=self.other(show=show),
                is_current=show == self.show,
                count=sum(map(is_shown, named)),
            )
            for show, (name, is_shown) in SHOWS.items()
        ]

    def other(self, **changes: str | int) -> str:
        """The address part of these filters with some of them changed."""
        return f"?{replace(self, **changes).query}"  # type: ignore[arg-type]  # names and types are ours

    def _named(self, lines: Iterable[Line]) -> list[Line]:
        wanted = self.words.casefold().split()
        return [line for line in lines if _has(line, wanted)]


def _has(line: Line, wanted: list[str]) -> bool:
    text = f"{line.reference} {line.title} {line.unit}".casefold()
    return all(word in text for word in wanted)
