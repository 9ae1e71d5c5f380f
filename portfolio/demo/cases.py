"""One demand of the demo with all that happened to it, before it is stored."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from capacity.models import Engineer, WorkPackage
from intake.choices import Source, Stage
from intake.comments import COMMENT, FOR_ALL, FOR_TEAM
from intake.models import Demand
from portfolio.core.models import Event, User
from portfolio.delivery.models import Commitment, CommitmentVersion
from portfolio.demo.company import Company
from portfolio.demo.stories import Story

# Working days a decision takes, by tier: from and to.
DECIDES = {
    "expedite": (0, 0),
    "fixed-date": (0, 2),
    "strategic": (3, 9),
    "standard": (1, 4),
}
# One in sixteen standard decisions came too late.
LATE = 16


@dataclass(slots=True)
class Happening:
    at: dt.datetime
    kind: str
    by: User
    before: str = ""
    after: str = ""
    why: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Case:
    story: Story
    demand: Demand
    happenings: list[Happening] = field(default_factory=list)
    packages: list[WorkPackage] = field(default_factory=list)
    commitment: Commitment | None = None
    versions: list[CommitmentVersion] = field(default_factory=list)

    def add(
        self,
        at: dt.datetime,
        kind: str,
        by: User,
        *,
        before: str = "",
        after: str = "",
        why: str = "",
        facts: dict[str, Any] | None = None,
    ) -> None:
        self.happenings.append(Happening(at, kind, by, before, after, why, facts or {}))

    def events(self) -> list[Event]:
        """The trail, once the demand has its reference and primary key."""
        return [
            Event(
                at=each.at,
                actor=each.by,
                actor_name=each.by.name,
                team=self.demand.team,
                subject=Demand._meta.label_lower,
                subject_id=self.demand.pk,
                subject_name=str(self.demand)[:250],
                kind=each.kind,
                before=each.before,
                after=each.after,
                why=each.why,
                facts=each.facts,
            )
            for each in self.happenings
        ]


def open_case(company: Company, story: Story, day: dt.date) -> Case:
    """The demand as it was written down on a day, by a stakeholder or by the team."""
    rng = company.dice("open", story.title)
    # In the afternoon, so that what is due today is not overdue before.
    at = company.days.moment(day, rng, opens=14.6, closes=16.9)
    if story.stage != "" or not _awaits_decision(story):
        at = company.days.moment(day, rng)
    people = company.stakeholders[story.unit]
    requester = rng.choice(people) if story.source == Source.REQUEST else None
    tier = company.tiers[story.tier]
    version = company.first_versions[story.tier]
    if _awaits_decision(story):
        version = tier.current
    source, target = story.systems
    demand = Demand(
        team=company.team,
        title=story.title,
        source=story.source,
        tier=tier,
        answered_under=version if requester else None,
        stage=Stage.SUBMITTED,
        business_unit=company.units[story.unit],
        requester=requester,
        source_system=company.systems[source],
        target_system=company.systems[target],
        data_needed=story.what,
        frequency=story.often,
        purpose=story.why,
        answers=story.answers,
        tier_derived=tier if story.answers else None,
        tier_wanted=company.tiers[story.wanted] if story.wanted else None,
        tier_wanted_why=story.wanted_why,
        submitted_at=at,
        created_at=at - dt.timedelta(minutes=rng.randint(3, 40)),
    )
    case = Case(story, demand)
    case.add(
        at,
        "submitted",
        requester or company.manager,
        before=Stage.DRAFT,
        after=Stage.SUBMITTED,
    )
    return case


def discuss(company: Company, case: Case) -> None:
    """What was written about it, soon after it was sent."""
    at = case.happenings[0].at
    for who, words in case.story.comments:
        at += dt.timedelta(minutes=25)
        asked = case.demand.requester or company.manager
        case.add(
            at,
            COMMENT,
            asked if who == "requester" else company.manager,
            why=words,
            facts={"audience": FOR_TEAM if who == "team" else FOR_ALL, "mentions": {}},
        )


def _awaits_decision(story: Story) -> bool:
    return not (story.shape or story.end)


def decision_days(company: Company, story: Story) -> int:
    """How many working days after it was submitted a demand is decided."""
    rng = company.dice("decision", story.title)
    days = rng.randint(*DECIDES[story.tier])
    is_late = rng.randrange(LATE) == 0 and story.tier == "standard"
    return days + 5 if is_late else days


def confirm(company: Company, case: Case, before: dt.datetime) -> None:
    """Most requests are confirmed as read in time, some late, some never."""
    rng = company.dice("confirm", case.demand.title)
    is_late = rng.randrange(LATE) == 0
    target = 1.5 if case.story.tier == "expedite" else 7
    hours = rng.uniform(0.1, target) * (3 if is_late else 1)
    sent = case.happenings[-1].at
    at = company.days.hours.after(sent, dt.timedelta(minutes=round(hours * 60)))
    if at < before:
        case.add(at, "acknowledged", company.manager)


def decide(
    company: Company, case: Case, day: dt.date, stage: Stage, reason: str = ""
) -> None:
    demand = case.demand
    rng = company.dice("decide", demand.title)
    at = company.days.moment(day, rng, after=case.happenings[-1].at)
    confirm(company, case, before=at)
    demand.stage = stage
    demand.decided_at, demand.decided_by = at, company.manager
    demand.decision_reason = reason
    case.add(
        at, stage.value, company.manager,
        before=Stage.SUBMITTED, after=stage, why=reason,
    )  # fmt: skip


def estimate(company: Company, case: Case, day: dt.date) -> None:
    rng = company.dice("estimate", case.demand.title)
    at = company.days.moment(day, rng, after=case.happenings[-1].at)
    case.demand.stage = Stage.ESTIMATED
    case.add(
        at, "estimated", company.manager, before=Stage.ACCEPTED, after=Stage.ESTIMATED
    )


def start(company: Company, case: Case, engineer: Engineer, day: dt.date) -> None:
    rng = company.dice("start", case.demand.title)
    at = company.days.moment(day, rng, after=case.happenings[-1].at)
    case.demand.stage = Stage.IN_PROGRESS
    case.demand.started_on = day
    case.add(
        at,
        "started",
        engineer.user or company.manager,
        before=Stage.ESTIMATED,
        after=Stage.IN_PROGRESS,
    )


def deliver(company: Company, case: Case, engineer: Engineer, day: dt.date) -> None:
    rng = company.dice("deliver", case.demand.title)
    at = company.days.moment(day, rng, after=case.happenings[-1].at)
    case.demand.stage = Stage.DELIVERED
    case.demand.delivered_on = day
    case.add(
        at,
        "delivered",
        engineer.user or company.manager,
        before=Stage.IN_PROGRESS,
        after=Stage.DELIVERED,
    )
