from __future__ import annotations

from django.db import models

from portfolio.core.models.mails import Outgoing, OutgoingQuerySet
from portfolio.core.services.mailing import MOST_ATTEMPTS
from portfolio.reports.choices import Variant
from portfolio.reports.models.reports import StatusReport


class ReportMailQuerySet(OutgoingQuerySet["ReportMail"]):
    pass


class ReportMail(Outgoing):
    """The ledger of what is sent: one row for each person a report goes to."""

    report = models.ForeignKey(
        StatusReport, on_delete=models.CASCADE, related_name="mails"
    )
    to = models.EmailField()
    variant = models.CharField(max_length=10, choices=Variant)

    objects = ReportMailQuerySet.as_manager()

    class Meta:
        ordering = ["report", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "to"], name="report_mail_once_per_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.report} to {self.to}"

    @property
    def is_given_up(self) -> bool:
        """Nobody tries any more; a manager has to send it in another way."""
        return self.mailed_at is None and self.attempts >= MOST_ATTEMPTS
