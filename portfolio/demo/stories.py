"""The invented demands and systems, read from the files in ``rows/``."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROWS = Path(__file__).parent / "rows"
HISTORY = ["delivered_1", "delivered_2"]
BACKLOG = ["backlog_1", "backlog_2"]


@dataclass(frozen=True, slots=True)
class Promise:
    """Working days from the day of the load until due, and since it was given."""

    due_in: int
    ago: int
    chance: float


@dataclass(frozen=True, slots=True)
class Move:
    """A promise that was given another date."""

    due_in: int
    ago: int
    reason: str
    words: str


@dataclass(frozen=True, slots=True)
class Block:
    days: int
    cause: str
    waits_for: str


@dataclass(frozen=True, slots=True)
class Story:
    """One demand as it is told; days are working days from the day of the load."""

    title: str
    unit: str
    systems: tuple[str, str]
    often: str
    what: str
    why: str
    tier: str = "standard"
    source: str = "request"
    key: str = ""
    # How it is cut into packages, and the likely focused days of all of them.
    shape: str = ""
    days: float = 0
    # Of the backlog.
    stage: str = ""
    done: int = 0
    doing: tuple[str, float] | None = None
    promise: Promise | None = None
    moved: Move | None = None
    needed: int | None = None
    earliest: int | None = None
    after: tuple[str, ...] = ()
    blocked: Block | None = None
    wait: tuple[float, float, float] | None = None
    # Of what waits for its decision.
    due: int = 0
    question: str = ""
    # What the requester answered to the question since.
    answer: str = ""
    is_unread: bool = False
    answers: dict[str, str] = field(default_factory=dict)
    wanted: str = ""
    wanted_why: str = ""
    # Of what was refused.
    ago: int = 0
    end: str = ""
    reason: str = ""
    # By the requester or the manager for all, or inside the team; and the words.
    comments: tuple[tuple[str, str], ...] = ()
    of: str = ""
    promised: bool = False


_TUPLES: dict[str, Any] = {
    "systems": tuple,
    "comments": lambda given: tuple((who, words) for who, words in given),
    "doing": tuple,
    "after": tuple,
    "wait": tuple,
    "promise": lambda given: Promise(*given),
    "moved": lambda given: Move(*given),
    "blocked": lambda given: Block(*given),
}


def stories(*names: str) -> list[Story]:
    """The demands told in these files, in their order."""
    found = []
    for name in names:
        told = tomllib.loads((ROWS / f"{name}.toml").read_text(encoding="utf-8"))
        found += [
            Story(
                **{
                    key: _TUPLES[key](given) if key in _TUPLES else given
                    for key, given in demand.items()
                }
            )
            for demand in told["demand"]
        ]
    return found


@dataclass(frozen=True, slots=True)
class Stories:
    history: list[Story] = field(default_factory=lambda: stories(*HISTORY))
    backlog: list[Story] = field(default_factory=lambda: stories(*BACKLOG))
    waiting: list[Story] = field(default_factory=lambda: stories("waiting"))
    refused: list[Story] = field(default_factory=lambda: stories("refused"))


def table(name: str) -> list[dict[str, str]]:
    """The rows of a CSV file by column."""
    with (ROWS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
