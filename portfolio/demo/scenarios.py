"""A question the manager has asked of the plan: would a second event engineer help?"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from portfolio.core.services.events import record_event
from portfolio.demo.company import Company
from portfolio.demo.days import DAY
from portfolio.scenarios.changes.people import AddPerson
from portfolio.scenarios.changes.work import SetSpeed
from portfolio.scenarios.models import Scenario, ScenarioChange, ScenarioForecast

# Nobody is hired for next week.
LEAST_AHEAD = 28 * DAY
WHY = (
    "Event streaming is where most commitments wait. What would one more person be "
    "worth, and whom would it help?"
)


def ask_what_a_hire_is_worth(company: Company) -> Scenario:
    """A shared scenario that a worker forecasts as soon as there is one."""
    days = company.days
    made_at = days.moment(days.working(-2), company.dice("scenario"))
    starts_on = _first_of_a_month(company)
    scenario = Scenario.objects.create(
        team=company.team,
        name=f"Hire a second event engineer from {starts_on:%B}",
        why=WHY,
        is_shared=True,
        made_by=company.manager,
        made_at=made_at,
    )
    record_event(
        subject=scenario,
        kind="scenario-made",
        by=company.manager,
        team=company.team,
        at=made_at,
    )
    events, api = company.skills["events"], company.skills["api"]
    helped = next(
        person
        for person in company.engineers.values()
        if person.name == "Agnieszka Nowak"
    )
    changes = [
        AddPerson(
            name="Second event engineer",
            speeds=[[str(events.pk), events.name, "1"], [str(api.pk), api.name, "0.5"]],
            starts_on=starts_on.isoformat(),
            ramp_up_weeks=4,
        ),
        SetSpeed.of(helped, events, Decimal("0.8")),
    ]
    for position, change in enumerate(changes, start=1):
        ScenarioChange.objects.create(
            scenario=scenario,
            position=position,
            kind=change.kind,
            facts=change.facts,
        )
    ScenarioForecast.objects.create(
        scenario=scenario, requested_by=company.manager, queued_at=days.now()
    )
    return scenario


def _first_of_a_month(company: Company) -> dt.date:
    """The first working day of the first month that begins late enough."""
    day = company.days.today + LEAST_AHEAD
    first = (day.replace(day=1) + 32 * DAY).replace(day=1)
    return (
        first if company.days.hours.is_working_day(first) else company.days.next(first)
    )
