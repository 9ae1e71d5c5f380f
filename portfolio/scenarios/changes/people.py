"""Who joins, who leaves, and who is away."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import ClassVar

from capacity.choices import LeaveKind
from capacity.models import Engineer, Leave
from capacity.services.leave import Away, remove_leave, save_leave
from capacity.services.people import Hours, Person, person_of, save_engineer
from portfolio.core.errors import RuleBroken
from portfolio.core.rights import PLAN
from portfolio.core.words import counted, day_words, joined, range_words
from portfolio.scenarios.changes.base import (
    Change,
    Making,
    day,
    engineer_now,
    number,
    skill_now,
)
from portfolio.scenarios.choices import ChangeKind

WORKING_DAYS = 5


@dataclass(frozen=True, slots=True)
class AddPerson(Change):
    """``speeds`` are rows of a skill's key, its name and the speed."""

    kind: ClassVar = ChangeKind.ADD_PERSON
    permission: ClassVar = PLAN

    name: str
    speeds: list[list[str]]
    starts_on: str | None = None
    ends_on: str | None = None
    ramp_up_weeks: int = 0
    hours_a_week: str = "40"
    overhead: str = "0.2"

    @property
    def words(self) -> str:
        skills = joined([f"{name} {speed}" for _, name, speed in self.speeds])
        ramp = (
            f"of full use after {counted(self.ramp_up_weeks, 'week')}"
            if self.ramp_up_weeks
            else ""
        )
        told = [
            f"{self.name} joins with {skills}",
            self._when,
            f"{self.hours_a_week} h a week",
            ramp,
        ]
        return f"{', '.join(filter(None, told))}."

    @property
    def shared_words(self) -> str:
        skills = joined([name for _, name, _ in self.speeds])
        first = day(self.starts_on)
        since = f", from {day_words(first)}" if first else ""
        return f"One more person with {skills}{since}."

    @property
    def _when(self) -> str:
        first, last = day(self.starts_on), day(self.ends_on)
        told = [f"from {day_words(first)}" if first else ""]
        told.append(f"until {day_words(last)}" if last else "")
        return " ".join(filter(None, told))

    def make(self, making: Making) -> Engineer:
        each_day = Decimal(self.hours_a_week) / WORKING_DAYS
        week = (*[each_day] * WORKING_DAYS, Decimal(0), Decimal(0))
        return save_engineer(
            team=making.team,
            person=Person(
                name=self.name,
                starts_on=day(self.starts_on),
                ends_on=day(self.ends_on),
                ramp_up_weeks=self.ramp_up_weeks,
                overhead=Decimal(self.overhead),
                speeds={
                    skill_now(int(pk), name): Decimal(speed)
                    for pk, name, speed in self.speeds
                },
                hours=[Hours(None, week)],
            ),
            by=making.by,
        )


@dataclass(frozen=True, slots=True)
class RemovePerson(Change):
    """By a last working day, as on the pages; ``seen`` is the one they had."""

    kind: ClassVar = ChangeKind.REMOVE_PERSON
    permission: ClassVar = PLAN

    engineer: int
    name: str
    skills: list[str]
    last_day: str
    seen: str | None = None

    @classmethod
    def of(cls, engineer: Engineer, last_day: dt.date) -> RemovePerson:
        return cls(
            engineer=engineer.pk,
            name=engineer.name,
            skills=skills_of(engineer),
            last_day=last_day.isoformat(),
            seen=_written(engineer.ends_on),
        )

    @property
    def words(self) -> str:
        return f"{self.name} leaves; the last working day is {_told(self.last_day)}."

    @property
    def shared_words(self) -> str:
        return f"One person fewer with {joined(self.skills) or 'no skill'}."

    def make(self, making: Making) -> None:
        engineer = engineer_now(self.engineer, self.name, making.team)
        if _written(engineer.ends_on) != self.seen:
            until = day_words(engineer.ends_on) if engineer.ends_on else "not set"
            raise RuleBroken(f"The last working day of {self.name} is {until} now.")
        if self.seen == self.last_day:
            raise RuleBroken(f"{self.name} leaves on that day already.")
        save_engineer(
            team=making.team,
            engineer=engineer,
            person=replace(person_of(engineer), ends_on=day(self.last_day)),
            by=making.by,
        )


@dataclass(frozen=True, slots=True)
class AddLeave(Change):
    kind: ClassVar = ChangeKind.ADD_LEAVE
    permission: ClassVar = PLAN

    engineer: int
    name: str
    first_day: str
    last_day: str
    share: str = "1"

    @classmethod
    def of(cls, engineer: Engineer, away: Away) -> AddLeave:
        return cls(
            engineer=engineer.pk,
            name=engineer.name,
            first_day=away.first_day.isoformat(),
            last_day=away.last_day.isoformat(),
            share=number(away.share),
        )

    @property
    def words(self) -> str:
        days = _days(self.first_day, self.last_day)
        return f"{self.name} is away {days}{_part(self.share)}."

    @property
    def shared_words(self) -> str:
        return "One absence more in the team."

    def make(self, making: Making) -> None:
        engineer = engineer_now(self.engineer, self.name, making.team)
        save_leave(
            engineer=engineer,
            away=Away(
                first_day=dt.date.fromisoformat(self.first_day),
                last_day=dt.date.fromisoformat(self.last_day),
                share=Decimal(self.share),
                kind=LeaveKind.OTHER,
            ),
            by=making.by,
        )


@dataclass(frozen=True, slots=True)
class CancelLeave(Change):
    kind: ClassVar = ChangeKind.CANCEL_LEAVE
    permission: ClassVar = PLAN

    leave: int
    name: str
    first_day: str
    last_day: str

    @classmethod
    def of(cls, leave: Leave) -> CancelLeave:
        return cls(
            leave=leave.pk,
            name=leave.engineer.name,
            first_day=leave.first_day.isoformat(),
            last_day=leave.last_day.isoformat(),
        )

    @property
    def words(self) -> str:
        days = _days(self.first_day, self.last_day)
        return f"{self.name} is there {days}; that leave is cancelled."

    @property
    def shared_words(self) -> str:
        return "One absence fewer in the team."

    def make(self, making: Making) -> None:
        leave = Leave.objects.filter(
            pk=self.leave,
            engineer__team=making.team,
            first_day=self.first_day,
            last_day=self.last_day,
        ).select_related("engineer__team").first()  # fmt: skip
        if leave is None:
            raise RuleBroken(
                f"{self.name} has no leave {_days(self.first_day, self.last_day)} "
                "any more."
            )
        remove_leave(leave=leave, by=making.by)


def skills_of(engineer: Engineer) -> list[str]:
    return [level.skill.name for level in engineer.skill_levels.select_related("skill")]


def _days(first: str, last: str) -> str:
    return range_words(dt.date.fromisoformat(first), dt.date.fromisoformat(last))


def _part(share: str) -> str:
    return "" if share == "1" else f", {float(share) * 100:.0f} % of each day"


def _told(text: str) -> str:
    return day_words(dt.date.fromisoformat(text))


def _written(value: dt.date | None) -> str | None:
    return value.isoformat() if value else None
