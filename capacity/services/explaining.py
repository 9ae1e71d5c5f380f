"""Why dates moved from one stored forecast to the next, in days that add up.

Explaining plays both plans and those in between, so it is done in fewer worlds than a
forecast, the first of them. What these say the dates moved by can then be a day or two
off what the two forecasts say; this rest is told as what it is.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from capacity import engine
from capacity.choices import PackageState
from capacity.models import DemandForecast, Forecast, WorkPackage
from intake.choices import Stage
from intake.models import Demand
from portfolio.core.services.messages import send

logger = logging.getLogger(__name__)

# A cause takes two plays of the plan; all of them together should take a few seconds.
# So many worlds are played of 200 demands or more, and of fewer demands more.
TRIALS, DEMANDS = 500, 200
# A forecast that waits goes first; explaining is taken up again so much later.
LATER_SECONDS = 5
# The cause that is none: what fewer worlds cannot tell.
ROUNDING = "rounding"


class ForecastWaits(Exception):
    """Somebody waits for dates, which matter more than why others moved."""


def explain_forecast(*, forecast_id: int) -> Forecast | None:
    """Say for every demand of a forecast why it moved since the one before."""
    after = Forecast.objects.done().filter(pk=forecast_id).first()
    if after is None or after.explained:
        return None
    before = _before(after)
    if before is None:
        return None
    try:
        told = _explain(before, after)
    except ForecastWaits:
        from capacity.tasks import explain_forecast as task

        send(task, forecast_id, countdown=LATER_SECONDS)
        return None
    old = {
        row.demand_id: row.p85 for row in before.demand_forecasts.only("p85", "demand")
    }
    rows = list(
        after.demand_forecasts.select_related("demand").only("p85", "demand__reference")
    )
    found = {row["id"]: row for row in told["demands"]}
    moved = []
    for row in rows:
        explained = found.get(row.demand.reference)
        if explained is None:
            continue
        row.moved = _moved(old.get(row.demand_id), row.p85, explained)
        if row.moved is not None:
            moved.append(row)
    DemandForecast.objects.bulk_update(moved, ["moved"], batch_size=200)
    after.explained = {
        "since": before.pk,
        "touched": told["touched"],
        "trials": told["trials"],
    }
    after.save(update_fields=["explained"])
    logger.info("Explained %s: %s demands moved.", after, len(moved))
    return after


def _explain(before: Forecast, after: Forecast) -> dict[str, Any]:
    plans = [engine.Plan.from_json(each.plan) for each in (before, after)]
    waiting = Forecast.objects.unfinished().filter(team=after.team_id)

    def make_way(_share: float) -> None:
        if waiting.exists():
            raise ForecastWaits

    make_way(0.0)
    return engine.explain(
        *plans,
        done=_done(plans[0]),
        trials=min(_trials(len(plans[1].demands)), after.trials),
        progress=make_way,
    ).to_json()


def _trials(demands: int) -> int:
    return TRIALS * max(DEMANDS // max(demands, 1), 1)


def whole_days(parts: Mapping[str, float], total: int) -> dict[str, int]:
    """Whole days of each cause and of rounding, which add up to the total.

    Parts are halves of days; who loses most by rounding down is rounded up.

    >>> whole_days({"rank": 2.5, "capacity": 0.5}, 3)
    {'rank': 3}
    >>> whole_days({"rank": 2.0}, 3)
    {'rank': 2, 'rounding': 1}
    """
    whole = {cause: math.floor(days) for cause, days in parts.items()}
    left = round(sum(parts.values())) - sum(whole.values())
    for cause in sorted(parts, key=lambda each: whole[each] - parts[each])[:left]:
        whole[cause] += 1
    whole[ROUNDING] = total - sum(whole.values())
    return {cause: days for cause, days in whole.items() if days}


def _before(after: Forecast) -> Forecast | None:
    return (
        Forecast.objects.done()
        .filter(team=after.team_id, gathered_at__lt=after.gathered_at)
        .exclude(plan=None)
        .order_by("-gathered_at", "-pk")
        .first()
    )


def _moved(
    old: date | None, new: date | None, explained: dict[str, Any]
) -> dict[str, Any] | None:
    """What is kept of one demand; None for one that did not move."""
    if old == new:
        return None
    dates = {
        "before": old.isoformat() if old else None,
        "after": new.isoformat() if new else None,
    }
    if old is None or new is None:
        return {**dates, "why": explained["why_null"].get("p85", "")}
    days = (new - old).days
    parts = {cause: by["p85"] for cause, by in explained["causes"].items()}
    if any(part is None for part in parts.values()):
        return {**dates, "days": days, "why": explained["why_null"].get("p85", "")}
    return {**dates, "days": days, "causes": whole_days(parts, days)}


def _done(before: engine.Plan) -> set[str | tuple[str, str]]:
    """What of a plan has been finished since, rather than dropped."""
    names = [demand.id for demand in before.demands]
    delivered = Demand.objects.filter(reference__in=names, stage=Stage.DELIVERED)
    packages = WorkPackage.objects.filter(
        demand__reference__in=names, state=PackageState.DONE
    )
    return {
        *delivered.values_list("reference", flat=True),
        *(
            (reference, str(pk))
            for reference, pk in packages.values_list("demand__reference", "pk")
        ),
    }
