"""What a mapping says: where each value of a demand comes from in a tracker's file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum, auto
from pathlib import Path

from portfolio.imports.cells import Cell
from portfolio.imports.findings import Finding
from portfolio.imports.nearest import did_you_mean, named
from portfolio.imports.table import Table, repeated


class Kind(Enum):
    """How the text of a cell is understood."""

    TEXT = auto()
    CHOICE = auto()
    NAME = auto()
    DATE = auto()
    MOMENT = auto()
    NUMBER = auto()


@dataclass(frozen=True, slots=True)
class Field:
    """A value of a demand that a mapping may fill."""

    kind: Kind
    help: str
    longest: int | None = None
    required: bool = False


FIELDS = {
    "key": Field(
        Kind.TEXT, "finds the row again at the next import", 120, required=True
    ),
    "reference": Field(
        Kind.TEXT, "as in INT-0042; without it the team's counter gives one", 16
    ),
    "title": Field(Kind.TEXT, "what is asked for", 200, required=True),
    "stage": Field(Kind.CHOICE, "submitted, accepted, delivered, …", required=True),
    "business_unit": Field(Kind.NAME, "who asks", 80, required=True),
    "tier": Field(Kind.NAME, "class of service; standard without it", 40),
    "source": Field(Kind.CHOICE, "request, remediation, …; request without it"),
    "requester": Field(Kind.NAME, "e-mail address or name of a person", 254),
    "requester_name": Field(Kind.TEXT, "name of a requester who is created", 120),
    "owner": Field(Kind.NAME, "who answers for it in the team", 254),
    "source_system": Field(Kind.NAME, "system the data comes from", 80),
    "target_system": Field(Kind.NAME, "system the data goes to", 80),
    "data_needed": Field(Kind.TEXT, "what data"),
    "frequency": Field(Kind.CHOICE, "real_time, hourly, daily, …"),
    "purpose": Field(Kind.TEXT, "why"),
    "needed_by": Field(Kind.DATE, "by when it is wanted"),
    "earliest": Field(Kind.DATE, "not to be begun before"),
    "created_on": Field(Kind.MOMENT, "first written down"),
    "submitted_on": Field(Kind.MOMENT, "submitted; created_on without it"),
    "decided_on": Field(Kind.MOMENT, "accepted or declined"),
    "decision_reason": Field(Kind.TEXT, "why it was declined"),
    "started_on": Field(Kind.DATE, "work began"),
    "delivered_on": Field(Kind.DATE, "delivered; needed for that stage"),
    "closed_on": Field(Kind.DATE, "declined, withdrawn, found to be a duplicate"),
    "blocked_since": Field(Kind.DATE, "blocked from this day on"),
    "blocked_cause": Field(Kind.TEXT, "what blocks it", 200),
    "blocked_waits_for": Field(Kind.TEXT, "for whom it waits", 120),
    "rank": Field(Kind.TEXT, "order among the new ones; file order without it"),
}
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
# Names that may be created because they are nothing but a name.
CREATABLE = {"business_unit", "requester", "source_system", "target_system", "skill"}


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds for a row whose cells have one of the values named, column by column."""

    allowed: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def holds(self, row: Mapping[str, str]) -> bool:
        return all(
            row[column].strip().casefold() in values
            for column, values in self.allowed.items()
        )


@dataclass(frozen=True, slots=True)
class LeaveOut:
    """Rows that are not imported, and why."""

    where: str
    why: str
    when: Condition


@dataclass(frozen=True, slots=True)
class PackageShape:
    """A work package that rows get; its cells stand under their names."""

    where: str
    name: str
    cells: Mapping[str, tuple[Cell, ...]]
    after: tuple[str, ...]
    when: Condition


@dataclass(frozen=True, slots=True)
class PromiseShape:
    """The dates that were promised for a row."""

    where: str
    cells: Mapping[str, tuple[Cell, ...]]
    when: Condition


@dataclass(frozen=True, slots=True)
class TeamShape:
    """The team the demands belong to; made when it does not exist and may be."""

    name: str
    create: bool = False
    reference_prefix: str = "INT"
    time_zone: str = "Europe/Berlin"
    country: str = ""


@dataclass(frozen=True, slots=True)
class EngineersShape:
    """How many engineers a team gets for each skill that nobody in it has."""

    per_skill: int
    hours_per_day: Decimal = Decimal(8)
    overhead: Decimal = Decimal("0.2")
    country: str = ""


@dataclass(frozen=True, slots=True)
class ImportMapping:
    """A whole mapping, checked; its columns are compared with each file's header."""

    tracker: str
    team: TeamShape
    demand: Mapping[str, tuple[Cell, ...]]
    encoding: str = "utf-8"
    delimiter: str = ","
    decimal: str = "."
    leave_out: tuple[LeaveOut, ...] = ()
    packages: tuple[PackageShape, ...] = ()
    promise: PromiseShape | None = None
    engineers: EngineersShape | None = None

    def table(self, path: Path) -> Table:
        return Table(path, encoding=self.encoding, delimiter=self.delimiter)

    def wrong_columns(self, header: list[str]) -> list[Finding]:
        """Columns that the mapping names and the file has not, or has twice."""
        twice = repeated(header)
        return [
            Finding(0, "", "", _no_column(where, column, header))
            for where, column in self._columns()
            if column not in header or column in twice
        ]

    def _columns(self) -> Iterator[tuple[str, str]]:
        groups = [self.demand.values()]
        groups += [package.cells.values() for package in self.packages]
        groups += [self.promise.cells.values()] if self.promise else []
        for group in groups:
            for chain in group:
                for cell in chain:
                    yield from ((cell.where, column) for column in cell.columns)
        for where, when in self._conditions():
            yield from ((f"{where}.when", column) for column in when.allowed)

    def _conditions(self) -> Iterator[tuple[str, Condition]]:
        yield from ((rule.where, rule.when) for rule in self.leave_out)
        yield from ((package.where, package.when) for package in self.packages)
        if self.promise:
            yield self.promise.where, self.promise.when


def _no_column(where: str, column: str, header: list[str]) -> str:
    if column in header:
        return (
            f"has the column “{column}” more than once, and {where} reads it; give it "
            "different names in the header."
        )
    known = did_you_mean(column, header) or "."
    if len(header) == 1:
        known += " There is only one column: is file.delimiter right?"
    return (
        f"has no column “{column}”, which {where} reads{known} "
        f"The columns are {named(header, most=40)}."
    )
