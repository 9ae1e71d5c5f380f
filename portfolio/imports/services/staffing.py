"""Gives a team engineers for the skills its work asks for and nobody in it has."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import count, islice

from capacity.models import (
    Engineer,
    EngineerSkill,
    Skill,
    WeeklyHours,
    WorkPackage,
)
from portfolio.core.models import Team
from portfolio.imports.mapping import EngineersShape

WORKING_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"]


def add_engineers(*, team: Team, shape: EngineersShape, today: dt.date) -> list[str]:
    """Make the engineers that are missing; gives their names."""
    present = Engineer.objects.filter(team=team).not_gone_by(today)
    asked = WorkPackage.objects.of_backlog(team.pk).unfinished()
    missing = Skill.objects.filter(pk__in=asked.values("skill")).exclude(
        engineer_levels__engineer__in=present
    )
    taken = set(Engineer.objects.filter(team=team).values_list("name", flat=True))
    made = []
    for skill in missing:
        names = (f"{skill} {number}" for number in count(1))
        free = (name for name in names if name not in taken)
        for name in islice(free, shape.per_skill):
            _add_engineer(team, name, skill, shape)
            made.append(name)
    return made


def _add_engineer(team: Team, name: str, skill: Skill, shape: EngineersShape) -> None:
    engineer = Engineer.objects.create(
        team=team, name=name, country=shape.country, overhead=shape.overhead
    )
    EngineerSkill.objects.create(engineer=engineer, skill=skill, speed=Decimal(1))
    WeeklyHours.objects.create(
        engineer=engineer, **dict.fromkeys(WORKING_DAYS, shape.hours_per_day)
    )
