from __future__ import annotations

from django.db import models
from django.db.models import Q

from intake.models import System
from portfolio.core.models import BusinessUnit


class Pattern(models.TextChoices):
    API = "api", "API"
    EVENTS = "events", "Event stream"
    FILE = "file", "File transfer"
    IPAAS = "ipaas", "iPaaS flow"
    PIPELINE = "pipeline", "Data pipeline"


class IntegrationQuerySet(models.QuerySet["Integration"]):
    def running(self) -> IntegrationQuerySet:
        return self.filter(retired_on__isnull=True)

    def between(self, one: System | int, other: System | int) -> IntegrationQuerySet:
        """Those that connect two systems, in either direction."""
        return self.filter(Q(source=one, target=other) | Q(source=other, target=one))

    def leaving(self, source: System | int) -> IntegrationQuerySet:
        return self.filter(source=source)

    def matching(self, words: str) -> IntegrationQuerySet:
        """Every word is found in the name, or in the name or kind of a system."""
        found = self
        for word in words.split():
            found = found.filter(
                Q(name__icontains=word)
                | Q(source__name__icontains=word)
                | Q(target__name__icontains=word)
                | Q(source__kind__icontains=word)
                | Q(target__kind__icontains=word)
            )
        return found

    def for_reading(self) -> IntegrationQuerySet:
        """With everything a row names, in the same query."""
        return self.select_related("source", "target", "owner_unit")


class Integration(models.Model):
    """An integration that already runs."""

    name = models.CharField(max_length=160, unique=True)
    source = models.ForeignKey(
        System, on_delete=models.PROTECT, related_name="integrations_from"
    )
    target = models.ForeignKey(
        System, on_delete=models.PROTECT, related_name="integrations_to"
    )
    pattern = models.CharField(max_length=8, choices=Pattern)
    owner_unit = models.ForeignKey(
        BusinessUnit, on_delete=models.PROTECT, related_name="integrations"
    )
    runs_since = models.DateField(null=True, blank=True)
    retired_on = models.DateField(null=True, blank=True)

    objects = IntegrationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def carries(self) -> str:
        """What it moves: the name without the two systems that stand beside it."""
        return self.name.removeprefix(f"{self.source} → {self.target}, ")

    @property
    def is_running(self) -> bool:
        return self.retired_on is None
