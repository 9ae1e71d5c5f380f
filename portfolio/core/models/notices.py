from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from portfolio.core.choices import NoticeKind
from portfolio.core.models.mails import Mail, Outgoing, OutgoingQuerySet
from portfolio.core.models.people import User


class NoticeQuerySet(OutgoingQuerySet["Notice"]):
    def of(self, person: User) -> NoticeQuerySet:
        return self.filter(person=person)

    def unread(self) -> NoticeQuerySet:
        return self.filter(read_at=None)

    def to_be_mailed(self) -> NoticeQuerySet:
        return self.filter(by_mail=True, mailed_at=None)

    def for_digest(self) -> NoticeQuerySet:
        """What waits for the mail of the day; what was read meanwhile does not."""
        return self.filter(in_digest=True, digest=None, read_at=None)


class Notice(Outgoing):
    """What one person is told, in the application and perhaps by e-mail."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices"
    )
    # Empty for what was told before there were kinds.
    kind = models.CharField(max_length=12, choices=NoticeKind, blank=True)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    # Where to go from it, inside the application.
    url = models.CharField(max_length=300, blank=True)
    # By which an answer to its mail is known; empty where nobody reads answers.
    reply_token = models.CharField(max_length=60, blank=True)
    read_at = models.DateTimeField(null=True, editable=False)
    # In a mail of its own at once, or in that of the day, or neither.
    by_mail = models.BooleanField(default=False)
    in_digest = models.BooleanField(default=False)
    digest = models.ForeignKey(
        Mail, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )

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
            models.Index(
                fields=["person"],
                condition=Q(in_digest=True, digest=None),
                name="notice_for_digest",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("core:notice", args=[self.pk])
