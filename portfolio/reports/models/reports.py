from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from capacity.models import Forecast
from portfolio.core.models import Team, User
from portfolio.reports.choices import ReportState


class StatusReportQuerySet(models.QuerySet["StatusReport"]):
    def visible_to(self, user: User) -> StatusReportQuerySet:
        return self.filter(team__in=Team.objects.visible_to(user))


def no_notes() -> dict[str, Any]:
    return {}


class StatusReport(models.Model):
    """The frozen snapshot of one week; freezing again adds a version.

    What was computed never changes. What a manager writes beside it is kept apart, and
    changes until the report is approved.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="reports")
    week = models.DateField(help_text="Monday of the week.")
    version = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(
        max_length=8, choices=ReportState, default=ReportState.DRAFT
    )
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    # {"summary": text, "own": [decision, …], "decisions": {key: text}, "changes":
    # {"kind:reference": text}}; see ``notes.py``.
    notes = models.JSONField(default=no_notes, blank=True)
    forecast = models.ForeignKey(Forecast, on_delete=models.SET_NULL, null=True)
    frozen_at = models.DateTimeField(default=timezone.now)
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True
    )
    approved_at = models.DateTimeField(null=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )
    sent_at = models.DateTimeField(null=True, editable=False)

    objects = StatusReportQuerySet.as_manager()

    class Meta:
        ordering = ["-week", "-version"]
        permissions = [
            ("see_reports", "Can read status reports"),
            ("freeze_report", "Can freeze the week's snapshot"),
            ("send_report", "Can approve and send status reports"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "week", "version"], name="report_version_once_a_week"
            ),
            models.CheckConstraint(
                name="report_approved_iff_dated",
                condition=Q(state=ReportState.DRAFT, approved_at__isnull=True)
                | (~Q(state=ReportState.DRAFT) & Q(approved_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        year, week, _ = self.week.isocalendar()
        return f"{year}-W{week:02d}"

    def get_absolute_url(self) -> str:
        return reverse("reports:report", args=[str(self), self.version])

    @property
    def frozen_day(self) -> date:
        return date.fromisoformat(self.content["as_of"])

    @property
    def is_draft(self) -> bool:
        return self.state == ReportState.DRAFT

    @property
    def state_words(self) -> str:
        return str(ReportState(self.state).label)
