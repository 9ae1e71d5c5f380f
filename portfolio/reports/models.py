from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from capacity.models import Forecast
from portfolio.core.models import Team, User


class ReportState(models.TextChoices):
    DRAFT = "draft", "Draft"
    APPROVED = "approved", "Approved"
    SENT = "sent", "Sent"


class StatusReportQuerySet(models.QuerySet["StatusReport"]):
    def visible_to(self, user: User) -> StatusReportQuerySet:
        return self.filter(team__in=Team.objects.visible_to(user))


class StatusReport(models.Model):
    """The frozen snapshot of one week; freezing again adds a version."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="reports")
    week = models.DateField(help_text="Monday of the week.")
    version = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(
        max_length=8, choices=ReportState, default=ReportState.DRAFT
    )
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    forecast = models.ForeignKey(Forecast, on_delete=models.SET_NULL, null=True)
    frozen_at = models.DateTimeField(default=timezone.now)
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True
    )

    objects = StatusReportQuerySet.as_manager()

    class Meta:
        ordering = ["-week", "-version"]
        permissions = [
            ("see_reports", "Can read status reports"),
            ("freeze_report", "Can freeze the week's snapshot"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "week", "version"], name="report_version_once_a_week"
            )
        ]

    def __str__(self) -> str:
        year, week, _ = self.week.isocalendar()
        return f"{year}-W{week:02d}"
