from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from portfolio.core.models.people import User


class NoticeQuerySet(models.QuerySet["Notice"]):
    def of(self, person: User) -> NoticeQuerySet:
        return self.filter(person=person)

    def unread(self) -> NoticeQuerySet:
        return self.filter(read_at=None)

    def to_be_mailed(self) -> NoticeQuerySet:
        return self.filter(by_mail=True, mailed_at=None)

    def unclaimed(self, since: datetime) -> NoticeQuerySet:
        """Nobody is sending it, or whoever was has not been heard of since."""
        return self.filter(Q(claimed_at=None) | Q(claimed_at__lt=since))


class Notice(models.Model):
    """What one person is told, in the application and perhaps by e-mail."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices"
    )
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    # Where to go from it, inside the application.
    url = models.CharField(max_length=300, blank=True)
    read_at = models.DateTimeField(null=True, editable=False)
    by_mail = models.BooleanField(default=False)
    # Taken by a worker that sends it, so that no second one does.
    claimed_at = models.DateTimeField(null=True, editable=False)
    mailed_at = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        indexes = [
            models.Index(fields=["person", "-made_at"], name="notice_of_person"),
            models.Index(
                fields=["made_at"],
                condition=Q(by_mail=True, mailed_at=None),
                name="notice_to_be_mailed",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("core:notice", args=[self.pk])
