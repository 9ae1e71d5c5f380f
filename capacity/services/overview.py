"""Everything the capacity page shows to one person, in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Sum
from django.db.models.functions import Coalesce

from capacity.load import WEEKS, Line, lines_of
from capacity.models import DemandForecast, Engineer, Forecast, Leave, WorkPackage
from capacity.services.gathering import engineer_id
from capacity.services.results import result_for
from portfolio.core.calendars import public_holidays
from portfolio.core.models import Team, User
from portfolio.core.words import joined

AWAY_SOON = timedelta(weeks=4)


@dataclass(frozen=True, slots=True)
class SkillCover:
    """Who holds a skill, and how much open work asks for it."""

    name: str
    holders: list[str]
    likely_days: float

    @property
    def people(self) -> int:
        return len(self.holders)

    @property
    def risk(self) -> str:
        """What a manager should know about it; empty when there is nothing."""
        if not self.holders:
            return "nobody has it"
        return "one person alone" if self.people == 1 else ""


@dataclass(frozen=True, slots=True)
class Holiday:
    day: date
    name: str
    # Countries of the team's people; empty when everybody has it.
    where: str


@dataclass(frozen=True, slots=True)
class Overview:
    """Load by skill for everybody; people only for who may see them."""

    skills: list[Line]
    people: list[Line]
    cover: list[SkillCover]
    holidays: list[Holiday]
    # What will still be asked for, as the forecast has it; empty without one.
    coming: dict[str, Any]
    # Demands of the backlog whose work is in no number, for want of an estimate.
    left_out: int
    engineers: list[Engineer]
    away: list[Leave]


def overview_of(
    *, team: Team, user: User, forecast: Forecast | None, today: date
) -> Overview:
    """The team's capacity as this person may see it; engineers see their own line."""
    sees_people = user.has_perm("capacity.see_people")
    engineers = _engineers(team, today)
    skills, people = _load(forecast, user, engineers, today, WEEKS)
    return Overview(
        skills=skills,
        people=people,
        cover=_cover(team, engineers),
        holidays=_holidays(team, engineers, today),
        coming=_coming(forecast),
        left_out=_left_out(forecast),
        engineers=engineers if sees_people else [],
        away=_away_soon(team, today) if sees_people else [],
    )


def load_of(
    *, team: Team, user: User, forecast: Forecast | None, today: date, weeks: int
) -> tuple[list[Line], list[Line]]:
    """Load by skill, and by person as far as this one may see people."""
    return _load(forecast, user, _engineers(team, today), today, weeks)


def _engineers(team: Team, today: date) -> list[Engineer]:
    found = Engineer.objects.filter(team=team).not_gone_by(today)
    return list(found.with_calendars())


def _load(
    forecast: Forecast | None,
    user: User,
    engineers: list[Engineer],
    today: date,
    weeks: int,
) -> tuple[list[Line], list[Line]]:
    result = result_for(forecast, user=user) if forecast else {}
    by_person, by_skill = _in_hand_until(forecast)
    skills = lines_of(
        result.get("skills", []),
        name="skill",
        asked="demand",
        offered="supply",
        since=today,
        weeks=weeks,
        in_hand_until=by_skill,
    )
    names = {engineer_id(each.pk): each.name for each in engineers}
    rows = sorted(
        (
            {**row, "name": names[row["id"]]}
            for row in result.get("engineers", [])
            if row["id"] in names
        ),
        key=lambda row: str(row["name"]),
    )
    people = lines_of(
        rows,
        name="name",
        asked="load",
        offered="capacity",
        since=today,
        weeks=weeks,
        in_hand_until=by_person
        and {name: by_person[pk] for pk, name in names.items() if pk in by_person},
    )
    return skills, people


def _in_hand_until(
    forecast: Forecast | None,
) -> tuple[dict[str, date] | None, dict[str, date] | None]:
    """The last day (P50) on which people, and skills, have something in hand.

    None where the forecast does not foresee it, as those of long ago.
    """
    if forecast is None or not forecast.turns:
        return None, None
    by_person: dict[str, date] = {}
    by_package: dict[str, date] = {}
    for name, turns in forecast.turns.items():
        for row in turns["in_hand"]:
            ends = row["ends"]["p50"]
            until = date.fromisoformat(ends) if ends else date.max
            by_person[name] = max(until, by_person.get(name, until))
            by_package[row["package"]] = until
    by_skill: dict[str, date] = {}
    packages = WorkPackage.objects.filter(pk__in=by_package)
    for pk, skill in packages.values_list("pk", "skill__name"):
        until = by_package[str(pk)]
        by_skill[skill] = max(until, by_skill.get(skill, until))
    return by_person, by_skill


def _cover(team: Team, engineers: list[Engineer]) -> list[SkillCover]:
    holders: dict[str, list[str]] = {}
    for engineer in engineers:
        for level in engineer.skill_levels.all():
            holders.setdefault(level.skill.name, []).append(engineer.name)
    asked = dict(
        WorkPackage.objects.of_backlog(team.pk)
        .unfinished()
        .order_by()
        .values_list("skill__name")
        .annotate(days=Sum(Coalesce("remaining", "likely")))
    )
    return [
        SkillCover(name, holders.get(name, []), float(asked.get(name, 0)))
        for name in sorted({*holders, *asked}, key=str.lower)
    ]


def _holidays(team: Team, engineers: list[Engineer], today: date) -> list[Holiday]:
    until = today + AWAY_SOON
    calendar = team.calendar
    home = (calendar.country, calendar.subdivision)
    places = {
        (each.country, each.subdivision) if each.country else home for each in engineers
    }
    found: dict[tuple[date, str], set[tuple[str, str]]] = {}
    for place in places:
        for day, name in public_holidays(*place, today, until).items():
            found.setdefault((day, name), set()).add(place)
    closed = calendar.closed_days.filter(day__range=(today, until))
    return sorted(
        [Holiday(each.day, each.words, "") for each in closed]
        + [
            Holiday(day, name, "" if where == places else _places(where))
            for (day, name), where in found.items()
        ],
        key=lambda holiday: (holiday.day, holiday.where, holiday.name),
    )


def _places(where: set[tuple[str, str]]) -> str:
    return joined(sorted("-".join(filter(None, place)) for place in where))


def _coming(forecast: Forecast | None) -> dict[str, Any]:
    """How often each tier comes, and where it enters, in whole per cent for people."""
    if forecast is None or not forecast.arrivals:
        return {}
    tiers = [
        {**each, "behind": round(each["rank"] * 100)}
        for each in forecast.arrivals["tiers"]
    ]
    return {**forecast.arrivals, "tiers": tiers}


def _left_out(forecast: Forecast | None) -> int:
    if forecast is None:
        return 0
    return DemandForecast.objects.filter(
        forecast=forecast, cannot__endswith="no estimate yet."
    ).count()


def _away_soon(team: Team, today: date) -> list[Leave]:
    return list(
        Leave.objects.filter(
            engineer__team=team, last_day__gte=today, first_day__lte=today + AWAY_SOON
        )
        .select_related("engineer")
        .order_by("first_day", "engineer__name")
    )
