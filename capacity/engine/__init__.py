"""The forecast engine: a plan in, distributions of finish dates out.

Each trial is one world: efforts, waits, shared errors, interruptions and arrivals are
drawn first, then people work through the ranked demands event by event in continuous
time. A demand's finish dates over all trials are its forecast. The rules stand on the
design page, section 8; where they leave a question, the engine reads them like this:

- Free is who has nothing in hand and has capacity at that moment: who is away is given
  nothing, and what becomes ready at the weekend is given out on Monday, to whoever of
  all who are then free would finish it first.
- Who leaves for good before a package would end is not given it. Work that ends after
  the horizon is begun like any other, as the horizon is ours and not the team's.
- Work in hand (``doing``) goes on from the first moment, whatever it was to wait for,
  with the person who is at it, even if it was pinned to another. Who is at several
  packages goes through them in rank order before anything else.
- Work of no effort is done on the day it becomes ready; with ``earliest``, on that day
  and not on the evening before, and never before the plan starts.
- A demand with a package that nobody can do still takes people's time for its others.
- A demand without packages cannot be forecast.
- Leave entries that overlap add up, to a whole day at most.
- ``demand_sd`` and ``team_sd`` multiply every effort, a certain one too, but no wait
  and no interruption.
- An interruption hits somebody who is with the team on that day, on leave or not; what
  comes while somebody is away waits for the return. It takes anyone the same time.
- An arrival at rank r enters behind the first r * n of the n demands that are open at
  that moment, rounded to the nearest, other arrivals included.
- Queue and touch days are working days (Monday to Friday, not closed), added up over a
  demand's packages; waiting for something external is no queue.

Nothing here imports Django, and importing this package loads neither NumPy nor Numba:
pages may use it freely, and only ``forecast`` loads them when it is called.

References
----------
D. G. Malcolm et al., "Application of a Technique for Research and Development Program
Evaluation", Operations Research 7(5), 1959. R. L. Graham, "Bounds on Multiprocessing
Timing Anomalies", SIAM Journal on Applied Mathematics 17(2), 1969.
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
