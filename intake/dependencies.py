"""Which demands wait for which, and whether they would wait in a circle."""

from __future__ import annotations

from collections.abc import Iterable

from intake.models import Demand


def waits_in_a_circle(demand: Demand, after: Iterable[Demand]) -> Demand | None:
    """The one of ``after`` that waits for this demand itself, however indirectly."""
    waits_for: dict[int, list[int]] = {}
    # The generated table between a demand and those it comes after.
    pairs = Demand.after.through.objects.filter(from_demand__team=demand.team_id)
    for later, earlier in pairs.values_list("from_demand_id", "to_demand_id"):
        waits_for.setdefault(later, []).append(earlier)
    for chosen in after:
        seen: set[int] = set()
        ahead = [chosen.pk]
        while ahead:
            pk = ahead.pop()
            if pk == demand.pk:
                return chosen
            if pk not in seen:
                seen.add(pk)
                ahead += waits_for.get(pk, [])
    return None
