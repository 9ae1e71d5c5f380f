"""What a tracker says about one demand, in the words of Throughline, still as text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portfolio.imports.cells import Cell

Value = str | dt.date | dt.datetime | None

# Used once, when the demand is new; a change of them is no change of the demand.
ONLY_WHEN_NEW = {"key", "reference", "rank", "requester_name"}


@dataclass(frozen=True, slots=True)
class TrackedPackage:
    """A work package; ``after`` counts packages of the same demand from 0."""

    name: str
    skill: str
    skill_cell: Cell
    low: Decimal
    likely: Decimal
    high: Decimal
    actual: Decimal | None
    after: tuple[int, ...] = ()

    def said(self) -> list[Any]:
        efforts = (self.low, self.likely, self.high, self.actual)
        after = list(self.after)
        return [self.name, self.skill, *map(_written, efforts), after]


@dataclass(frozen=True, slots=True)
class TrackedPromise:
    """The first date promised and the one that holds now."""

    original: dt.date
    current: dt.date
    promised_on: dt.datetime | None = None
    moved_on: dt.datetime | None = None
    audience: str = ""

    def said(self) -> dict[str, Any]:
        return {
            "original": _written(self.original),
            "current": _written(self.current),
            "promised_on": _written(self.promised_on),
            "moved_on": _written(self.moved_on),
            "audience": self.audience,
        }


@dataclass(frozen=True, slots=True)
class Tracked:
    """One row of the file, checked and in order; names are not yet looked up."""

    line: int
    values: Mapping[str, Value]
    # Which cell gave a value; it says whether a missing name may be created.
    cells: Mapping[str, Cell]
    packages: tuple[TrackedPackage, ...] = ()
    promise: TrackedPromise | None = None

    @property
    def key(self) -> str:
        return self.text("key")

    @property
    def stage(self) -> str:
        return self.text("stage")

    def text(self, name: str) -> str:
        value = self.values.get(name)
        return value if isinstance(value, str) else ""

    def day(self, name: str) -> dt.date | None:
        value = self.values.get(name)
        if isinstance(value, dt.datetime):
            return value.date()
        return value if isinstance(value, dt.date) else None

    def moment(self, name: str) -> dt.datetime | None:
        value = self.values.get(name)
        return value if isinstance(value, dt.datetime) else None

    def said(self) -> dict[str, Any]:
        """As plain JSON, to see at the next import what the tracker has changed."""
        said: dict[str, Any] = {
            name: _written(value)
            for name, value in self.values.items()
            if name not in ONLY_WHEN_NEW and value not in (None, "")
        }
        if self.packages:
            said["packages"] = [package.said() for package in self.packages]
        if self.promise:
            said["promise"] = self.promise.said()
        return said


def _written(value: Value | Decimal) -> str | None:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return None if value is None else str(value)
