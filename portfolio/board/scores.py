"""The scores of a backlog, and the order that they suggest."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from intake.choices import Stage
from intake.models import ScoreInputs
from intake.ranking import longest_kept
from intake.scoring import Input, Policy, Score, inputs_of, score_of
from intake.services.scoring import policy_of
from portfolio.board.rows import Facts, Row, Work
from portfolio.core.models import Team

if TYPE_CHECKING:
    from portfolio.board.backlog import Backlog


@dataclass(frozen=True, slots=True)
class Scorer:
    """How a team scores, and what its managers have said of single demands."""

    policy: Policy
    own: dict[int, ScoreInputs]
    today: dt.date

    def inputs(self, facts: Facts) -> dict[str, Input]:
        said = self.own.get(facts.pk)
        return inputs_of(
            own=said.own if said else {},
            answers=json.loads(facts.answers),
            tier=facts.tier_slug,
            needed_by=facts.needed_by,
            today=self.today,
        )

    def cost_per_week(self, facts: Facts) -> float | None:
        said = self.own.get(facts.pk)
        cost = said.cost_per_week if said else None
        return None if cost is None else float(cost)

    def score(self, facts: Facts, work: Work | None) -> Score:
        return score_of(
            self.policy,
            self.inputs(facts),
            days=work.likely_days if work else None,
            cost_per_week=self.cost_per_week(facts),
        )


def read_scorer(team: Team, today: dt.date) -> Scorer:
    said = ScoreInputs.objects.filter(demand__team=team, demand__rank__isnull=False)
    return Scorer(
        policy=policy_of(team),
        own={inputs.demand_id: inputs for inputs in said},
        today=today,
    )


@dataclass(frozen=True, slots=True)
class Proposal:
    """The order that scores suggest, beside the one there is, by references."""

    now: list[str]
    order: list[str]
    # Rows that would move, and the places they would have; the others make way.
    moves: list[tuple[Row, int]]
    unscored: int

    @property
    def seal(self) -> str:
        """Stands for what was looked at, so that nothing else is kept."""
        text = "\n".join([*self.now, "", *self.order])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def proposal_of(backlog: Backlog) -> Proposal:
    now = [row.reference for row in backlog.rows]
    order = order_by_score(backlog.rows)
    kept = set(longest_kept(now, order))
    places = {reference: place for place, reference in enumerate(order, 1)}
    return Proposal(
        now=now,
        order=order,
        moves=[
            (row, places[row.reference])
            for row in backlog.rows
            if row.reference not in kept
        ],
        unscored=sum(row.score.number is None for row in backlog.rows),
    )


def order_by_score(rows: Sequence[Row]) -> list[str]:
    """The references with the best score first, on the places of what may move.

    What is in progress stays where it is, as it is in somebody's hands, and so does
    what has no score. Equal scores keep their order.
    """
    free = {
        row.reference: number
        for row in rows
        if row.stage != Stage.IN_PROGRESS and (number := row.score.number) is not None
    }
    best = iter(sorted(free, key=lambda reference: -free[reference]))
    return [next(best) if row.reference in free else row.reference for row in rows]
