"""Everything a manager reads about one demand, in a fixed number of queries."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from django.utils.safestring import SafeString

from capacity.models import DemandForecast, Forecast, WorkPackage
from capacity.own import may_report
from intake.answers import Part, parts_of
from intake.discussion import Discussion, discussion_of
from intake.models import Demand, RankMove
from intake.scoring import METHODS, Input
from portfolio.board.backlog import read_work
from portfolio.board.drawing import bar_svg
from portfolio.board.rows import (
    Facts,
    Row,
    bar_of,
    bar_words,
    range_of,
    row_of,
)
from portfolio.board.scores import read_scorer
from portfolio.board.story import Told, tell
from portfolio.board.timeline import Axis, axis_for
from portfolio.board.why import Moves, read_moves
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
    svg: SafeString
    total: int
    made_by: Forecast | None
    forecast: DemandForecast | None
    why: Moves
    score_inputs: list[Input]
    cost_per_week: float | None
    method: str
    after: list[Demand]
    packages: list[PackageLine]
    shows_people: bool
    may_report: bool
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
    work = read_work(
        (demand.pk, each.skill.name, float(each.likely)) for each in packages
    )
    promised = standing[0].commitment.due_on if standing else None
    judged_by = promised or demand.needed_by
    facts = _facts(demand)
    scorer = read_scorer(demand.team, today)
    row = row_of(
        place=backlog.filter(rank__lte=demand.rank).count() if demand.rank else 0,
        facts=facts,
        forecast=outlook.rows.get(demand.pk),
        promised=promised,
        chance=outlook.chance(demand.pk, judged_by) if judged_by else None,
        rag=outlook.rag(demand.pk, judged_by, today),
        work=work.get(demand.pk),
        scored=partial(scorer.score, facts, work.get(demand.pk)),
    )
    days = row.dates
    axis = axis_for(
        (day for day in (days.p85, days.p95, days.promised, days.needed) if day),
        today=today,
    )
    discussion, trail = discussion_of(
        demand, user, Event.objects.about(demand).by_time()
    )
    label = range_of(row, today)
    sees_people = user.has_perm(SEE_PEOPLE)
    lines = [_line(each, user, sees_people=sees_people) for each in packages]
    return DemandPage(
        demand=demand,
        row=row,
        axis=axis,
        svg=bar_svg(
            row,
            bar_of(row, axis, label),
            words=bar_words(row, today),
            label=label,
        ),
        total=backlog.count(),
        made_by=outlook.forecast,
        forecast=outlook.rows.get(demand.pk),
        score_inputs=list(scorer.inputs(facts).values()),
        cost_per_week=scorer.cost_per_week(facts),
        method=METHODS[scorer.policy.method],
        why=read_moves(demand, outlook.forecast, user),
        after=list(demand.after.visible_to(user).only("reference")),
        packages=lines,
        may_report=may_report(user, demand),
        shows_people=sees_people or any(line.engineer for line in lines),
        commitments=commitments,
        moves=list(RankMove.objects.filter(demand=demand).select_related("moved_by")),
        story=tell(trail[::-1], user),
        answers=parts_of(demand),
        discussion=discussion,
    )


def _facts(demand: Demand) -> Facts:
    return Facts(
        pk=demand.pk,
        reference=demand.reference,
        title=demand.title,
        stage=demand.stage,
        needed_by=demand.needed_by,
        revision=demand.revision,
        blocked_since=demand.blocked_since,
        blocked_cause=demand.blocked_cause,
        blocked_waits_for=demand.blocked_waits_for,
        tier=demand.tier.name,
        tier_slug=demand.tier.slug,
        unit=demand.business_unit.name,
        unit_slug=demand.business_unit.slug,
        owner=demand.owner.name if demand.owner else None,
        answers=json.dumps(demand.answers),
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
