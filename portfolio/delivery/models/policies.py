from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from portfolio.core.models import Team
from portfolio.delivery.rag import USUAL, Thresholds

# What a team asks before anything goes to production, until it says otherwise.
USUAL_GATES = [
    [
        "Error handling",
        "Failures are caught, tried again where that helps, and lose no data.",
    ],
    ["Monitoring", "Somebody is told when it stops or fails."],
    ["Documentation", "What it does, its fields and who owns it are written down."],
    ["Runbook", "What to do when it fails at night is written down."],
]


def usual_gates() -> list[list[str]]:
    return [list(gate) for gate in USUAL_GATES]


class DeliveryPolicy(models.Model):
    """When a promise is at risk, and what must be true of what is delivered."""

    team = models.OneToOneField(
        Team, on_delete=models.CASCADE, related_name="delivery_policy"
    )
    green_from = models.FloatField(default=USUAL.green_from)
    amber_from = models.FloatField(default=USUAL.amber_from)
    # How much above a threshold a chance must rise to be told as better.
    margin = models.FloatField(default=USUAL.margin)
    # Pairs of name and what it asks, in order.
    gates = models.JSONField(default=usual_gates)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="delivery_policy_in_order",
                condition=Q(amber_from__gt=0)
                & Q(margin__gte=0)
                & Q(amber_from__lt=F("green_from"))
                & Q(green_from__lte=1),
            )
        ]

    def __str__(self) -> str:
        return f"Delivery policy of {self.team}"

    @property
    def thresholds(self) -> Thresholds:
        return Thresholds(self.green_from, self.amber_from, self.margin)

    @property
    def gate_names(self) -> list[str]:
        return [name for name, _asks in self.gates]


def policy_of(team: Team) -> DeliveryPolicy:
    """What a team has decided, or what is usual where it has decided nothing."""
    found = DeliveryPolicy.objects.filter(team=team).first()
    return found or DeliveryPolicy(team=team)
