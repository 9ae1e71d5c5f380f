"""What a change to people, their time or interruptions would do, before it is stored.

The change is stored for a moment, the people of the plan are read, and all is undone.
What differs from the people of now is asked of a worker like every other preview. So
whatever can be stored can be tried, and the two cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from capacity.engine.distribution import chance_words
from capacity.promised import promised_days
from capacity.services.gathering import people_of, today_of
from capacity.services.previews import Preview, preview_of
from intake.models import Demand
from portfolio.core.models import Team
from portfolio.core.words import counted

PATIENCE_SECONDS = 4.0
NOBODY = "No worker has answered in time. It can be stored all the same."
MOST_NAMED = 5
# A chance that moves by less is the noise of some hundred simulated worlds.
LEAST_POINTS = 0.02

People = dict[str, list[Any]]


class _UndoneError(Exception):
    """Ends a transaction whose rows were only to be read."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A demand whose P85 moves by so many days, above 0 for later.

    Without days it has lost its date, or got one.
    """

    demand: Demand
    days: int = 0
    is_lost: bool = False

    @property
    def is_later(self) -> bool:
        return self.days > 0 or self.is_lost

    @property
    def words(self) -> str:
        if not self.days:
            return "no P85 date any more" if self.is_lost else "has a P85 date then"
        way = "later" if self.days > 0 else "earlier"
        return f"{counted(abs(self.days), 'day')} {way}"


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise whose chance changes."""

    demand: Demand
    day: date
    before: str
    after: str
    # By how much its chance rises, as a share.
    more: float

    @property
    def is_worse(self) -> bool:
        return self.more < 0


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change would do; ``problem`` says why that is not known."""

    problem: str = ""
    promises: list[Promise] = field(default_factory=list)
    later: list[Moved] = field(default_factory=list)
    earlier: list[Moved] = field(default_factory=list)
    trials: int = 0

    @property
    def is_none(self) -> bool:
        return not (self.problem or self.promises or self.later or self.earlier)

    @property
    def named(self) -> list[tuple[str, list[Moved], int]]:
        """Heading, the first few that move so, and how many more there are."""
        return [
            (
                f"{counted(len(moved), 'demand')} {how}, by P85",
                moved[:MOST_NAMED],
                max(len(moved) - MOST_NAMED, 0),
            )
            for how, moved in (("later", self.later), ("earlier", self.earlier))
            if moved
        ]


def effect_of(*, team: Team, act: Callable[[], object]) -> Effect:
    """Try what ``act`` would store.

    Raises
    ------
    RuleBroken
        As storing it would.
    """
    start = today_of(team)
    before = people_of(team, start=start)
    change = change_between(before, _people_after(team, start, act))
    if not change:
        return Effect()
    promised = promised_days(team)
    preview = preview_of(
        team=team,
        change={
            **change,
            "dates": {name: [day.isoformat()] for name, day in promised.items()},
        },
        seconds=PATIENCE_SECONDS,
    )
    if preview is None or preview.problem:
        return Effect(problem=preview.problem if preview else NOBODY)
    backlog = list(Demand.objects.in_backlog().filter(team=team).by_rank())
    moved = list(_moved(backlog, preview))
    return Effect(
        promises=sorted(_promises(backlog, preview, promised), key=_fall),
        later=sorted((each for each in moved if each.is_later), key=_far),
        earlier=sorted((each for each in moved if not each.is_later), key=_far),
        trials=preview.trials,
    )


def change_between(before: People, after: People) -> People:
    """A change for ``capacity.engine.changing`` that makes the one of the other."""
    change: People = {}
    for name, gone in (
        ("engineers", {"skills": {}}),
        ("interruptions", {"per_week": 0.0}),
    ):
        if found := list(_differences(before[name], after[name], gone)):
            change[name] = found
    if before["closed_days"] != after["closed_days"]:
        change["closed_days"] = after["closed_days"]
    return change


def _differences(
    before: Iterable[dict[str, Any]],
    after: Iterable[dict[str, Any]],
    gone: dict[str, Any],
) -> Iterator[dict[str, Any]]:
    """What is new or other, and what is gone as somebody who does nothing."""
    old = {each["id"]: each for each in before}
    new = {each["id"]: each for each in after}
    yield from (each for name, each in new.items() if each != old.get(name))
    yield from ({"id": name, **gone} for name in old if name not in new)


def _people_after(team: Team, start: date, act: Callable[[], object]) -> People:
    found: People = {}
    try:
        with transaction.atomic():
            act()
            # With its calendar as it is now.
            team = Team.objects.select_related("calendar").get(pk=team.pk)
            found = people_of(team, start=start)
            raise _UndoneError
    except _UndoneError:
        return found


def _moved(backlog: Iterable[Demand], preview: Preview) -> Iterator[Moved]:
    for demand in backlog:
        shift = preview.shifts.get(demand.reference)
        if shift is None or shift.before["p85"] == shift.after["p85"]:
            continue
        days = shift.days()
        if days is not None:
            yield Moved(demand, days)
        else:
            yield Moved(demand, is_lost=shift.after["p85"] is None)


def _far(moved: Moved) -> int:
    """Dates that come or go before those that move, and the farthest first."""
    return -abs(moved.days) if moved.days else -(10**6)


def _promises(
    backlog: Iterable[Demand], preview: Preview, promised: dict[str, date]
) -> Iterator[Promise]:
    for demand in backlog:
        shift, day = (
            preview.shifts.get(demand.reference),
            promised.get(demand.reference),
        )
        if shift is None or day is None:
            continue
        before, after = shift.chances.get(day, (None, None))
        told = _told(before), _told(after)
        more = (after or 0.0) - (before or 0.0)
        if told[0] != told[1] and (
            abs(more) >= LEAST_POINTS or None in (before, after)
        ):
            yield Promise(demand, day, *told, more)


def _fall(promise: Promise) -> float:
    """The one that falls the most comes first."""
    return promise.more


def _told(chance: float | None) -> str:
    return "no forecast" if chance is None else chance_words(chance)
