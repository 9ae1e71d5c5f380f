from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from capacity.models.engineers import Engineer
from portfolio.core.models import Team, User


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
    is_measured = models.BooleanField(
        default=False,
        help_text="Count on what was logged instead, once that is enough.",
    )

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


class InterruptionQuerySet(models.QuerySet["Interruption"]):
    def visible_to(self, user: User) -> InterruptionQuerySet:
        """Those of their team for who sees people; their own for everybody."""
        mine = Q(engineer__user=user)
        if user.has_perm("capacity.see_people"):
            return self.filter(mine | Q(stream__team__in=Team.objects.visible_to(user)))
        return self.filter(mine)


class Interruption(models.Model):
    """Once that something took somebody from their work, as it was logged."""

    stream = models.ForeignKey(
        KtloStream, on_delete=models.CASCADE, related_name="interruptions"
    )
    engineer = models.ForeignKey(
        Engineer, on_delete=models.PROTECT, related_name="interruptions"
    )
    day = models.DateField()
    hours = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.05")), MaxValueValidator(200)],
    )
    note = models.CharField(max_length=200, blank=True)
    logged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    logged_at = models.DateTimeField(default=timezone.now)

    objects = InterruptionQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="interruption_takes_time", condition=Q(hours__gt=0)
            )
        ]
        indexes = [models.Index(fields=["stream", "day"], name="interruption_by_day")]

    def __str__(self) -> str:
        return f"{self.stream}, {self.day}"
