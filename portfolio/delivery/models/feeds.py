from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from portfolio.core.models import BusinessUnit, Team, User
from portfolio.delivery.choices import FeedKind


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def of(self, person: User) -> CalendarFeedQuerySet:
        return self.filter(person=person)

    def open(self) -> CalendarFeedQuerySet:
        return self.filter(revoked_at=None)


class CalendarFeed(models.Model):
    """An address by which a calendar program reads promises, as one person may."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="feeds"
    )
    kind = models.CharField(max_length=4, choices=FeedKind)
    business_unit = models.ForeignKey(
        BusinessUnit, on_delete=models.CASCADE, null=True, related_name="+"
    )
    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, null=True, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="feed_of_what_its_kind_says",
                condition=Q(
                    kind=FeedKind.OWN, business_unit__isnull=True, team__isnull=True
                )
                | Q(kind=FeedKind.UNIT, business_unit__isnull=False, team__isnull=True)
                | Q(kind=FeedKind.TEAM, business_unit__isnull=True, team__isnull=False),
            )
        ]

    def __str__(self) -> str:
        if self.business_unit:
            return f"Promises for {self.business_unit}"
        return f"Promises of {self.team}" if self.team else "Your own promises"
