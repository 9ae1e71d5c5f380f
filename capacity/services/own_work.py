"""What one engineer has in hand, and what comes next and why, in a fixed number of
queries.

What comes next is what the stored forecast saw in its worlds; why it does is said from
the rows as they are now. Nobody else is named: whose turn it is besides is not said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from capacity.choices import PackageState
from capacity.models import (
    Engineer,
    EngineerSkill,
    Forecast,
    Interruption,
    KtloStream,
    WorkPackage,
)
from capacity.services.gathering import engineer_id
from capacity.services.net_capacity import daily_capacity
from intake.models import Demand
from portfolio.core.models import Team
from portfolio.core.words import day_words, joined

HOURS_A_DAY = 8
MOST_NEXT = 4
MOST_PASSED_OVER = 2
# What is finished is listed, and may be taken back, for so long.
LATELY = timedelta(days=14)
# A worker foresees within moments; a page looks again for so long.
SOON = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Turn:
    """A package in somebody's course; ``next`` and ``taken`` in whole per cent."""

    begins: date
    p50: date | None
    p85: date | None
    next: int
    taken: int

    @property
    def words(self) -> str:
        """“In 71 of 100 simulated worlds you take it up next.”"""
        if not self.next:
            return f"In {self.taken} of 100 simulated worlds it comes to you."
        return f"In {self.next} of 100 simulated worlds you take it up next."


@dataclass(frozen=True, slots=True)
class InHand:
    """A package somebody is at."""

    package: WorkPackage
    left: float
    # Focused days it seems to have taken: the calendar's, less what was logged.
    so_far: float
    turn: Turn | None

    @property
    def percent_done(self) -> int:
        likely = float(self.package.likely)
        return max(0, min(100, round(100 * (1 - self.left / likely)))) if likely else 0


@dataclass(frozen=True, slots=True)
class ToCome:
    """A package somebody could take up; ``why`` are whole sentences."""

    package: WorkPackage
    place: int
    why: list[str]
    waits: bool
    turn: Turn | None = None


@dataclass(frozen=True, slots=True)
class OwnWork:
    engineer: Engineer
    in_hand: list[InHand]
    next: list[ToCome]
    # The rest of what this person could take up, in rank order.
    others: list[ToCome]
    # Why work with a higher rank is not the next.
    passed_over: list[str]
    finished: list[WorkPackage]
    streams: list[KtloStream]
    logged: list[Interruption]
    forecast: Forecast | None
    is_coming: bool


@dataclass(slots=True)
class _Backlog:
    """Work that is not done, in rank order, and what is needed to say why it waits."""

    places: dict[int, int]
    packages: list[WorkPackage]
    open_after: dict[int, list[str]]
    holders: dict[int, int]
    mine: dict[int, float]
    today: date = field(default_factory=timezone.localdate)


def own_work(engineer: Engineer, *, today: date) -> OwnWork:
    forecast = Forecast.objects.latest_of(engineer.team_id)
    turns, soonest = _turns(forecast, engineer)
    backlog = _backlog(engineer, today)
    held = [
        each
        for each in backlog.packages
        if each.state == PackageState.DOING and each.engineer_id == engineer.pk
    ]
    logged = list(
        Interruption.objects.filter(engineer=engineer).select_related("stream")[:5]
    )
    options = [
        _option(each, backlog, turns.get(str(each.pk)))
        for each in backlog.packages
        if each.state == PackageState.TO_DO
        and each.engineer_id in {None, engineer.pk}
        and each.skill_id in backlog.mine
    ]
    by_pk = {str(each.package.pk): each for each in options}
    following = [by_pk[pk] for pk in soonest if pk in by_pk][:MOST_NEXT]
    if not following:
        following = [each for each in options if not each.waits][:MOST_NEXT]
    chosen = {each.package.pk for each in following}
    return OwnWork(
        engineer=engineer,
        in_hand=_in_hand(engineer, held, turns, backlog, today),
        next=following,
        others=[each for each in options if each.package.pk not in chosen],
        passed_over=_passed_over(following, options),
        finished=_finished(engineer, today),
        streams=_streams(engineer),
        logged=logged,
        forecast=forecast,
        is_coming=_is_coming(forecast, turns),
    )


def _turns(
    forecast: Forecast | None, engineer: Engineer
) -> tuple[dict[str, Turn], list[str]]:
    """What the forecast foresees for a person, and the keys of what comes, in order."""
    if forecast is None:
        return {}, []
    stored = Forecast.objects.values_list("turns", flat=True).get(pk=forecast.pk)
    own = stored.get(engineer_id(engineer.pk), {"in_hand": [], "to_come": []})
    found = {row["package"]: _turn(row) for row in own["in_hand"] + own["to_come"]}
    return found, [row["package"] for row in own["to_come"]]


def _turn(row: Mapping[str, Any]) -> Turn:
    ends = {name: date.fromisoformat(day) for name, day in row["ends"].items() if day}
    return Turn(
        begins=date.fromisoformat(row["begins"]),
        p50=ends.get("p50"),
        p85=ends.get("p85"),
        next=round(100 * row["next"]),
        taken=round(100 * row["taken"]),
    )


def _backlog(engineer: Engineer, today: date) -> _Backlog:
    demands = (
        Demand.objects.filter(team=engineer.team_id)
        .in_backlog()
        .by_rank()
        .prefetch_related(
            Prefetch("after", Demand.objects.in_backlog().only("reference"))
        )
    )
    found = {demand.pk: demand for demand in demands}
    packages = (
        WorkPackage.objects.of_backlog(engineer.team_id)
        .unfinished()
        .select_related("skill")
        .prefetch_related("after")
        .order_by("demand__rank", "position", "pk")
    )
    listed = list(packages)
    for each in listed:
        each.demand = found[each.demand_id]
    holders: dict[int, int] = {}
    mine: dict[int, float] = {}
    levels = EngineerSkill.objects.filter(
        engineer__in=Engineer.objects.filter(team=engineer.team_id).not_gone_by(today)
    )
    for skill, person, speed in levels.values_list("skill", "engineer", "speed"):
        holders[skill] = holders.get(skill, 0) + 1
        if person == engineer.pk:
            mine[skill] = float(speed)
    return _Backlog(
        places={pk: place for place, pk in enumerate(found, start=1)},
        packages=listed,
        open_after={
            pk: sorted(other.reference for other in demand.after.all())
            for pk, demand in found.items()
        },
        holders=holders,
        mine=mine,
        today=today,
    )


def _option(package: WorkPackage, backlog: _Backlog, turn: Turn | None) -> ToCome:
    place = backlog.places[package.demand_id]
    waits = list(_waits(package, backlog))
    why = [
        f"{package.demand.reference} is number {place} of {len(backlog.places)}.",
        _who_can(package, backlog),
        *(waits or ["It can begin now."]),
    ]
    return ToCome(package, place, why, waits=bool(waits), turn=turn)


def _who_can(package: WorkPackage, backlog: _Backlog) -> str:
    if package.engineer_id is not None:
        return "It is kept for you."
    people = backlog.holders[package.skill_id]
    if people == 1:
        return f"It needs {package.skill}, which you alone have."
    return f"It needs {package.skill}, which {people} people have."


def _waits(package: WorkPackage, backlog: _Backlog) -> Iterable[str]:
    """Why nobody may begin it yet, a sentence for each reason."""
    demand = package.demand
    before = [each for each in package.after.all() if each.state != PackageState.DONE]
    for each in before:
        state = "in hand" if each.state == PackageState.DOING else "not begun"
        yield f"It waits for “{each}”, which is {state}."
    if others := backlog.open_after[demand.pk]:
        yield f"It waits for {joined(others)}."
    if demand.earliest and demand.earliest > backlog.today:
        yield f"It may not begin before {day_words(demand.earliest)}."
    if package.wait_high and before:
        days = f"{float(package.wait_likely or 0):g}"
        yield f"Then it waits for somebody outside, likely {days} working days."
    if demand.is_blocked:
        yield (
            f"{demand.reference} is blocked and waits for {demand.blocked_waits_for}."
        )


def _passed_over(following: list[ToCome], options: list[ToCome]) -> list[str]:
    """Why what ranks higher than the next is not the next."""
    if not following:
        return []
    chosen = {each.package.pk for each in following}
    found: list[str] = []
    for each in options:
        if each.place >= following[0].place or len(found) == MOST_PASSED_OVER:
            break
        if each.package.pk in chosen:
            continue
        name = f"{each.package.demand.reference} “{each.package}” ranks higher"
        if each.waits:
            waits = each.why[2]
            found.append(f"{name}, but {waits[0].lower()}{waits[1:]}")
        else:
            found.append(f"{name}; a colleague likely has it done sooner.")
    return found


def _in_hand(
    engineer: Engineer,
    held: list[WorkPackage],
    turns: Mapping[str, Turn],
    backlog: _Backlog,
    today: date,
) -> list[InHand]:
    begun = [each.started_on for each in held if each.started_on]
    capacity: list[float] = []
    lost: dict[date, float] = {}
    first = min(begun, default=today)
    if begun:
        team = Team.objects.select_related("calendar").get(pk=engineer.team_id)
        people = Engineer.objects.filter(pk=engineer.pk).with_calendars()
        capacity = daily_capacity(team, people, first, today)[engineer.pk]
        for day, hours in Interruption.objects.filter(
            engineer=engineer, day__range=(first, today)
        ).values_list("day", "hours"):
            lost[day] = lost.get(day, 0.0) + float(hours) / HOURS_A_DAY
    return [
        InHand(
            package=each,
            left=float(each.likely if each.remaining is None else each.remaining),
            so_far=_so_far(each, first, capacity, lost)
            * backlog.mine.get(each.skill_id, 1.0),
            turn=turns.get(str(each.pk)),
        )
        for each in held
    ]


def _so_far(
    package: WorkPackage, first: date, capacity: list[float], lost: Mapping[date, float]
) -> float:
    """Net capacity since a package was begun, less what was logged as interruptions."""
    if package.started_on is None:
        return 0.0
    skipped = (package.started_on - first).days
    return sum(
        max(days - lost.get(first + timedelta(days=number), 0.0), 0.0)
        for number, days in enumerate(capacity)
        if number >= skipped
    )


def _finished(engineer: Engineer, today: date) -> list[WorkPackage]:
    """What may still be taken back, the newest first."""
    done = WorkPackage.objects.of_backlog(engineer.team_id).filter(
        engineer=engineer,
        state=PackageState.DONE,
        finished_on__gte=today - LATELY,
    )
    return list(done.select_related("demand").order_by("-finished_on", "-pk")[:5])


def _streams(engineer: Engineer) -> list[KtloStream]:
    """Those that interrupt this person first, then the team's other streams."""
    streams = KtloStream.objects.filter(team=engineer.team_id)
    own = set(
        streams.filter(engineers=engineer).order_by().values_list("pk", flat=True)
    )
    return sorted(streams, key=lambda stream: (stream.pk not in own, stream.name))


def _is_coming(forecast: Forecast | None, turns: Mapping[str, Turn]) -> bool:
    return (
        forecast is not None
        and not turns
        and forecast.finished_at is not None
        and forecast.finished_at > timezone.now() - SOON
    )
