"""How fast somebody does what, and how often they are interrupted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import ClassVar

from capacity.measuring import Measured
from capacity.models import Engineer, KtloStream, Skill
from capacity.services.ktlo import Stream, save_stream
from capacity.services.people import person_of, save_engineer
from portfolio.core.errors import RuleBroken
from portfolio.core.rights import PLAN
from portfolio.scenarios.changes.base import (
    Change,
    Making,
    engineer_now,
    number,
    skill_now,
    speed_now,
)
from portfolio.scenarios.choices import ChangeKind

HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class SetSpeed(Change):
    """``seen`` is the speed they had; empty when they did not have the skill."""

    kind: ClassVar = ChangeKind.SET_SPEED
    permission: ClassVar = PLAN

    engineer: int
    name: str
    skill: int
    skill_name: str
    speed: str
    seen: str = ""

    @classmethod
    def of(cls, engineer: Engineer, skill: Skill, speed: Decimal) -> SetSpeed:
        return cls(
            engineer=engineer.pk,
            name=engineer.name,
            skill=skill.pk,
            skill_name=skill.name,
            speed=number(speed),
            seen=speed_now(engineer, skill),
        )

    @property
    def words(self) -> str:
        if not self.seen:
            return f"{self.name} learns {self.skill_name}, at speed {self.speed}."
        return (
            f"{self.name} does {self.skill_name} at speed {self.speed} instead of "
            f"{self.seen}."
        )

    @property
    def shared_words(self) -> str:
        if not self.seen:
            return f"One more person can do {self.skill_name}."
        way = "faster" if float(self.speed) > float(self.seen) else "slower"
        return f"{self.skill_name} is done {way}."

    def make(self, making: Making) -> None:
        engineer = engineer_now(self.engineer, self.name, making.team)
        skill = skill_now(self.skill, self.skill_name)
        _refuse_unless_seen(engineer, skill, self.seen)
        if self.speed == self.seen:
            raise RuleBroken(
                f"{self.name} does {self.skill_name} at speed {self.speed} already."
            )
        person = person_of(engineer)
        speeds = {**person.speeds, skill: Decimal(self.speed)}
        save_engineer(
            team=making.team,
            engineer=engineer,
            person=replace(person, speeds=speeds),
            by=making.by,
        )


@dataclass(frozen=True, slots=True)
class DropSkill(Change):
    kind: ClassVar = ChangeKind.DROP_SKILL
    permission: ClassVar = PLAN

    engineer: int
    name: str
    skill: int
    skill_name: str
    seen: str

    @classmethod
    def of(cls, engineer: Engineer, skill: Skill) -> DropSkill:
        return cls(
            engineer=engineer.pk,
            name=engineer.name,
            skill=skill.pk,
            skill_name=skill.name,
            seen=speed_now(engineer, skill),
        )

    @property
    def words(self) -> str:
        return f"{self.name} no longer does {self.skill_name}."

    @property
    def shared_words(self) -> str:
        return f"One person fewer does {self.skill_name}."

    def make(self, making: Making) -> None:
        engineer = engineer_now(self.engineer, self.name, making.team)
        skill = skill_now(self.skill, self.skill_name)
        _refuse_unless_seen(engineer, skill, self.seen)
        person = person_of(engineer)
        if skill not in person.speeds:
            raise RuleBroken(f"{self.name} does not have {self.skill_name}.")
        speeds = dict(person.speeds)
        del speeds[skill]
        save_engineer(
            team=making.team,
            engineer=engineer,
            person=replace(person, speeds=speeds),
            by=making.by,
        )


@dataclass(frozen=True, slots=True)
class SetKtlo(Change):
    """A declared rate; where the log counted before, its days each are kept."""

    kind: ClassVar = ChangeKind.SET_KTLO
    permission: ClassVar = PLAN

    stream: int
    name: str
    per_week: str
    seen: str
    low: str
    likely: str
    high: str
    was_measured: bool = False

    @classmethod
    def of(cls, stream: KtloStream, log: Measured, per_week: Decimal) -> SetKtlo:
        counts = stream.is_measured and not log.problem
        source = log if counts else stream
        return cls(
            stream=stream.pk,
            name=stream.name,
            per_week=number(per_week),
            seen=number(round(float(source.per_week), 2)),
            low=_hundredths(source.low),
            likely=_hundredths(source.likely),
            high=_hundredths(source.high),
            was_measured=stream.is_measured,
        )

    @property
    def words(self) -> str:
        rates = f"{self.per_week} a week instead of {self.seen}"
        return f"“{self.name}” interrupts at {rates}."

    @property
    def consequence(self) -> str:
        if not self.was_measured:
            return ""
        return "The stream is declared from then on, whatever its log says."

    def make(self, making: Making) -> None:
        stream = KtloStream.objects.filter(team=making.team, pk=self.stream).first()
        if stream is None:
            raise RuleBroken(f"There is no stream “{self.name}” any more.")
        rate = number(stream.per_week)
        if not self.was_measured and (stream.is_measured or rate != self.seen):
            how = "measured" if stream.is_measured else f"{rate} a week"
            raise RuleBroken(f"“{self.name}” is {how} now, and not {self.seen} a week.")
        if self.was_measured and not stream.is_measured:
            raise RuleBroken(f"“{self.name}” is declared now, and not measured.")
        save_stream(
            team=making.team,
            stream=stream,
            declared=Stream(
                name=stream.name,
                engineers=list(stream.engineers.all()),
                per_week=Decimal(self.per_week),
                low=Decimal(self.low),
                likely=Decimal(self.likely),
                high=Decimal(self.high),
                is_measured=False,
            ),
            by=making.by,
        )


def _refuse_unless_seen(engineer: Engineer, skill: Skill, seen: str) -> None:
    now = speed_now(engineer, skill)
    if now != seen:
        how = f"at speed {now} now" if now else "not at all now"
        raise RuleBroken(f"{engineer} does {skill} {how}.")


def _hundredths(days: Decimal | float) -> str:
    """At least a hundredth of a day: nothing takes no time."""
    return str(max(Decimal(str(days)).quantize(HUNDREDTH), HUNDREDTH))
