"""Reads a mapping file and says everything that is wrong in it, with what is right."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from portfolio.core.calendars import country_error
from portfolio.imports.cells import (
    PLACE,
    STRICT,
    Cell,
    Lookup,
    Unknown,
    date_format_error,
)
from portfolio.imports.findings import Finding
from portfolio.imports.mapping import (
    CREATABLE,
    FIELDS,
    Condition,
    EngineersShape,
    Field,
    ImportMapping,
    Kind,
    LeaveOut,
    PackageShape,
    PromiseShape,
    TeamShape,
)
from portfolio.imports.nearest import did_you_mean, named
from portfolio.imports.table import Table, TableBroken

Written = dict[str, Any]  # Any: whatever stands in a TOML file

PACKAGE_CELLS = {
    "skill": Field(Kind.NAME, "which skill it asks for", 60, required=True),
    "low": Field(Kind.NUMBER, "P10 of the effort in focused days", required=True),
    "likely": Field(Kind.NUMBER, "P50", required=True),
    "high": Field(Kind.NUMBER, "P90", required=True),
    "actual": Field(Kind.NUMBER, "what it took, of delivered ones"),
}
PROMISE_CELLS = {
    "original": Field(Kind.DATE, "the first date promised"),
    "current": Field(Kind.DATE, "the date that holds now", required=True),
    "promised_on": Field(Kind.MOMENT, "when the first was promised"),
    "moved_on": Field(Kind.MOMENT, "when the last was promised"),
    "audience": Field(Kind.TEXT, "who was told", 120),
}
ORIGINS = ["column", "text", "value"]
COMMON = ["values", "otherwise", "empty", "split", "part", "lookup", "unknown"]
OF_KIND = {
    Kind.TEXT: ["cut"],
    Kind.CHOICE: [],
    Kind.NAME: ["create"],
    Kind.DATE: ["dates"],
    Kind.MOMENT: ["dates"],
    Kind.NUMBER: ["times"],
}
SECTIONS = [
    "tracker", "team", "file", "lookups", "values", "leave_out", "demand",
    "packages", "promise", "engineers",
]  # fmt: skip


class MappingError(Exception):
    """The mapping cannot be used; says everything that is wrong with it."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


def read_mapping(path: Path) -> ImportMapping:
    """The mapping in a TOML file; its lookup files are read beside it.

    Raises
    ------
    MappingError
        With every problem, not only the first.
    """
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as broken:
        raise MappingError([f"{path} cannot be read: {broken.strerror}."]) from broken
    except UnicodeDecodeError as broken:
        raise MappingError([f"{path} is not written in UTF-8."]) from broken
    except tomllib.TOMLDecodeError as broken:
        raise MappingError([f"{path.name} is not TOML: {broken}."]) from broken
    reader = _Reader(folder=path.parent)
    mapping = reader.whole(written)
    if reader.problems or mapping is None:
        raise MappingError(reader.problems)
    return mapping


def explain_mapping() -> str:
    """What can stand in a mapping, for the help of the command."""
    return f"""\
The mapping is a TOML file:

  tracker = "jira"             with the key of a row it finds it again next time
  [team]      name; create = true makes it with reference_prefix, time_zone, country
  [file]      encoding, delimiter, decimal ("." or ","), dates = ["%d.%m.%Y", …]
  [lookups.NAME]  file, from, to: a CSV beside the mapping, as in release → date
  [values.NAME]   "their word" = "ours": a table that several values can share
  [[leave_out]]   why, when = {{Column = ["value", …]}}: rows that are not imported
  [demand]    where each value comes from
  [[packages]]    name, skill, low, likely, high, after = ["name"], when: work packages
  [promise]   original and current date, promised_on, moved_on, audience, when
  [engineers] per_skill, hours_per_day, overhead, country: so many are made for each
              skill that the work asks for and nobody in the team has

A value is the name of a column, or a table, or a list of them of which the first that
gives something counts. A table has one of
  column = "Column"    text = "{{Summary}} ({{Key}})"    value = "a constant"
and may have
  values = {{"their word" = "ours"}} or "NAME", otherwise = "ours" for any other word
  ("{STRICT}": a bad row), empty = "for an empty cell", split = "|" with part = 1,
  lookup = "NAME", dates = [formats], times = 0.125 (a number), cut = true (a text),
  create = true (a name that is not known is made), and
  unknown = "error" (a bad row), "remark" (left out and said) or "skip" (left out).

Values of [demand]:
{_listed(FIELDS)}
Values of [[packages]]:
{_listed(PACKAGE_CELLS)}
Values of [promise]:
{_listed(PROMISE_CELLS)}
When a row is imported again, only what the tracker has changed since is written, and of
that only what people have not changed here meanwhile; the rest is said as a remark.
Rank and reference are given once, and closed demands and promises stay as they are."""


def _listed(fields: dict[str, Field]) -> str:
    return "".join(
        f"  {name:<18} {known.help}{' (needed)' if known.required else ''}\n"
        for name, known in fields.items()
    )


@dataclass
class _Reader:
    folder: Path
    problems: list[str] = field(default_factory=list)
    dates: tuple[str, ...] = ("%Y-%m-%d",)
    lookups: dict[str, Lookup] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)

    def whole(self, written: Written) -> ImportMapping | None:
        self.check_keys("", written, SECTIONS)
        tracker = self.word(written, "", "tracker", needed=True, longest=60)
        file = self.section(written, "file")
        self.check_keys("file", file, ["encoding", "delimiter", "decimal", "dates"])
        self.dates = self.formats(file, "file") or self.dates
        self.values = self.value_tables(self.section(written, "values"))
        self.lookups = self.lookup_tables(self.section(written, "lookups"))
        team = self.team(self.section(written, "team"))
        demand = self.cells(self.section(written, "demand"), "demand", FIELDS)
        return ImportMapping(
            tracker=tracker,
            team=team,
            demand=demand,
            encoding=self.encoding(file, "file"),
            delimiter=self.delimiter(file, "file"),
            decimal=self.one_of(file, "file", "decimal", [".", ","]),
            leave_out=tuple(self.left_out(written)),
            packages=tuple(self.packages(written)),
            promise=self.promise(written),
            engineers=self.engineers(written),
        )

    # Plain values

    def wrong(self, where: str, sentence: str) -> None:
        self.problems.append(f"{where}: {sentence}" if where else sentence)

    def check_keys(self, where: str, table: Written, known: Iterable[str]) -> None:
        known = list(known)
        for key in table:
            if key not in known:
                self.wrong(
                    _under(where, key),
                    f"is not known here{did_you_mean(key, known) or '.'} "
                    f"Known are {named(known, most=40)}.",
                )

    def section(self, table: Written, key: str, where: str = "") -> Written:
        found = table.get(key, {})
        if isinstance(found, dict):
            return found
        self.wrong(_under(where, key), f"is {found!r}; a table [{key}] is expected.")
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
        given = _plain(table.get(key, default))
        if given is None:
            self.wrong(_under(where, key), f"is {table[key]!r}; a text is expected.")
            return default
        if needed and not given.strip():
            self.wrong(_under(where, key), "is missing.")
        if len(given) > longest or "\0" in given:
            self.wrong(_under(where, key), f"is too long; {longest} characters fit.")
        return given

    def truth(self, table: Written, where: str, key: str) -> bool:
        given = table.get(key, False)
        if not isinstance(given, bool):
            self.wrong(_under(where, key), f"is {given!r}; true or false is expected.")
        return given is True

    def number(
        self, table: Written, where: str, key: str, default: str, most: int
    ) -> Decimal:
        given = table.get(key, Decimal(default))
        if isinstance(given, bool) or not isinstance(given, int | float | Decimal):
            given = -1
        if not 0 <= given <= most:
            self.wrong(
                _under(where, key),
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
                _under(where, key),
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
        self.wrong(_under(where, key), f"is {given!r}; it is one of {words}.")
        return allowed[0]

    def words(self, table: Written, where: str, key: str) -> list[str]:
        given = table.get(key, [])
        plain = [_plain(one) for one in given] if isinstance(given, list) else [None]
        if None in plain:
            self.wrong(
                _under(where, key), f"is {given!r}; a list of texts is expected."
            )
        return [one for one in plain if one is not None]

    def formats(self, table: Written, where: str) -> tuple[str, ...]:
        found = self.words(table, where, "dates")
        for form in found:
            if problem := date_format_error(form):
                self.wrong(_under(where, "dates"), problem)
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
                    _under(where, "encoding"),
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
            _under(where, "delimiter"),
            f"is “{given}”; one character is expected, often “,”, “;” or “\\t”.",
        )
        return ","

    # Tables that cells refer to

    def value_tables(self, tables: Written) -> dict[str, dict[str, str]]:
        return {
            name: self.value_table(self.section(tables, name, "values"), name)
            for name in tables
        }

    def value_table(self, table: Written, where: str) -> dict[str, str]:
        found = {}
        for key in table:
            if key.strip().casefold() in found:
                self.wrong(_under(where, key), "stands twice, in another case.")
            found[key.strip().casefold()] = self.word(table, where, key, longest=2000)
        return found

    def lookup_tables(self, tables: Written) -> dict[str, Lookup]:
        return {
            name: self.lookup(self.section(tables, name, "lookups"), f"lookups.{name}")
            for name in tables
        }

    def lookup(self, table: Written, where: str) -> Lookup:
        self.check_keys(where, table, ["file", "from", "to", "encoding", "delimiter"])
        name = self.word(table, where, "file", needed=True, longest=500)
        columns = [self.word(table, where, key, needed=True) for key in ("from", "to")]
        file = Table(
            self.folder / name,
            encoding=self.encoding(table, where),
            delimiter=self.delimiter(table, where),
        )
        try:
            entries = self.entries(file, where, *columns)
        except (OSError, ValueError) as broken:
            self.wrong(
                _under(where, "file"),
                f"“{name}” cannot be read ({broken}); it is looked for beside the "
                "mapping.",
            )
            entries = {}
        except TableBroken as broken:
            self.wrong(_under(where, "file"), f"{name}: {broken.finding}")
            entries = {}
        return Lookup(name, entries)

    def entries(self, file: Table, where: str, key: str, to: str) -> dict[str, str]:
        header = file.header()
        for column in (key, to):
            if column not in header:
                self.wrong(
                    where,
                    f"{file.path.name} has no column “{column}”"
                    f"{did_you_mean(column, header) or '.'} It has {named(header)}.",
                )
        if key not in header or to not in header:
            return {}
        found: dict[str, str] = {}
        for row in file.rows():
            if isinstance(row, Finding):
                self.wrong(where, f"{file.path.name}: {row}")
                continue
            entry = row.cells[key].strip().casefold()
            if entry in found:
                self.wrong(
                    where,
                    f"{file.path.name}, line {row.line}: “{entry}” stands twice.",
                )
            found[entry] = row.cells[to].strip()
        return found

    # Cells

    def cells(
        self, table: Written, where: str, fields: dict[str, Field], *more: str
    ) -> dict[str, tuple[Cell, ...]]:
        self.check_keys(where, table, [*fields, *more])
        for name, known in fields.items():
            if known.required and name not in table:
                self.wrong(_under(where, name), f"is missing: {known.help}.")
        return {
            name: self.chain(table[name], _under(where, name), fields[name], name)
            for name in table
            if name in fields
        }

    def chain(
        self, given: object, where: str, known: Field, name: str
    ) -> tuple[Cell, ...]:
        """One cell, or several of which the first with a value counts."""
        several = given if isinstance(given, list) else [given]
        if not several:
            self.wrong(where, "is an empty list; name a column.")
        return tuple(self.cell(one, where, known, name) for one in several)

    def cell(self, given: object, where: str, known: Field, name: str) -> Cell:
        if isinstance(given, str):
            given = {"column": given}
        if not isinstance(given, dict):
            if _plain(given) is not None and known.kind is Kind.NUMBER:
                given = {"value": given}
            else:
                self.wrong(
                    where, f"is {given!r}; the name of a column or a table is expected."
                )
                return Cell(where, value="?")
        keys = [*ORIGINS, *COMMON, *OF_KIND[known.kind]]
        self.check_keys(where, given, keys)
        if given.keys() <= set(keys):
            self.check_origin(given, where)
        create = self.truth(given, where, "create")
        if create and name not in CREATABLE:
            self.wrong(_under(where, "create"), "is not possible here; leave it out.")
        return Cell(
            where=where,
            column=self.word(given, where, "column").strip(),
            text=self.word(given, where, "text", longest=2000),
            value=self.word(given, where, "value", longest=2000).strip(),
            values=self.cell_values(given, where),
            otherwise=(
                self.word(given, where, "otherwise") if "otherwise" in given else None
            ),
            empty=self.word(given, where, "empty"),
            split=self.word(given, where, "split"),
            part=self.whole_number(given, where, "part", 1, 1000),
            lookup=self.cell_lookup(given, where),
            dates=self.formats(given, where) or self.dates,
            times=self.number(given, where, "times", "1", 10_000),
            unknown=Unknown(self.one_of(given, where, "unknown", Unknown)),
            create=create,
            cut=self.truth(given, where, "cut"),
        )

    def check_origin(self, given: Written, where: str) -> None:
        origins = [key for key in ORIGINS if given.get(key) not in (None, "")]
        if len(origins) != 1:
            self.wrong(
                where,
                f"has {named(origins)} of column, text and value; exactly one is "
                "expected.",
            )
        text = given.get("text", "")
        if isinstance(text, str) and text and not PLACE.search(text):
            self.wrong(
                _under(where, "text"),
                "names no column in braces, as in “{Summary} ({Key})”; a constant is "
                "written as value.",
            )
        if "split" in given and "column" not in given:
            self.wrong(_under(where, "split"), "goes with a column only.")

    def cell_values(self, given: Written, where: str) -> dict[str, str]:
        """Its own table of values, or one of [values] by name."""
        named_table = given.get("values", {})
        if not isinstance(named_table, str):
            return self.value_table(
                self.section(given, "values", where), _under(where, "values")
            )
        if named_table not in self.values:
            self.wrong(
                _under(where, "values"),
                f"there is no [values.{named_table}]"
                f"{did_you_mean(named_table, self.values) or '.'}",
            )
        return self.values.get(named_table, {})

    def cell_lookup(self, given: Written, where: str) -> Lookup | None:
        name = self.word(given, where, "lookup")
        if name and name not in self.lookups:
            self.wrong(
                _under(where, "lookup"),
                f"there is no [lookups.{name}]"
                f"{did_you_mean(name, self.lookups) or '.'}",
            )
        return self.lookups.get(name)

    # Sections

    def condition(self, table: Written, where: str) -> Condition:
        given = self.section(table, "when", where)
        where = _under(where, "when")
        return Condition(
            {
                column.strip(): frozenset(
                    value.strip().casefold()
                    for value in self.words(_many(given), where, column)
                )
                for column in given
            }
        )

    def left_out(self, written: Written) -> Iterable[LeaveOut]:
        for where, table in self.listed(written, "leave_out"):
            self.check_keys(where, table, ["why", "when"])
            why = self.word(table, where, "why", needed=True)
            when = self.condition(table, where)
            if not when.allowed:
                self.wrong(_under(where, "when"), 'is missing, as in {Status = ["x"]}.')
            yield LeaveOut(where, why, when)

    def packages(self, written: Written) -> Iterable[PackageShape]:
        before: list[str] = []
        for where, table in self.listed(written, "packages"):
            cells = self.cells(table, where, PACKAGE_CELLS, "name", "after", "when")
            name = self.word(table, where, "name", needed=True, longest=60)
            after = self.words(table, where, "after")
            for other in after:
                if other not in before:
                    self.wrong(
                        _under(where, "after"),
                        f"“{other}” is no package above this one"
                        f"{did_you_mean(other, before) or '.'}",
                    )
            before.append(name)
            when = self.condition(table, where)
            yield PackageShape(where, name, cells, tuple(after), when)

    def promise(self, written: Written) -> PromiseShape | None:
        if "promise" not in written:
            return None
        table = self.section(written, "promise")
        cells = self.cells(table, "promise", PROMISE_CELLS, "when")
        return PromiseShape("promise", cells, self.condition(table, "promise"))

    def team(self, table: Written) -> TeamShape:
        keys = ["name", "create", "reference_prefix", "time_zone", "country"]
        self.check_keys("team", table, keys)
        shape = TeamShape(
            name=self.word(table, "team", "name", needed=True, longest=80).strip(),
            create=self.truth(table, "team", "create"),
            reference_prefix=self.word(table, "team", "reference_prefix", "INT"),
            time_zone=self.word(table, "team", "time_zone", "Europe/Berlin"),
            country=self.word(table, "team", "country"),
        )
        if not re.fullmatch(r"[A-Z]{2,6}", shape.reference_prefix):
            self.wrong(
                "team.reference_prefix",
                f"is “{shape.reference_prefix}”; two to six capital letters are "
                "expected, as in INT.",
            )
        if shape.time_zone not in available_timezones():
            self.wrong(
                "team.time_zone",
                f"“{shape.time_zone}” is not a time zone; names look like "
                "Europe/Berlin.",
            )
        if problem := country_error(shape.country, ""):
            self.wrong("team.country", problem)
        return shape

    def engineers(self, written: Written) -> EngineersShape | None:
        if "engineers" not in written:
            return None
        table = self.section(written, "engineers")
        keys = ["per_skill", "hours_per_day", "overhead", "country"]
        self.check_keys("engineers", table, keys)
        country = self.word(table, "engineers", "country")
        if problem := country_error(country, ""):
            self.wrong("engineers.country", problem)
        return EngineersShape(
            per_skill=self.whole_number(table, "engineers", "per_skill", 1, 50),
            hours_per_day=self.number(table, "engineers", "hours_per_day", "8", 24),
            overhead=self.number(table, "engineers", "overhead", "0.2", 1),
            country=country,
        )


def _under(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def _plain(given: object) -> str | None:
    """The text of a TOML value; None for one that is no single plain value."""
    if isinstance(given, bool):
        return None
    if isinstance(given, datetime | date):
        return given.isoformat()
    return str(given) if isinstance(given, str | int | float) else None


def _many(table: Written) -> Written:
    """A single value stands for a list of one."""
    return {
        key: given if isinstance(given, list) else [given]
        for key, given in table.items()
    }
