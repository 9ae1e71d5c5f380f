from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from intake.choices import ClockKind, ClockState, TargetUnit, WarningLevel
from intake.models.demands import Demand
from intake.models.tiers import TierVersion


class SlaClockQuerySet(models.QuerySet["SlaClock"]):
    def running_on(self) -> SlaClockQuerySet:
        """Not stopped, whether it runs, is paused or is breached."""
        return self.filter(stopped_at=None)

    def to_be_checked(self, now: datetime) -> SlaClockQuerySet:
        """Open clocks that reached 75 % or their due instant, as far as is stored."""
        reached = Q(warn_at__lte=now) | Q(due_at__lt=now)
        return self.running_on().filter(reached)


class SlaClock(models.Model):
    """One clock of a demand as plain values, so that it can be found and sorted.

    While it is open it follows the events, its tier's version and the calendar. Once it
    has stopped it is never computed again unless the demand is reopened: what it says
    then stays true whatever is edited or renamed later.
    """

    demand = models.ForeignKey(Demand, on_delete=models.CASCADE, related_name="clocks")
    kind = models.CharField(max_length=12, choices=ClockKind)
    state = models.CharField(max_length=10, choices=ClockState)
    started_under = models.ForeignKey(
        TierVersion, on_delete=models.PROTECT, related_name="+"
    )
    tier_name = models.CharField(max_length=40)
    version_number = models.PositiveIntegerField()
    target_amount = models.PositiveSmallIntegerField()
    target_unit = models.CharField(max_length=5, choices=TargetUnit)
    # Every version it ran under, as [since, name of the tier, number], oldest first.
    versions = models.JSONField(default=list)
    # The calendar in words, as it was when this was computed.
    calendar_words = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField()
    allowed = models.DurationField()
    # Working time up to the stop, or up to ``computed_at`` while it is open.
    elapsed = models.DurationField()
    paused = models.DurationField()
    paused_since = models.DateTimeField(null=True)
    waits_for = models.CharField(max_length=120, blank=True)
    warn_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    computed_at = models.DateTimeField(default=timezone.now)

    objects = SlaClockQuerySet.as_manager()

    class Meta:
        ordering = ["demand", "kind"]
        indexes = [models.Index(fields=["stopped_at", "due_at"], name="clock_open_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["demand", "kind"], name="clock_once_per_demand_and_kind"
            ),
            models.CheckConstraint(
                name="clock_breached_iff_dated",
                condition=Q(state=ClockState.BREACHED, breached_at__isnull=False)
                | (~Q(state=ClockState.BREACHED) & Q(breached_at__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.demand.reference} {self.get_kind_display()}: {self.state}"

    def is_breached(self, now: datetime) -> bool:
        """Also before the check by the clock has stored it."""
        if self.state == ClockState.BREACHED:
            return True
        return self.stopped_at is None and self.due_at is not None and self.due_at < now

    def levels_reached(self, now: datetime) -> list[WarningLevel]:
        """Breached includes what comes before it; a pause holds back what is coming."""
        if self.is_breached(now):
            return [WarningLevel.SOON, WarningLevel.BREACHED]
        is_soon = self.stopped_at is None and self.warn_at and self.warn_at <= now
        return [WarningLevel.SOON] if is_soon else []


class SlaWarning(models.Model):
    """That a clock reached a level was told, once, to whoever was there."""

    clock = models.ForeignKey(
        SlaClock, on_delete=models.CASCADE, related_name="warnings"
    )
    level = models.CharField(max_length=8, choices=WarningLevel)
    given_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clock", "level"], name="warning_once_per_clock_and_level"
            )
        ]

    def __str__(self) -> str:
        return f"{self.clock_id}: {self.get_level_display()}"
