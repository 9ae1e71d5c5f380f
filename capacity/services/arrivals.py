"""What will still be asked for, measured from what was accepted in the last year.

Work that comes later and overtakes takes time from the work that is here (design page,
section 8, rule 10). The rate is what was accepted, tier by tier. The rank is where it
turned out to stand among the demands that were open when it was accepted: behind those
that were begun before it, or stand above it now. So every move on the board is in it.
Its work is that of the demands accepted, skill by skill.
"""

from __future__ import annotations

import zoneinfo
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from math import inf
from statistics import fmean
from typing import Any, NamedTuple

from capacity.models import WorkPackage
from intake.choices import BACKLOG, Stage
from intake.models import Demand
from portfolio.core.models import Team
from portfolio.core.words import counted

WEEKS = 52
LEAST_WEEKS = 12
LEAST_ACCEPTED = 8
# Demands of a tier that enter far up, further down and at the very end are streams of
# their own: were all put at their mean rank, nothing would ever overtake the first
# half, and everything the last demand.
PARTS = {"top": 1 / 3, "middle": 2 / 3, "below": 1.0, "last": inf}


class Accepted(NamedTuple):
    """A demand that was accepted: when, how it went on, and where it stands now."""

    pk: int
    tier: str
    at: datetime
    started_on: date | None
    delivered_on: date | None
    rank: str | None


class Work(NamedTuple):
    """A work package: whose it is, and low, likely and high in focused days."""

    demand: int
    skill: str
    effort: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class TierRate:
    """How often demands of a tier come, behind what share of the open ones, how big."""

    tier: str
    accepted: int
    per_week: float
    rank: float
    likely_days: float


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Streams for the plan, the same by tier for people, and why there are none."""

    streams: list[dict[str, Any]]
    tiers: list[TierRate]
    weeks: float
    why_none: str = ""

    def to_json(self) -> dict[str, Any]:
        """What a stored forecast says about them."""
        return {
            "weeks": round(self.weeks),
            "why_none": self.why_none,
            "tiers": [asdict(each) for each in self.tiers],
        }


def measure_arrivals(team: Team, *, start: date, skills: Collection[str]) -> Arrivals:
    """What was accepted in the year before a day, in two queries.

    Work with a skill outside ``skills`` is left out: nobody could do it.
    """
    zone = zoneinfo.ZoneInfo(team.calendar.time_zone)
    end = datetime.combine(start, time(), tzinfo=zone)
    since = end - timedelta(weeks=WEEKS)
    accepted = list(_accepted(team, since, end))
    work = list(_work(team, since, skills))
    return arrivals_of(accepted, work, since=since, end=end)


def arrivals_of(
    accepted: Sequence[Accepted],
    work: Sequence[Work],
    *,
    since: datetime,
    end: datetime,
) -> Arrivals:
    """Rates, ranks and work of what was accepted between two moments.

    ``accepted`` also has what came before and was still open; the oldest come first.
    """
    if accepted and accepted[0].at > since:
        # Whoever begins with the product brings a backlog along: what came on the
        # first day opens the count, and is no rate.
        since = datetime.combine(
            accepted[0].at.astimezone(end.tzinfo).date() + timedelta(days=1),
            time(),
            tzinfo=end.tzinfo,
        )
    recent = [each for each in accepted if each.at >= since]
    weeks = max((end - since) / timedelta(weeks=1), 0.0)
    if not accepted or weeks < LEAST_WEEKS or len(recent) < LEAST_ACCEPTED:
        weeks = weeks if accepted else 0.0
        return Arrivals([], [], weeks, _too_little(weeks, len(recent)))
    ranks = dict(zip(recent, _ranks(recent, accepted), strict=True))
    by_tier: dict[str, list[Accepted]] = defaultdict(list)
    for each in recent:
        by_tier[each.tier].append(each)
    arrivals = Arrivals([], [], weeks)
    for tier, members in sorted(by_tier.items()):
        mine, demands = _work_of(members, work)
        days = sum(each.effort[1] for each in mine) / demands if demands else 0.0
        arrivals.tiers.append(
            TierRate(
                tier,
                len(members),
                round(len(members) / weeks, 4),
                round(fmean(ranks[each] for each in members), 4),
                round(days, 2),
            )
        )
        by_part: dict[str, list[float]] = defaultdict(list)
        for each in members:
            by_part[_part(ranks[each])].append(ranks[each])
        for part in PARTS:
            if inside := by_part[part]:
                arrivals.streams.extend(
                    {
                        "id": f"{tier}, {part}: {skill}",
                        "per_week": round(
                            len(inside) / weeks * len(packages) / demands, 5
                        ),
                        "rank": round(fmean(inside), 4),
                        "packages": [
                            {"id": "work", "skill": skill, "effort": _mean(packages)}
                        ],
                    }
                    for skill, packages in _by_skill(mine).items()
                )
    return arrivals


def _accepted(team: Team, since: datetime, end: datetime) -> Iterator[Accepted]:
    """What was accepted before the end and not delivered before the beginning."""
    demands = (
        Demand.objects.filter(
            team=team, stage__in=[*BACKLOG, Stage.DELIVERED], decided_at__lt=end
        )
        .exclude(delivered_on__lt=since.date())
        .order_by("decided_at", "pk")
        .values_list(
            "pk", "tier__name", "decided_at", "started_on", "delivered_on", "rank"
        )
    )
    for pk, tier, at, started_on, delivered_on, rank in demands:
        if at is not None:
            yield Accepted(pk, tier, at, started_on, delivered_on, rank)


def _work(team: Team, since: datetime, skills: Collection[str]) -> Iterator[Work]:
    rows = (
        WorkPackage.objects.filter(
            demand__team=team,
            demand__stage__in=[*BACKLOG, Stage.DELIVERED],
            demand__decided_at__gte=since,
            likely__gt=0,
        )
        .order_by("pk")
        .values_list("demand_id", "skill__name", "low", "likely", "high")
    )
    for demand, skill, *effort in rows:
        if skill in skills:
            low, likely, high = (float(each) for each in effort)
            yield Work(demand, skill, (low, likely, high))


def _ranks(recent: Sequence[Accepted], accepted: Sequence[Accepted]) -> Iterator[float]:
    """Share of the demands open at each acceptance that stayed ahead of it.

    O(recent * accepted); only a worker asks for it.
    """
    order = {each: place for place, each in enumerate(sorted(accepted, key=_turn))}
    for one in recent:
        day = one.at.date()
        open_then = [
            order[each]
            for each in accepted
            if each.at < one.at
            and (each.delivered_on is None or each.delivered_on >= day)
        ]
        ahead = sum(place < order[one] for place in open_then)
        yield ahead / len(open_then) if open_then else 1.0


def _part(rank: float) -> str:
    return next(part for part, end in PARTS.items() if rank < end - 1e-9)


def _turn(each: Accepted) -> tuple[date, str, datetime]:
    """When it was its turn: the day it was begun, or its rank while it waits."""
    return (each.started_on or each.delivered_on or date.max, each.rank or "", each.at)


def _work_of(
    members: Sequence[Accepted], work: Sequence[Work]
) -> tuple[list[Work], int]:
    """Packages of these demands, and of how many demands they are.

    Where nobody has estimated one of them, those of all tiers stand in.
    """
    names = {each.pk for each in members}
    mine = [each for each in work if each.demand in names] or list(work)
    return mine, len({each.demand for each in mine})


def _by_skill(work: Sequence[Work]) -> dict[str, list[Work]]:
    found: dict[str, list[Work]] = defaultdict(list)
    for each in sorted(work, key=lambda each: each.skill):
        found[each.skill].append(each)
    return found


def _mean(packages: Sequence[Work]) -> dict[str, float]:
    return {
        name: round(fmean(each.effort[place] for each in packages), 3)
        for place, name in enumerate(("low", "likely", "high"))
    }


def _too_little(weeks: float, accepted: int) -> str:
    return (
        f"{counted(accepted, 'demand')} accepted in {counted(int(weeks), 'week')} "
        f"tell too little; {LEAST_ACCEPTED} in {LEAST_WEEKS} weeks are needed."
    )
