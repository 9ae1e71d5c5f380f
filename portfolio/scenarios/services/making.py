"""Making the changes of a scenario: all of them, or telling which do not fit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction

from capacity.models import Engineer
from capacity.services.gathering import engineer_id
from intake.models import Demand
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Team, User
from portfolio.scenarios.changes import Change, Making, read_change
from portfolio.scenarios.models import Scenario, ScenarioChange


@dataclass(frozen=True, slots=True)
class Made:
    """What came of changes.

    ``problems`` says by the key of a change why it does not fit. ``names`` are those of
    new people and demands in a plan, with names that stay the same however often they
    are made.
    """

    problems: dict[int, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def make_changes(
    *, scenario: Scenario, team: Team, rows: Iterable[ScenarioChange], by: User
) -> Made:
    """Make one change after the other in the transaction that is open.

    What does not fit is left out and told, so that all that is wrong is known at once:
    whoever keeps what was made asks for problems first.
    """
    # Its name stays out of trails that more people read than may read the scenario.
    making = Making(team=team, by=by, why=f"Applied with scenario {scenario.pk}.")
    made = Made()
    for row in rows:
        change = read_change(row)
        try:
            with transaction.atomic():
                new = _make(change, making)
        except RuleBroken as broken:
            made.problems[row.pk] = str(broken)
        else:
            if isinstance(new, Engineer):
                made.names[engineer_id(new.pk)] = f"new-{row.pk}"
            elif isinstance(new, Demand):
                made.names[new.reference] = f"new-{row.pk}"
    return made


def _make(change: Change, making: Making) -> Demand | Engineer | None:
    if not making.by.has_perm(change.permission):
        raise RuleBroken(f"{making.by} may not do this.")
    return change.make(making)
