"""What waits for its decision today, and what was asked for and not done."""

from __future__ import annotations

import datetime as dt

from intake.choices import Stage
from portfolio.demo.cases import (
    Case,
    confirm,
    decide,
    decision_days,
    discuss,
    estimate,
    open_case,
)
from portfolio.demo.company import Company
from portfolio.demo.stories import Story


def waiting_cases(company: Company, told: list[Story]) -> list[Case]:
    """Submitted on the day that makes the decision due when the story says."""
    return [_waiting(company, story) for story in told]


def _waiting(company: Company, story: Story) -> Case:
    days = company.days
    decide_days = company.tiers[story.tier].current.decide_amount
    case = open_case(company, story, days.before(days.working(story.due), decide_days))
    if story.needed is not None:
        case.demand.needed_by = days.working(story.needed)
    if story.question:
        _ask(company, case)
    elif not story.is_unread:
        confirm(company, case, before=days.this_morning())
    discuss(company, case)
    return case


def _ask(company: Company, case: Case) -> None:
    """The clock of the decision stands still until the requester answers, if ever."""
    story, days = case.story, company.days
    at = case.happenings[-1].at + dt.timedelta(minutes=35)
    case.demand.stage = Stage.NEEDS_INFORMATION
    case.add(
        at,
        "information-asked",
        company.manager,
        before=Stage.SUBMITTED,
        after=Stage.NEEDS_INFORMATION,
        why=story.question,
    )
    if story.answer:
        case.demand.stage = Stage.SUBMITTED
        case.add(
            days.hours.after(at, dt.timedelta(hours=9)),
            "answered",
            case.demand.requester or company.manager,
            before=Stage.NEEDS_INFORMATION,
            after=Stage.SUBMITTED,
            why=story.answer,
        )


def refused_cases(company: Company, told: list[Story]) -> list[Case]:
    return [_refused(company, story) for story in told]


def _refused(company: Company, story: Story) -> Case:
    days = company.days
    submitted = days.working(-story.ago)
    case = open_case(company, story, submitted)
    decided = days.after(submitted, decision_days(company, story))
    if story.end != Stage.WITHDRAWN:
        # Which demand a duplicate repeats is known by its reference, and that later.
        decide(company, case, decided, Stage(story.end), story.reason)
        return case
    decide(company, case, decided, Stage.ACCEPTED)
    if story.promised:
        estimate(company, case, days.next(decided))
    rng = company.dice("withdrawn", story.title)
    at = days.moment(
        days.after(decided, rng.randint(10, 25)), rng, after=case.happenings[-1].at
    )
    before, case.demand.stage = case.demand.stage, Stage.WITHDRAWN
    asked = case.demand.requester or company.manager
    case.add(
        at, "withdrawn", asked, before=before, after=Stage.WITHDRAWN, why=story.reason
    )
    return case
