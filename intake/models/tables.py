from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from intake.models.tiers import VersionsAreNeverChanged


class TierTable(models.Model):
    """Which tier follows from impact and urgency, from one edit to the next.

    ``cells`` are slugs of tiers by impact and then urgency, with the keys of
    ``intake.evidence``. Only added; the newest is in force.
    """

    number = models.PositiveIntegerField(unique=True, editable=False)
    cells = models.JSONField()
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    # Kept apart so that it still reads after the account is gone.
    made_by_name = models.CharField(max_length=120, blank=True)
    why = models.TextField(blank=True)

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"Tier table {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise VersionsAreNeverChanged("Editing the table adds one.")
        super().save(*args, **kwargs)
