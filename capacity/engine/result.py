"""What a forecast says, and how it is written as JSON (design page, section 8)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from capacity.engine._cannot import reasons_against, who_leaves
from capacity.engine.calendar import monday_of_week, net_capacity, weekly
from capacity.engine.distribution import FinishedBy
from capacity.engine.plan import Plan
from capacity.engine.work import Demand

Floats = NDArray[np.float64]
Counts = NDArray[np.int32]

PERCENTILES = (10, 50, 70, 85, 95)
TOGETHER_PERCENTILES = (50, 85)
FEWEST_WEEKS = 13
MOST_WEEKS = 104


def report_weeks(plan: Plan) -> int:
    """Weeks for which load and demand are added up: two years, or the horizon."""
    return min((plan.horizon_days + plan.start.weekday() + 6) // 7, MOST_WEEKS)


@dataclass(frozen=True)
class Forecast:
    """Distributions over the simulated worlds.

    Attributes
    ----------
    plan : Plan
        What was forecast.
    skills : tuple of str
        Rows of ``skill_done`` and ``skill_unmet``.
    finished, begun : int32 (demands, days)
        How many trials finish, and begin, a demand on each day of the horizon.
    together : int32 (groups, days)
        How many trials have a whole group done on each day for the first time.
    queue_days, touch_days : float64 (packages,), working days
        Expected time standing ready, and in somebody's hands, up to the horizon.
    load, lost : float64 (engineers, weeks), focused days
        Expected capacity used for packages, and lost to interruptions.
    skill_done, skill_unmet : float64 (skills, weeks), focused days
        Expected effort worked off in a week, and standing ready at its end.

    Notes
    -----
    Times of a demand's packages are added up, so two packages that wait side by side
    for a week are two weeks of queue.
    """

    plan: Plan
    skills: tuple[str, ...]
    finished: Counts
    begun: Counts
    together: Counts
    queue_days: Floats
    touch_days: Floats
    load: Floats
    lost: Floats
    skill_done: Floats
    skill_unmet: Floats

    @cached_property
    def cannot(self) -> list[str | None]:
        """Why each demand cannot be forecast, or None."""
        return reasons_against(self.plan)

    @cached_property
    def _first_package(self) -> list[int]:
        counts = (len(demand.packages) for demand in self.plan.demands)
        return list(accumulate(counts, initial=0))

    def to_json(self) -> dict[str, Any]:
        """Write the result as plain lists and objects, ready for ``json.dumps``.

        Returns
        -------
        dict
            The result of the design page, section 8, and for each demand and group
            ``finished_by``, its whole distribution for ``distribution.chance_by``.

        Notes
        -----
        Weeks run to the one in which the last P95 lies, at least 13 and at most 104,
        all 104 where a demand has no P95, and never past the horizon. ``load`` is what
        packages, those of arrivals too, and interruptions use of ``capacity``.
        ``demand`` of a skill is the effort worked off in the week and the effort that
        stands ready at its end and nobody has begun; ``supply`` is what all who have
        the skill could do of it if they did nothing else, at their speed and after
        interruptions, so people of several skills count in each.
        """
        weeks = self._shown_weeks()
        return {
            "plan_hash": self.plan.hash(),
            "trials": self.plan.trials,
            "seed": self.plan.seed,
            "start": self.plan.start.isoformat(),
            "demands": [self._demand(row) for row in range(len(self.plan.demands))],
            "together": [self._group(row) for row in range(len(self.plan.together))],
            "engineers": self._engineers(weeks),
            "skills": self._skills(weeks),
        }

    def _demand(self, row: int) -> dict[str, Any]:
        demand, cannot = self.plan.demands[row], self.cannot[row]
        finish = self._percentiles(self.finished[row], PERCENTILES)
        written = {
            "id": demand.id,
            "cannot": cannot,
            "start": self._percentiles(self.begun[row], (50,)),
            "finish": finish,
            "why_null": self._why_null(finish, self.finished[row], demand),
            "chance": {
                day.isoformat(): self._chance(self.finished[row], day)
                for day in demand.dates
            },
            **self._waiting(row),
            "finished_by": self._finished_by(self.finished[row]),
        }
        return written if cannot is None else written | _nothing(written, cannot)

    def _group(self, row: int) -> dict[str, Any]:
        names = self.plan.together[row]
        counts = self.together[row]
        finish = self._percentiles(counts, TOGETHER_PERCENTILES)
        why_null = self._why_null(finish, counts)
        place = {demand.id: number for number, demand in enumerate(self.plan.demands)}
        blocked = [name for name in names if self.cannot[place[name]]]
        if blocked:
            why_null = dict.fromkeys(
                why_null, f"{' and '.join(blocked)} cannot be forecast."
            )
        return {
            "demands": list(names),
            "finish": finish,
            "why_null": why_null,
            "finished_by": self._finished_by(counts),
        }

    def _percentiles(
        self, counts: Counts, wanted: tuple[int, ...]
    ) -> dict[str, str | None]:
        done = np.cumsum(counts)
        # Whole numbers, as 0.7 of 10 trials must be 7 and not a little more.
        needed = [-(-share * self.plan.trials // 100) for share in wanted]
        return {
            f"p{share}": self._date(int(day)) if day < len(done) else None
            for share, day in zip(wanted, np.searchsorted(done, needed), strict=True)
        }

    def _why_null(
        self,
        finish: dict[str, str | None],
        counts: Counts,
        demand: Demand | None = None,
    ) -> dict[str, str]:
        nulls = [name for name, day in finish.items() if day is None]
        leaving = who_leaves(self.plan, demand) if nulls and demand else None
        missed = 1.0 - int(counts.sum()) / self.plan.trials
        reason = (
            f"In {_rounded_up(missed)} of the simulated worlds it is not done by "
            f"{self.plan.end}, the end of the horizon"
            f"{f'; {leaving} leaves before' if leaving else ''}."
        )
        return dict.fromkeys(nulls, reason)

    def _chance(self, counts: Counts, day: date) -> float:
        days = (day - self.plan.start).days + 1
        return int(counts[: max(days, 0)].sum()) / self.plan.trials

    def _waiting(self, row: int) -> dict[str, Any]:
        first = self._first_package[row]
        packages = self.plan.demands[row].packages
        queue: dict[str, float] = {}
        for number, package in enumerate(packages, start=first):
            queue.setdefault(package.skill, 0.0)
            queue[package.skill] += float(self.queue_days[number])
        total = round(sum(queue.values()), 3)
        touch = float(self.touch_days[first : first + len(packages)].sum())
        return {
            "queue_days": total,
            "touch_days": round(touch, 3),
            "waits_for": max(queue, key=lambda name: queue[name]) if total else None,
        }

    def _finished_by(self, counts: Counts) -> FinishedBy:
        days = np.flatnonzero(counts)
        if not days.size:
            return {"first": self.plan.start.isoformat(), "counts": []}
        first, last = int(days[0]), int(days[-1])
        return {
            "first": self._date(first),
            "counts": counts[first : last + 1].tolist(),
        }

    def _engineers(self, weeks: int) -> list[dict[str, Any]]:
        offered = weekly(self.plan, net_capacity(self.plan))
        return [
            {
                "id": engineer.id,
                "weeks": self._by_week(
                    weeks, load=self.load[row] + self.lost[row], capacity=offered[row]
                ),
            }
            for row, engineer in enumerate(self.plan.engineers)
        ]

    def _skills(self, weeks: int) -> list[dict[str, Any]]:
        offered = weekly(self.plan, net_capacity(self.plan))
        left = offered[:, : self.lost.shape[1]] - self.lost
        demanded = self.skill_done + self.skill_unmet
        written = []
        for row, skill in enumerate(self.skills):
            speeds = [each.skills.get(skill, 0.0) for each in self.plan.engineers]
            supply = np.asarray(speeds) @ left
            written.append(
                {
                    "skill": skill,
                    "weeks": self._by_week(weeks, demand=demanded[row], supply=supply),
                }
            )
        return written

    def _by_week(self, weeks: int, **columns: Floats) -> list[dict[str, Any]]:
        return [
            {
                "week": monday_of_week(self.plan, week).isoformat(),
                **{name: _rounded(per[week]) for name, per in columns.items()},
            }
            for week in range(weeks)
        ]

    def _shown_weeks(self) -> int:
        most = report_weeks(self.plan)
        last = 0
        needed = -(-95 * self.plan.trials // 100)
        for counts, cannot in zip(self.finished, self.cannot, strict=True):
            day = int(np.searchsorted(np.cumsum(counts), needed))
            if not cannot:
                last = max(last, day)
        week = (last + self.plan.start.weekday()) // 7 + 1
        return min(max(week, FEWEST_WEEKS), most)

    def _date(self, day: int) -> str:
        return (self.plan.start + timedelta(days=day)).isoformat()


def _nothing(written: dict[str, Any], cannot: str) -> dict[str, Any]:
    """Blank out the numbers of a demand that cannot be forecast."""
    return {
        "start": {"p50": None},
        "finish": dict.fromkeys(written["finish"]),
        "why_null": dict.fromkeys(written["finish"], cannot),
        "chance": dict.fromkeys(written["chance"]),
        "queue_days": None,
        "touch_days": None,
        "waits_for": None,
        "finished_by": {"first": written["finished_by"]["first"], "counts": []},
    }


def _rounded(value: float) -> float:
    # Adding nothing makes 0.0 of the -0.0 that a difference of sums may leave.
    return round(float(value), 3) + 0.0


def _rounded_up(share: float) -> str:
    # Rounded up, as “5 %” would contradict the missing P95 it explains.
    return f"{math.ceil(share * 100 - 1e-9)} %"
