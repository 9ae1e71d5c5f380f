"""When each engineer did what: work is laid backwards from today, one at a time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from capacity.models import Engineer
from portfolio.core.calendars import public_holidays
from portfolio.demo.company import Company
from portfolio.demo.days import DAY
from portfolio.demo.people import ENGINEERS, Colleague

# Share of a day without meetings that goes into packages; KTLO takes the rest.
FOCUS = 0.75


@dataclass(frozen=True, slots=True)
class Stint:
    engineer: Engineer
    first: dt.date
    last: dt.date


class Diary:
    def __init__(self, company: Company) -> None:
        self._company = company
        self._colleagues = {each.name: each for each in ENGINEERS}
        today = company.days.today
        self._free_until = {
            each.name: today - DAY
            for each in ENGINEERS
            if each.starts_in is None or each.starts_in <= 0
        }
        self._away: dict[tuple[str, dt.date], float] = {}
        for each in ENGINEERS:
            for first, length, share, _ in each.away:
                day = company.days.working(first)
                for _ in range(length):
                    self._away[each.name, day] = float(share)
                    day = company.days.next(day)

    def take(self, name: str, skill: str, effort: Decimal, last: dt.date) -> Stint:
        """This engineer does it, and ends on the last day or before it."""
        stint = self._fitted(self._colleagues[name], skill, effort, last)
        self._free_until[name] = stint.first - DAY
        return stint

    def best(self, skill: str, effort: Decimal, last: dt.date) -> Stint:
        """Whoever has the skill and ends closest to the last day does it."""
        stints = [
            (self._fitted(each, skill, effort, last), each.name)
            for each in ENGINEERS
            if skill in each.skills and each.name in self._free_until
        ]
        stint, name = max(stints, key=lambda found: (found[0].last, found[0].first))
        self._free_until[name] = stint.first - DAY
        return stint

    def _fitted(
        self, colleague: Colleague, skill: str, effort: Decimal, last: dt.date
    ) -> Stint:
        day = min(last, self._free_until[colleague.name])
        while not self._offers(colleague, day):
            day -= DAY
        end, speed, left = day, float(colleague.skills[skill]), float(effort)
        while True:
            left -= self._offers(colleague, day) * speed
            if left <= 0:
                return Stint(self._company.engineers[colleague.name], day, end)
            day -= DAY

    def _offers(self, colleague: Colleague, day: dt.date) -> float:
        """Focused days of one day, as the forecast would see it, less KTLO."""
        hours = colleague.hours[0][1][day.weekday()] if day.weekday() < 5 else 0
        if (
            not hours
            or day in self._company.days.hours.closed
            or public_holidays(colleague.country, colleague.subdivision, day, day)
        ):
            return 0.0
        there = 1 - self._away.get((colleague.name, day), 0.0)
        return hours / 8 * (1 - float(colleague.overhead)) * there * FOCUS
