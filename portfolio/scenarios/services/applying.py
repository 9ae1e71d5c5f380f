from __future__ import annotations

from django.db import transaction

from portfolio.core.errors import RuleBroken
from portfolio.core.models import User
from portfolio.core.words import counted
from portfolio.scenarios.choices import ScenarioState
from portfolio.scenarios.models import Scenario
from portfolio.scenarios.services.editing import close, lock_open
from portfolio.scenarios.services.making import make_changes


class DoesNotFit(RuleBroken):
    """Some changes fit the plan no more; ``problems`` says why, by their keys."""

    def __init__(self, problems: dict[int, str]) -> None:
        self.problems = problems
        super().__init__(
            f"Nothing was changed: {counted(len(problems), 'change')} no longer "
            f"{'fits' if len(problems) == 1 else 'fit'} the plan as it is."
        )


@transaction.atomic
def apply_scenario(*, scenario: Scenario, by: User, seen_revision: int) -> Scenario:
    """Make all changes of a scenario in the live plan, or none of them.

    ``seen_revision`` is that of the scenario which whoever applies it has looked at.

    Raises
    ------
    DoesNotFit
        With every change that does not fit any more.
    RuleBroken
        When it is closed, changes nothing, or was changed since it was looked at.
    """
    scenario = lock_open(scenario)
    if seen_revision != scenario.revision:
        raise RuleBroken(
            f"“{scenario}” was changed by somebody else meanwhile. "
            "Look at what it does now and apply it again."
        )
    rows = list(scenario.changes.all())
    if not rows:
        raise RuleBroken("It changes nothing yet; add the first change.")
    made = make_changes(scenario=scenario, team=scenario.team, rows=rows, by=by)
    if made.problems:
        raise DoesNotFit(made.problems)
    close(scenario, ScenarioState.APPLIED, by, after=counted(len(rows), "change"))
    return scenario
