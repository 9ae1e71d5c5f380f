"""Who is away on a day, and who is told instead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from portfolio.core.models import User

# The primary keys among these of whoever is away for the whole of a day.
Absences = Callable[[Collection[int], dt.date], Iterable[int]]
_known: list[Absences] = []


def announce_absences(absences: Absences) -> None:
    """Ask this function too; called once from the ready() of its app."""
    _known.append(absences)


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody who is told, and whom they stand in for."""

    person: User
    instead_of: User | None = None


def away_on(day: dt.date, people: Iterable[User]) -> set[int]:
    """The primary keys of those who are away, by their own word or by their leave."""
    people = list(people)
    said = {person.pk for person in people if person.says_away(day)}
    keys = [person.pk for person in people]
    return said.union(*(absences(keys, day) for absences in _known))


def who_is_told(people: Iterable[User], day: dt.date) -> list[Told]:
    """Each of these who is there, and the deputies of those who are not.

    Nobody is told twice, and nobody for somebody away who named no deputy. A deputy
    who is away too hands it on to theirs.
    """
    people = list(people)
    away = away_on(day, people)
    told = {person.pk: Told(person) for person in people if person.pk not in away}
    for person in people:
        deputy = _deputy(person, day) if person.pk in away else None
        if deputy is not None:
            told.setdefault(deputy.pk, Told(deputy, instead_of=person))
    return list(told.values())


def _deputy(person: User, day: dt.date) -> User | None:
    seen = {person.pk}
    deputy = person.deputy
    while deputy is not None and deputy.pk not in seen:
        if deputy.is_active and not away_on(day, [deputy]):
            return deputy
        seen.add(deputy.pk)
        deputy = deputy.deputy
    return None
