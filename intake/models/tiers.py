from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from intake.choices import TargetUnit


class Tier(models.Model):
    """The class of service a demand is handled under.

    Name, place and purpose may be put better at any time; everything a requester was
    asked or told under it stands in its versions.
    """

    # The slug of the tier that a request gets when nothing says otherwise.
    STANDARD = "standard"
    EXPEDITE = "expedite"

    name = models.CharField(max_length=40, unique=True)
    slug = models.SlugField(max_length=40, unique=True)
    position = models.PositiveSmallIntegerField(default=0)
    purpose = models.CharField(max_length=200, blank=True)
    # Null only between the two inserts of a new tier; one version can never be the
    # current one of two tiers.
    current_version = models.OneToOneField(
        "TierVersion",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def current(self) -> TierVersion:
        """The version new requests come under; load with ``current_version``."""
        if self.current_version is None:
            raise ValueError(f"Tier {self.slug} has no version; make_tier adds one.")
        # So that whoever has the version knows its tier without another query.
        self.current_version.tier = self
        return self.current_version


class VersionsAreNeverChanged(Exception):
    """A version was about to be edited or removed; editing a tier adds a new one."""


class TierVersionQuerySet(models.QuerySet["TierVersion"]):
    def update(self, **_fields: Any) -> NoReturn:
        raise VersionsAreNeverChanged("Editing a tier adds a version.")

    def delete(self) -> NoReturn:
        raise VersionsAreNeverChanged("Versions of a tier stay.")


def no_questions() -> dict[str, Any]:
    """Questions as they are stored: the number of their schema, then their topics."""
    return {"schema": 1, "topics": []}


class TierVersion(models.Model):
    """What a tier asked, promised and allowed from one edit to the next. Only added."""

    tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(editable=False)
    # Both targets in business time of the team's calendar.
    acknowledge_amount = models.PositiveSmallIntegerField()
    acknowledge_unit = models.CharField(max_length=5, choices=TargetUnit)
    decide_amount = models.PositiveSmallIntegerField()
    decide_unit = models.CharField(max_length=5, choices=TargetUnit)
    most_in_progress = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="At once in a team; empty for no limit."
    )
    tokens_per_quarter = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="For each business unit; empty for no limit."
    )
    share_percent = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Of the team's capacity; empty for no share."
    )
    questions = models.JSONField(default=no_questions, blank=True)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    # Kept apart so that it still reads after the account is gone.
    made_by_name = models.CharField(max_length=120, blank=True)
    why = models.TextField(blank=True)

    objects = TierVersionQuerySet.as_manager()

    class Meta:
        ordering = ["tier", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["tier", "number"], name="tier_version_numbered_once"
            ),
            models.CheckConstraint(
                name="tier_version_units_are_known",
                condition=Q(
                    acknowledge_unit__in=TargetUnit.values,
                    decide_unit__in=TargetUnit.values,
                ),
            ),
            models.CheckConstraint(
                name="tier_version_share_is_percent",
                condition=Q(share_percent__isnull=True) | Q(share_percent__lte=100),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tier}, version {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise VersionsAreNeverChanged("Editing a tier adds a version.")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise VersionsAreNeverChanged("Versions of a tier stay.")
