from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from intake.models.demands import Demand
from intake.models.tiers import Tier
from portfolio.core.models import BusinessUnit


class TierTokenQuerySet(models.QuerySet["TierToken"]):
    def spent(self) -> TierTokenQuerySet:
        """Those that count: not given back."""
        return self.filter(returned_at__isnull=True)

    def in_quarter(
        self, unit: BusinessUnit, tier: Tier, quarter: str
    ) -> TierTokenQuerySet:
        return self.filter(business_unit=unit, tier=tier, quarter=quarter)


class TierToken(models.Model):
    """One of the few requests a business unit may send under a tier in a quarter."""

    business_unit = models.ForeignKey(
        BusinessUnit, on_delete=models.PROTECT, related_name="tokens"
    )
    tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="tokens")
    # As in 2026Q4, of the day in the team's time zone.
    quarter = models.CharField(max_length=6)
    demand = models.ForeignKey(Demand, on_delete=models.CASCADE, related_name="tokens")
    spent_at = models.DateTimeField(default=timezone.now)
    returned_at = models.DateTimeField(null=True)

    objects = TierTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-spent_at", "-pk"]
        indexes = [
            models.Index(
                fields=["business_unit", "tier", "quarter"], name="token_unit_quarter"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["demand"],
                condition=Q(returned_at__isnull=True),
                name="token_once_per_demand",
            )
        ]

    def __str__(self) -> str:
        return f"{self.tier} of {self.business_unit}, {self.quarter}"
