from __future__ import annotations

from django.db import models


class Tier(models.Model):
    """The class of service a demand is handled under."""

    # The slug of the tier that a request gets when nothing says otherwise.
    STANDARD = "standard"

    name = models.CharField(max_length=40, unique=True)
    slug = models.SlugField(max_length=40, unique=True)
    position = models.PositiveSmallIntegerField(default=0)
    purpose = models.CharField(max_length=200, blank=True)
    # Both targets in business time of the team's calendar.
    acknowledge_hours = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Business hours; empty when given in days."
    )
    acknowledge_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Business days; empty when given in hours."
    )
    decide_days = models.PositiveSmallIntegerField(help_text="Business days.")

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(
                name="tier_acknowledges_in_hours_or_days",
                condition=models.Q(
                    acknowledge_hours__isnull=False, acknowledge_days__isnull=True
                )
                | models.Q(
                    acknowledge_hours__isnull=True, acknowledge_days__isnull=False
                ),
            )
        ]

    def __str__(self) -> str:
        return self.name
