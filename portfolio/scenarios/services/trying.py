"""What a scenario makes of the plan, without touching it.

Its changes are made for a moment by the services that make them for good, the plan is
read, and all is undone. So whatever can be forecast can be applied, and the two cannot
differ.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction

from capacity.models import WorkPackage
from capacity.services.gathering import Gathered, gather, today_of
from intake.services.locking import lock_team
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Team, User
from portfolio.scenarios.models import Scenario, ScenarioChange
from portfolio.scenarios.services.making import Made, make_changes


class _UndoneError(Exception):
    """Ends a transaction whose rows were only to be read."""


@dataclass(frozen=True, slots=True)
class Tried:
    """The plan without and with the changes, read at one moment.

    ``then`` is None where a change does not fit; ``problems`` says which and why.
    """

    start: date
    plan_revision: int
    scenario_revision: int
    live: Gathered
    then: Gathered | None
    problems: dict[int, str]


def problems_of(
    *, scenario: Scenario, by: User, rows: Iterable[ScenarioChange]
) -> dict[int, str]:
    """Why changes do not fit the plan as it is, by their keys; empty when all fit."""
    made = Made()
    try:
        with transaction.atomic():
            team = lock_team(scenario.team_id)
            made = make_changes(scenario=scenario, team=team, rows=rows, by=by)
            raise _UndoneError
    except _UndoneError:
        return made.problems


def try_scenario(*, scenario: Scenario, by: User) -> Tried:
    """Read the plan with and without the changes of an open scenario."""
    found: Tried | None = None
    try:
        with transaction.atomic():
            found = _tried(scenario, by)
            raise _UndoneError
    except _UndoneError:
        assert found is not None  # noqa: S101 - it was found before all was undone
        return found


def _tried(scenario: Scenario, by: User) -> Tried:
    # Whoever changes the plan counts up this row too, so that nothing of theirs is
    # stored between the two readings.
    lock_team(scenario.team_id)
    team = Team.objects.select_related("calendar").get(pk=scenario.team_id)
    scenario = Scenario.objects.get(pk=scenario.pk)
    if not scenario.is_open:
        raise RuleBroken(f"It was {scenario.state_words} before it was forecast.")
    start = today_of(team)
    live = _gathered(team, start)
    # Read before: making the changes counts up its revision.
    revision = team.plan_revision
    known = set(WorkPackage.objects.of_backlog(team.pk).values_list("pk", flat=True))
    rows = list(scenario.changes.all())
    made = make_changes(scenario=scenario, team=team, rows=rows, by=by)
    then = None
    if not made.problems:
        kept = {str(pk) for pk in known}
        then = named_anew(_gathered(team, start), kept=kept, names=made.names)
    return Tried(start, revision, scenario.revision, live, then, made.problems)


def _gathered(team: Team, start: date) -> Gathered:
    return gather(
        team,
        start=start,
        trials=settings.FORECAST_TRIALS,
        seed=team.forecast_seed,
    )


def named_anew(then: Gathered, *, kept: set[str], names: dict[str, str]) -> Gathered:
    """Give what only the scenario has names that do not hang on keys of the database.

    Random numbers belong to the names of packages: forecast again, a new demand has
    the same worlds again, although its rows have other keys. ``kept`` are the names of
    packages that the live plan has too.
    """
    plan: dict[str, Any] = {
        **then.plan,
        "engineers": [
            {**each, "id": names.get(each["id"], each["id"])}
            for each in then.plan["engineers"]
        ],
        "demands": [_named(each, kept, names) for each in then.plan["demands"]],
    }
    return replace(
        then,
        plan=plan,
        places=[(pk, names.get(name, name)) for pk, name in then.places],
        cannot={names.get(name, name): why for name, why in then.cannot.items()},
    )


def _named(
    demand: dict[str, Any], kept: set[str], names: dict[str, str]
) -> dict[str, Any]:
    own = names.get(demand["id"], demand["id"])
    fresh = [each["id"] for each in demand["packages"] if each["id"] not in kept]
    again = {old: f"{own}-{number}" for number, old in enumerate(fresh, start=1)}
    return {
        **demand,
        "id": own,
        "packages": [
            {
                **each,
                "id": again.get(each["id"], each["id"]),
                "after": [again.get(name, name) for name in each["after"]],
            }
            for each in demand["packages"]
        ],
    }
