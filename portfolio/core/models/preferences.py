from __future__ import annotations

from django.conf import settings
from django.db import models

from portfolio.core.choices import Channel, NoticeKind


class NoticePreference(models.Model):
    """How one person wants to be told of one kind of thing, where not at once."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="notice_preferences",
    )
    kind = models.CharField(max_length=12, choices=NoticeKind)
    channel = models.CharField(max_length=8, choices=Channel)

    class Meta:
        ordering = ["person", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"], name="notice_preference_once_per_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_kind_display()}: {self.get_channel_display()}"
