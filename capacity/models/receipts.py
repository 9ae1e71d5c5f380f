from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from capacity.models.forecasts import Forecast
from intake.models import Demand
from portfolio.core.models import Event, User


class ExpediteReceiptQuerySet(models.QuerySet["ExpediteReceipt"]):
    def visible_to(self, user: User) -> ExpediteReceiptQuerySet:
        return self.filter(demand__in=Demand.objects.visible_to(user))


class ExpediteReceipt(models.Model):
    """What an expedite displaced: the forecast with it against the same without it.

    One for each time it was put into the backlog, estimated or moved. Never changed.
    Where it cannot be forecast it says why, and another follows once it can.
    """

    demand = models.ForeignKey(
        Demand, on_delete=models.CASCADE, related_name="receipts"
    )
    # What happened that it is the receipt for.
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="receipts")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    # Kept apart so that it still reads after the account is gone.
    approved_by_name = models.CharField(max_length=120, blank=True)
    # Whom the request itself names as having approved that other work stops.
    approver_named = models.CharField(max_length=200, blank=True)

    # The forecast with it; the one without it has the same seed and worlds, and its
    # plan this hash.
    forecast = models.ForeignKey(
        Forecast, on_delete=models.SET_NULL, null=True, related_name="receipts"
    )
    hash_without = models.CharField(max_length=64)
    trials = models.PositiveIntegerField(default=0)
    # 0 where it was over before it was in one.
    place = models.PositiveIntegerField(
        default=0, help_text="Its rank in that forecast."
    )
    of = models.PositiveIntegerField(
        default=0, help_text="Demands in the backlog then."
    )
    # Why it cannot be forecast, and so what it displaces is not known; else empty.
    cannot = models.TextField(blank=True)
    # Focused days of it that were done before. Only what was left is compared.
    days_done = models.DecimalField(max_digits=7, decimal_places=2, default=0)
    # For every other demand that moved, in rank order: its reference, P50 and P85
    # without and with it, days later, the day it is promised for, and chances for that
    # and the day it is needed by, without and with it.
    displaced = models.JSONField()
    made_at = models.DateTimeField(default=timezone.now)

    objects = ExpediteReceiptQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event"], condition=Q(cannot=""), name="receipt_once"
            ),
            models.UniqueConstraint(
                fields=["event"], condition=~Q(cannot=""), name="receipt_cannot_once"
            ),
        ]

    def __str__(self) -> str:
        return f"Receipt of {self.demand_id} at rank {self.place}"
