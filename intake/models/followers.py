from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from intake.models.demands import Demand


class Follower(models.Model):
    """Who is told what becomes of a demand because their own was joined with it.

    They are told under their own request: the demand may be another unit's, which they
    may not read.
    """

    demand = models.ForeignKey(
        Demand, on_delete=models.CASCADE, related_name="followers"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    joined = models.OneToOneField(
        Demand, on_delete=models.CASCADE, related_name="follows"
    )
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["since", "pk"]

    def __str__(self) -> str:
        return f"{self.person} follows {self.demand.reference}"
