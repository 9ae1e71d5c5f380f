"""Quality gates of what was delivered, most of them met, and of what is under way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from intake.choices import Stage
from portfolio.core.models import User
from portfolio.core.services.events import record_event
from portfolio.delivery.models import GateCheck
from portfolio.delivery.models.policies import USUAL_GATES
from portfolio.demo.cases import Case
from portfolio.demo.company import Company

# Of the delivered demands so many in a hundred went out without a gate.
WAIVED = 5
WHY = {
    "Runbook": "The service desk keeps the old runbook until the end of the pilot.",
    "Monitoring": "The alerts come with the new platform in two weeks.",
    "Documentation": "Only two fields changed; the page of the interface still holds.",
}


def check_gates(company: Company, cases: Iterable[Case]) -> None:
    """Tick the gates of every case that is delivered, and some of what is under way."""
    checks: list[GateCheck] = []
    for case in cases:
        if case.demand.stage == Stage.DELIVERED:
            checks += _of_delivered(company, case)
        elif case.demand.stage == Stage.IN_PROGRESS:
            checks += _of_under_way(company, case)
    GateCheck.objects.bulk_create(checks)


def _of_delivered(company: Company, case: Case) -> list[GateCheck]:
    rng = company.dice("gates", case.story.title)
    day = case.demand.delivered_on
    if day is None:
        raise ValueError(f"“{case.demand.title}” is delivered on no day.")
    at = _noon(company, day)
    waived = rng.choice(list(WHY)) if rng.randrange(100) < WAIVED else ""
    if waived:
        record_event(
            subject=case.demand,
            kind="gates-waived",
            by=company.manager,
            team=company.team,
            after=waived,
            why=WHY[waived],
            at=at,
        )
    return [
        _check(case, gate, at, company.manager, because=WHY[gate])
        if gate == waived
        else _check(case, gate, at, case.demand.owner or company.manager)
        for gate, _asks in USUAL_GATES
    ]


def _of_under_way(company: Company, case: Case) -> list[GateCheck]:
    rng = company.dice("gates", case.story.title)
    met = [gate for gate, _asks in USUAL_GATES][: rng.randrange(3)]
    at = _noon(company, company.days.working(-1))
    return [
        _check(case, gate, at, case.demand.owner or company.manager) for gate in met
    ]


def _check(
    case: Case, gate: str, at: dt.datetime, by: User, because: str = ""
) -> GateCheck:
    return GateCheck(
        demand=case.demand,
        gate=gate,
        at=at,
        by=by,
        by_name=by.name,
        waived_because=because,
    )


def _noon(company: Company, day: dt.date) -> dt.datetime:
    noon = dt.datetime.combine(day, dt.time(12), company.days.hours.zone)
    return noon.astimezone(dt.UTC)
