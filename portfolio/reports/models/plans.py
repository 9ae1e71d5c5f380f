from __future__ import annotations

import datetime as dt
import zoneinfo

from django.db import models
from django.db.models import Q

from portfolio.core.models import Team
from portfolio.core.models.calendars import MONDAY_TO_SUNDAY, check_time_zone


class ReportPlan(models.Model):
    """When the draft of a week is made by itself, and who gets what is approved."""

    team = models.OneToOneField(
        Team, on_delete=models.CASCADE, related_name="report_plan"
    )
    is_on = models.BooleanField("make the draft by itself", default=False)
    weekday = models.PositiveSmallIntegerField(
        "day", choices=MONDAY_TO_SUNDAY, default=0
    )
    at = models.TimeField("time", default=dt.time(7))
    time_zone = models.CharField(
        max_length=60, default="Europe/Berlin", validators=[check_time_zone]
    )
    # E-mail addresses, one a line; they need no account.
    leadership = models.TextField(blank=True)
    insiders = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="report_plan_weekday", condition=Q(weekday__lte=6)
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.at:%H:%M} {self.time_zone}"

    @property
    def zone(self) -> dt.tzinfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    def due_in_week_of(self, now: dt.datetime) -> dt.datetime:
        """The moment for the draft of the week that it is where the manager works.

        A time that the change to summer skips counts as an hour later; one that comes
        twice in autumn counts the first time.
        """
        today = now.astimezone(self.zone).date()
        day = today + dt.timedelta(days=self.weekday - today.weekday())
        return dt.datetime.combine(day, self.at, self.zone).astimezone(dt.UTC)

    @property
    def recipients(self) -> int:
        return len({*addresses(self.leadership), *addresses(self.insiders)})


def addresses(text: str) -> list[str]:
    """The addresses of a text, one a line, each once and as it was first written."""
    found = {line.strip().lower(): line.strip() for line in reversed(text.splitlines())}
    found.pop("", None)
    return list(reversed(found.values()))
