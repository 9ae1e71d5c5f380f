from __future__ import annotations

from django.db import models
from django.db.models import Q

from capacity.choices import UNFINISHED, ForecastState
from capacity.models.runs import Run
from intake.models import Demand
from portfolio.core.models import Team, User


class ForecastQuerySet(models.QuerySet["Forecast"]):
    def visible_to(self, user: User) -> ForecastQuerySet:
        return self.filter(team__in=Team.objects.visible_to(user))

    def done(self) -> ForecastQuerySet:
        return self.filter(state=ForecastState.DONE)

    def unfinished(self) -> ForecastQuerySet:
        return self.filter(state__in=UNFINISHED)

    def latest_of(self, team_id: int) -> Forecast | None:
        """The newest finished forecast of a team, without its plan and result."""
        return (
            self.done()
            .filter(team=team_id)
            .defer("plan", "result", "turns")
            .order_by("-gathered_at", "-pk")
            .first()
        )


class Forecast(Run):
    """One stored, seeded, reproducible simulation of a team's whole backlog."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="forecasts")
    reason = models.CharField(max_length=200, blank=True)
    # When the plan was read, and the plan revision of the team at that moment.
    gathered_at = models.DateTimeField(null=True)
    plan_revision = models.PositiveBigIntegerField(null=True)
    starts_on = models.DateField(null=True)
    trials = models.PositiveIntegerField(default=0)
    seed = models.PositiveBigIntegerField(default=0)
    plan = models.JSONField(null=True)
    # How the arrivals of the plan were measured, by tier, or why there are none.
    arrivals = models.JSONField(default=dict)
    plan_hash = models.CharField(max_length=64, blank=True)
    # What the plan's ranges were made from: is_calibrated, how many packages were
    # finished and how many are needed, and the shared errors; empty in old forecasts.
    calibration = models.JSONField(default=dict)
    # The engine's result without its demands, which are rows of their own.
    result = models.JSONField(null=True)
    # Why dates moved since the forecast before: {"since": its key, "touched": {cause:
    # ids of what differs}, "trials": worlds}; empty until a worker has explained it.
    explained = models.JSONField(default=dict)
    # What each engineer is at and takes up next, by engine.turns; empty until known.
    turns = models.JSONField(default=dict)

    objects = ForecastQuerySet.as_manager()

    class Meta:
        ordering = ["-queued_at", "-pk"]
        permissions = [("run_forecast", "Can start a forecast")]
        constraints = [
            models.UniqueConstraint(
                fields=["team"],
                condition=Q(state__in=UNFINISHED),
                name="forecast_one_unfinished_per_team",
            )
        ]
        indexes = [
            models.Index(
                fields=["team", "state", "gathered_at"], name="forecast_latest"
            )
        ]

    def __str__(self) -> str:
        return f"Forecast {self.pk} of {self.team_id}"


class DemandForecast(models.Model):
    """When one demand is done, in one forecast."""

    forecast = models.ForeignKey(
        Forecast, on_delete=models.CASCADE, related_name="demand_forecasts"
    )
    demand = models.ForeignKey(
        Demand, on_delete=models.CASCADE, related_name="forecasts"
    )
    place = models.PositiveIntegerField(help_text="Place in rank order, from 1.")
    # Why no date can be given; empty when one can.
    cannot = models.TextField(blank=True)
    start_p50 = models.DateField(null=True)
    p10 = models.DateField(null=True)
    p50 = models.DateField(null=True)
    p70 = models.DateField(null=True)
    p85 = models.DateField(null=True)
    p95 = models.DateField(null=True)
    why_null = models.JSONField(default=dict)
    queue_days = models.FloatField(null=True)
    touch_days = models.FloatField(null=True)
    waits_for = models.CharField(max_length=60, blank=True)
    # {"first": "2026-12-01", "counts": [trials done on that day, on the next, …]}
    finished_by = models.JSONField(null=True)
    # How its P85 moved since the forecast before, and why: {"before", "after", "days",
    # "causes": {cause: days}}, or "why" no days can be given; null where it did not.
    moved = models.JSONField(null=True)

    class Meta:
        ordering = ["forecast", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["forecast", "demand"], name="forecast_has_a_demand_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.demand_id} in forecast {self.forecast_id}"
