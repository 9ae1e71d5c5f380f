"""Is it one of these? What already connects two systems, and what is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Q

from intake.models import Demand, System
from portfolio.catalogue.models import Integration
from portfolio.core.models import User

MOST = 5


@dataclass(frozen=True, slots=True)
class Similar:
    integrations: list[Integration] = field(default_factory=list)
    demands: list[Demand] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.integrations or self.demands)


def system_of(given: str) -> System | None:
    """A system by its number or by its name, as a form may send either."""
    given = given.strip()
    if not given:
        return None
    if given.isdigit():
        return System.objects.filter(pk=int(given[:18])).first()
    return System.objects.filter(name__iexact=given).first()


def similar_to(*, source: System | None, target: System | None, user: User) -> Similar:
    """Between both systems first, then from the same source; at most five of each."""
    if source is None:
        return Similar()
    running = Integration.objects.running().select_related(
        "source", "target", "owner_unit"
    )
    demands = Demand.objects.visible_to(user).open()
    if target is None:
        return Similar(integrations=list(running.filter(source=source)[:MOST]))
    found = list(running.between(source, target)[:MOST])
    rest = running.filter(source=source).exclude(pk__in=[row.pk for row in found])
    pair = Q(source_system=source, target_system=target) | Q(
        source_system=target, target_system=source
    )
    return Similar(
        integrations=[*found, *rest[: MOST - len(found)]],
        demands=list(demands.filter(pair).order_by("reference")[:MOST]),
    )
