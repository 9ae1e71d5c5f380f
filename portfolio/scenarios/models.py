from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from capacity.choices import UNFINISHED, ForecastState
from capacity.models.runs import Run
from intake.models import Demand
from portfolio.core.models import Team, User
from portfolio.core.rights import PLAN_SCENARIOS, SEE_SCENARIOS
from portfolio.scenarios.choices import ChangeKind, ScenarioState


class ScenarioQuerySet(models.QuerySet["Scenario"]):
    def visible_to(self, user: User) -> ScenarioQuerySet:
        """All of their teams for who plans; what is shared for who may read it."""
        found = self.filter(team__in=Team.objects.visible_to(user))
        if user.has_perm(PLAN_SCENARIOS):
            return found
        if user.has_perm(SEE_SCENARIOS):
            return found.filter(is_shared=True).exclude(state=ScenarioState.DISCARDED)
        return self.none()

    def by_age(self) -> ScenarioQuerySet:
        """The newest first; said here, as counting forgets the usual order."""
        return self.order_by("-made_at", "-pk")

    def with_counts(self) -> ScenarioQuerySet:
        """Annotate ``change_count``."""
        return self.annotate(change_count=models.Count("changes"))


class Scenario(models.Model):
    """Named changes to the live plan, which they do not touch until applied."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="scenarios")
    name = models.CharField(max_length=120)
    why = models.TextField(blank=True)
    state = models.CharField(
        max_length=10, choices=ScenarioState, default=ScenarioState.OPEN
    )
    # Whether those who read the plan and do not make it may read this too.
    is_shared = models.BooleanField(default=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)
    # Counted up with every edit of its changes.
    revision = models.PositiveIntegerField(default=1)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)

    objects = ScenarioQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        permissions = [
            ("see_scenarios", "Can read scenarios that are shared"),
            ("plan_scenarios", "Can make, share and apply scenarios"),
        ]
        constraints = [
            models.CheckConstraint(
                name="scenario_open_iff_not_closed",
                condition=Q(state=ScenarioState.OPEN, closed_at__isnull=True)
                | (~Q(state=ScenarioState.OPEN) & Q(closed_at__isnull=False)),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("scenarios:scenario", args=[self.pk])

    @property
    def state_words(self) -> str:
        return self.get_state_display().lower()

    @property
    def is_open(self) -> bool:
        return self.state == ScenarioState.OPEN

    @property
    def is_applied(self) -> bool:
        return self.state == ScenarioState.APPLIED

    @property
    def is_discarded(self) -> bool:
        return self.state == ScenarioState.DISCARDED


class ScenarioChange(models.Model):
    """One change; ``portfolio.scenarios.changes`` reads its facts by its kind."""

    scenario = models.ForeignKey(
        Scenario, on_delete=models.CASCADE, related_name="changes"
    )
    # In this order they are made; a later one may build on an earlier.
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16, choices=ChangeKind)
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["scenario", "position"], name="scenario_change_once_per_place"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} in {self.scenario_id}"


class ScenarioForecastQuerySet(models.QuerySet["ScenarioForecast"]):
    def done(self) -> ScenarioForecastQuerySet:
        return self.filter(state=ForecastState.DONE)

    def without_plans(self) -> ScenarioForecastQuerySet:
        return self.defer("plan")


class ScenarioForecast(Run):
    """The plan with and without the changes of a scenario, in the same worlds."""

    scenario = models.ForeignKey(
        Scenario, on_delete=models.CASCADE, related_name="forecasts"
    )
    # Which edit of the scenario, and which of the live plan, it is about.
    scenario_revision = models.PositiveIntegerField(null=True)
    plan_revision = models.PositiveBigIntegerField(null=True)
    gathered_at = models.DateTimeField(null=True)
    starts_on = models.DateField(null=True)
    trials = models.PositiveIntegerField(default=0)
    seed = models.PositiveBigIntegerField(default=0)
    # With the changes; the live one is told by its hash alone.
    plan = models.JSONField(null=True)
    plan_hash = models.CharField(max_length=64, blank=True)
    live_hash = models.CharField(max_length=64, blank=True)
    # Why some changes fit the plan no more, in words by the key of the change; then
    # nothing is forecast.
    problems = models.JSONField(default=dict)
    # What it does in a sentence, as told on the day it was forecast.
    headline = models.TextField(blank=True)

    objects = ScenarioForecastQuerySet.as_manager()

    class Meta:
        ordering = ["-queued_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["scenario"],
                condition=Q(state__in=UNFINISHED),
                name="scenario_forecast_one_unfinished",
            )
        ]

    def __str__(self) -> str:
        return f"Forecast {self.pk} of scenario {self.scenario_id}"


class ScenarioDates(models.Model):
    """When one demand is done, in the plan as it was and with the changes.

    ``live`` and ``then`` have the dates by percentile, ``cannot`` where there are none,
    and the whole distribution as ``finished_by``; null where the plan does not have it.
    """

    forecast = models.ForeignKey(
        ScenarioForecast, on_delete=models.CASCADE, related_name="dates"
    )
    # Null for what only the scenario has; its change says more.
    demand = models.ForeignKey(
        Demand, on_delete=models.CASCADE, null=True, related_name="+"
    )
    title = models.CharField(max_length=200, blank=True)
    needed_by = models.DateField(null=True)
    place_live = models.PositiveIntegerField(null=True)
    place_then = models.PositiveIntegerField(null=True)
    live = models.JSONField(null=True)
    then = models.JSONField(null=True)

    class Meta:
        verbose_name_plural = "scenario dates"
        ordering = ["forecast", "pk"]

    def __str__(self) -> str:
        return f"{self.title} in forecast {self.forecast_id}"
