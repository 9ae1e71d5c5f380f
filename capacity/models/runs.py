from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from capacity.choices import ForecastState


class Run(models.Model):
    """What a worker computes and stores, as far as whoever waits for it sees it.

    ``capacity.services.running`` brings it from queued to done or failed.
    """

    state = models.CharField(
        max_length=8, choices=ForecastState, default=ForecastState.QUEUED
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True
    )
    queued_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    progress = models.FloatField(default=0.0)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        abstract = True
