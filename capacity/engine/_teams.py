"""Engineers and closed days of two plans, and of the plans in between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from capacity.engine._lines import moved
from capacity.engine.calendar import net_capacity
from capacity.engine.people import Engineer, Leave
from capacity.engine.plan import Plan

ONE_DAY = timedelta(days=1)
# Less than a second of a day: another way to write the same hours.
SAME_CAPACITY = 1e-6


@dataclass(frozen=True)
class Teams:
    """Two plans' people; only on days that both plans cover can they differ.

    What one plan says of other days (the week that has passed, the week by which the
    horizon moved on) holds in every plan in between. Plans that cover the same days are
    compared as they are written.
    """

    before: Plan
    after: Plan

    @property
    def first(self) -> date:
        """First day that both plans cover."""
        return max(self.before.start, self.after.start)

    @property
    def last(self) -> date:
        """Last day that both plans cover."""
        return min(self.before.end, self.after.end)

    @property
    def _have_the_same_days(self) -> bool:
        return (self.before.start, self.before.end) == (
            self.after.start,
            self.after.end,
        )

    @cached_property
    def is_closed_differently(self) -> bool:
        if self._have_the_same_days:
            return set(self.before.closed_days) != set(self.after.closed_days)
        return self._common(self.before) != self._common(self.after)

    @cached_property
    def changed(self) -> list[str]:
        """Ids of those who joined, left, changed places, or offer something else."""
        old = {each.id: each for each in self.before.engineers}
        new = {each.id: each for each in self.after.engineers}
        if self._have_the_same_days:
            differing = [name for name in new if old.get(name) != new[name]]
        else:
            differing = self._offering_differently(old, new)
        changed = dict.fromkeys(differing)
        left = [name for name in old if name not in new]
        return list(changed | dict.fromkeys([*moved(list(old), list(new)), *left]))

    def _offering_differently(
        self, old: Mapping[str, Engineer], new: Mapping[str, Engineer]
    ) -> list[str]:
        before, after = self._offered(self.before), self._offered(self.after)
        return [
            name
            for name, engineer in new.items()
            if name not in old
            or dict(old[name].skills) != dict(engineer.skills)
            or self._membership(old[name]) != self._membership(engineer)
            or (np.abs(before[name] - after[name]) > SAME_CAPACITY).any()
        ]

    def engineers(self, *, is_new: bool) -> list[Engineer]:
        """The people of one plan, with the calendars of both."""
        chosen = self.after if is_new else self.before
        if self._have_the_same_days:
            return list(chosen.engineers)
        early = min(self.before, self.after, key=lambda plan: plan.start)
        late = max(self.before, self.after, key=lambda plan: plan.end)
        begins = {each.id: each for each in early.engineers}
        ends = {each.id: each for each in late.engineers}
        return [
            self._spliced(each, begins.get(each.id, each), ends.get(each.id, each))
            for each in chosen.engineers
        ]

    def closed_days(self, *, is_new: bool) -> tuple[date, ...]:
        """The closed days of one plan, and of the other where it alone knows."""
        chosen = self.after if is_new else self.before
        if self._have_the_same_days:
            return chosen.closed_days
        days = self._common(chosen)
        for plan in (self.before, self.after):
            days |= {
                day
                for day in plan.closed_days
                if plan.start <= day < self.first or self.last < day <= plan.end
            }
        return tuple(sorted(days))

    def _common(self, plan: Plan) -> set[date]:
        return {day for day in plan.closed_days if self.first <= day <= self.last}

    def _offered(self, plan: Plan) -> dict[str, NDArray[np.float64]]:
        begin = (self.first - plan.start).days
        end = max((self.last - plan.start).days + 1, begin)
        rows = net_capacity(plan)[:, begin:end]
        return {each.id: row for each, row in zip(plan.engineers, rows, strict=True)}

    def _membership(self, engineer: Engineer) -> tuple[date, date | None]:
        return max(engineer.first_day or self.first, self.first), engineer.last_day

    def _spliced(self, own: Engineer, early: Engineer, late: Engineer) -> Engineer:
        first_day = own.first_day
        if first_day is None or first_day <= self.first:
            first_day = early.first_day
            if first_day is not None:
                # Who left before coming is there on no day that counts.
                first_day = min(first_day, self.first, own.last_day or self.first)
        return replace(
            own,
            first_day=first_day,
            leave=(
                *_clipped(early.leave, date.min, self.first - ONE_DAY),
                *_clipped(own.leave, self.first, self.last),
                *_clipped(late.leave, self.last + ONE_DAY, date.max),
            ),
        )


def _clipped(leave: Iterable[Leave], first: date, last: date) -> Iterator[Leave]:
    for entry in leave:
        begin, end = max(entry.first, first), min(entry.last, last)
        if begin <= end:
            yield Leave(begin, end, entry.share)
