from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from intake import scoring
from intake.models.demands import Demand
from portfolio.core.models import Team, User

METHODS = list(scoring.METHODS.items())


def _points() -> models.PositiveSmallIntegerField[int | None, int | None]:
    """From 0 to 10; nobody has said it where it is null."""
    return models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(scoring.MOST)]
    )


class ScoreInputs(models.Model):
    """What a manager has said of the worth of a demand, before what its form says."""

    demand = models.OneToOneField(
        Demand, on_delete=models.CASCADE, related_name="score_inputs"
    )
    value = _points()
    criticality = _points()
    risk = _points()
    fit = _points()
    cost_per_week = models.DecimalField(
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )

    class Meta:
        verbose_name_plural = "score inputs"

    def __str__(self) -> str:
        return f"Score inputs of {self.demand_id}"

    @property
    def own(self) -> dict[str, int | None]:
        return {name: getattr(self, name) for name in scoring.INPUTS}


class ScorePolicy(models.Model):
    """How a team scores its demands."""

    team = models.OneToOneField(
        Team, on_delete=models.CASCADE, related_name="score_policy"
    )
    method = models.CharField(max_length=8, choices=METHODS, default=scoring.WSJF)
    # {"value": 1.0, …}; what is not named weighs 1.
    weights = models.JSONField(default=dict)
    changed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True)

    class Meta:
        verbose_name_plural = "score policies"

    def __str__(self) -> str:
        return f"Scoring of {self.team_id}"

    @property
    def policy(self) -> scoring.Policy:
        return scoring.Policy(method=self.method, weights=self.weights)
