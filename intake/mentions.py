"""Who is meant where a comment says @ and a name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from portfolio.core.models import User

# Not in the middle of a word, as in the address of an e-mail.
_AT = re.compile(r"(?<![\w.+-])@(?=\w)")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_WORD = re.compile(r"\w[\w'’-]*")
# After a first name a family name may follow, perhaps of somebody else.
_FAMILY_NAME = re.compile(r" +([A-ZÀ-ÖØ-Þ]|\d)")


@dataclass(frozen=True, slots=True)
class Mentions:
    """Who is meant, each once, and the names that nobody has."""

    people: list[User]
    unknown: list[str]


def mentions_in(words: str, people: Iterable[User]) -> Mentions:
    """Read whole names, first names that only one of these has, and addresses."""
    people = sorted(people, key=lambda person: len(person.name), reverse=True)
    meant: dict[int, User] = {}
    unknown: list[str] = []
    for found in _AT.finditer(words):
        rest = words[found.end() :]
        person = _meant(rest, people)
        if person is not None:
            meant.setdefault(person.pk, person)
        elif (word := _WORD.match(rest)) and word.group() not in unknown:
            unknown.append(word.group())
    return Mentions(list(meant.values()), unknown)


def _meant(rest: str, people: list[User]) -> User | None:
    if address := _ADDRESS.match(rest):
        given = address.group().lower()
        return next((each for each in people if each.email.lower() == given), None)
    for person in people:
        name, after = person.name, rest[len(person.name) :]
        if rest.lower().startswith(name.lower()) and not re.match(r"\w", after):
            return person
    word = _WORD.match(rest)
    if word is None or _FAMILY_NAME.match(rest, word.end()):
        return None
    first = word.group().lower()
    named = [each for each in people if each.name.lower().split()[:1] == [first]]
    return named[0] if len(named) == 1 else None
