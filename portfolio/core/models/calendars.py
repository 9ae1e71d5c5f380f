from __future__ import annotations

import zoneinfo
from datetime import time

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from portfolio.core.calendars import BusinessHours, closing_words, country_error

MONDAY_TO_SUNDAY = [
    (0, "Monday"),
    (1, "Tuesday"),
    (2, "Wednesday"),
    (3, "Thursday"),
    (4, "Friday"),
    (5, "Saturday"),
    (6, "Sunday"),
]


def check_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            f"“{name}” is not a time zone; names look like Europe/Berlin."
        )


class BusinessCalendar(models.Model):
    """When a team answers: working hours, public holidays and own closed days."""

    name = models.CharField(max_length=80, unique=True)
    time_zone = models.CharField(
        max_length=60, default="Europe/Berlin", validators=[check_time_zone]
    )
    country = models.CharField(
        max_length=2, blank=True, help_text="Public holidays, as in DE, PL, US."
    )
    subdivision = models.CharField(
        max_length=10, blank=True, help_text="Region of the country, as in BE or CA."
    )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        problem = country_error(self.country, self.subdivision)
        if problem:
            raise ValidationError({"country": problem})

    def next_closed(self) -> list[ClosedDay]:
        """The next closed days, at most three; reads what is prefetched."""
        today = timezone.localdate()
        return [each for each in self.closed_days.all() if each.day >= today][:3]

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    def business_hours(self) -> BusinessHours:
        """This calendar as one plain value; asks for its periods and closed days."""
        closed = list(self.closed_days.all())
        return BusinessHours(
            zone=self.zone,
            country=self.country,
            subdivision=self.subdivision,
            periods=tuple(
                (period.weekday, period.opens_at, period.ends_at)
                for period in self.periods.all()
            ),
            closed=frozenset(each.day for each in closed if each.is_whole),
            closings=frozenset(
                (each.day, each.closed_from or time.min, each.closed_until or time.max)
                for each in closed
                if not each.is_whole
            ),
        )


class WorkingPeriod(models.Model):
    """From when to when is worked on a weekday; a lunch break makes it two."""

    calendar = models.ForeignKey(
        BusinessCalendar, on_delete=models.CASCADE, related_name="periods"
    )
    weekday = models.PositiveSmallIntegerField(choices=MONDAY_TO_SUNDAY)
    opens_at = models.TimeField()
    closes_at = models.TimeField(help_text="00:00 is the end of the day, 24:00.")

    class Meta:
        ordering = ["weekday", "opens_at"]
        constraints = [
            models.CheckConstraint(
                name="period_ends_after_it_begins",
                condition=Q(closes_at__gt=F("opens_at")) | Q(closes_at=time()),
            )
        ]

    def __str__(self) -> str:
        closes = closing_words(self.ends_at)
        return f"{self.get_weekday_display()} {self.opens_at:%H:%M}–{closes}"

    @property
    def ends_at(self) -> time:
        """When it closes; ``time.max`` at the end of the day."""
        return time.max if self.closes_at == time() else self.closes_at


class ClosedDay(models.Model):
    """A day on which the company is closed beside the public holidays, or a part of it.

    24 December from noon has ``closed_from`` 12:00 and no ``closed_until``.
    """

    calendar = models.ForeignKey(
        BusinessCalendar, on_delete=models.CASCADE, related_name="closed_days"
    )
    day = models.DateField()
    name = models.CharField(max_length=80)
    closed_from = models.TimeField(
        null=True, blank=True, help_text="Empty: from the morning."
    )
    closed_until = models.TimeField(
        null=True, blank=True, help_text="Empty: to the evening."
    )

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(
                fields=["calendar", "day"], name="closed_day_once_per_calendar"
            ),
            models.CheckConstraint(
                name="closed_day_ends_after_it_begins",
                condition=Q(closed_from__isnull=True)
                | Q(closed_until__isnull=True)
                | Q(closed_until__gt=F("closed_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.words}, {self.day:%d %b %Y}"

    @property
    def is_whole(self) -> bool:
        return self.closed_from is None and self.closed_until is None

    @property
    def words(self) -> str:
        """“Christmas Eve from 12:00”; only the name when the whole day is closed."""
        since = f" from {self.closed_from:%H:%M}" if self.closed_from else ""
        until = f" until {self.closed_until:%H:%M}" if self.closed_until else ""
        return f"{self.name}{since}{until}"
