from __future__ import annotations

import uuid

from django.conf import settings
from django.core.files.storage import storages
from django.core.files.storage.base import Storage
from django.db import models
from django.utils import timezone

from intake.models.demands import Demand
from intake.models.letters import Letter


def private_storage() -> Storage:
    """Outside of everything that is served by itself; read through a page alone."""
    return storages["attachments"]


def stored_name(_attachment: Attachment, _filename: str) -> str:
    """Nothing of the name that was given, which may be anything."""
    return uuid.uuid4().hex


class Attachment(models.Model):
    """A file that answers a question of a form, or came with an e-mail."""

    demand = models.ForeignKey(
        Demand, on_delete=models.CASCADE, related_name="attachments"
    )
    key = models.CharField(
        max_length=40, help_text="Of the question it answers; mail-… by e-mail."
    )
    # What it came with, where it did not come by the form.
    letter = models.ForeignKey(
        Letter, on_delete=models.SET_NULL, null=True, related_name="files"
    )
    name = models.CharField(max_length=150)
    # As the content showed, not as the browser said.
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    file = models.FileField(storage=private_storage, upload_to=stored_name)
    added_at = models.DateTimeField(default=timezone.now, editable=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["demand", "key"]
        constraints = [
            models.UniqueConstraint(
                fields=["demand", "key"], name="attachment_once_per_question"
            )
        ]

    def __str__(self) -> str:
        return self.name
