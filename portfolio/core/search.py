"""What Ctrl-K finds: each app announces where to look in what it owns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from portfolio.core.models import User


@dataclass(frozen=True, slots=True)
class Found:
    name: str
    url: str
    note: str = ""


Finder = Callable[[User, str], Iterable[Found]]
_finders: list[Finder] = []
MOST = 12


def announce_finder(finder: Finder) -> None:
    """Ask this function too; called once from the ready() of its app."""
    _finders.append(finder)


def find(user: User, words: str) -> list[Found]:
    """The best few hits of every finder, in the order of the finders."""
    if not words.strip():
        return []
    return [hit for finder in _finders for hit in finder(user, words.strip())][:MOST]
