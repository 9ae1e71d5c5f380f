from __future__ import annotations

import zoneinfo
from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from portfolio.core.calendars import (
    BusinessHours,
    country_error,
    public_holidays,
)

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

    def business_hours(self) -> BusinessHours:
        """This calendar as one plain value; asks for its periods and closed days."""
        return BusinessHours(
            zone=zoneinfo.ZoneInfo(self.time_zone),
            country=self.country,
            subdivision=self.subdivision,
            periods=tuple(
                (period.weekday, period.opens_at, period.closes_at)
                for period in self.periods.all()
            ),
            closed=frozenset(closed.day for closed in self.closed_days.all()),
        )

    def closed_dates(self, first: date, last: date) -> list[date]:
        """Own closed days from first to last, both included, in order."""
        return sorted(
            self.closed_days.filter(day__range=(first, last)).values_list(
                "day", flat=True
            )
        )

    def holidays_between(self, first: date, last: date) -> dict[date, str]:
        """Public holidays and own closed days with their names."""
        named = public_holidays(self.country, self.subdivision, first, last)
        for closed in self.closed_days.filter(day__range=(first, last)):
            named[closed.day] = closed.name
        return named


class WorkingPeriod(models.Model):
    """From when to when is worked on a weekday; a lunch break makes it two."""

    calendar = models.ForeignKey(
        BusinessCalendar, on_delete=models.CASCADE, related_name="periods"
    )
    weekday = models.PositiveSmallIntegerField(choices=MONDAY_TO_SUNDAY)
    opens_at = models.TimeField()
    closes_at = models.TimeField()

    class Meta:
        ordering = ["weekday", "opens_at"]
        constraints = [
            models.CheckConstraint(
                name="period_ends_after_it_begins",
                condition=Q(closes_at__gt=F("opens_at")),
            )
        ]

    def __str__(self) -> str:
        return (
            f"{self.get_weekday_display()} {self.opens_at:%H:%M}–{self.closes_at:%H:%M}"
        )


class ClosedDay(models.Model):
    """A day on which the company is closed beside the public holidays."""

    calendar = models.ForeignKey(
        BusinessCalendar, on_delete=models.CASCADE, related_name="closed_days"
    )
    day = models.DateField()
    name = models.CharField(max_length=80)

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(
                fields=["calendar", "day"], name="closed_day_once_per_calendar"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.day:%d %b %Y}"
