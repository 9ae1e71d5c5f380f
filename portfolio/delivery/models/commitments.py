from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from capacity.engine.distribution import chance_words
from capacity.models import Forecast
from intake.models import Demand
from portfolio.core.models import Team, User
from portfolio.delivery.choices import CommitmentState, RebaselineReason


class CommitmentQuerySet(models.QuerySet["Commitment"]):
    def visible_to(self, user: User) -> CommitmentQuerySet:
        return self.filter(demand__in=Demand.objects.visible_to(user))

    def open(self) -> CommitmentQuerySet:
        return self.filter(state=CommitmentState.OPEN)

    def delivered(self) -> CommitmentQuerySet:
        return self.filter(state=CommitmentState.DELIVERED)

    def closed(self) -> CommitmentQuerySet:
        return self.exclude(state=CommitmentState.OPEN)

    def unfrozen(self) -> CommitmentQuerySet:
        """Closed before there were records."""
        return self.closed().filter(closed_record__isnull=True)

    def for_closing(self) -> CommitmentQuerySet:
        """With everything that a closing record names."""
        return self.select_related(
            "team__delivery_policy", "demand__business_unit", "demand__tier",
            "demand__requester", "demand__owner",
        ).prefetch_related("versions", "demand__gate_checks")  # fmt: skip

    def open_or_closed_since(self, day: date) -> CommitmentQuerySet:
        return self.filter(Q(state=CommitmentState.OPEN) | Q(closed_on__gte=day))

    def by_due(self) -> CommitmentQuerySet:
        return self.order_by("due_on", "pk")


class Commitment(models.Model):
    """A promise to deliver a demand by a date; its versions keep every date given."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="commitments")
    demand = models.ForeignKey(
        Demand, on_delete=models.PROTECT, related_name="commitments"
    )
    state = models.CharField(
        max_length=10, choices=CommitmentState, default=CommitmentState.OPEN
    )
    # The first date ever promised and the one that holds now.
    original_due_on = models.DateField()
    due_on = models.DateField()
    promised_at = models.DateTimeField(default=timezone.now)
    audience = models.CharField(max_length=120, blank=True)
    # Kept as they were on the day it closed, whatever is renamed later.
    closed_on = models.DateField(null=True, blank=True)
    closed_reference = models.CharField(max_length=16, blank=True)
    closed_title = models.CharField(max_length=200, blank=True)
    closed_unit = models.CharField(max_length=80, blank=True)
    # Everything that was known when it closed, as plain values: see ``closing.py``.
    closed_at = models.DateTimeField(null=True, editable=False)
    closed_record = models.JSONField(null=True, editable=False)

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        permissions = [
            ("see_delivery", "Can see delivery against commitments"),
            ("promise_date", "Can promise dates"),
            ("report_progress", "Can mark work started or delivered"),
            ("waive_gate", "Can let work be delivered without a quality gate"),
            ("set_delivery_policy", "Can edit quality gates and thresholds"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["demand"],
                condition=Q(state=CommitmentState.OPEN),
                name="commitment_one_open_per_demand",
            ),
            models.CheckConstraint(
                name="commitment_open_iff_not_closed",
                condition=Q(state=CommitmentState.OPEN, closed_on__isnull=True)
                | (~Q(state=CommitmentState.OPEN) & Q(closed_on__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(fields=["team", "state", "due_on"], name="commitment_team_due")
        ]

    def __str__(self) -> str:
        return f"{self.demand.reference} by {self.due_on}"

    @property
    def kept_original(self) -> bool | None:
        """Delivered by the first date promised; None while it is not delivered."""
        return self._kept(self.original_due_on)

    @property
    def kept_current(self) -> bool | None:
        """Delivered by the date that held at the end; None while not delivered."""
        return self._kept(self.due_on)

    def _kept(self, due_on: date) -> bool | None:
        if self.state != CommitmentState.DELIVERED or self.closed_on is None:
            return None
        return self.closed_on <= due_on


class CommitmentVersion(models.Model):
    """One date given: by whom, from which forecast, with what chance that day."""

    commitment = models.ForeignKey(
        Commitment, on_delete=models.CASCADE, related_name="versions"
    )
    number = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    chance = models.FloatField(null=True)
    forecast = models.ForeignKey(Forecast, on_delete=models.SET_NULL, null=True)
    promised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True
    )
    promised_by_name = models.CharField(max_length=120, blank=True)
    promised_at = models.DateTimeField(default=timezone.now)
    reason_code = models.CharField(max_length=12, choices=RebaselineReason, blank=True)
    why = models.TextField(blank=True)

    class Meta:
        ordering = ["commitment", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["commitment", "number"], name="commitment_version_once"
            ),
            models.CheckConstraint(
                name="commitment_rebaseline_has_a_reason",
                condition=Q(number=1) | Q(number__gt=1, reason_code__gt=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commitment_id} v{self.number}: {self.due_on}"

    @property
    def chance_words(self) -> str:
        """The chance it had when it was given; empty when none was known."""
        return "" if self.chance is None else chance_words(self.chance)
