from __future__ import annotations

from django.db import models
from django.db.models import Q

from capacity.models import Forecast
from intake.models import Demand
from portfolio.core.models import User


class ForecastScoreQuerySet(models.QuerySet["ForecastScore"]):
    def visible_to(self, user: User) -> ForecastScoreQuerySet:
        return self.filter(demand__in=Demand.objects.visible_to(user))

    def first_told(self) -> ForecastScoreQuerySet:
        """The first forecast of each demand: one demand counts once."""
        return self.filter(is_first=True)


class ForecastScore(models.Model):
    """What one published forecast said of a demand, beside the day it was done.

    Written once, when the demand is delivered; it stays as it is, also where old
    forecasts are removed one day.
    """

    demand = models.ForeignKey(
        Demand, on_delete=models.CASCADE, related_name="forecast_scores"
    )
    forecast = models.ForeignKey(
        Forecast, on_delete=models.SET_NULL, null=True, related_name="scores"
    )
    told_on = models.DateField()
    is_first = models.BooleanField(default=False)
    p10 = models.DateField(null=True)
    p50 = models.DateField(null=True)
    p70 = models.DateField(null=True)
    p85 = models.DateField(null=True)
    p95 = models.DateField(null=True)
    delivered_on = models.DateField()
    # Share of the simulated worlds that were done by the day it really was.
    reached = models.FloatField()

    objects = ForecastScoreQuerySet.as_manager()

    class Meta:
        ordering = ["demand", "told_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["demand", "forecast"], name="score_once_per_forecast"
            ),
            models.UniqueConstraint(
                fields=["demand"],
                condition=Q(is_first=True),
                name="score_one_first_per_demand",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.demand_id} told on {self.told_on}: {self.reached:.2f}"
