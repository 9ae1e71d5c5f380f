"""Whose leave a file is about, and what of it is new."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from capacity.leave_files import Entry
from capacity.models import Engineer
from capacity.services.leave import Away, is_known, leave_problem


@dataclass(frozen=True, slots=True)
class Match:
    """An entry of a file, whose it is, and why it is not entered; empty when it is."""

    entry: Entry
    engineer: Engineer | None
    away: Away
    is_known: bool = False
    problem: str = ""

    @property
    def is_new(self) -> bool:
        return self.engineer is not None and not self.is_known and not self.problem


def match_leave(
    entries: Sequence[Entry], people: Sequence[Engineer], whose: Engineer | None = None
) -> list[Match]:
    """Each entry with the engineer it is about: the given one, or whom it names."""
    found = []
    for entry in entries:
        away = Away(entry.first, entry.last, entry.share, entry.kind)
        engineer = whose or _named(entry, people)
        if engineer is None:
            problem = (
                f"“{entry.who}” names nobody of the team."
                if entry.who
                else "It does not say whose leave it is."
            )
            found.append(Match(entry, None, away, problem=problem))
        elif is_known(engineer, away) or _is_twice(found, engineer, away):
            found.append(Match(entry, engineer, away, is_known=True))
        else:
            problem = leave_problem(engineer, away) or ""
            found.append(Match(entry, engineer, away, problem=problem))
    return found


def _is_twice(found: Sequence[Match], engineer: Engineer, away: Away) -> bool:
    return any(each.engineer == engineer and each.away == away for each in found)


def _named(entry: Entry, people: Sequence[Engineer]) -> Engineer | None:
    """By e-mail first; by name only where exactly one is named."""
    for engineer in people:
        if engineer.user and engineer.user.email.lower() in entry.emails:
            return engineer
    said = _words(entry.who)
    named = [each for each in people if _words(each.name) <= said]
    return named[0] if len(named) == 1 else None


def _words(text: str) -> set[str]:
    """In any order: calendars write “Brandt, Katharina: vacation” too."""
    return set(re.findall(r"\w+", text.casefold()))
