from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from capacity.models import Forecast
from portfolio.core.choices import Role
from portfolio.core.models import User
from portfolio.delivery.choices import RiskLevel
from portfolio.delivery.models.commitments import Commitment


class RiskChangeQuerySet(models.QuerySet["RiskChange"]):
    def latest_by_commitment(
        self, commitments: Iterable[Commitment]
    ) -> dict[int, RiskChange]:
        """How each of these was last found, in one query."""
        found = self.filter(commitment__in=[each.pk for each in commitments])
        return {each.commitment_id: each for each in found.order_by("number")}


class RiskChange(models.Model):
    """That an open promise turned to another level, or was first looked at.

    Rows are only added. Told are those with another level than the one before, so that
    no two alerts in a row say the same.
    """

    commitment = models.ForeignKey(
        Commitment, on_delete=models.CASCADE, related_name="risk_changes"
    )
    number = models.PositiveIntegerField()
    # The version of the promise it was judged by: another date begins anew.
    version = models.PositiveSmallIntegerField()
    before = models.CharField(max_length=5, choices=RiskLevel, blank=True)
    level = models.CharField(max_length=5, choices=RiskLevel)
    chance = models.FloatField(null=True)
    forecast = models.ForeignKey(Forecast, on_delete=models.SET_NULL, null=True)
    at = models.DateTimeField(default=timezone.now)
    told = models.BooleanField()

    objects = RiskChangeQuerySet.as_manager()

    class Meta:
        ordering = ["commitment", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["commitment", "number"], name="risk_change_once"
            ),
            models.CheckConstraint(
                name="risk_told_only_when_it_turned",
                condition=Q(told=False) | ~Q(before=F("level")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commitment_id} v{self.version}: {self.before} → {self.level}"


class RiskWatch(models.Model):
    """Of which promises somebody is told when their risk changes."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="risk_watch"
    )
    own = models.BooleanField("what you asked for, answer for, work on or promised")
    watched = models.BooleanField("what you follow")
    unit = models.BooleanField("what your business unit asked for")
    team = models.BooleanField("what your team promised")

    def __str__(self) -> str:
        return f"Promises of which {self.person} is told"

    @property
    def is_any(self) -> bool:
        return self.own or self.watched or self.unit or self.team


def watch_of(person: User) -> RiskWatch:
    """What somebody has chosen, or what is usual for their role."""
    try:
        return person.risk_watch
    except RiskWatch.DoesNotExist:
        is_manager = person.role == Role.MANAGER
        return RiskWatch(
            person=person, own=True, watched=True, unit=False, team=is_manager
        )
