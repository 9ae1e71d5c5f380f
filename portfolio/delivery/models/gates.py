from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from intake.models import Demand


class GateCheck(models.Model):
    """That a quality gate of a demand is met, or was waived: by whom, when, and why.

    It keeps the name that the gate had; a gate of another name is another gate.
    """

    demand = models.ForeignKey(
        Demand, on_delete=models.CASCADE, related_name="gate_checks"
    )
    gate = models.CharField(max_length=80)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    by_name = models.CharField(max_length=120, blank=True)
    # Why it was delivered without; empty where the gate is met.
    waived_because = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["demand", "gate"], name="gate_checked_once_per_demand"
            )
        ]

    def __str__(self) -> str:
        return f"{self.gate} of {self.demand_id}: {self.words}"

    @property
    def is_waived(self) -> bool:
        return bool(self.waived_because)

    @property
    def words(self) -> str:
        return "waived" if self.is_waived else "met"
