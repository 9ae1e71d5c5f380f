"""What already connects two systems: running integrations, and demands for one."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case, Q, Value, When

from intake.models import Demand, System
from portfolio.catalogue.models import Integration
from portfolio.core.models import User

MOST = 5


@dataclass(frozen=True, slots=True)
class Similar:
    """``between`` and ``leaving`` are at most five together, the nearer ones first."""

    source: System | None
    target: System | None
    between: list[Integration]
    leaving: list[Integration]
    demands: list[Demand]

    @property
    def is_anything(self) -> bool:
        return bool(self.between or self.leaving or self.demands)


def system_called(given: str) -> System | None:
    """A system by its primary key or its name, as an address says it."""
    given = given.replace("\x00", "").strip()
    if given.isascii() and given.isdigit() and len(given) <= 18:
        return System.objects.filter(pk=int(given)).first()
    return System.objects.filter(name__iexact=given).first() if given else None


def similar_to(
    *, source: System | None, target: System | None, user: User, without: str = ""
) -> Similar:
    """What runs or is asked for between the systems, as far as this person may read.

    ``without`` is the reference of the demand that is looked at.
    """
    near: list[Integration] = []
    demands: list[Demand] = []
    if source and target:
        found = Integration.objects.running().between(source, target).for_reading()
        # The same direction is the better answer.
        near = list(
            found.order_by(
                Case(When(source=source, then=Value(0)), default=Value(1)), "name"
            )[:MOST]
        )
        demands = list(
            Demand.objects.visible_to(user)
            .open()
            .filter(
                Q(source_system=source, target_system=target)
                | Q(source_system=target, target_system=source)
            )
            .exclude(reference=without)
            .order_by("-submitted_at", "-pk")[:MOST]
        )
    leaving: list[Integration] = []
    if source and len(near) < MOST:
        others = Integration.objects.running().leaving(source).for_reading()
        others = others.exclude(pk__in=[integration.pk for integration in near])
        leaving = list(others.order_by("name")[: MOST - len(near)])
    return Similar(source, target, near, leaving, demands)
