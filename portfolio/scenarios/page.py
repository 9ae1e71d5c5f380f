"""What the page of one scenario shows, ready to be written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from portfolio.board.timeline import Axis, Bar, axis_for, bar
from portfolio.core.models import User
from portfolio.core.rights import PLAN_SCENARIOS, SEE_PEOPLE
from portfolio.scenarios.changes import read_change
from portfolio.scenarios.choices import ChangeKind
from portfolio.scenarios.comparison import Comparison, Line, Side, read_comparison
from portfolio.scenarios.filters import ROWS, SORTS, Filters, Pick
from portfolio.scenarios.models import Scenario, ScenarioChange
from portfolio.scenarios.status import ScenarioStatus, scenario_status


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One change as this person may read it."""

    row: ScenarioChange
    words: str
    consequence: str
    problem: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A demand with its two bars on the axis that all share."""

    line: Line
    was: Bar | None
    bar: Bar | None


@dataclass(frozen=True, slots=True)
class ScenarioPage:
    scenario: Scenario
    status: ScenarioStatus
    changes: list[ChangeLine]
    comparison: Comparison | None
    filters: Filters
    rows: list[Drawn]
    hidden: int
    axis: Axis | None
    # Whether this person may change it now.
    may_edit: bool

    @property
    def sorts(self) -> list[tuple[str, str]]:
        return list(SORTS.items())

    @property
    def shows(self) -> list[Pick]:
        return self.filters.shows(self.comparison.lines) if self.comparison else []

    @property
    def more(self) -> int:
        """How many the next click shows."""
        return min(self.hidden, ROWS)

    @property
    def with_more(self) -> str:
        return self.filters.other(rows=self.filters.rows + ROWS)

    @property
    def misfits(self) -> int:
        return sum(bool(change.problem) for change in self.changes)


def read_page(
    *, scenario: Scenario, user: User, filters: Filters, today: dt.date
) -> ScenarioPage:
    """A scenario with its newest forecast; a fixed number of queries."""
    status = scenario_status(scenario)
    comparison = None
    if status.forecast is not None and status.compares:
        comparison = read_comparison(
            team=scenario.team, forecast=status.forecast, user=user, today=today
        )
    lines = filters.keep(comparison.lines) if comparison else []
    axis = _axis(comparison.lines, today) if comparison else None
    return ScenarioPage(
        scenario=scenario,
        status=status,
        changes=read_changes(scenario, user=user, problems=status.problems),
        comparison=comparison,
        filters=filters,
        rows=[_drawn(line, axis) for line in lines[: filters.rows]] if axis else [],
        hidden=max(len(lines) - filters.rows, 0),
        axis=axis,
        may_edit=scenario.is_open and user.has_perm(PLAN_SCENARIOS),
    )


def read_changes(
    scenario: Scenario, *, user: User, problems: dict[int, str] | None = None
) -> list[ChangeLine]:
    """Its changes in words; without names for who may not see people."""
    return told_to(scenario, sees_people=user.has_perm(SEE_PEOPLE), problems=problems)


def told_to(
    scenario: Scenario, *, sees_people: bool, problems: dict[int, str] | None = None
) -> list[ChangeLine]:
    found = []
    for row in scenario.changes.all():
        change = read_change(row)
        problem = (problems or {}).get(row.pk, "")
        found.append(
            ChangeLine(
                row=row,
                words=change.words if sees_people else change.shared_words,
                consequence=change.consequence,
                # A reason may name somebody.
                problem=problem if sees_people else problem and "It no longer fits.",
            )
        )
    return found


def kinds() -> list[tuple[str, list[tuple[str, str]]]]:
    """The kinds of changes under a heading each, as (value, words)."""
    groups = {
        "People and their time": [
            ChangeKind.ADD_PERSON, ChangeKind.REMOVE_PERSON, ChangeKind.ADD_LEAVE,
            ChangeKind.CANCEL_LEAVE,
        ],
        "Skills and interruptions": [
            ChangeKind.SET_SPEED, ChangeKind.DROP_SKILL, ChangeKind.SET_KTLO,
        ],
        "Demand": [
            ChangeKind.MOVE_DEMAND, ChangeKind.ADD_DEMAND, ChangeKind.ACCEPT_REQUEST,
            ChangeKind.DROP_DEMAND, ChangeKind.ESTIMATE,
        ],
    }  # fmt: skip
    return [
        (heading, [(kind.value, kind.label) for kind in found])
        for heading, found in groups.items()
    ]


def _axis(lines: Iterable[Line], today: dt.date) -> Axis:
    days = (
        day
        for line in lines
        for side in (line.live, line.then)
        if side
        for day in (side.p85 or side.p50, line.promised)
        if day
    )
    return axis_for(days, today=today)


def _drawn(line: Line, axis: Axis) -> Drawn:
    return Drawn(
        line=line,
        was=_bar(line.live, axis),
        bar=_bar(line.then, axis, promised=line.promised),
    )


def _bar(
    side: Side | None, axis: Axis, *, promised: dt.date | None = None
) -> Bar | None:
    if side is None:
        return None
    return bar(
        axis, p10=None, p50=side.p50, p85=side.p85, p95=side.p95, promised=promised
    )
