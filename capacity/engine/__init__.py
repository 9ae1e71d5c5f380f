"""The forecast engine: a plan in, distributions of finish dates out.

Nothing here imports Django, and importing this package loads neither NumPy nor Numba:
pages may use it freely, and only ``forecast`` and ``net_capacity`` load them when they
are called.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from capacity.engine.plan import (
    Arrival,
    Demand,
    Engineer,
    Interruption,
    Leave,
    Package,
    Plan,
    PlanError,
    Range,
    Uncertainty,
    load_plan,
)

if TYPE_CHECKING:
    from capacity.engine.result import Forecast

__all__ = [
    "Arrival",
    "Demand",
    "Engineer",
    "Interruption",
    "Leave",
    "Package",
    "Plan",
    "PlanError",
    "Range",
    "Uncertainty",
    "forecast",
    "load_plan",
]


def forecast(
    plan: Plan,
    *,
    progress: Callable[[float], object] | None = None,
    threads: int | None = None,
) -> Forecast:
    """Simulate when every demand of a plan is done; see ``simulation.forecast``.

    The first call in a process loads Numba, which takes about a second.

    Examples
    --------
    >>> plan = Plan.from_json({"start": "2026-11-23", "engineers": [], "demands": []})
    >>> forecast(plan).to_json()["demands"]
    []
    """
    from capacity.engine import simulation

    return simulation.forecast(plan, progress=progress, threads=threads)
