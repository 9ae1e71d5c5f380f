"""How one value is read from a row: its column, and what is done with the text."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache

from portfolio.imports.nearest import did_you_mean, named

PLACE = re.compile(r"\{([^{}]+)\}")
ISO_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?")
STRICT = "error"
FIRST_YEAR, LAST_YEAR = 1970, 2199


class NotUsable(Exception):
    """A cell holds something that cannot be used; says what would be right."""


class Unknown(StrEnum):
    """What is done about a cell that cannot be used."""

    ERROR = "error"
    REMARK = "remark"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Lookup:
    """A table in a file of its own, as in release → date."""

    name: str
    entries: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        try:
            return self.entries[key.casefold()]
        except KeyError:
            ends = list(self.entries)
            raise NotUsable(
                f"is not in {self.name}, which knows {ends[0]} to {ends[-1]}."
                if ends
                else f"is not in {self.name}, which is empty."
            ) from None


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a value comes from; exactly one of column, text and value is given."""

    where: str
    column: str = ""
    text: str = ""
    value: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    otherwise: str | None = None
    empty: str = ""
    split: str = ""
    part: int = 1
    lookup: Lookup | None = None
    dates: tuple[str, ...] = ()
    times: Decimal = Decimal(1)
    unknown: Unknown = Unknown.ERROR
    create: bool = False
    cut: bool = False

    @property
    def columns(self) -> list[str]:
        return [self.column] if self.column else PLACE.findall(self.text)

    def read(self, row: Mapping[str, str]) -> str:
        """The text of this value in a row; empty when there is none."""
        return self._converted(self._taken(row)) if not self.value else self.value

    def read_parts(self, row: Mapping[str, str]) -> list[str]:
        """Every part of a cell that holds several, each read like a cell."""
        if not self.split:
            return [text] if (text := self.read(row)) else []
        parts = (part.strip() for part in row[self.column].split(self.split))
        return [self._converted(part) for part in parts if part]

    def given(self, row: Mapping[str, str]) -> str:
        """What stands in the file, for a message."""
        return row[self.column] if self.column else self.text or self.value

    def _taken(self, row: Mapping[str, str]) -> str:
        if self.text:
            return self._filled(row)
        cell = row[self.column].strip()
        if not self.split:
            return cell
        parts = cell.split(self.split)
        return parts[self.part - 1].strip() if self.part <= len(parts) else ""

    def _filled(self, row: Mapping[str, str]) -> str:
        if not any(row[column].strip() for column in self.columns):
            return ""
        return PLACE.sub(lambda place: row[place[1]].strip() or self.empty, self.text)

    def _converted(self, text: str) -> str:
        if not text:
            return self.empty if self.column else ""
        if self.values:
            text = self._valued(text)
        return self.lookup[text] if self.lookup and text else text

    def _valued(self, text: str) -> str:
        known = self.values.get(text.casefold())
        if known is not None:
            return known
        if self.otherwise == STRICT:
            raise NotUsable(
                f"is not a value the mapping knows{did_you_mean(text, self.values)} "
                f"Add it to {self.where}.values, which has {named(self.values)}."
            )
        return text if self.otherwise is None else self.otherwise


@lru_cache(maxsize=8192)
def read_moment(text: str, formats: tuple[str, ...]) -> dt.datetime:
    """A date or moment in one of the formats, or as ISO 8601; noon without a time.

    Noon of the team's day is the same day in the time zones around it.
    """
    found = _iso(text) or _formatted(text, formats)
    if found is None:
        example = dt.date(2026, 3, 31)
        shapes = named(example.strftime(one) for one in formats or ("%Y-%m-%d",))
        raise NotUsable(f"is not a date; 31 March 2026 would be written {shapes}.")
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise NotUsable(
            f"is in the year {found.year}; years from {FIRST_YEAR} to {LAST_YEAR} "
            "are taken."
        )
    return found


def _iso(text: str) -> dt.datetime | None:
    if not ISO_MOMENT.fullmatch(text):
        return None
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if len(text) > 10 else found.replace(hour=12)


def _formatted(text: str, formats: tuple[str, ...]) -> dt.datetime | None:
    for one in formats:
        try:
            found = dt.datetime.strptime(text, one)  # noqa: DTZ007 - the team's zone follows
        except ValueError:
            continue
        return found if _has_time(one) else found.replace(hour=12)
    return None


def _has_time(form: str) -> bool:
    return any(sign in form for sign in ("%H", "%I", "%c", "%X"))


def date_format_error(form: str) -> str | None:
    """What is wrong with a date format, or None: it must give year, month and day."""
    sample = dt.datetime(2021, 11, 23, 14, 5, 6, tzinfo=dt.UTC)
    try:
        again = dt.datetime.strptime(sample.strftime(form), form)  # noqa: DTZ007 - only its date is compared
    except ValueError:
        again = None
    if again is not None and again.date() == sample.date():
        return None
    return (
        f"“{form}” gives no whole date; formats look like %Y-%m-%d, %d/%m/%Y or "
        "%d %b %Y %H:%M."
    )


def read_number(text: str, mark: str) -> Decimal:
    """A number at least 0 with this decimal mark; thousands are not separated."""
    other = "," if mark == "." else "."
    try:
        number = Decimal(text.replace(mark, ".")) if other not in text else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or not 0 <= number < 10**7:
        raise NotUsable(
            f"is not a number from 0 as in 2{mark}5 (file.decimal is “{mark}”)."
        )
    return number
