"""Which demands the delivery page is about, as a person asked for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone

from capacity.models import Skill, WorkPackage
from intake.models import Demand, Tier
from intake.models.demands import DemandQuerySet
from portfolio.core.models import BusinessUnit, Team, User


def midnight_of(day: date) -> datetime:
    """When a day begins here; moments are compared, since to cast each takes long."""
    return timezone.make_aware(datetime.combine(day, time()))


@dataclass(frozen=True, slots=True)
class Asked:
    """A team's demands of a period that this person may see, and has not left out."""

    team: Team
    user: User
    since: date
    today: date
    unit: BusinessUnit | None = None
    tier: Tier | None = None
    skill: Skill | None = None

    def demands(self) -> DemandQuerySet:
        chosen = Demand.objects.visible_to(self.user).sent().filter(team=self.team)
        # Charts count, and tables of them sort for themselves.
        chosen = chosen.order_by()
        if self.unit is not None:
            chosen = chosen.filter(business_unit=self.unit)
        if self.tier is not None:
            chosen = chosen.filter(tier=self.tier)
        if self.skill is not None:
            packages = WorkPackage.objects.filter(skill=self.skill)
            chosen = chosen.filter(pk__in=packages.values("demand"))
        return chosen
