"""Rows for tests: valid, unsurprising, and small."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import factory
from django.utils import timezone

from capacity.models import (
    Engineer,
    EngineerSkill,
    KtloStream,
    Leave,
    Skill,
    WeeklyHours,
    WorkPackage,
)
from intake.models import Demand, SlaClock, System, Tier
from portfolio.catalogue.models import Integration
from portfolio.core.models import (
    BusinessCalendar,
    BusinessUnit,
    Team,
    User,
    WorkingPeriod,
)
from portfolio.delivery.models import Commitment, CommitmentVersion


class _Factory(factory.django.DjangoModelFactory):
    class Meta:
        abstract = True
        skip_postgeneration_save = True


class CalendarFactory(_Factory):
    """Monday to Friday, 9 to 17, in Berlin, without holidays."""

    name = factory.Sequence(lambda n: f"Calendar {n}")
    time_zone = "Europe/Berlin"

    class Meta:
        model = BusinessCalendar

    @factory.post_generation
    def periods(self, create, extracted, **kwargs):
        if create:
            WorkingPeriod.objects.bulk_create(
                WorkingPeriod(
                    calendar=self,
                    weekday=weekday,
                    opens_at=dt.time(9),
                    closes_at=dt.time(17),
                )
                for weekday in range(5)
            )


class TeamFactory(_Factory):
    name = factory.Sequence(lambda n: f"Team {n}")
    slug = factory.Sequence(lambda n: f"team-{n}")
    calendar = factory.SubFactory(CalendarFactory)
    reference_prefix = factory.Sequence(
        lambda n: "INT" if n == 0 else f"T{chr(65 + n // 26 % 26)}{chr(65 + n % 26)}"
    )

    class Meta:
        model = Team


class UnitFactory(_Factory):
    name = factory.Sequence(lambda n: f"Unit {n}")
    slug = factory.Sequence(lambda n: f"unit-{n}")

    class Meta:
        model = BusinessUnit


class UserFactory(_Factory):
    """Password is “secret”."""

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.Sequence(lambda n: f"person{n}@example.com")
    role = "requester"
    business_unit = factory.SubFactory(UnitFactory)
    password = factory.django.Password("secret")

    class Meta:
        model = User

    @factory.post_generation
    def teams(self, create, extracted, **kwargs):
        if create and extracted:
            self.teams.set(extracted)


class SystemFactory(_Factory):
    name = factory.Sequence(lambda n: f"System {n}")
    slug = factory.Sequence(lambda n: f"system-{n}")

    class Meta:
        model = System


class DemandFactory(_Factory):
    """Submitted an hour ago; give ``rank`` and ``stage`` for one in the backlog."""

    team = factory.SubFactory(TeamFactory)
    reference = factory.Sequence(lambda n: f"DEM-{n + 1:04d}")
    title = factory.Sequence(lambda n: f"Connect system {n}")
    tier = factory.LazyFunction(lambda: Tier.objects.get(slug="standard"))
    stage = "submitted"
    requester = factory.SubFactory(UserFactory)
    business_unit = factory.LazyAttribute(lambda demand: demand.requester.business_unit)
    source_system = factory.SubFactory(SystemFactory)
    target_system = factory.SubFactory(SystemFactory)
    data_needed = "Orders and their lines"
    frequency = "daily"
    purpose = "Nobody types orders twice."
    submitted_at = factory.LazyFunction(lambda: timezone.now() - dt.timedelta(hours=1))

    class Meta:
        model = Demand


class RankedDemandFactory(DemandFactory):
    """In the backlog, each below the one made before it."""

    stage = "accepted"
    rank = factory.Sequence(lambda n: f"{n + 1:06d}1")
    decided_at = factory.LazyFunction(timezone.now)


class SlaClockFactory(_Factory):
    """A clock for the decision that runs; give ``due_at`` and what else it is about."""

    demand = factory.SubFactory(DemandFactory)
    kind = "decide"
    state = "running"
    started_under = factory.LazyAttribute(lambda clock: clock.demand.tier.current)
    tier_name = "Standard"
    version_number = 1
    target_amount = 5
    target_unit = "days"
    started_at = factory.LazyAttribute(lambda clock: clock.demand.submitted_at)
    allowed = dt.timedelta(hours=40)
    elapsed = dt.timedelta(hours=1)
    paused = dt.timedelta(0)

    class Meta:
        model = SlaClock


class SkillFactory(_Factory):
    name = factory.Sequence(lambda n: f"Skill {n}")
    slug = factory.Sequence(lambda n: f"skill-{n}")

    class Meta:
        model = Skill


class EngineerFactory(_Factory):
    """Forty hours a week, no overhead, no holidays; ``skills`` at full speed."""

    team = factory.SubFactory(TeamFactory)
    name = factory.Sequence(lambda n: f"Engineer {n}")
    overhead = Decimal(0)

    class Meta:
        model = Engineer

    @factory.post_generation
    def hours(self, create, extracted, **kwargs):
        if create:
            WeeklyHours.objects.create(engineer=self)

    @factory.post_generation
    def with_skills(self, create, extracted, **kwargs):
        for skill in extracted or []:
            EngineerSkill.objects.create(engineer=self, skill=skill)


class LeaveFactory(_Factory):
    engineer = factory.SubFactory(EngineerFactory)

    class Meta:
        model = Leave


class KtloStreamFactory(_Factory):
    team = factory.SubFactory(TeamFactory)
    name = factory.Sequence(lambda n: f"Keep running {n}")
    per_week = Decimal(1)
    low = Decimal("0.1")
    likely = Decimal("0.3")
    high = Decimal(2)

    class Meta:
        model = KtloStream


class WorkPackageFactory(_Factory):
    """Five focused days for certain."""

    demand = factory.SubFactory(RankedDemandFactory)
    name = "Build"
    skill = factory.SubFactory(SkillFactory)
    low = Decimal(5)
    likely = Decimal(5)
    high = Decimal(5)

    class Meta:
        model = WorkPackage


class CommitmentFactory(_Factory):
    demand = factory.SubFactory(RankedDemandFactory)
    team = factory.LazyAttribute(lambda commitment: commitment.demand.team)
    original_due_on = factory.LazyFunction(
        lambda: timezone.localdate() + dt.timedelta(days=30)
    )
    due_on = factory.LazyAttribute(lambda commitment: commitment.original_due_on)

    class Meta:
        model = Commitment

    @factory.post_generation
    def first_version(self, create, extracted, **kwargs):
        if create:
            CommitmentVersion.objects.create(
                commitment=self, number=1, due_on=self.original_due_on, chance=0.9
            )


class IntegrationFactory(_Factory):
    name = factory.Sequence(lambda n: f"Integration {n}")
    source = factory.SubFactory(SystemFactory)
    target = factory.SubFactory(SystemFactory)
    pattern = "api"
    owner_unit = factory.SubFactory(UnitFactory)

    class Meta:
        model = Integration
