"""A request that awaits its decision, tried at a rank: its dates, and who waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from capacity.engine.distribution import chance_words
from capacity.promised import promised_days
from capacity.quarters import Quarter
from capacity.services.envelopes import warning_with
from capacity.services.estimating import Estimate
from capacity.services.gathering import today_of
from capacity.services.previews import Preview, Shift, preview_of
from capacity.services.templates import TemplateRow
from intake.models import Demand, Tier
from portfolio.core.words import counted, range_words, short_day

# A worker that has the plan at hand answers in a fraction of that.
PATIENCE_SECONDS = 4.0
NOBODY = "No worker has answered in time. Try again in a moment."
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Later:
    """A demand of the backlog that comes later for it, by days of its P85."""

    demand: Demand
    days: int


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A promise whose chance falls."""

    demand: Demand
    day: date
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What accepting it like this would do; ``problem`` says why that is unknown."""

    place: int
    of: int
    likely_days: float
    problem: str = ""
    words: str = ""
    chance: str = ""
    needed_by: date | None = None
    later: list[Later] = field(default_factory=list)
    at_risk: list[AtRisk] = field(default_factory=list)
    # Its tier goes beyond its share of the quarter with it; empty if not.
    warning: str = ""
    trials: int = 0

    @property
    def named(self) -> list[Later]:
        return self.later[:MOST_NAMED]

    @property
    def unnamed(self) -> int:
        return len(self.later) - len(self.named)

    @property
    def later_words(self) -> str:
        if not self.later:
            return "Nobody’s P85 comes later for it."
        return f"{counted(len(self.later), 'demand')} would come later:"


def usual_place(demand: Demand) -> int | None:
    """Where it enters if nobody says otherwise: an expedite on top, all else last."""
    return 1 if demand.tier.slug == Tier.EXPEDITE else None


def try_demand(
    *, demand: Demand, rows: Sequence[Estimate | TemplateRow], place: int | None
) -> Tried:
    """Ask a worker what accepting it with these packages at a rank would do."""
    backlog = list(Demand.objects.in_backlog().filter(team=demand.team_id).by_rank())
    of = len(backlog) + 1
    place = min(place or of, of)
    likely = float(sum(row.likely for row in rows))
    problem = _problem(rows)
    promised = promised_days(demand.team)
    preview = None
    if not problem:
        order = [each.reference for each in backlog]
        order.insert(place - 1, demand.reference)
        preview = preview_of(
            team=demand.team,
            change={
                "declared": [_declared(demand, rows)],
                "order": order,
                "dates": {name: [str(day)] for name, day in promised.items()},
            },
            seconds=PATIENCE_SECONDS,
        )
        problem = preview.problem if preview else NOBODY
    shift = preview.shifts.get(demand.reference) if preview else None
    if problem or preview is None or shift is None or shift.cannot:
        cannot = problem or (shift.cannot if shift else "") or NOBODY
        return Tried(place, of, likely, problem=cannot)
    return replace(
        _told(demand, backlog, preview, shift, Tried(place, of, likely)),
        at_risk=list(_at_risk(backlog, preview, promised)),
    )


def _problem(rows: Sequence[Estimate | TemplateRow]) -> str:
    if not rows:
        return "Without a work package nothing can be forecast."
    without = [row.name for row in rows if row.skill is None]
    return f"Choose a skill for {', '.join(without)} first." if without else ""


def _declared(
    demand: Demand, rows: Sequence[Estimate | TemplateRow]
) -> dict[str, object]:
    """The demand as a plan file has it, with ranges as they were declared."""
    return {
        "id": demand.reference,
        "earliest": demand.earliest.isoformat() if demand.earliest else None,
        "dates": [demand.needed_by.isoformat()] if demand.needed_by else [],
        "packages": [
            {
                "id": f"{demand.reference}/{number}",
                "skill": row.skill.name if row.skill else "",
                "effort": {
                    "low": float(row.low),
                    "likely": float(row.likely),
                    "high": float(row.high),
                },
                "after": [f"{demand.reference}/{number - 1}"]
                if number and row.after_previous
                else [],
            }
            for number, row in enumerate(rows)
        ],
    }


def _told(
    demand: Demand, backlog: list[Demand], preview: Preview, shift: Shift, tried: Tried
) -> Tried:
    days = {
        each.reference: preview.shifts[each.reference].days() or 0
        for each in backlog
        if each.reference in preview.shifts
    }
    later = [
        Later(each, days[each.reference])
        for each in backlog
        if days.get(each.reference, 0) > 0
    ]
    needed_by = demand.needed_by
    chance = shift.chances.get(needed_by, (None, None))[1] if needed_by else None
    return Tried(
        place=tried.place,
        of=tried.of,
        likely_days=tried.likely_days,
        words=_words(shift),
        chance="" if chance is None else chance_words(chance),
        needed_by=needed_by,
        later=sorted(later, key=lambda each: -each.days),
        warning=_warning(demand, tried.likely_days, shift.after["p50"]),
        trials=preview.trials,
    )


def _at_risk(
    backlog: list[Demand], preview: Preview, promised: Mapping[str, date]
) -> Iterator[AtRisk]:
    for each in backlog:
        shift, day = preview.shifts.get(each.reference), promised.get(each.reference)
        before, after = (
            shift.chances.get(day, (None, None)) if shift and day else (None, None)
        )
        if day is None or before is None or after is None:
            continue
        told = chance_words(before), chance_words(after)
        if after < before and told[0] != told[1]:
            yield AtRisk(each, day, *told)


def _warning(demand: Demand, days: float, end: date | None) -> str:
    """Counts where half of the worlds have it done before the quarter ends."""
    if end is None or end > Quarter.of(today_of(demand.team)).last:
        return ""
    return warning_with(demand, days=days, words=f"with {demand.reference}")


def _words(shift: Shift) -> str:
    p50, p85 = shift.after["p50"], shift.after["p85"]
    if p50 is None:
        return "In most simulated worlds it is not done within three years."
    if p85 is None:
        return f"From {short_day(p50)} on (P50); how late it may be is open."
    return f"{range_words(p50, p85)} (P50 – P85)"
