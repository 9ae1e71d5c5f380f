"""Scenarios and their changes as a manager writes them down, shares and puts away."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from intake.services.locking import lock_team
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Team, User
from portfolio.core.services.events import record_event
from portfolio.scenarios.changes import Change
from portfolio.scenarios.choices import ScenarioState
from portfolio.scenarios.models import Scenario, ScenarioChange
from portfolio.scenarios.services.trying import problems_of


@transaction.atomic
def save_scenario(
    *, team: Team, name: str, why: str, by: User, scenario: Scenario | None = None
) -> Scenario:
    """Make a scenario without changes, or give one another name and reason."""
    if scenario is None:
        made = Scenario.objects.create(team=team, name=name, why=why, made_by=by)
        record_event(subject=made, kind="scenario-made", by=by, team=team)
        return made
    scenario = lock_open(scenario)
    scenario.name, scenario.why = name, why
    scenario.save(update_fields=["name", "why"])
    return scenario


@transaction.atomic
def save_change(
    *, scenario: Scenario, change: Change, by: User, row: ScenarioChange | None = None
) -> ScenarioChange:
    """Add a change at the end, or write one anew, once it fits the plan as it is.

    Others that do not fit any more are not in its way; they are told elsewhere.
    """
    scenario = lock_open(scenario)
    if row is None:
        last = scenario.changes.aggregate(last=Max("position"))["last"] or 0
        row = ScenarioChange(scenario=scenario, position=last + 1)
    row.kind, row.facts = change.kind, change.facts
    row.save()
    problems = problems_of(scenario=scenario, by=by, rows=scenario.changes.all())
    if row.pk in problems:
        raise RuleBroken(problems[row.pk])
    _count_up(scenario)
    return row


@transaction.atomic
def remove_change(*, scenario: Scenario, row: ScenarioChange) -> None:
    scenario = lock_open(scenario)
    row.delete()
    _count_up(scenario)


@transaction.atomic
def set_shared(*, scenario: Scenario, is_shared: bool, by: User) -> Scenario:
    """Let those who read the plan read this too, or no longer."""
    scenario = _lock(scenario)
    if scenario.is_discarded:
        raise RuleBroken(f"“{scenario}” is discarded; take it up again first.")
    if scenario.is_shared == is_shared:
        return scenario
    scenario.is_shared = is_shared
    scenario.save(update_fields=["is_shared"])
    kind = "scenario-shared" if is_shared else "scenario-unshared"
    record_event(subject=scenario, kind=kind, by=by, team=scenario.team)
    return scenario


@transaction.atomic
def discard_scenario(*, scenario: Scenario, by: User) -> Scenario:
    """Put an open scenario away; it can be taken up again."""
    scenario = lock_open(scenario)
    close(scenario, ScenarioState.DISCARDED, by)
    return scenario


@transaction.atomic
def restore_scenario(*, scenario: Scenario, by: User) -> Scenario:
    scenario = _lock(scenario)
    if not scenario.is_discarded:
        raise RuleBroken(f"“{scenario}” is {scenario.state_words}, not discarded.")
    scenario.state = ScenarioState.OPEN
    scenario.closed_at = scenario.closed_by = None
    scenario.save(update_fields=["state", "closed_at", "closed_by"])
    record_event(subject=scenario, kind="scenario-restored", by=by, team=scenario.team)
    return scenario


def close(
    scenario: Scenario, state: ScenarioState, by: User, *, after: str = ""
) -> None:
    """Close a locked scenario, and leave the event."""
    scenario.state = state
    scenario.closed_at, scenario.closed_by = timezone.now(), by
    scenario.save(update_fields=["state", "closed_at", "closed_by"])
    record_event(
        subject=scenario,
        kind=f"scenario-{state}",
        by=by,
        team=scenario.team,
        after=after,
    )


def lock_open(scenario: Scenario) -> Scenario:
    """The scenario as it is now, held to the end of the transaction; refused closed."""
    scenario = _lock(scenario)
    if not scenario.is_open:
        raise RuleBroken(f"“{scenario}” is {scenario.state_words}; it stays as it is.")
    return scenario


def _lock(scenario: Scenario) -> Scenario:
    # The team first, as everywhere: nobody waits in a circle.
    team = lock_team(scenario.team_id)
    locked = Scenario.objects.select_for_update(no_key=True).get(pk=scenario.pk)
    locked.team = team
    return locked


def _count_up(scenario: Scenario) -> None:
    Scenario.objects.filter(pk=scenario.pk).update(revision=F("revision") + 1)
