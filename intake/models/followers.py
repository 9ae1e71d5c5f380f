from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from intake.models.demands import Demand


class FollowerQuerySet(models.QuerySet["Follower"]):
    def by_choice(self) -> FollowerQuerySet:
        return self.filter(joined=None)


class Follower(models.Model):
    """Who is told what becomes of a demand, by their own choice or because of another.

    Where ``joined`` is said, that one was joined with the demand, and they are told
    under it: the demand may be another unit's, which they may not read.
    """

    demand = models.ForeignKey(
        Demand, on_delete=models.CASCADE, related_name="followers"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    # Null for who follows it by their own choice.
    joined = models.ForeignKey(
        Demand, on_delete=models.CASCADE, null=True, related_name="follows"
    )
    since = models.DateTimeField(default=timezone.now)

    objects = FollowerQuerySet.as_manager()

    class Meta:
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["demand", "person"],
                condition=models.Q(joined__isnull=True),
                name="follower_by_choice_once",
            ),
            models.UniqueConstraint(
                fields=["joined", "person"], name="follower_once_per_joined"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} follows {self.demand.reference}"
