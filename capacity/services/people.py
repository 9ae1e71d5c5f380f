"""Engineers as a manager writes them down: what they can do, and when they work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import transaction

from capacity.models import Engineer, EngineerSkill, Skill, WeeklyHours
from intake.services.locking import lock_team
from portfolio.core.calendars import country_error
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Team, User
from portfolio.core.services.changes import note_plan_change
from portfolio.core.services.events import record_event
from portfolio.core.words import counted, joined, short_day

WEEKDAYS = [
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hours:
    """Contract hours of each weekday, Monday first, from a day on."""

    effective_from: date | None
    days: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """All that is written down of an engineer but their leave."""

    name: str
    account: User | None = None
    country: str = ""
    subdivision: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    ramp_up_weeks: int = 0
    overhead: Decimal = Decimal("0.2")
    speeds: Mapping[Skill, Decimal] = field(default_factory=dict)
    hours: Sequence[Hours] = ()


@transaction.atomic
def save_engineer(
    *, team: Team, person: Person, by: User, engineer: Engineer | None = None
) -> Engineer:
    """Add an engineer to a team, or write down anew what is known of one."""
    lock_team(team.pk)
    _check(team, person, engineer)
    before = engineer_words(engineer) if engineer else ""
    engineer = engineer or Engineer(team=team)
    engineer.name = person.name
    engineer.user = person.account
    engineer.country, engineer.subdivision = person.country, person.subdivision
    engineer.starts_on, engineer.ends_on = person.starts_on, person.ends_on
    engineer.ramp_up_weeks = person.ramp_up_weeks
    engineer.overhead = person.overhead
    engineer.save()
    _write_rows(engineer, person)
    after = engineer_words(engineer)
    if after == before:
        return engineer
    record_event(
        subject=engineer,
        kind="engineer-edited" if before else "engineer-added",
        by=by,
        team=team,
        before=before,
        after=after,
    )
    note_plan_change(team_id=team.pk)
    return engineer


@transaction.atomic
def remove_engineer(*, engineer: Engineer, by: User) -> None:
    """Take away somebody who was written down by mistake; who has worked stays."""
    there = [
        counted(number, word)
        for number, word in (
            (engineer.packages.count(), "work package"),
            (engineer.interruptions.count(), "interruption"),
        )
        if number
    ]
    if there:
        raise RuleBroken(
            f"{engineer} has {joined(there)}, and what was done keeps its name. Give "
            "a last working day instead: from the day after, nothing is planned for "
            "them."
        )
    record_event(
        subject=engineer,
        kind="engineer-removed",
        by=by,
        team=engineer.team,
        before=engineer_words(engineer),
    )
    engineer.delete()
    note_plan_change(team_id=engineer.team_id)


def person_of(engineer: Engineer) -> Person:
    """What is written down of an engineer, to write anew with a part changed."""
    levels = EngineerSkill.objects.filter(engineer=engineer).select_related("skill")
    return Person(
        name=engineer.name,
        account=engineer.user,
        country=engineer.country,
        subdivision=engineer.subdivision,
        starts_on=engineer.starts_on,
        ends_on=engineer.ends_on,
        ramp_up_weeks=engineer.ramp_up_weeks,
        overhead=engineer.overhead,
        speeds={level.skill: level.speed for level in levels},
        hours=[
            Hours(row.effective_from, tuple(getattr(row, name) for name in WEEKDAYS))
            for row in WeeklyHours.objects.filter(engineer=engineer)
        ],
    )


def engineer_words(engineer: Engineer) -> str:
    """For the trail: “Ada: API 1 and IAM 0.5; 40 h a week; 20 % meetings; DE-BE”."""
    # Asked for anew: whoever edits them has both at hand as they were before.
    levels = EngineerSkill.objects.filter(engineer=engineer).select_related("skill")
    contracts = WeeklyHours.objects.filter(engineer=engineer)
    skills = joined([f"{level.skill} {level.speed.normalize():f}" for level in levels])
    hours = [
        f"{_number(row.total)} h a week"
        + (f" from {row.effective_from.isoformat()}" if row.effective_from else "")
        for row in contracts
    ]
    place = "-".join(filter(None, [engineer.country, engineer.subdivision]))
    told = [
        skills or "no skill",
        *hours,
        f"{engineer.overhead_percent} % meetings",
        place,
        f"from {engineer.starts_on.isoformat()}" if engineer.starts_on else "",
        f"until {engineer.ends_on.isoformat()}" if engineer.ends_on else "",
        f"of full use after {counted(engineer.ramp_up_weeks, 'week')}"
        if engineer.ramp_up_weeks
        else "",
        f"signs in as {engineer.user.email}" if engineer.user else "",
    ]
    return f"{engineer}: {'; '.join(filter(None, told))}"


def _number(hours: float) -> str:
    return f"{hours:.2f}".rstrip("0").rstrip(".")


def _check(team: Team, person: Person, engineer: Engineer | None) -> None:
    others = Engineer.objects.all()
    if engineer:
        others = others.exclude(pk=engineer.pk)
    if others.filter(team=team, name__iexact=person.name).exists():
        raise RuleBroken(
            f"{team} has an engineer {person.name} already; add what tells them apart."
        )
    if person.account and others.filter(user=person.account).exists():
        raise RuleBroken(f"{person.account} is the account of another engineer.")
    if wrong := country_error(person.country, person.subdivision):
        raise RuleBroken(wrong)
    if person.starts_on and person.ends_on and person.ends_on < person.starts_on:
        raise RuleBroken(
            f"The last working day, {short_day(person.ends_on)}, comes before the "
            f"first, {short_day(person.starts_on)}."
        )
    if person.ramp_up_weeks and not person.starts_on:
        raise RuleBroken("Weeks to full use count from the first day; give that too.")
    since = [each.effective_from for each in person.hours]
    if len(set(since)) < len(since):
        raise RuleBroken("Two rows of hours hold from the same day; keep one of them.")


def _write_rows(engineer: Engineer, person: Person) -> None:
    engineer.skill_levels.all().delete()
    EngineerSkill.objects.bulk_create(
        EngineerSkill(engineer=engineer, skill=skill, speed=speed)
        for skill, speed in person.speeds.items()
    )
    engineer.weekly_hours.all().delete()
    WeeklyHours.objects.bulk_create(
        WeeklyHours(
            engineer=engineer,
            effective_from=each.effective_from,
            **dict(zip(WEEKDAYS, each.days, strict=True)),
        )
        for each in person.hours
    )
