"""From rows to a plan in the format of the engine, in a fixed number of queries."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from capacity.choices import PackageState
from capacity.models import Engineer, KtloStream, WorkPackage
from capacity.presence import Absence, Contract, presence_between, ramped
from capacity.services.arrivals import Arrivals, measure_arrivals
from capacity.services.calibrating import (
    calibrated,
    calibrated_streams,
    calibration_facts,
    calibration_of,
)
from capacity.services.ktlo import measured_streams
from intake.models import Demand
from portfolio.core.calendars import BusinessHours, public_holidays
from portfolio.core.models import Team

HORIZON_DAYS = 1095
NO_ESTIMATE = "It has no estimate yet."
# A wait that has lasted as long as anybody thought is not over before it is over.
LEAST_WAIT_DAYS = 0.5


@dataclass(frozen=True, slots=True)
class Gathered:
    """A plan, and what of the backlog is not in it.

    ``places`` are the demands of the backlog in rank order as (primary key,
    reference); ``cannot`` says why a demand, by its reference, is not in the plan;
    ``calibration`` says what its ranges were made from, ``arrivals`` how the work that
    will still come was measured.
    """

    plan: dict[str, Any]
    places: list[tuple[int, str]]
    cannot: dict[str, str]
    calibration: dict[str, Any]
    arrivals: Arrivals


def today_of(team: Team, now: datetime | None = None) -> date:
    """The day it is where the team works."""
    return timezone.localdate(now, zoneinfo.ZoneInfo(team.calendar.time_zone))


def engineer_id(pk: int) -> str:
    """The name of an engineer in a plan and its result."""
    return f"eng-{pk}"


def gather_plan(team: Team, *, start: date, trials: int, seed: int) -> dict[str, Any]:
    """The team's engineers, calendars, KTLO and ranked backlog as a plan file."""
    return gather(team, start=start, trials=trials, seed=seed).plan


def gather(team: Team, *, start: date, trials: int, seed: int) -> Gathered:
    """The plan of a team, and why the rest of its backlog is not in it.

    Demands that nobody has estimated are left out, and so is what waits for them:
    they take no time from the others, and they have no date.
    """
    end = start + timedelta(days=HORIZON_DAYS - 1)
    hours = team.calendar.business_hours()
    first = start - timedelta(days=HORIZON_DAYS)
    closed = sorted(day for day in hours.closed if first <= day <= end)
    engineers = list(
        Engineer.objects.filter(team=team).not_gone_by(start).with_calendars()
    )
    known = {engineer.pk for engineer in engineers}
    demands = _backlog(team)
    cannot = _left_out(demands, known)
    calibration = calibration_of(team)
    ranges = calibrated(
        calibration, [each for demand in demands for each in demand.packages.all()]
    )
    plan: dict[str, Any] = {
        "start": start.isoformat(),
        "trials": trials,
        "seed": seed,
        "horizon_days": HORIZON_DAYS,
        "closed_days": [day.isoformat() for day in closed if day >= start],
        "engineers": with_presence(team, engineers, hours, start, end),
        "interruptions": list(_interruptions(team, known, start)),
        "demands": [
            _demand(demand, _Calendar(start, frozenset(closed)), known, ranges)
            for demand in demands
            if demand.reference not in cannot
        ],
        "uncertainty": calibration.uncertainty.to_json(),
    }
    held = {
        level.skill.name: level.skill_id
        for engineer in engineers
        for level in engineer.skill_levels.all()
    }
    arrivals = measure_arrivals(team, start=start, skills=held)
    plan["arrivals"] = calibrated_streams(calibration, arrivals.streams, held)
    places = [(demand.pk, demand.reference) for demand in demands]
    return Gathered(plan, places, cannot, calibration_facts(calibration), arrivals)


def with_presence(
    team: Team,
    engineers: Iterable[Engineer],
    hours: BusinessHours,
    first: date,
    last: date,
) -> list[dict[str, Any]]:
    """People of a team as a plan file has them, with all that keeps them away."""
    shortened = [
        Absence(day, day, share)
        for day, share in hours.shortened_days(first, last).items()
    ]
    return [
        _engineer(engineer, team, shortened, first, last)
        for engineer in sorted(engineers, key=lambda engineer: engineer.pk)
    ]


def people_of(team: Team, *, start: date) -> dict[str, list[Any]]:
    """The part of a plan that is about people: when they work and what interrupts."""
    end = start + timedelta(days=HORIZON_DAYS - 1)
    engineers, hours = _people(team, start), team.calendar.business_hours()
    known = {engineer.pk for engineer in engineers}
    closed = sorted(day for day in hours.closed if start <= day <= end)
    return {
        "closed_days": [day.isoformat() for day in closed],
        "engineers": _engineers(engineers, team, hours, start, end),
        "interruptions": list(_interruptions(team, known, start)),
    }


@dataclass(frozen=True, slots=True)
class _Calendar:
    start: date
    closed: frozenset[date]

    def working_days_since(self, day: date) -> int:
        """Days after this one and before the start on which waiting counts."""
        between = (
            day + timedelta(days=number) for number in range(1, (self.start - day).days)
        )
        return sum(each.weekday() < 5 and each not in self.closed for each in between)


def _backlog(team: Team) -> list[Demand]:
    packages = WorkPackage.objects.select_related("skill").prefetch_related(
        Prefetch("after", WorkPackage.objects.only("state", "finished_on", "demand"))
    )
    after = Demand.objects.filter(team=team).in_backlog().only("reference")
    return list(
        Demand.objects.filter(team=team)
        .in_backlog()
        .by_rank()
        .only("reference", "earliest", "needed_by", "rank")
        .prefetch_related(Prefetch("packages", packages), Prefetch("after", after))
    )


def _left_out(demands: list[Demand], known: set[int]) -> dict[str, str]:
    """Why each demand that cannot be in the plan is not, in rank order."""
    # How the sentence goes on for what waits, and for which demand it waits.
    roots: dict[str, tuple[str, str]] = {}
    cannot: dict[str, str] = {}
    for demand in demands:
        packages = list(demand.packages.all())
        if not packages:
            cannot[demand.reference] = NO_ESTIMATE
            roots[demand.reference] = demand.reference, "has no estimate yet"
            continue
        lost = next((each for each in packages if _is_lost(each, known)), None)
        if lost:
            cannot[demand.reference] = (
                f"“{lost.name}” is kept for somebody who is not in the team any more."
            )
            roots[demand.reference] = demand.reference, "cannot be forecast"
    waiting = [demand for demand in demands if demand.reference not in cannot]
    passed_on = True
    while passed_on:
        passed_on = False
        for demand in waiting:
            held_by = [
                other.reference
                for other in demand.after.all()
                if other.reference in roots
            ]
            if held_by and demand.reference not in roots:
                root, why = roots[demand.reference] = roots[min(held_by)]
                cannot[demand.reference] = f"It waits for {root}, which {why}."
                passed_on = True
    return cannot


def _is_lost(package: WorkPackage, known: set[int]) -> bool:
    """Pinned to somebody who is gone; work in hand is free for others instead."""
    return (
        package.state == PackageState.TO_DO
        and package.engineer_id is not None
        and package.engineer_id not in known
    )


def _people(team: Team, start: date) -> list[Engineer]:
    found = Engineer.objects.filter(team=team).not_gone_by(start)
    return list(found.with_calendars().order_by("pk"))


def _engineers(
    engineers: list[Engineer],
    team: Team,
    hours: BusinessHours,
    start: date,
    end: date,
) -> list[dict[str, Any]]:
    shortened = [
        Absence(day, day, share)
        for day, share in hours.shortened_days(start, end).items()
    ]
    return [_engineer(engineer, team, shortened, start, end) for engineer in engineers]


def _engineer(
    engineer: Engineer,
    team: Team,
    shortened: list[Absence],
    start: date,
    end: date,
) -> dict[str, Any]:
    country, subdivision = engineer.country, engineer.subdivision
    if not country:
        country, subdivision = team.calendar.country, team.calendar.subdivision
    absences = [
        *shortened,
        *(
            Absence(leave.first_day, leave.last_day, float(leave.share))
            for leave in engineer.leave.all()
        ),
        *(
            Absence(day, day)
            for day in public_holidays(country, subdivision, start, end)
        ),
    ]
    contracts = ramped(
        (
            Contract(row.effective_from, tuple(row.hours_per_day))
            for row in engineer.weekly_hours.all()
        ),
        engineer.starts_on,
        engineer.ramp_up_weeks,
    )
    presence = presence_between(contracts, absences, start, end)
    return {
        "id": engineer_id(engineer.pk),
        "skills": {
            level.skill.name: float(level.speed)
            for level in engineer.skill_levels.all()
        },
        "hours_per_day": list(presence.hours_per_day),
        "overhead": float(engineer.overhead),
        "from": _written(engineer.starts_on),
        "until": _written(engineer.ends_on),
        "leave": [
            [each.first.isoformat(), each.last.isoformat(), each.share]
            for each in presence.absences
        ],
    }


def _interruptions(
    team: Team, known: set[int], start: date
) -> Iterator[dict[str, Any]]:
    streams = list(
        KtloStream.objects.filter(team=team)
        .order_by("pk")
        .prefetch_related("engineers")
    )
    measured = measured_streams(
        [stream.pk for stream in streams if stream.is_measured], until=start
    )
    for stream in streams:
        engineers = sorted(
            engineer.pk for engineer in stream.engineers.all() if engineer.pk in known
        )
        log = measured.get(stream.pk)
        # What is declared holds until enough is logged.
        source = stream if log is None or log.problem else log
        if engineers and source.per_week:
            yield {
                # So that it keeps its random numbers when somebody joins or leaves.
                "id": f"ktlo-{stream.pk}",
                "engineers": [engineer_id(pk) for pk in engineers],
                "per_week": float(source.per_week),
                "effort": _range(source.low, source.likely, source.high),
            }


def _demand(
    demand: Demand,
    calendar: _Calendar,
    known: set[int],
    ranges: dict[int, dict[str, float]],
) -> dict[str, Any]:
    packages = list(demand.packages.all())
    unfinished = [each for each in packages if each.state != PackageState.DONE]
    after = sorted(other.reference for other in demand.after.all())
    return {
        "id": demand.reference,
        "earliest": _written(demand.earliest),
        "after": after,
        "dates": [demand.needed_by.isoformat()] if demand.needed_by else [],
        "packages": [
            _package(
                each, demand, calendar, known, ranges[each.pk], is_held=bool(after)
            )
            for each in unfinished
        ]
        # All is done but the delivery itself: it ends as soon as it may.
        or [_done(packages[-1])],
    }


def _package(
    package: WorkPackage,
    demand: Demand,
    calendar: _Calendar,
    known: set[int],
    estimate: dict[str, float],
    *,
    is_held: bool,
) -> dict[str, Any]:
    before = [other for other in package.after.all() if other.demand_id == demand.pk]
    unfinished = [each for each in before if each.state != PackageState.DONE]
    doing = package.state == PackageState.DOING
    who = engineer_id(package.engineer_id) if package.engineer_id in known else None
    wait = _wait(package)
    if wait and before and not unfinished and not is_held:
        ended = [each.finished_on for each in before if each.finished_on]
        began = max([*ended, demand.earliest] if demand.earliest else ended)
        wait = _shortened(wait, calendar.working_days_since(began))
    return {
        "id": str(package.pk),
        "skill": package.skill.name,
        "effort": _remaining(package, estimate) if doing else estimate,
        "after": sorted((str(each.pk) for each in unfinished), key=int),
        "engineer": None if doing else who,
        "doing": who if doing else None,
        "wait": None if doing else wait,
    }


def _done(package: WorkPackage) -> dict[str, Any]:
    return {
        "id": str(package.pk),
        "skill": package.skill.name,
        "effort": {"low": 0.0, "likely": 0.0, "high": 0.0},
        "after": [],
        "engineer": None,
        "doing": None,
        "wait": None,
    }


def _remaining(package: WorkPackage, estimate: dict[str, float]) -> dict[str, float]:
    """What is left of a range when so much of the likely effort is left."""
    if package.remaining is None or not package.likely:
        return estimate
    share = float(package.remaining / package.likely)
    return {name: days * share for name, days in estimate.items()}


def _wait(package: WorkPackage) -> dict[str, float] | None:
    given = (package.wait_low, package.wait_likely, package.wait_high)
    if None in given or not package.wait_high:
        return None
    # No waiting at all in one case of ten is more than the format can say.
    return _shortened(_range(*given), 0)


def _shortened(wait: dict[str, float], waited_days: int) -> dict[str, float]:
    return {
        name: max(days - waited_days, LEAST_WAIT_DAYS) for name, days in wait.items()
    }


def _range(low: Any, likely: Any, high: Any) -> dict[str, float]:
    return {"low": float(low), "likely": float(likely), "high": float(high)}


def _written(day: date | None) -> str | None:
    return day.isoformat() if day else None
