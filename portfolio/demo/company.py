"""The ground of the demo: calendar, people, systems, integrations and engineers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.hashers import make_password
from django.utils.text import slugify

from capacity.models import (
    Engineer,
    EngineerSkill,
    KtloStream,
    Leave,
    Skill,
    WeeklyHours,
)
from capacity.services.templates import store_shipped
from intake.models import System, Tier, TierVersion
from portfolio.catalogue.models import Integration
from portfolio.core.choices import Role
from portfolio.core.models import (
    BusinessCalendar,
    BusinessUnit,
    ClosedDay,
    Team,
    User,
    WorkingPeriod,
)
from portfolio.demo.days import DAY, Days, Dice
from portfolio.demo.interruptions import log_interruptions
from portfolio.demo.people import (
    DEMO_PASSWORD,
    ENGINEERS,
    KTLO,
    MEASURED,
    OTHERS,
    SKILLS,
    STAKEHOLDERS,
    UNITS,
    Colleague,
)
from portfolio.demo.stories import table

# “ß” and “ł” have no decomposition that slugify could strip.
_PLAIN = str.maketrans({"ł": "l", "Ł": "L", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class Company:
    team: Team
    days: Days
    dice: Dice
    manager: User
    units: dict[str, BusinessUnit]
    tiers: dict[str, Tier]
    # What each tier asked at first: a few fields, and no questions of its own yet.
    first_versions: dict[str, TierVersion]
    stakeholders: dict[str, list[User]]
    systems: dict[str, System]
    skills: dict[str, Skill]
    engineers: dict[str, Engineer]


def found_company(*, today: dt.date, seed: int) -> Company:
    """Store everything that stands before the first demand."""
    dice = Dice(seed)
    calendar = _calendar(today)
    days = Days(today, calendar.business_hours())
    team = Team.objects.create(
        name="Integration team",
        slug="integration-team",
        calendar=calendar,
        reference_prefix="INT",
        forecast_seed=seed,
    )
    units = _units()
    users = _users(units, today)
    team.members.set(
        users[person.email] for person in OTHERS if person.role != Role.VIEWER
    )
    team.members.add(*(users[person.email] for person in ENGINEERS))
    skills = {key: Skill(name=name, slug=key) for key, name in SKILLS.items()}
    Skill.objects.bulk_create(skills.values())
    store_shipped(team=team)
    systems = _systems(units)
    _integrations(systems, units, days, dice)
    stakeholders: dict[str, list[User]] = {name: [] for name in units}
    for person in STAKEHOLDERS:
        stakeholders[person.unit or ""].append(users[person.email])
    engineers = _engineers(team, users, skills, days)
    log_interruptions(_streams(team, engineers), engineers, days, dice)
    return Company(
        team=team,
        days=days,
        dice=dice,
        manager=users[OTHERS[0].email],
        units=units,
        tiers={
            tier.slug: tier for tier in Tier.objects.select_related("current_version")
        },
        first_versions={
            version.tier.slug: version
            for version in TierVersion.objects.filter(number=1).select_related("tier")
        },
        stakeholders=stakeholders,
        systems=systems,
        skills=skills,
        engineers=engineers,
    )


def _calendar(today: dt.date) -> BusinessCalendar:
    calendar = BusinessCalendar.objects.create(
        name="Germany, Berlin",
        time_zone="Europe/Berlin",
        country="DE",
        subdivision="BE",
    )
    WorkingPeriod.objects.bulk_create(
        WorkingPeriod(
            calendar=calendar,
            weekday=weekday,
            opens_at=dt.time(9),
            closes_at=dt.time(17),
        )
        for weekday in range(5)
    )
    ClosedDay.objects.bulk_create(
        ClosedDay(
            calendar=calendar,
            day=dt.date(year, 12, number),
            name="Closed between the years",
        )
        for year in range(today.year - 2, today.year + 4)
        for number in (27, 28, 29, 30)
    )
    return calendar


def _units() -> dict[str, BusinessUnit]:
    units = {name: BusinessUnit(name=name, slug=slugify(name)) for name in UNITS}
    BusinessUnit.objects.bulk_create(units.values())
    return units


def _users(units: dict[str, BusinessUnit], today: dt.date) -> dict[str, User]:
    # One hash for all: each takes half a second, and the password is public anyway.
    password = make_password(DEMO_PASSWORD)
    joined = dt.datetime.combine(today - 500 * DAY, dt.time(9), dt.UTC)
    users = [
        User(
            name=person.name,
            email=person.email,
            role=person.role,
            business_unit=units[person.unit] if person.unit else None,
            password=password,
            joined_at=joined,
        )
        for person in [*OTHERS, *STAKEHOLDERS]
    ] + [
        User(
            name=person.name,
            email=person.email,
            role=Role.ENGINEER,
            password=password,
            joined_at=joined,
        )
        for person in ENGINEERS
    ]
    return {user.email: user for user in User.objects.bulk_create(users)}


def plain_slug(name: str) -> str:
    return slugify(name.translate(_PLAIN))


def _systems(units: dict[str, BusinessUnit]) -> dict[str, System]:
    systems = {
        row["name"]: System(
            name=row["name"],
            slug=plain_slug(row["name"]),
            kind=row["kind"],
            owner_unit=units.get(row["owner"]),
        )
        for row in table("systems")
    }
    System.objects.bulk_create(systems.values())
    return systems


def _integrations(
    systems: dict[str, System],
    units: dict[str, BusinessUnit],
    days: Days,
    dice: Dice,
) -> None:
    rows = []
    for row in table("integrations"):
        source, target = systems[row["source"]], systems[row["target"]]
        name = f"{source} → {target}, {row['what']}"
        retired = days.today - int(row["retired"]) * DAY if row["retired"] else None
        age = dice("integration", name).randint(420, 3300)
        since = days.before(days.today - age * DAY)
        rows.append(
            Integration(
                name=name,
                source=source,
                target=target,
                pattern=row["pattern"],
                owner_unit=source.owner_unit
                or target.owner_unit
                or units["Data Office"],
                runs_since=min(since, retired - 300 * DAY) if retired else since,
                retired_on=retired,
            )
        )
    Integration.objects.bulk_create(rows)


def _engineers(
    team: Team, users: dict[str, User], skills: dict[str, Skill], days: Days
) -> dict[str, Engineer]:
    engineers = {
        each.name: Engineer(
            team=team,
            user=users[each.email],
            name=each.name,
            country=each.country,
            subdivision=each.subdivision,
            overhead=Decimal(each.overhead),
            starts_on=_working_day(days, each.starts_in),
            ends_on=_working_day(days, each.ends_in),
            ramp_up_weeks=each.ramp_up_weeks,
        )
        for each in ENGINEERS
    }
    Engineer.objects.bulk_create(engineers.values())
    EngineerSkill.objects.bulk_create(
        EngineerSkill(
            engineer=engineers[each.name], skill=skills[key], speed=Decimal(speed)
        )
        for each in ENGINEERS
        for key, speed in each.skills.items()
    )
    WeeklyHours.objects.bulk_create(
        row for each in ENGINEERS for row in _weekly_hours(each, engineers, days)
    )
    Leave.objects.bulk_create(
        Leave(
            engineer=engineers[each.name],
            first_day=days.working(first),
            last_day=days.after(days.working(first), length - 1),
            share=Decimal(share),
            kind=kind,
        )
        for each in ENGINEERS
        for first, length, share, kind in each.away
    )
    return engineers


def _streams(team: Team, engineers: dict[str, Engineer]) -> dict[str, KtloStream]:
    streams = {}
    for name, names, per_week, low, likely, high in KTLO:
        streams[name] = KtloStream.objects.create(
            team=team,
            name=name,
            per_week=Decimal(per_week),
            low=Decimal(low),
            likely=Decimal(likely),
            high=Decimal(high),
            is_measured=name in MEASURED,
        )
        streams[name].engineers.set(engineers[each] for each in names)
    return streams


def _working_day(days: Days, number: int | None) -> dt.date | None:
    return None if number is None else days.working(number)


def _weekly_hours(
    colleague: Colleague, engineers: dict[str, Engineer], days: Days
) -> list[WeeklyHours]:
    rows = []
    for start, (monday, tuesday, wednesday, thursday, friday) in colleague.hours:
        day = _working_day(days, start)
        rows.append(
            WeeklyHours(
                engineer=engineers[colleague.name],
                # From a Monday on, so that no week has two contracts.
                effective_from=day and day - day.weekday() * DAY,
                monday=monday,
                tuesday=tuesday,
                wednesday=wednesday,
                thursday=thursday,
                friday=friday,
            )
        )
    return rows
