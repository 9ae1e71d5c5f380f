"""The forecast engine: a plan in, distributions of finish dates out.

When will each demand be done, if these people work through this list in this order? No
formula answers that: people have skills, speeds and leave, packages wait for each
other, nobody knows how long they take, and what keeps the lights on comes between. So
the engine plays the plan many times, each time in another *world* (a trial), and
counts. The contract is section 8 of the design page; this page explains it.

**A plan** (``Plan``, ``load_plan``) names engineers with their calendars, and demands
in rank order, best first. A demand consists of packages: the part one engineer does
with one skill, in *focused days* (a day of undisturbed work at full proficiency), as a
range whose values are P10, P50 and P90.

**A world** is drawn first and then played. Drawn are the efforts and waits of all
packages (a lognormal on each side of the likely value, Malcolm et al.), an error that a
demand's packages share and one the whole trial shares (people err in the same
direction), the interruptions, and the demands that are yet to come. Every number
belongs to the seed, the trial and the ids of what it is for, never to a place in the
list, so that two plans differ by what was changed in them and by nothing else.

Played is event by event, in continuous time from the first moment of the first day. Day
d is the span from d to d + 1, and what ends in it, or at the midnight that closes it,
is done on day d. Somebody offers hours / 8, less meetings and absence, spread evenly
over the day (``calendar.net_capacity``); a package ends when speed times capacity has
added up to its effort. At every event

1. what has ended makes ready what waited for it, perhaps after an external wait;
2. ready packages are handed out in rank order, each to the one, of all who are free and
   can do it, who would finish it first.

Nobody waits for better work or a better person, nobody drops what they have begun. Such
greedy schedules have known anomalies (Graham): more people can make a single trial
later. Hand-worked plans in ``cases.md``, beside this file, show the rules with dates.

**A forecast** counts over the worlds: dates by which so many per cent are done, chances
for given dates, times spent waiting and worked on, load per person and demand per skill
and week. Nothing is certain: chances are shown up to 95 % (``distribution``), and what
is not done inside the horizon in more than 5 % of the worlds has no P95, but a reason.

**Ranges** need not be trusted as written. From finished packages ``calibration`` learns
what packages of this size and skill took for each estimated day, and what of their
errors they share; ``backtest`` walks through any history of finished work and says how
well that would have forecast it.

**Two plans** of one seed share their worlds, which answers two more questions.
``explain`` says by how many days each demand moved between them and which change did
it; which field of a plan belongs to which cause stands in ``between``. ``prepare``
keeps a plan at hand for previews: what a change would do, from the first 1,000 worlds,
bit for bit what two forecasts of as many worlds would differ by. Only what the change
can reach is played again; ``_parts`` says exactly when that is less than everything.

Where the design page leaves a question, the engine reads it as a careful manager would:

Free
    Free is who has nothing in hand and has capacity at that moment: who is away is
    given nothing, and what becomes ready at the weekend is given out on Monday, to
    whoever of all who are then free would finish it first.
Leaving
    Who leaves for good before a package would end is not given it. Work that ends after
    the horizon is begun like any other, and who would finish it first is asked beyond
    the horizon too, as the horizon is ours and not the team's.
In hand
    Work in hand (``doing``) goes on from the first moment, whatever it was to wait for,
    with the person who is at it, even if it was pinned to another, and through their
    leave. Who is at several packages goes through them in rank order before all else.
No effort
    Such a package is done on the day it becomes ready, though that is midnight: on its
    ``earliest`` day and not on the evening before, never before the plan starts, and
    never before what it comes after.
Waits
    Any fraction of a working day; they run from the predecessor's end, the earliest day
    or the plan's start, whichever is last.
Cannot
    A demand with a package that nobody can do, or pinned to or in the hands of somebody
    who lacks the skill or has no working time, still takes people's time for its
    others. A demand without packages has no estimate and cannot be forecast either.
Leave
    Entries that overlap add up, to a whole day at most.
Errors shared
    ``demand_sd`` and ``team_sd`` multiply every effort, a certain one and what remains
    of one in hand too, but no wait and no interruption. Their factors have the median
    1.
Interruptions
    hit somebody who is with the team on that day, on leave or not; what comes while
    somebody is away waits for the return. They take anyone the same time. With an
    ``id`` a stream keeps its numbers when its people change.
Arrivals
    At rank r one enters behind the first r * n of the n demands open at that moment,
    rounded to the nearest, other arrivals included. Then it is a demand like any other.
Names
    Packages are known by their demand's id and their own, as other demands may use it
    too. A package that moves to another demand is another one, with new numbers.
Days waited
    Queue and touch days are working days (Monday to Friday, not closed), added up over
    a demand's packages; waiting for something external is no queue.
Null
    An optional key that is null is as good as left out.

Nothing here imports Django, and importing this package loads neither NumPy nor Numba:
pages may use it freely, and only ``forecast``, ``explain`` and ``prepare`` load them
when they are called.

References
----------
D. G. Malcolm et al., "Application of a Technique for Research and Development Program
Evaluation", Operations Research 7(5), 1959: three estimates make a distribution.
R. L. Graham, "Bounds on Multiprocessing Timing Anomalies", SIAM Journal on Applied
Mathematics 17(2), 1969: what greedy schedules guarantee, and what not.
T. Gneiting, A. E. Raftery, "Strictly Proper Scoring Rules, Prediction, and Estimation",
Journal of the American Statistical Association 102(477), 2007: how distributions are
scored against what happened.
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
    from capacity.engine.between import Done
    from capacity.engine.explaining import Explanation
    from capacity.engine.preview import Prepared
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
    "explain",
    "forecast",
    "load_plan",
    "prepare",
]


def explain(
    before: Plan,
    after: Plan,
    *,
    done: Done | None = None,
    trials: int | None = None,
    progress: Callable[[float], object] | None = None,
    threads: int | None = None,
) -> Explanation:
    """Say by how many days demands moved and why; see ``explaining.explain``.

    Like ``forecast`` it loads Numba, and plays several plans: work for the worker.

    Examples
    --------
    >>> plan = Plan.from_json({"start": "2026-11-23", "engineers": [], "demands": []})
    >>> explain(plan, plan).to_json()["causes"]
    []
    """
    from capacity.engine import explaining

    return explaining.explain(
        before, after, done=done, trials=trials, progress=progress, threads=threads
    )


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


def prepare(plan: Plan, *, trials: int = 1_000, threads: int | None = None) -> Prepared:
    """Make a plan ready for previews of changes to it; see ``preview.prepare``.

    Like ``forecast`` it loads Numba, and so does each preview: work for the worker.

    Examples
    --------
    >>> plan = Plan.from_json({"start": "2026-11-23", "engineers": [], "demands": []})
    >>> prepare(plan).preview(plan).to_json()["demands"]
    []
    """
    from capacity.engine import preview

    return preview.prepare(plan, trials=trials, threads=threads)
