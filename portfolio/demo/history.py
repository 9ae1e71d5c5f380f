"""The past year: what was delivered, when, by whom, and what it really took."""

from __future__ import annotations

import datetime as dt

from capacity.choices import PackageState
from capacity.models import WorkPackage
from intake.choices import Stage
from portfolio.demo.cases import (
    Case,
    decide,
    decision_days,
    deliver,
    estimate,
    open_case,
    start,
)
from portfolio.demo.company import Company
from portfolio.demo.diary import Diary, Stint
from portfolio.demo.shapes import Part, actual_of, parts_of
from portfolio.demo.stories import Story

# Working days between the first and the last delivery.
YEAR = 238
# Working days in the queue between estimate and start, by tier.
QUEUE = {
    "expedite": (0, 1),
    "fixed-date": (4, 30),
    "strategic": (10, 60),
    "standard": (8, 75),
}


def delivered_cases(company: Company, told: list[Story], diary: Diary) -> list[Case]:
    """The history, last delivery first; the year is a little busier towards its end."""
    order = list(told)
    company.dice("order of the year").shuffle(order)
    cases = []
    for number, story in enumerate(order):
        rng = company.dice("history", story.title)
        along = (number + rng.uniform(0.1, 0.9)) / len(order)
        wanted = 1 + round(YEAR * along**1.06)
        cases.append(_delivered(company, story, diary, company.days.working(-wanted)))
    return cases


def _delivered(company: Company, story: Story, diary: Diary, wanted: dt.date) -> Case:
    rng = company.dice("actuals", story.title)
    parts = parts_of(story.shape, story.days, rng)
    actuals = [actual_of(part.likely, rng) for part in parts]
    stints: list[Stint] = []
    last = wanted
    for part, actual in reversed(list(zip(parts, actuals, strict=True))):
        stint = diary.best(part.skill, actual, last)
        stints.insert(0, stint)
        last = company.days.before(stint.first)
    case = written_down(company, story, stints[0].first)
    start(company, case, stints[0].engineer, stints[0].first)
    for position, (part, actual, stint) in enumerate(
        zip(parts, actuals, stints, strict=True)
    ):
        package = package_of(company, part, position)
        package.engineer = stint.engineer
        package.state = PackageState.DONE
        package.started_on, package.finished_on = stint.first, stint.last
        package.actual = actual
        case.packages.append(package)
    deliver(company, case, stints[-1].engineer, stints[-1].last)
    case.demand.owner = stints[0].engineer.user
    return case


def written_down(company: Company, story: Story, started: dt.date) -> Case:
    """Submitted, accepted and estimated, in time for a start on this day."""
    rng = company.dice("queue", story.title)
    queue = rng.randint(*QUEUE[story.tier])
    estimating = rng.randint(0, 1 if story.tier == "expedite" else 6)
    estimated = company.days.before(started, queue)
    decided = company.days.before(estimated, estimating)
    submitted = company.days.before(decided, decision_days(company, story))
    case = open_case(company, story, submitted)
    decide(company, case, decided, Stage.ACCEPTED)
    estimate(company, case, estimated)
    return case


def package_of(company: Company, part: Part, position: int) -> WorkPackage:
    return WorkPackage(
        position=position,
        name=part.name,
        skill=company.skills[part.skill],
        low=part.low,
        likely=part.likely,
        high=part.high,
    )
