"""Turns a row of a tracker's file into a demand, or says what is wrong with it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import TextChoices

from intake.choices import (
    AWAITING_DECISION,
    BACKLOG,
    Frequency,
    Source,
    Stage,
)
from portfolio.imports.cells import Cell, NotUsable, Unknown, read_moment, read_number
from portfolio.imports.findings import Finding, Findings
from portfolio.imports.mapping import FIELDS, ImportMapping, Kind, PackageShape
from portfolio.imports.nearest import did_you_mean, named
from portfolio.imports.table import Row
from portfolio.imports.tracked import (
    Tracked,
    TrackedPackage,
    TrackedPromise,
    Value,
)

CHOICES: dict[str, type[TextChoices]] = {
    "stage": Stage,
    "source": Source,
    "frequency": Frequency,
}
ALREADY_HAPPENED = {
    "created_on", "submitted_on", "decided_on", "started_on", "delivered_on",
    "closed_on", "blocked_since",
}  # fmt: skip
REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")  # it stands in addresses
NOON = dt.time(12)
MOST_DAYS = Decimal("99999.99")
CENT = Decimal("0.01")
REFUSED = [Stage.DECLINED, Stage.DUPLICATE, Stage.WITHDRAWN]
WITH_PACKAGES = [*BACKLOG, Stage.DELIVERED]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a chain of cells gave: a value, nothing, or something not usable."""

    value: Value | Decimal = None
    cell: Cell | None = None
    unusable: bool = False

    @property
    def day(self) -> dt.date | None:
        return self.value if isinstance(self.value, dt.date) else None

    @property
    def moment(self) -> dt.datetime | None:
        return self.value if isinstance(self.value, dt.datetime) else None

    @property
    def number(self) -> Decimal | None:
        return self.value if isinstance(self.value, Decimal) else None


@dataclass
class Tracking:
    """Reads rows one after the other; what is wrong goes to the findings."""

    mapping: ImportMapping
    zone: dt.tzinfo
    today: dt.date
    findings: Findings

    def left_out(self, row: Row) -> str | None:
        """Why the mapping leaves this row out, or None."""
        for rule in self.mapping.leave_out:
            if rule.when.holds(row.cells):
                return rule.why
        return None

    def track(self, row: Row) -> Tracked | None:
        """The demand of a row, or None after saying all that is wrong with it."""
        before = self.findings.problem_count
        readings = {
            name: self._read(row, name, chain)
            for name, chain in self.mapping.demand.items()
        }
        values: dict[str, Value] = {
            name: reading.value  # type: ignore[misc]  # no field of a demand is a number
            for name, reading in readings.items()
        }
        self._require(row, readings)
        if self.findings.problem_count == before:
            self._settle(row, values, readings)
        stage = str(values.get("stage") or "")
        packages = self._packages(row, stage)
        promise = self._promise(row, stage)
        if self.findings.problem_count > before:
            return None
        return Tracked(
            line=row.line,
            values=values,
            cells={name: read.cell for name, read in readings.items() if read.cell},
            packages=packages,
            promise=promise,
        )

    # One value

    def _read(self, row: Row, name: str, chain: tuple[Cell, ...]) -> Reading:
        def convert(cell: Cell, text: str) -> Value:
            return self._converted(row, name, FIELDS[name].kind, cell, text)

        return self._first(row, chain, convert, "It is left out.")

    def _first(
        self,
        row: Row,
        chain: tuple[Cell, ...],
        convert: Callable[[Cell, str], Value | Decimal],
        consequence: str,
    ) -> Reading:
        """The first cell of a chain that has a value counts."""
        unusable = False
        for cell in chain:
            try:
                text = cell.read(row.cells)
                if text:
                    return Reading(convert(cell, text), cell)
            except NotUsable as why:
                unusable = True
                then = (
                    "The next source counts." if cell is not chain[-1] else consequence
                )
                if self._say(row, cell, str(why), then):
                    return Reading(unusable=True)
        return Reading(unusable=unusable)

    def _say(self, row: Row, cell: Cell, why: str, consequence: str) -> bool:
        """Note what cannot be used; true when the row is bad because of it."""
        given = cell.given(row.cells)
        if cell.unknown is Unknown.ERROR:
            self.problem(row, label(cell), given, why)
        elif cell.unknown is Unknown.REMARK:
            self.remark(row, label(cell), given, f"{why} {consequence}")
        return cell.unknown is Unknown.ERROR

    def problem(self, row: Row, column: str, given: str, right: str) -> None:
        self.findings.add_problem(Finding(row.line, column, given, right))

    def remark(self, row: Row, column: str, given: str, right: str) -> None:
        self.findings.add_remark(Finding(row.line, column, given, right))

    def _converted(
        self, row: Row, name: str, kind: Kind, cell: Cell, text: str
    ) -> Value:
        if kind is Kind.CHOICE:
            return _chosen(CHOICES[name], cell, text)
        if kind is Kind.DATE or kind is Kind.MOMENT:
            moment = self._moment(cell, text)
            if name in ALREADY_HAPPENED:
                self._refuse_future(moment)
            return moment if kind is Kind.MOMENT else moment.date()
        fitting = self._fitting(row, cell, text, FIELDS[name].longest)
        if name == "reference" and not REFERENCE.fullmatch(fitting):
            raise NotUsable(
                "is no reference; it has letters, digits, dots, hyphens and "
                "underscores, as in INT-0042."
            )
        return fitting

    def _fitting(self, row: Row, cell: Cell, text: str, longest: int | None) -> str:
        """A short text on one line, or a long one with the line breaks it has."""
        if longest is None:
            return "\n".join(text.splitlines())
        line = " ".join(text.split())
        if len(line) <= longest:
            return line
        if not cell.cut:
            raise NotUsable(
                f"has {len(line)} characters; {longest} fit. With cut = true in "
                f"{cell.where} it is cut."
            )
        self.remark(
            row, label(cell), "", f"Texts longer than {longest} characters were cut."
        )
        return f"{line[: longest - 1]}…"

    def _moment(self, cell: Cell, text: str) -> dt.datetime:
        found = read_moment(text, cell.dates)
        if found.tzinfo is None:
            return found.replace(tzinfo=self.zone)
        return found.astimezone(self.zone)

    def _refuse_future(self, moment: dt.datetime) -> None:
        # A day more, because the tracker's clock may be a time zone ahead.
        if moment.date() > self.today + dt.timedelta(days=1):
            raise NotUsable("lies in the future; it is a day that has been.")

    # What belongs together

    def _require(self, row: Row, readings: dict[str, Reading]) -> None:
        for name, known in FIELDS.items():
            reading = readings.get(name)
            if known.required and reading and reading.value is None:
                chain = self.mapping.demand[name]
                if not (reading.unusable and chain[-1].unknown is Unknown.ERROR):
                    self.problem(
                        row, label(chain[0]), "", f"is empty; {name} needs a value."
                    )

    def _settle(
        self, row: Row, values: dict[str, Value], readings: dict[str, Reading]
    ) -> None:
        """Bring the values of a row to what the stage of the demand allows."""
        stage = values["stage"]
        self._settle_end(row, values)
        if stage not in {Stage.IN_PROGRESS, Stage.DELIVERED}:
            values["started_on"] = None
        if stage in {Stage.DRAFT, *AWAITING_DECISION}:
            values["decided_on"] = None
        if stage not in BACKLOG:
            values.update(blocked_since=None, blocked_cause="", blocked_waits_for="")
        elif values.get("blocked_since") and not values.get("blocked_cause"):
            values["blocked_cause"] = f"Blocked in {self.mapping.tracker}"
        self._settle_beginning(row, values, readings)

    def _settle_end(self, row: Row, values: dict[str, Value]) -> None:
        stage = values["stage"]
        if stage != Stage.DELIVERED:
            values["delivered_on"] = None
        elif not values.get("delivered_on"):
            chain = self.mapping.demand.get("delivered_on")
            self.problem(
                row,
                label(chain[0]) if chain else "",
                "",
                "is empty; what is delivered needs the day (demand.delivered_on).",
            )
        if stage not in REFUSED:
            values["closed_on"] = None
            return
        closed = values.get("closed_on")
        if isinstance(closed, dt.date) and not values.get("decided_on"):
            values["decided_on"] = self._noon(closed)

    def _settle_beginning(
        self, row: Row, values: dict[str, Value], readings: dict[str, Reading]
    ) -> None:
        """Nothing is delivered before it was begun or written down."""
        submitted = values.get("submitted_on")
        both = (readings.get("created_on"), readings.get("submitted_on"))
        dated = [(one.moment, one) for one in both if one and one.moment]
        created, first = min(dated, key=lambda one: one[0], default=(None, Reading()))
        submitted = submitted or created
        delivered, started = values.get("delivered_on"), values.get("started_on")
        if isinstance(delivered, dt.date):
            if isinstance(started, dt.date) and started > delivered:
                values["started_on"] = None
                self._say_order(row, readings["started_on"], "The start is left out.")
            if created and created.date() > delivered:
                created = submitted = self._noon(delivered)
                self._say_order(row, first, "The day of delivery counts.")
            elif isinstance(submitted, dt.datetime) and submitted.date() > delivered:
                submitted = created
                self._say_order(row, readings["submitted_on"], "Its creation counts.")
        values["created_on"] = created
        values["submitted_on"] = None if values["stage"] == Stage.DRAFT else submitted

    def _say_order(self, row: Row, reading: Reading, consequence: str) -> None:
        if reading.cell:
            given = reading.cell.given(row.cells)
            right = f"is after the day of delivery. {consequence}"
            self.remark(row, label(reading.cell), given, right)

    def _noon(self, day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, NOON, self.zone)

    # Promises and packages

    def _promise(self, row: Row, stage: str) -> TrackedPromise | None:
        shape = self.mapping.promise
        if shape is None or not shape.when.holds(row.cells):
            return None
        read = {
            name: self._first(
                row, chain, self._promised(row, name), "The promise is left out."
            )
            for name, chain in shape.cells.items()
        }
        original, current = read.get("original", Reading()), read["current"]
        first = original.day or current.day
        last = current.day or original.day
        if original.unusable or current.unusable or first is None or last is None:
            return None
        if stage in {Stage.DRAFT, *AWAITING_DECISION}:
            cell = shape.cells["current"][0]
            self.remark(
                row,
                label(cell),
                cell.given(row.cells),
                "was promised before it was accepted. The promise is left out.",
            )
            return None
        return TrackedPromise(
            original=first,
            current=last,
            promised_on=read.get("promised_on", Reading()).moment,
            moved_on=read.get("moved_on", Reading()).moment,
            audience=str(read.get("audience", Reading()).value or ""),
        )

    def _promised(self, row: Row, name: str) -> Callable[[Cell, str], Value]:
        def convert(cell: Cell, text: str) -> Value:
            if name == "audience":
                return self._fitting(row, cell, text, 120)
            moment = self._moment(cell, text)
            return moment if name in {"promised_on", "moved_on"} else moment.date()

        return convert

    def _packages(self, row: Row, stage: str) -> tuple[TrackedPackage, ...]:
        if stage not in WITH_PACKAGES:
            return ()
        made: list[TrackedPackage] = []
        places: dict[str, list[int]] = {}
        for shape in self.mapping.packages:
            if not shape.when.holds(row.cells):
                continue
            after = [place for name in shape.after for place in places.get(name, [])]
            new = self._packages_of(row, stage, shape, tuple(after))
            places[shape.name] = list(range(len(made), len(made) + len(new)))
            made += new
        return tuple(made)

    def _packages_of(
        self, row: Row, stage: str, shape: PackageShape, after: tuple[int, ...]
    ) -> list[TrackedPackage]:
        """One package for each skill that the row names."""
        effort = self._effort(row, shape)
        if effort is None:
            return []
        skills = self._skills(row, shape)
        actual = self._number(row, shape, "actual") if "actual" in shape.cells else None
        return [
            TrackedPackage(
                name=shape.name if len(skills) == 1 else f"{shape.name} {skill}"[:120],
                skill=skill,
                skill_cell=cell,
                low=effort[0],
                likely=effort[1],
                high=effort[2],
                actual=actual if stage == Stage.DELIVERED else None,
                after=after,
            )
            for skill, cell in skills.items()
        ]

    def _skills(self, row: Row, shape: PackageShape) -> dict[str, Cell]:
        chain = shape.cells["skill"]
        for cell in chain:
            try:
                parts = [
                    self._fitting(row, cell, part, 60)
                    for part in cell.read_parts(row.cells)
                ]
            except NotUsable as why:
                if self._say(row, cell, str(why), "Its package is left out."):
                    return {}
                continue
            if parts:
                return dict.fromkeys(parts, cell)
        if chain[-1].unknown is Unknown.ERROR:
            self.problem(
                row, label(chain[0]), "", f"is empty; {shape.where} needs a skill."
            )
        return {}

    def _effort(
        self, row: Row, shape: PackageShape
    ) -> tuple[Decimal, Decimal, Decimal] | None:
        """Low, likely and high, or None where a row has no estimate."""
        before = self.findings.problem_count
        numbers = [self._number(row, shape, name) for name in ("low", "likely", "high")]
        if self.findings.problem_count > before or numbers == [None] * 3:
            return None
        low, likely, high = numbers
        given = ", ".join("–" if one is None else str(one) for one in numbers)
        columns = " / ".join(
            dict.fromkeys(
                label(shape.cells[name][0]) for name in ("low", "likely", "high")
            )
        )
        if low is None or likely is None or high is None:
            self.problem(row, columns, given, "lacks one of low, likely and high.")
        elif not low <= likely <= high:
            self.problem(
                row, columns, given, "decreases; low, likely and high must not."
            )
        elif low == 0 < high:
            self.problem(
                row, columns, given, "begins at 0; low is 0 only when all three are."
            )
        else:
            return low, likely, high
        return None

    def _number(self, row: Row, shape: PackageShape, name: str) -> Decimal | None:
        def convert(cell: Cell, text: str) -> Decimal:
            mark = "." if cell.value else self.mapping.decimal
            number = (read_number(text, mark) * cell.times).quantize(CENT)
            if number > MOST_DAYS:
                raise NotUsable(f"is more than {MOST_DAYS} days.")
            return number

        chain = shape.cells[name]
        return self._first(row, chain, convert, "It is left out.").number


def label(cell: Cell) -> str:
    """The column a message names; where there is none, the place in the mapping."""
    return cell.column or cell.where


def _chosen(choices: type[TextChoices], cell: Cell, text: str) -> str:
    wanted = text.strip().casefold()
    for choice in choices:
        if wanted in {choice.value, choice.label.casefold()}:
            return str(choice.value)
    words = [*cell.values, *choices.values]
    raise NotUsable(
        f"is not a {choices.__name__.lower()}{did_you_mean(text, words) or '.'} "
        f"Known are {named(choices.values)}"
        + (f"; {cell.where}.values has {named(cell.values)}." if cell.values else ".")
    )
