"""What is open today: in progress, estimated, accepted, and not decided yet."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from capacity.choices import PackageState
from intake.choices import Stage
from portfolio.core.models import User
from portfolio.demo.cases import Case, decide, open_case, start
from portfolio.demo.company import Company
from portfolio.demo.diary import Diary, Stint
from portfolio.demo.history import package_of, written_down
from portfolio.demo.people import ENGINEERS
from portfolio.demo.shapes import Part, actual_of, parts_of
from portfolio.demo.stories import Story


def backlog_cases(company: Company, told: list[Story], diary: Diary) -> list[Case]:
    """The backlog in rank order."""
    # Work in hand first: it is what engineers did last.
    parts = {
        story.title: parts_of(
            story.shape, story.days, company.dice("actuals", story.title)
        )
        for story in told
        if story.shape
    }
    stints = {
        story.title: _stints(company, story, parts[story.title], diary)
        for story in told
        if story.doing
    }
    return [
        _backlog_case(
            company, story, parts.get(story.title, []), stints.get(story.title, [])
        )
        for story in told
    ]


def _stints(
    company: Company, story: Story, parts: list[Part], diary: Diary
) -> list[tuple[Stint, Decimal]]:
    """Who did the finished packages and is at the next one, since when, how long."""
    if story.doing is None:
        return []
    rng = company.dice("in hand", story.title)
    who, left = story.doing
    part = parts[story.done]
    # What has gone into it so far; the rest is the share that is left.
    spent = max(Decimal("0.25"), part.likely * Decimal(str(round(1 - left, 2))))
    last = company.days.before(company.days.today)
    found = [(diary.take(who, part.skill, spent, last), spent)]
    for part in reversed(parts[: story.done]):
        actual = actual_of(part.likely, rng)
        last = company.days.before(found[0][0].first)
        found.insert(0, (diary.best(part.skill, actual, last), actual))
    return found


def _backlog_case(
    company: Company,
    story: Story,
    parts: list[Part],
    stints: list[tuple[Stint, Decimal]],
) -> Case:
    if not parts:
        case = _accepted(company, story)
    else:
        case = written_down(company, story, _before_start(company, story, stints))
    demand, days = case.demand, company.days
    for position, part in enumerate(parts):
        package = package_of(company, part, position)
        if position < len(stints):
            stint, spent = stints[position]
            package.engineer = stint.engineer
            package.started_on = stint.first
            if position < story.done:
                package.state = PackageState.DONE
                package.finished_on, package.actual = stint.last, spent
            else:
                package.state = PackageState.DOING
                package.remaining = max(Decimal("0.25"), part.likely - spent)
        elif position == len(stints) and story.wait:
            low, likely, high = (Decimal(str(each)) for each in story.wait)
            package.wait_low, package.wait_likely, package.wait_high = low, likely, high
        case.packages.append(package)
    if stints:
        start(company, case, stints[0][0].engineer, stints[0][0].first)
    demand.owner = _owner(company, story, parts, stints)
    if story.needed is not None:
        demand.needed_by = days.working(story.needed)
    if story.earliest is not None:
        demand.earliest = days.working(story.earliest)
    if story.blocked:
        _block(company, case)
    return case


def _before_start(
    company: Company, story: Story, stints: list[tuple[Stint, Decimal]]
) -> dt.date:
    """The day by which it was estimated: before it was started and promised."""
    rng = company.dice("before", story.title)
    known = [company.days.before(company.days.today, rng.randint(1, 14))]
    if stints:
        known.append(stints[0][0].first)
    if story.promise:
        known.append(company.days.working(-story.promise.ago))
    if story.blocked:
        known.append(company.days.working(-story.blocked.days))
    return min(known)


def _accepted(company: Company, story: Story) -> Case:
    rng = company.dice("accepted", story.title)
    decided = company.days.working(-rng.randint(1, 9))
    submitted = company.days.before(decided, rng.randint(1, 4))
    case = open_case(company, story, submitted)
    decide(company, case, decided, Stage.ACCEPTED)
    return case


def _owner(
    company: Company,
    story: Story,
    parts: list[Part],
    stints: list[tuple[Stint, Decimal]],
) -> User | None:
    """Who began it; else whoever is best at its first package, if anybody is."""
    if stints:
        return stints[-1][0].engineer.user
    if not parts:
        return None
    skill, rng = parts[0].skill, company.dice("owner", story.title)
    able = [each for each in ENGINEERS if skill in each.skills and not each.ends_in]
    if not able or rng.random() < 0.25:
        return None
    best = max(able, key=lambda each: float(each.skills[skill]) * rng.uniform(0.5, 1))
    return company.engineers[best.name].user


def _block(company: Company, case: Case) -> None:
    block = case.story.blocked
    if block is None:
        return
    day = company.days.working(-block.days)
    case.demand.blocked_since = day
    case.demand.blocked_cause = block.cause
    case.demand.blocked_waits_for = block.waits_for
    at = company.days.moment(
        day,
        company.dice("block", case.demand.title),
        after=case.happenings[-1].at,
    )
    case.add(
        at,
        "blocked",
        company.manager,
        after=block.waits_for,
        why=block.cause,
    )
