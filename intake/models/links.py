from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from intake.models.demands import Demand
from portfolio.core.models import BusinessUnit, Team, User


class SubmissionLinkQuerySet(models.QuerySet["SubmissionLink"]):
    def visible_to(self, user: User) -> SubmissionLinkQuerySet:
        return self.filter(team__in=Team.objects.visible_to(user))

    def with_use(self) -> SubmissionLinkQuerySet:
        """Annotate ``begun`` and ``sent``: requests that came by the link."""
        return self.annotate(
            begun=models.Count("drafts"),
            sent=models.Count("drafts", filter=Q(drafts__sent_at__isnull=False)),
        )


class SubmissionLink(models.Model):
    """By it somebody without an account asks for something, for one business unit."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="links")
    business_unit = models.ForeignKey(
        BusinessUnit, on_delete=models.PROTECT, related_name="links"
    )
    name = models.CharField(max_length=80)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    expires_at = models.DateTimeField()
    most_a_day = models.PositiveSmallIntegerField(
        default=20, validators=[MinValueValidator(1), MaxValueValidator(500)]
    )
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects = SubmissionLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    def is_open(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at


class GuestDraftQuerySet(models.QuerySet["GuestDraft"]):
    def begun_since(self, moment: datetime) -> GuestDraftQuerySet:
        return self.filter(begun_at__gte=moment)

    def unsent(self) -> GuestDraftQuerySet:
        return self.filter(sent_at=None)


class GuestDraft(models.Model):
    """Who fills in a draft without an account, as far as they have said.

    The draft has no requester until its e-mail is confirmed and it is sent. Whoever
    knows the token of the form goes on with it; nobody else ever sees it.
    """

    demand = models.OneToOneField(
        Demand, on_delete=models.CASCADE, related_name="guest"
    )
    # Null where it began with an e-mail.
    link = models.ForeignKey(
        SubmissionLink, on_delete=models.PROTECT, null=True, related_name="drafts"
    )
    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    # A keyed hash of the network address, to count by; the address is not kept.
    came_from = models.CharField(max_length=32, blank=True)
    begun_at = models.DateTimeField(default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(null=True, editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    # Of the links by which the request is read; older ones are revoked.
    link_version = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = GuestDraftQuerySet.as_manager()

    class Meta:
        ordering = ["-begun_at", "-pk"]
        indexes = [
            models.Index(fields=["link", "begun_at"], name="guest_by_link"),
            models.Index(fields=["came_from", "begun_at"], name="guest_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.name or 'Somebody'}: {self.demand}"
