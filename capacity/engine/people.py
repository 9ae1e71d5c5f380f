"""Who works: engineers, their hours and absences, and what interrupts them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from capacity.engine._reading import (
    PlanError,
    read_day,
    read_list,
    read_number,
    read_object,
    read_optional_day,
    read_optional_text,
    read_text,
    read_texts,
    written,
)
from capacity.engine.work import Range


@dataclass(frozen=True, slots=True)
class Leave:
    """Days of absence, both ends included, and the share of each day that is lost."""

    first: date
    last: date
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Engineer:
    """A person: speed per skill, hours from Monday to Sunday, and absences."""

    id: str
    skills: Mapping[str, float]
    hours_per_day: tuple[float, ...] = (8.0, 8.0, 8.0, 8.0, 8.0, 0.0, 0.0)
    overhead: float = 0.0
    first_day: date | None = None
    last_day: date | None = None
    leave: tuple[Leave, ...] = ()

    @classmethod
    def from_json(cls, value: object, number: int) -> Engineer:
        fields = read_object(
            value,
            f"Engineer {number}",
            required=("id", "skills"),
            optional=("hours_per_day", "overhead", "from", "until", "leave"),
        )
        name = read_text(fields["id"], f"The id of engineer {number}")
        where = f"Engineer {name}"
        skills = fields["skills"]
        if not isinstance(skills, Mapping):
            raise PlanError(
                f"{where} has skills that are no object; "
                'skills with speeds like {"api": 1.0} were expected.'
            )
        return cls(
            id=name,
            skills={
                read_text(skill, f"A skill of engineer {name}"): read_number(
                    speed, f"{where}, speed in {skill},", least=0, most=100
                )
                for skill, speed in skills.items()
            },
            hours_per_day=tuple(
                read_number(hours, f"{where}, hours_per_day,", least=0, most=24)
                for hours in read_list(
                    fields.get("hours_per_day", [8, 8, 8, 8, 8, 0, 0]),
                    f"{where}, hours_per_day,",
                )
            ),
            overhead=read_number(
                fields.get("overhead", 0.0), f"{where}, overhead,", least=0, most=1
            ),
            first_day=read_optional_day(fields.get("from"), f"{where}, from,"),
            last_day=read_optional_day(fields.get("until"), f"{where}, until,"),
            leave=tuple(
                _read_leave(entry, f"{where}, leave entry {position},")
                for position, entry in enumerate(
                    read_list(fields.get("leave", []), f"{where}, leave,"), start=1
                )
            ),
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "skills": dict(self.skills),
            "hours_per_day": list(self.hours_per_day),
            "overhead": self.overhead,
            "from": written(self.first_day),
            "until": written(self.last_day),
            "leave": [
                [entry.first.isoformat(), entry.last.isoformat(), entry.share]
                for entry in self.leave
            ],
        }


@dataclass(frozen=True, slots=True)
class Interruption:
    """A KTLO stream: how often it interrupts whom, and for how long.

    With an id it keeps its random numbers when its people change; without one it is
    known by them.
    """

    engineers: tuple[str, ...]
    per_week: float
    effort: Range
    id: str | None = None

    @classmethod
    def from_json(cls, value: object, number: int) -> Interruption:
        where = f"Interruption stream {number}"
        fields = read_object(
            value,
            where,
            required=("engineers", "per_week", "effort"),
            optional=("id",),
        )
        return cls(
            id=read_optional_text(fields.get("id"), f"{where}, id,"),
            engineers=read_texts(fields["engineers"], f"{where}, engineers,"),
            per_week=read_number(
                fields["per_week"], f"{where}, per_week,", least=0, most=1000
            ),
            effort=Range.from_json(fields["effort"], f"{where}, effort,"),
        )

    def to_json(self) -> dict[str, Any]:
        return {
            **({} if self.id is None else {"id": self.id}),
            "engineers": list(self.engineers),
            "per_week": self.per_week,
            "effort": self.effort.to_json(),
        }


def _read_leave(value: object, where: str) -> Leave:
    entry = read_list(value, where)
    if len(entry) != 3:
        raise PlanError(
            f"{where} has {len(entry)} values; "
            "[first day, last day, share of the day absent] was expected."
        )
    return Leave(
        first=read_day(entry[0], where),
        last=read_day(entry[1], where),
        share=read_number(entry[2], f"{where} share,", least=0, most=1),
    )
