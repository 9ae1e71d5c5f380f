"""A scenario beside the live plan, demand by demand and promise by promise.

Both were simulated in the same worlds, so that every difference comes from the changes
alone. Chances are read from the stored distributions for the dates that are promised or
needed now.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.db.models import Q
from django.urls import reverse

from capacity.engine.distribution import chance_by, chance_words
from intake.models import Demand
from portfolio.core.models import Team, User
from portfolio.core.words import counted, joined
from portfolio.delivery.models import Commitment, policy_of
from portfolio.delivery.rag import CANNOT, Rag, Thresholds
from portfolio.delivery.reading import rag_by
from portfolio.scenarios.models import ScenarioDates, ScenarioForecast

DROPPED = Rag("grey", "dropped")
NOT_THERE = Rag("grey", "not in the plan")
# What a colour is worth, to tell better from worse.
ORDER = {"green": 0, "amber": 1, "red": 2, "grey": 3}
BECOMES = {"green": "safe", "amber": "at risk", "red": "late"}
# Of a commitment that was late and is at risk alone; that is no loss.
BETTER = "no longer late"
# What goes before such a word, of one and of many.
VERBS = {
    **dict.fromkeys(BECOMES.values(), ("becomes ", "become ")),
    CANNOT.word: ("", ""),
}
# Dates that are lost come before those that move by any number of days.
FAR = 10**6


@dataclass(frozen=True, slots=True)
class Judge:
    """What a stored distribution is judged by."""

    trials: int
    thresholds: Thresholds
    today: dt.date


@dataclass(frozen=True, slots=True)
class Side:
    """One demand in one of the two plans."""

    place: int
    p50: dt.date | None
    p85: dt.date | None
    p95: dt.date | None
    cannot: str
    chance: float | None
    rag: Rag

    @property
    def chance_words(self) -> str:
        return "–" if self.chance is None else chance_words(self.chance)


@dataclass(frozen=True, slots=True)
class Line:
    """One demand in both; a side is None where the plan does not have it."""

    reference: str
    url: str
    title: str
    unit: str
    promised: dt.date | None
    needed: dt.date | None
    live: Side | None
    then: Side | None

    @property
    def judged_by(self) -> dt.date | None:
        return self.promised or self.needed

    @property
    def days(self) -> int | None:
        """Days by which its P85 moves, above 0 for later; None without two dates."""
        return _between(self, "p85")

    @property
    def median_days(self) -> int | None:
        return _between(self, "p50")

    @property
    def days_words(self) -> str:
        """“+9 days”, “−18 days”, or what is said where no number can be."""
        if self.is_new:
            return "new"
        if self.is_dropped:
            return "dropped"
        if self.days is None:
            return self._loss_words
        if not self.days:
            return "stays"
        sign = "+" if self.days > 0 else "−"
        return f"{sign}{counted(abs(self.days), 'day')}"

    @property
    def _loss_words(self) -> str:
        if self.is_lost:
            return "no P85 any more"
        return "has a P85 now" if self.is_found else "no P85"

    @property
    def is_new(self) -> bool:
        return self.live is None

    @property
    def is_dropped(self) -> bool:
        return self.then is None

    @property
    def is_lost(self) -> bool:
        """Whether it has lost its P85, though the plan still has it."""
        return bool(self.live and self.live.p85 and self.then and not self.then.p85)

    @property
    def is_found(self) -> bool:
        return bool(self.live and not self.live.p85 and self.then and self.then.p85)

    @property
    def is_later(self) -> bool:
        return self.is_lost or (self.days or 0) > 0

    @property
    def is_earlier(self) -> bool:
        return self.is_found or (self.days or 0) < 0

    @property
    def before(self) -> Rag:
        return self.live.rag if self.live else NOT_THERE

    @property
    def after(self) -> Rag:
        return self.then.rag if self.then else DROPPED

    @property
    def turns(self) -> bool:
        """Whether the date it is judged by changes its colour."""
        return self.judged_by is not None and self.before.colour != self.after.colour

    @property
    def turns_worse(self) -> bool:
        return self.turns and ORDER[self.after.colour] > ORDER[self.before.colour]

    @property
    def gained(self) -> float | None:
        """By how much its chance rises, as a share."""
        if not (self.live and self.then):
            return None
        if self.live.chance is None or self.then.chance is None:
            return None
        return self.then.chance - self.live.chance

    @property
    def moves(self) -> bool:
        return (
            self.is_new
            or self.is_dropped
            or self.is_later
            or self.is_earlier
            or self.turns
        )

    @property
    def loss(self) -> tuple[float, ...]:
        """How hard it is hit; the larger, the harder."""
        days = -FAR if self.is_found else self.days or 0
        if self.is_lost or self.is_dropped:
            days = FAR
        return (self.turns_worse, days, -(self.gained or 0.0))


@dataclass(frozen=True, slots=True)
class Comparison:
    """All demands of both plans, in the order of the scenario."""

    forecast: ScenarioForecast
    lines: list[Line]

    @property
    def promises(self) -> list[Line]:
        """What is promised, those whose chance falls the most first."""
        found = [line for line in self.lines if line.promised]
        return sorted(
            found, key=lambda line: (line.loss, str(line.promised)), reverse=True
        )

    @property
    def headline(self) -> str:
        """“3 commitments become safe, 1 at risk; the median demand 6 days earlier”."""
        told = filter(None, [self._promise_words, self._median_words])
        words = "; ".join(told)
        return f"{words[0].upper()}{words[1:]}."

    @property
    def spread_words(self) -> str:
        """“12 demands come earlier, 3 later, 1 is new”."""
        count = [
            (sum(line.is_earlier for line in self.lines), "earlier"),
            (sum(line.is_later for line in self.lines), "later"),
            (sum(line.is_new for line in self.lines), "new"),
            (sum(line.is_dropped for line in self.lines), "dropped"),
        ]
        told = [f"{number} {word}" for number, word in count if number]
        same = sum(not line.moves for line in self.lines)
        if not told:
            return "No date moves by P85."
        return f"By P85: {joined(told)}, {same} as before."

    @property
    def _promise_words(self) -> str:
        turned = [line for line in self.lines if line.promised and line.turns]
        count: dict[str, int] = {}
        for line in turned:
            word = BECOMES.get(line.after.colour, line.after.word)
            if (line.before.colour, line.after.colour) == ("red", "amber"):
                word = BETTER
            count[word] = count.get(word, 0) + 1
        if not count:
            return "no commitment changes its colour"
        first = ["safe", BETTER, "at risk", "late"]
        order = [*first, *sorted(count.keys() - set(first))]
        told = [(count[word], word) for word in order if word in count]
        number, word = told[0]
        one, many = VERBS.get(word, ("is ", "are "))
        verb = one if number == 1 else many
        begin = f"{counted(number, 'commitment')} {verb}{word}"
        return joined([begin, *(f"{number} {word}" for number, word in told[1:])])

    @property
    def _median_words(self) -> str:
        days = [line.days for line in self.lines if line.days is not None]
        if not days:
            return ""
        middle = round(median(days))
        if not middle:
            return "the median demand stays where it is"
        way = "later" if middle > 0 else "earlier"
        return f"the median demand comes {counted(abs(middle), 'day')} {way}"


def read_comparison(
    *, team: Team, forecast: ScenarioForecast, user: User, today: dt.date
) -> Comparison:
    """What a forecast of a scenario says, as this person may see it; three queries."""
    visible = Demand.objects.visible_to(user).values("pk")
    rows = (
        ScenarioDates.objects.filter(forecast=forecast)
        .filter(Q(demand=None) | Q(demand__in=visible))
        .select_related("demand__business_unit")
    )
    promised = dict(
        Commitment.objects.open().filter(team=team).values_list("demand_id", "due_on")
    )
    judge = Judge(forecast.trials, policy_of(team).thresholds, today)
    return Comparison(forecast, [_line(row, promised, judge) for row in rows])


def by_loss(lines: Iterable[Line]) -> list[Line]:
    """Those hit hardest first, those that gain the most last."""
    return sorted(lines, key=lambda line: line.loss, reverse=True)


def _line(row: ScenarioDates, promised: dict[int, dt.date], judge: Judge) -> Line:
    demand = row.demand
    due = promised.get(demand.pk) if demand else None
    needed = demand.needed_by if demand else row.needed_by
    day = due or needed
    return Line(
        reference=demand.reference if demand else "",
        url=reverse("board:demand", args=[demand.reference]) if demand else "",
        title=demand.title if demand else row.title,
        unit=demand.business_unit.name if demand else "",
        promised=due,
        needed=needed,
        live=_side(row.live, row.place_live, day, judge),
        then=_side(row.then, row.place_then, day, judge),
    )


def _side(
    stored: dict[str, Any] | None, place: int | None, day: dt.date | None, judge: Judge
) -> Side | None:
    if stored is None:
        return None
    chance = None
    if day is not None and stored["finished_by"]:
        chance = chance_by(stored["finished_by"], judge.trials, day)
    return Side(
        place=place or 0,
        p50=_day(stored["p50"]),
        p85=_day(stored["p85"]),
        p95=_day(stored["p95"]),
        cannot=stored["cannot"],
        chance=chance,
        rag=rag_by(
            day,
            chance,
            cannot=bool(stored["cannot"]),
            today=judge.today,
            thresholds=judge.thresholds,
        ),
    )


def _between(line: Line, percentile: str) -> int | None:
    old = getattr(line.live, percentile, None)
    new = getattr(line.then, percentile, None)
    return (new - old).days if old and new else None


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
