"""Reads a mapping file and says everything that is wrong in it, with what is right."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import available_timezones

from portfolio.core.calendars import country_error
from portfolio.imports.cells import (
    PLACE,
    Cell,
    Lookup,
    Unknown,
)
from portfolio.imports.findings import Finding
from portfolio.imports.mapping import (
    CREATABLE,
    FIELDS,
    PACKAGE_CELLS,
    PROMISE_CELLS,
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
from portfolio.imports.toml_reader import TomlReader, Written, plain, under

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


@dataclass
class _Reader(TomlReader):
    folder: Path = Path()
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
                self.wrong(under(where, key), "stands twice, in another case.")
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
                under(where, "file"),
                f"“{name}” cannot be read ({broken}); it is looked for beside the "
                "mapping.",
            )
            entries = {}
        except TableBroken as broken:
            self.wrong(under(where, "file"), f"{name}: {broken.finding}")
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
                self.wrong(under(where, name), f"is missing: {known.help}.")
        return {
            name: self.chain(table[name], under(where, name), fields[name], name)
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
            if plain(given) is not None and known.kind is Kind.NUMBER:
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
            self.wrong(under(where, "create"), "is not possible here; leave it out.")
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
                under(where, "text"),
                "names no column in braces, as in “{Summary} ({Key})”; a constant is "
                "written as value.",
            )
        if "split" in given and "column" not in given:
            self.wrong(under(where, "split"), "goes with a column only.")

    def cell_values(self, given: Written, where: str) -> dict[str, str]:
        """Its own table of values, or one of [values] by name."""
        named_table = given.get("values", {})
        if not isinstance(named_table, str):
            return self.value_table(
                self.section(given, "values", where), under(where, "values")
            )
        if named_table not in self.values:
            self.wrong(
                under(where, "values"),
                f"there is no [values.{named_table}]"
                f"{did_you_mean(named_table, self.values) or '.'}",
            )
        return self.values.get(named_table, {})

    def cell_lookup(self, given: Written, where: str) -> Lookup | None:
        name = self.word(given, where, "lookup")
        if name and name not in self.lookups:
            self.wrong(
                under(where, "lookup"),
                f"there is no [lookups.{name}]"
                f"{did_you_mean(name, self.lookups) or '.'}",
            )
        return self.lookups.get(name)

    # Sections

    def condition(self, table: Written, where: str) -> Condition:
        given = self.section(table, "when", where)
        where = under(where, "when")
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
                self.wrong(under(where, "when"), 'is missing, as in {Status = ["x"]}.')
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
                        under(where, "after"),
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


def _many(table: Written) -> Written:
    """A single value stands for a list of one."""
    return {
        key: given if isinstance(given, list) else [given]
        for key, given in table.items()
    }
