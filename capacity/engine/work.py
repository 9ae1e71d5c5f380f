"""What is worked on: demands, their packages, and demands that are yet to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from capacity.engine._reading import (
    read_days,
    read_list,
    read_number,
    read_object,
    read_optional_day,
    read_optional_text,
    read_text,
    read_texts,
    written,
)


@dataclass(frozen=True, slots=True)
class Range:
    """An estimate: P10, P50 and P90, in focused engineer-days or working days."""

    low: float
    likely: float
    high: float

    @property
    def is_zero(self) -> bool:
        return self.high == 0

    @classmethod
    def from_json(cls, value: object, where: str) -> Range:
        fields = read_object(value, where, required=("low", "likely", "high"))
        return cls(
            *(
                read_number(fields[name], f"{where}, {name},")
                for name in ("low", "likely", "high")
            )
        )

    def to_json(self) -> dict[str, float]:
        return {"low": self.low, "likely": self.likely, "high": self.high}


@dataclass(frozen=True, slots=True)
class Package:
    """The part of a demand that one engineer does with one skill."""

    id: str
    skill: str
    effort: Range
    after: tuple[str, ...] = ()
    engineer: str | None = None
    doing: str | None = None
    wait: Range | None = None

    @classmethod
    def from_json(cls, value: object, number: int, owner: str) -> Package:
        fields = read_object(
            value,
            f"Package {number} of {owner}",
            required=("id", "skill", "effort"),
            optional=("after", "engineer", "doing", "wait"),
        )
        name = read_text(fields["id"], f"The id of package {number} of {owner}")
        where = f"Package {name} of {owner}"
        wait = fields.get("wait")
        return cls(
            id=name,
            skill=read_text(fields["skill"], f"{where}, skill,"),
            effort=Range.from_json(fields["effort"], f"{where}, effort,"),
            after=read_texts(fields.get("after", []), f"{where}, after,"),
            engineer=read_optional_text(fields.get("engineer"), f"{where}, engineer,"),
            doing=read_optional_text(fields.get("doing"), f"{where}, doing,"),
            wait=None if wait is None else Range.from_json(wait, f"{where}, wait,"),
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "skill": self.skill,
            "effort": self.effort.to_json(),
            "after": list(self.after),
            "engineer": self.engineer,
            "doing": self.doing,
            "wait": self.wait.to_json() if self.wait else None,
        }


@dataclass(frozen=True, slots=True)
class Demand:
    """Something that wants engineers' time; its place in the plan is its rank."""

    id: str
    packages: tuple[Package, ...] = ()
    earliest: date | None = None
    after: tuple[str, ...] = ()
    dates: tuple[date, ...] = ()

    @classmethod
    def from_json(cls, value: object, number: int) -> Demand:
        fields = read_object(
            value,
            f"Demand {number}",
            required=("id", "packages"),
            optional=("earliest", "after", "dates"),
        )
        name = read_text(fields["id"], f"The id of demand {number}")
        where = f"Demand {name}"
        return cls(
            id=name,
            packages=_read_packages(fields["packages"], f"demand {name}"),
            earliest=read_optional_day(fields.get("earliest"), f"{where}, earliest,"),
            after=read_texts(fields.get("after", []), f"{where}, after,"),
            dates=read_days(fields.get("dates", []), f"{where}, dates,"),
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "earliest": written(self.earliest),
            "after": list(self.after),
            "dates": [day.isoformat() for day in self.dates],
            "packages": [package.to_json() for package in self.packages],
        }


@dataclass(frozen=True, slots=True)
class Arrival:
    """A stream of demands nobody has asked for yet, and the rank they enter at."""

    id: str
    per_week: float
    rank: float
    packages: tuple[Package, ...]

    @classmethod
    def from_json(cls, value: object, number: int) -> Arrival:
        fields = read_object(
            value,
            f"Arrival stream {number}",
            required=("id", "per_week", "rank", "packages"),
        )
        name = read_text(fields["id"], f"The id of arrival stream {number}")
        where = f"Arrival stream {name}"
        return cls(
            id=name,
            per_week=read_number(
                fields["per_week"], f"{where}, per_week,", least=0, most=1000
            ),
            rank=read_number(fields["rank"], f"{where}, rank,", least=0, most=1),
            packages=_read_packages(fields["packages"], f"arrival stream {name}"),
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "per_week": self.per_week,
            "rank": self.rank,
            "packages": [package.to_json() for package in self.packages],
        }


def _read_packages(value: object, owner: str) -> tuple[Package, ...]:
    return tuple(
        Package.from_json(entry, number, owner)
        for number, entry in enumerate(
            read_list(value, f"{owner[0].upper()}{owner[1:]}, packages,"), start=1
        )
    )
