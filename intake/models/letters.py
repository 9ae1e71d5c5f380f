from __future__ import annotations

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
