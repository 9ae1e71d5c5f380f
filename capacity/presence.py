"""When a person is there: contracts and absences as the plan file can say them.

A plan has one ``hours_per_day`` for each engineer, but contracts change and people are
away. So the plan gets the most hours each weekday has under any contract of the period,
and every day on which fewer are worked becomes a share of absence against that. Leave
takes its share of what is left: half a day off under a contract of four of eight hours
leaves two, which is three quarters absent. Leave entries of one day add up to a whole
day at most, as in ``capacity.engine.calendar.net_capacity``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

FULL_WEEK = (8.0, 8.0, 8.0, 8.0, 8.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Contract:
    """Hours of each weekday, Monday first, from a day on or from the beginning."""

    begins: date | None
    hours: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Absence:
    """Days away, both included, and the share of each day that is lost."""

    first: date
    last: date
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Presence:
    """Most hours of each weekday, and how much less than that there is when."""

    hours_per_day: tuple[float, ...]
    absences: tuple[Absence, ...]


def presence_between(
    contracts: Iterable[Contract],
    absences: Iterable[Absence],
    first: date,
    last: date,
) -> Presence:
    """Lay contracts and absences of a period over each other.

    Before the first contract, and without any, a full week holds: who joins later has
    a starting day for that. The absences given back do not overlap.
    """
    in_force = _in_force(contracts, first, last)
    most = tuple(
        max(hours) for hours in zip(*(each.hours for each in in_force), strict=True)
    )
    away = _away(absences, first, last)
    return Presence(
        most, tuple(_runs(first, _shares(in_force, most, away, first, last)))
    )


def ramped(
    contracts: Iterable[Contract], starts_on: date | None, weeks: int
) -> list[Contract]:
    """The contracts of somebody who needs so many weeks to be of full use.

    Each week from the first day on gives an even step more: with three weeks a
    quarter, a half and three quarters of the hours, then all.
    """
    known = sorted(contracts, key=lambda each: each.begins or date.min)
    if starts_on is None or not weeks:
        return known
    ready = starts_on + timedelta(weeks=weeks)
    begins = {starts_on + timedelta(weeks=week) for week in range(weeks + 1)} | {
        each.begins for each in known if each.begins and starts_on < each.begins < ready
    }
    steps = []
    for day in sorted(begins):
        week = (day - starts_on).days // 7
        share = min((week + 1) / (weeks + 1), 1.0)
        hours = _contract_on(known, day).hours
        steps.append(Contract(day, tuple(each * share for each in hours)))
    return [
        *(each for each in known if not each.begins or each.begins < starts_on),
        *steps,
        *(each for each in known if each.begins and each.begins > ready),
    ]


def _contract_on(contracts: Iterable[Contract], day: date) -> Contract:
    in_force = Contract(None, FULL_WEEK)
    for each in contracts:
        if each.begins is None or each.begins <= day:
            in_force = each
    return in_force


def _in_force(contracts: Iterable[Contract], first: date, last: date) -> list[Contract]:
    """The contract that holds on the first day, and those that begin after it."""
    before = Contract(None, FULL_WEEK)
    later = []
    for each in sorted(contracts, key=lambda each: each.begins or date.min):
        if each.begins is None or each.begins <= first:
            before = each
        elif each.begins <= last:
            later.append(each)
    return [before, *later]


def _away(absences: Iterable[Absence], first: date, last: date) -> dict[date, float]:
    away: dict[date, float] = {}
    for each in absences:
        for day in _days(max(each.first, first), min(each.last, last)):
            away[day] = min(away.get(day, 0.0) + each.share, 1.0)
    return away


def _shares(
    in_force: Sequence[Contract],
    most: Sequence[float],
    away: dict[date, float],
    first: date,
    last: date,
) -> Iterator[float | None]:
    """Share absent on each day; None on a weekday that never has hours."""
    number = 0
    for day in _days(first, last):
        if number + 1 < len(in_force) and in_force[number + 1].begins == day:
            number += 1
        full = most[day.weekday()]
        if not full:
            yield None
            continue
        contracted = in_force[number].hours[day.weekday()] / full
        yield round(1.0 - contracted * (1.0 - away.get(day, 0.0)), 9)


def _runs(first: date, shares: Iterable[float | None]) -> Iterator[Absence]:
    """Days of one share as one entry; days without hours interrupt nothing."""
    begun, ended, going = first, first, 0.0
    for number, share in enumerate(shares):
        if share is None:
            continue
        day = first + timedelta(days=number)
        if share != going:
            if going:
                yield Absence(begun, ended, going)
            begun, going = day, share
        ended = day
    if going:
        yield Absence(begun, ended, going)


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
