"""The scenarios of a team as the list shows them, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Prefetch

from portfolio.core.models import Team, User
from portfolio.core.rights import PLAN_SCENARIOS
from portfolio.scenarios.choices import ScenarioState
from portfolio.scenarios.filters import Pick
from portfolio.scenarios.models import Scenario, ScenarioForecast
from portfolio.scenarios.status import ScenarioStatus, status_from

SHOWS = {
    "open": "Open",
    "applied": "Applied",
    "discarded": "Discarded",
    "all": "All",
}


@dataclass(frozen=True, slots=True)
class ListFilters:
    show: str = "open"

    @classmethod
    def read(cls, given: Mapping[str, str]) -> ListFilters:
        show = given.get("show", "")
        return cls(show=show if show in SHOWS else "open")

    def keep(self, scenarios: Iterable[Scenario]) -> list[Scenario]:
        return [each for each in scenarios if self.show in {"all", each.state}]


@dataclass(frozen=True, slots=True)
class ListLine:
    scenario: Scenario
    status: ScenarioStatus


@dataclass(frozen=True, slots=True)
class ScenarioList:
    lines: list[ListLine]
    shows: list[Pick]
    total: int


def read_list(*, team: Team, user: User, filters: ListFilters) -> ScenarioList:
    """What this person may see of a team's scenarios; four queries for any number."""
    revision = Team.objects.values_list("plan_revision", flat=True).get(pk=team.pk)
    runs = ScenarioForecast.objects.without_plans()
    found = list(
        Scenario.objects.visible_to(user)
        .filter(team=team)
        .select_related("made_by", "team__calendar")
        .with_counts()
        .by_age()
        .prefetch_related(Prefetch("forecasts", runs))
    )
    return ScenarioList(
        lines=[
            ListLine(
                each,
                status_from(each, list(each.forecasts.all()), plan_revision=revision),
            )
            for each in filters.keep(found)
        ],
        shows=[
            Pick(
                name=name,
                query=f"?show={show}",
                is_current=show == filters.show,
                count=len(ListFilters(show).keep(found)),
            )
            for show, name in SHOWS.items()
            # What is discarded is nobody else's business.
            if user.has_perm(PLAN_SCENARIOS) or show != ScenarioState.DISCARDED
        ],
        total=len(found),
    )
