from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from capacity.models.engineers import Engineer
from portfolio.core.models import Team


class KtloStream(models.Model):
    """Work that keeps existing integrations running; arrives at random, interrupts."""

    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, related_name="ktlo_streams"
    )
    name = models.CharField(max_length=120)
    engineers = models.ManyToManyField(Engineer, related_name="ktlo_streams")
    per_week = models.DecimalField(
        max_digits=6,
        decimal_places=2,
        validators=[MinValueValidator(Decimal(0))],
        help_text="Interruptions a week, on average.",
    )
    low = models.DecimalField(max_digits=6, decimal_places=2)
    likely = models.DecimalField(max_digits=6, decimal_places=2)
    high = models.DecimalField(max_digits=6, decimal_places=2)

    class Meta:
        verbose_name = "KTLO stream"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "name"], name="ktlo_name_once_per_team"
            ),
            models.CheckConstraint(
                name="ktlo_estimate_does_not_decrease",
                condition=Q(low__gt=0, low__lte=F("likely"), likely__lte=F("high")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        given = (self.low, self.likely, self.high)
        if None not in given and not 0 < self.low <= self.likely <= self.high:
            raise ValidationError(
                "Low must be above 0, and low, likely and high must not decrease."
            )
