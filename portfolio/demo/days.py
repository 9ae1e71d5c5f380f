"""Working days and moments, counted from the day of the load."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

from django.utils import timezone

from portfolio.core.calendars import BusinessHours

DAY = dt.timedelta(days=1)


class Dice:
    """Random numbers by name, so that no draw depends on the day or on the others."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __call__(self, *names: object) -> random.Random:
        return random.Random(f"{self.seed}/{'/'.join(map(str, names))}")  # noqa: S311 - invented rows


@dataclass(frozen=True, slots=True)
class Days:
    """The team's calendar around today."""

    today: dt.date
    hours: BusinessHours

    def now(self) -> dt.datetime:
        """This moment when today is today, else the morning of the day of the load."""
        now = timezone.now()
        return now if timezone.localdate(now) == self.today else self.this_morning()

    def this_morning(self) -> dt.datetime:
        """What has happened has happened before today."""
        return self.midnight(self.today)

    def midnight(self, day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(), dt.UTC)

    def working(self, number: int) -> dt.date:
        """0 is today, or the next working day after it; -1 the last one before."""
        if number < 0:
            return self.before(self.today, -number)
        day = self.today
        while not self.hours.is_working_day(day):
            day += DAY
        for _ in range(number):
            day = self.next(day)
        return day

    def next(self, day: dt.date) -> dt.date:
        day += DAY
        while not self.hours.is_working_day(day):
            day += DAY
        return day

    def before(self, day: dt.date, number: int = 1) -> dt.date:
        """The working day so many working days before a day."""
        for _ in range(number):
            day -= DAY
            while not self.hours.is_working_day(day):
                day -= DAY
        return day

    def after(self, day: dt.date, number: int) -> dt.date:
        for _ in range(number):
            day = self.next(day)
        return day

    def between(self, day: dt.date, end: dt.date) -> int:
        """Working days from a day on until another, itself not counted."""
        count = 0
        while day < end:
            count += self.hours.is_working_day(day)
            day += DAY
        return count

    def moment(
        self,
        day: dt.date,
        rng: random.Random,
        *,
        after: dt.datetime | None = None,
        opens: float = 8.2,
        closes: float = 17.4,
    ) -> dt.datetime:
        """Some time of a working day, and always later than what came before it."""
        minutes = int(rng.uniform(opens, closes) * 60)
        later = rng.randint(4, 26)
        midnight = dt.datetime.combine(day, dt.time(), self.hours.zone)
        at = (midnight + dt.timedelta(minutes=minutes)).astimezone(dt.UTC)
        if after and at <= after:
            at = after + dt.timedelta(minutes=later)
        return at
