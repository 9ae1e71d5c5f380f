from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

Sent = TypeVar("Sent", bound="Outgoing")


class OutgoingQuerySet(models.QuerySet[Sent]):
    def unsent(self) -> OutgoingQuerySet[Sent]:
        return self.filter(mailed_at=None)

    def unclaimed(self, since: datetime) -> OutgoingQuerySet[Sent]:
        """Nobody is sending it, or whoever was has not been heard of since."""
        return self.filter(Q(claimed_at=None) | Q(claimed_at__lt=since))


class Outgoing(models.Model):
    """A row of which a mail is sent, once, by whichever worker claims it."""

    made_at = models.DateTimeField(default=timezone.now, editable=False)
    # Taken by a worker that sends it, so that no second one does.
    claimed_at = models.DateTimeField(null=True, editable=False)
    mailed_at = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        abstract = True


class MailQuerySet(OutgoingQuerySet["Mail"]):
    pass


class Mail(Outgoing):
    """A mail that is more or less than one notice: a day of them, or to a stranger."""

    # What it is, as in digest-7-2026-11-23: the same is never made twice.
    key = models.CharField(max_length=80, unique=True)
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    # The Message-ID of what it answers.
    in_reply_to = models.CharField(max_length=255, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.to}: {self.subject}"
