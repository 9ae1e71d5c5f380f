"""What already connects two systems: running integrations, and demands for one."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case, Q, Value, When

from intake.models import Demand, System
from portfolio.catalogue.likeness import most_alike, stems
from portfolio.catalogue.models import Integration
from portfolio.core.models import User

MOST = 5
# Of the newest; comparing more would be felt while typing.
LOOKED_AT = 1_000


@dataclass(frozen=True, slots=True)
class Similar:
    """``between`` and ``leaving`` are at most five together, the nearer ones first.

    ``demands`` ask for the same systems, ``worded`` and ``named`` say it in like words.
    """

    source: System | None
    target: System | None
    between: list[Integration]
    leaving: list[Integration]
    demands: list[Demand]
    worded: list[Demand]
    named: list[Integration]

    @property
    def is_anything(self) -> bool:
        return bool(
            self.between or self.leaving or self.demands or self.worded or self.named
        )


def system_called(given: str) -> System | None:
    """A system by its primary key or its name, as an address says it."""
    given = given.replace("\x00", "").strip()
    if given.isascii() and given.isdigit() and len(given) <= 18:
        return System.objects.filter(pk=int(given)).first()
    return System.objects.filter(name__iexact=given).first() if given else None


def similar_to(
    *,
    source: System | None,
    target: System | None,
    user: User,
    without: str = "",
    sentence: str = "",
) -> Similar:
    """What runs or is asked for between the systems, as far as this person may read.

    ``without`` is the reference of the demand that is looked at, and ``sentence`` what
    somebody types about it.
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
    worded: list[Demand] = []
    named: list[Integration] = []
    if stems(sentence):
        asked = Demand.objects.visible_to(user).open().exclude(reference=without)
        worded = most_alike(
            sentence,
            (
                (demand, f"{demand.title} {demand.source_name} {demand.target_name}")
                for demand in asked.exclude(pk__in=[each.pk for each in demands])
                .select_related("source_system", "target_system")
                .order_by("-submitted_at", "-pk")[:LOOKED_AT]
            ),
            MOST - len(demands),
        )
        running = Integration.objects.running().for_reading().order_by("name")
        shown = [integration.pk for integration in [*near, *leaving]]
        named = most_alike(
            sentence,
            ((each, each.name) for each in running.exclude(pk__in=shown)[:LOOKED_AT]),
            MOST - len(near) - len(leaving),
        )
    return Similar(source, target, near, leaving, demands, worded, named)
