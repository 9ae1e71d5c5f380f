"""Everything a manager reads about one demand, in a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from capacity.models import DemandForecast, Forecast, WorkPackage
from intake.answers import Part, parts_of
from intake.discussion import Discussion, discussion_of
from intake.models import Demand, RankMove
from portfolio.board.rows import (
    Row,
    bar_of,
    bar_words,
    range_of,
    read_work,
    row_of,
)
from portfolio.board.story import Told, tell
from portfolio.board.timeline import Axis, Bar, axis_for
from portfolio.core.models import Event, User
from portfolio.core.rights import SEE_PEOPLE
from portfolio.core.words import counted
from portfolio.delivery.choices import CommitmentState
from portfolio.delivery.models import Commitment
from portfolio.delivery.reading import outlook_of, read_open


@dataclass(frozen=True, slots=True)
class PackageLine:
    """One work package; ``engineer`` is empty for who may not see names."""

    name: str
    skill: str
    range: str
    wait: str
    state: str
    state_words: str
    engineer: str


@dataclass(frozen=True, slots=True)
class DemandPage:
    demand: Demand
    row: Row
    axis: Axis
    bar: Bar
    bar_words: str
    range: str
    total: int
    made_by: Forecast | None
    forecast: DemandForecast | None
    after: list[Demand]
    packages: list[PackageLine]
    shows_people: bool
    commitments: list[Commitment]
    moves: list[RankMove]
    story: list[Told]
    answers: list[Part]
    discussion: Discussion

    @property
    def is_ranked(self) -> bool:
        return self.demand.rank is not None

    @property
    def pace(self) -> str:
        """“12 working days in the queue, 7 at work”; empty where nothing is known."""
        row = self.forecast
        if row is None or row.queue_days is None or row.touch_days is None:
            return ""
        waiting = counted(round(row.queue_days), "working day")
        return f"{waiting} in the queue, {round(row.touch_days)} at work"


def read_demand(*, demand: Demand, user: User, today: dt.date) -> DemandPage:
    outlook = outlook_of(demand.team_id, [demand.pk])
    commitments = list(
        Commitment.objects.filter(demand=demand)
        .prefetch_related("versions")
        .order_by("-promised_at")
    )
    standing = read_open(
        [each for each in commitments if each.state == CommitmentState.OPEN],
        outlook,
        today,
    )
    packages = list(
        WorkPackage.objects.filter(demand=demand).select_related("skill", "engineer")
    )
    backlog = Demand.objects.filter(team=demand.team_id).in_backlog()
    work = read_work((demand.pk, each.skill.name, each.likely) for each in packages)
    row = row_of(
        place=backlog.filter(rank__lte=demand.rank).count() if demand.rank else 0,
        demand=demand,
        outlook=outlook,
        commitment=standing[0] if standing else None,
        work=work.get(demand.pk),
        today=today,
    )
    days = row.dates
    axis = axis_for(
        (day for day in (days.p85, days.p95, days.promised, days.needed) if day),
        today=today,
    )
    discussion, trail = discussion_of(
        demand, user, Event.objects.about(demand).by_time()
    )
    sees_people = user.has_perm(SEE_PEOPLE)
    lines = [_line(each, user, sees_people=sees_people) for each in packages]
    return DemandPage(
        demand=demand,
        row=row,
        axis=axis,
        bar=bar_of(row, axis, range_of(row, today)),
        bar_words=bar_words(row, today),
        range=range_of(row, today),
        total=backlog.count(),
        made_by=outlook.forecast,
        forecast=outlook.rows.get(demand.pk),
        after=list(demand.after.visible_to(user).only("reference")),
        packages=lines,
        shows_people=sees_people or any(line.engineer for line in lines),
        commitments=commitments,
        moves=list(RankMove.objects.filter(demand=demand).select_related("moved_by")),
        story=tell(trail[::-1]),
        answers=parts_of(demand),
        discussion=discussion,
    )


def _line(package: WorkPackage, user: User, *, sees_people: bool) -> PackageLine:
    engineer = package.engineer
    # Who works on what is shown to managers, and to each person their own.
    named = (
        engineer if engineer and (sees_people or engineer.user_id == user.pk) else ""
    )
    return PackageLine(
        name=package.name,
        skill=package.skill.name,
        range=_range(package.low, package.likely, package.high),
        wait=_range(package.wait_low, package.wait_likely, package.wait_high),
        state=package.state,
        state_words=package.get_state_display(),
        engineer=str(named),
    )


def _range(low: Decimal | None, likely: Decimal | None, high: Decimal | None) -> str:
    """“2 – 3 – 8”, or one number where all is certain."""
    told = [f"{float(days):g}" for days in (low, likely, high) if days is not None]
    return " – ".join(told[:1] if len(set(told)) == 1 else told)
