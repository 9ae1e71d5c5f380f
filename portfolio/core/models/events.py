from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone

from portfolio.core.models.people import Team


class EventsAreNeverChanged(Exception):
    """An event was about to be edited or removed; the trail is append-only."""


class EventQuerySet(models.QuerySet["Event"]):
    def about(self, subject: models.Model) -> EventQuerySet:
        return self.filter(subject=subject._meta.label_lower, subject_id=subject.pk)

    def by_time(self) -> EventQuerySet:
        return self.order_by("at", "pk")

    def update(self, **_fields: Any) -> NoReturn:
        raise EventsAreNeverChanged("Events are only ever added.")

    def delete(self) -> NoReturn:
        raise EventsAreNeverChanged("Events are only ever added.")


class Event(models.Model):
    """One thing that happened: who, when, from, to, why. Only ever added."""

    at = models.DateTimeField(default=timezone.now, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="events",
    )
    # Kept apart so that the trail still reads after the account is gone.
    actor_name = models.CharField(max_length=120, blank=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True)
    subject = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    subject_name = models.CharField(max_length=250, blank=True)
    kind = models.SlugField(max_length=40)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    why = models.TextField(blank=True)
    # What a computation needs of it, as plain values; people read the fields above.
    facts = models.JSONField(default=dict, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["subject", "subject_id", "at"], name="event_subject"),
            models.Index(fields=["team", "at"], name="event_team"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind} {self.subject_name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise EventsAreNeverChanged("Events are only ever added.")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise EventsAreNeverChanged("Events are only ever added.")
