"""Takes plain values out of a TOML file and says what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from portfolio.imports.cells import date_format_error
from portfolio.imports.nearest import did_you_mean, named

Written = dict[str, Any]  # Any: whatever stands in a TOML file


@dataclass
class TomlReader:
    """Collects every problem; a wrong value is replaced by its default meanwhile."""

    problems: list[str] = field(default_factory=list)

    def wrong(self, where: str, sentence: str) -> None:
        self.problems.append(f"{where}: {sentence}" if where else sentence)

    def check_keys(self, where: str, table: Written, known: Iterable[str]) -> None:
        known = list(known)
        for key in table:
            if key not in known:
                self.wrong(
                    under(where, key),
                    f"is not known here{did_you_mean(key, known) or '.'} "
                    f"Known are {named(known, most=40)}.",
                )

    def section(self, table: Written, key: str, where: str = "") -> Written:
        found = table.get(key, {})
        if isinstance(found, dict):
            return found
        self.wrong(under(where, key), f"is {found!r}; a table [{key}] is expected.")
        return {}

    def listed(self, table: Written, key: str) -> list[tuple[str, Written]]:
        """The tables of a list, each with its place, as in packages 2."""
        found = table.get(key, [])
        if not isinstance(found, list) or not all(isinstance(x, dict) for x in found):
            self.wrong(key, f"is written as [[{key}]], once for each.")
            return []
        return [(f"{key} {place}", entry) for place, entry in enumerate(found, start=1)]

    def word(
        self,
        table: Written,
        where: str,
        key: str,
        default: str = "",
        *,
        needed: bool = False,
        longest: int = 200,
    ) -> str:
        given = plain(table.get(key, default))
        if given is None:
            self.wrong(under(where, key), f"is {table[key]!r}; a text is expected.")
            return default
        if needed and not given.strip():
            self.wrong(under(where, key), "is missing.")
        if len(given) > longest or "\0" in given:
            self.wrong(under(where, key), f"is too long; {longest} characters fit.")
        return given

    def truth(self, table: Written, where: str, key: str) -> bool:
        given = table.get(key, False)
        if not isinstance(given, bool):
            self.wrong(under(where, key), f"is {given!r}; true or false is expected.")
        return given is True

    def number(
        self, table: Written, where: str, key: str, default: str, most: int
    ) -> Decimal:
        given = table.get(key, Decimal(default))
        if isinstance(given, bool) or not isinstance(given, int | float | Decimal):
            given = -1
        if not 0 <= given <= most:
            self.wrong(
                under(where, key),
                f"is {table[key]!r}; a number from 0 to {most} is expected.",
            )
            return Decimal(default)
        return Decimal(str(given))

    def whole_number(
        self, table: Written, where: str, key: str, default: int, most: int
    ) -> int:
        given = table.get(key, default)
        if isinstance(given, bool) or not isinstance(given, int) or given < 1:
            given = 0
        if not 1 <= given <= most:
            self.wrong(
                under(where, key),
                f"is {table[key]!r}; a whole number from 1 to {most} is expected.",
            )
            return default
        return given

    def one_of(
        self, table: Written, where: str, key: str, allowed: Iterable[str]
    ) -> str:
        """One of some words, the first without any."""
        allowed = list(allowed)
        given = table.get(key, allowed[0])
        if given in allowed:
            return str(given)
        words = named((f"“{word}”" for word in allowed), most=40)
        self.wrong(under(where, key), f"is {given!r}; it is one of {words}.")
        return allowed[0]

    def words(self, table: Written, where: str, key: str) -> list[str]:
        given = table.get(key, [])
        texts = [plain(one) for one in given] if isinstance(given, list) else [None]
        if None in texts:
            self.wrong(under(where, key), f"is {given!r}; a list of texts is expected.")
        return [one for one in texts if one is not None]

    def formats(self, table: Written, where: str) -> tuple[str, ...]:
        found = self.words(table, where, "dates")
        for form in found:
            if problem := date_format_error(form):
                self.wrong(under(where, "dates"), problem)
        return tuple(found)

    def encoding(self, table: Written, where: str) -> str:
        given = self.word(table, where, "encoding", "utf-8")
        try:
            b"a,1\n".decode(given)
            "a,1\n".encode(given)
        except (LookupError, UnicodeError, ValueError):
            # Two bytes make one letter in some encodings, which then cannot end there.
            if not given.lower().startswith(("utf-16", "utf-32", "utf_16", "utf_32")):
                self.wrong(
                    under(where, "encoding"),
                    f"“{given}” is not an encoding; often it is “utf-8”, “utf-16” or "
                    "“windows-1252”.",
                )
                return "utf-8"
        return given

    def delimiter(self, table: Written, where: str) -> str:
        given = self.word(table, where, "delimiter", ",")
        if len(given) == 1 and given not in '"\r\n ':
            return given
        self.wrong(
            under(where, "delimiter"),
            f"is “{given}”; one character is expected, often “,”, “;” or “\\t”.",
        )
        return ","


def under(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def plain(given: object) -> str | None:
    """The text of a TOML value; None for one that is no single plain value."""
    if isinstance(given, bool):
        return None
    if isinstance(given, datetime | date):
        return given.isoformat()
    return str(given) if isinstance(given, str | int | float) else None
