from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self

from capacity.models import Engineer, Skill
from capacity.services.people import person_of
from intake.models import Demand
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Team, User
from portfolio.scenarios.choices import ChangeKind


@dataclass(frozen=True, slots=True)
class Making:
    """Whose plan is changed, by whom, and the reason that the trail gets."""

    team: Team
    by: User
    why: str


@dataclass(frozen=True, slots=True)
class Change:
    """One change to the live plan as it is stored: plain texts, numbers and keys.

    It keeps the names of what it is about, so that it still reads when that is gone,
    and what it was written against, so that it is refused when that has changed.
    """

    kind: ClassVar[ChangeKind]
    # Who may make this change on the pages may apply it.
    permission: ClassVar[str]

    @classmethod
    def read(cls, facts: dict[str, Any]) -> Self:
        return cls(**facts)

    @property
    def facts(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def words(self) -> str:
        """The change in a sentence, for who may see people."""
        raise NotImplementedError

    @property
    def shared_words(self) -> str:
        """The same for everybody else: nobody's name, leave, speed or last day."""
        return self.words

    @property
    def consequence(self) -> str:
        """What applying it does besides; empty when the sentence says all."""
        return ""

    def make(self, making: Making) -> Demand | Engineer | None:
        """Change the live plan by the service that the pages use; gives what is new.

        Raises
        ------
        RuleBroken
            When it does not fit the plan as it is.
        """
        raise NotImplementedError


def engineer_now(pk: int, name: str, team: Team) -> Engineer:
    found = Engineer.objects.filter(team=team, pk=pk).first()
    if found is None:
        raise RuleBroken(f"{name} is not in the team any more.")
    return found


def demand_now(pk: int, reference: str, team: Team) -> Demand:
    found = Demand.objects.filter(team=team, pk=pk).first()
    if found is None:
        raise RuleBroken(f"{reference} is not in the team any more.")
    return found


def skill_now(pk: int, name: str) -> Skill:
    found = Skill.objects.filter(pk=pk).first()
    if found is None:
        raise RuleBroken(f"There is no skill {name} any more.")
    return found


def speed_now(engineer: Engineer, skill: Skill) -> str:
    """As in “0.5”; empty where they do not have it."""
    speed = person_of(engineer).speeds.get(skill)
    return "" if speed is None else number(speed)


def day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def number(value: Any) -> str:
    """“0.5”, “1”: a decimal as people write it."""
    return f"{float(value):g}"
