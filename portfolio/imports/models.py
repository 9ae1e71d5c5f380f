from __future__ import annotations

from django.db import models
from django.utils import timezone

from intake.models import Demand


class ImportedDemand(models.Model):
    """What the tracker said about a demand at the last import, and what was written.

    The next import compares three things: what the tracker says now, what it said
    then, and what stands here. So it finds what the tracker has changed, and sees what
    people have changed here and must not be overwritten.
    """

    demand = models.OneToOneField(
        Demand, on_delete=models.CASCADE, related_name="imported", primary_key=True
    )
    said = models.JSONField()
    wrote = models.JSONField()
    imported_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"Import of {self.demand_id}"
