from __future__ import annotations

from django.db import models

from capacity.choices import UNFINISHED, ForecastState
from capacity.models.forecasts import Forecast
from capacity.models.runs import Run


class HelpRunQuerySet(models.QuerySet["HelpRun"]):
    def unfinished(self) -> HelpRunQuerySet:
        return self.filter(state__in=UNFINISHED)

    def of_team(self, team_id: int) -> HelpRunQuerySet:
        """With their forecasts but not the plans, the newest first."""
        return (
            self.filter(forecast__team=team_id)
            .select_related("forecast")
            .defer("forecast__plan", "forecast__result", "forecast__turns")
            .order_by("-forecast__gathered_at", "-pk")
        )

    def newest_of(self, team_id: int) -> HelpRun | None:
        return self.of_team(team_id).filter(state=ForecastState.DONE).first()


class HelpRun(Run):
    """What more people or skills would give back, tried on the plan of a forecast."""

    forecast = models.OneToOneField(
        Forecast, on_delete=models.CASCADE, related_name="help_run"
    )
    # Worlds of every try: the first of those of the forecast.
    worlds = models.PositiveIntegerField(default=0)
    # Demands with a forecast; and the day each promise is due, by reference.
    demands = models.PositiveIntegerField(default=0)
    promised = models.JSONField(default=dict)
    # Promises that are kept on average as the plan is.
    kept = models.FloatField(default=0.0)
    # One row for each candidate, in the order they were tried: "skill", "engineer" as
    # the plan names who learns it (None: one more person), and what engine.helping says
    # of it: "days", "promised_days", "dates", "kept".
    tried = models.JSONField(default=list)
    candidates = models.PositiveIntegerField(default=0)

    objects = HelpRunQuerySet.as_manager()

    class Meta:
        ordering = ["-queued_at", "-pk"]

    def __str__(self) -> str:
        return f"What would help, by forecast {self.forecast_id}"
