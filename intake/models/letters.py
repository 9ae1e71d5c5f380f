from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone

from intake.choices import LetterOutcome
from intake.models.demands import Demand


class LetterQuerySet(models.QuerySet["Letter"]):
    def taken_for(self, demand: Demand) -> LetterQuerySet:
        """What came about a demand, with its files, oldest first."""
        taken = self.filter(demand=demand).exclude(outcome=LetterOutcome.IGNORED)
        return taken.prefetch_related("files").order_by("received_at", "pk")


class Letter(models.Model):
    """An e-mail that came in, so that it is taken once, and what became of it.

    Of what was not taken only the sender and the reason are kept.
    """

    # Or a hash of the whole message, where it names itself by nothing.
    message_id = models.CharField(max_length=255, unique=True)
    received_at = models.DateTimeField(default=timezone.now, editable=False)
    sender = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    outcome = models.CharField(max_length=8, choices=LetterOutcome)
    why = models.CharField(max_length=250, blank=True)
    # Files that were not kept, each with the reason.
    left_out = models.TextField(blank=True)
    demand = models.ForeignKey(
        Demand, on_delete=models.SET_NULL, null=True, related_name="letters"
    )

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.sender}: {self.subject or self.get_outcome_display()}"


class StuckLetterQuerySet(models.QuerySet["StuckLetter"]):
    def set_aside(self) -> StuckLetterQuerySet:
        return self.exclude(set_aside_at=None).order_by("-set_aside_at", "-pk")

    def to_put_back(self) -> StuckLetterQuerySet:
        return self.set_aside().filter(is_wanted_back=True)


class StuckLetter(models.Model):
    """A message that could not be taken, for a fault of ours; how often it was tried.

    It stays in the mailbox. The row goes when it is taken.
    """

    # As the mailbox knows it.
    key = models.CharField(max_length=255, unique=True)
    sender = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    why = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(default=timezone.now, editable=False)
    # Not tried any more since; flagged in the mailbox.
    set_aside_at = models.DateTimeField(null=True, editable=False)
    # By a manager; the worker that reads the mailbox does it.
    is_wanted_back = models.BooleanField(default=False)

    objects = StuckLetterQuerySet.as_manager()

    class Meta:
        ordering = ["-tried_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.sender or 'somebody'}: {self.subject or 'no subject'}"

    @property
    def again_at(self) -> datetime:
        """After one minute, two, four, eight …"""
        return self.tried_at + timedelta(minutes=2 ** (self.attempts - 1))
