from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q, Sum

from capacity.choices import PackageState
from capacity.models.engineers import Engineer, Skill
from intake.models import Demand

DAYS: dict[str, Any] = {"max_digits": 7, "decimal_places": 2}


class WorkPackageQuerySet(models.QuerySet["WorkPackage"]):
    def unfinished(self) -> WorkPackageQuerySet:
        return self.exclude(state=PackageState.DONE)

    def of_backlog(self, team_id: int) -> WorkPackageQuerySet:
        return self.filter(demand__team=team_id, demand__rank__isnull=False)

    def likely_days_by_demand(self) -> dict[int, float]:
        """Likely focused days of each demand, by its primary key."""
        sums = self.values_list("demand_id").annotate(days=Sum("likely")).order_by()
        return {demand: float(days) for demand, days in sums}


class WorkPackage(models.Model):
    """The part of a demand that one engineer does with one skill."""

    demand = models.ForeignKey(
        Demand, on_delete=models.CASCADE, related_name="packages"
    )
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=120)
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="packages")
    # Focused engineer-days: P10, P50 and P90 of the effort; equal means certain.
    low = models.DecimalField(**DAYS, validators=[MinValueValidator(0)])
    likely = models.DecimalField(**DAYS, validators=[MinValueValidator(0)])
    high = models.DecimalField(**DAYS, validators=[MinValueValidator(0)])
    after = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="followed_by"
    )
    engineer = models.ForeignKey(
        Engineer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="packages",
        help_text="Only this person may do it; or who does it now.",
    )
    # External delay in working days after the predecessors, before it may start.
    wait_low = models.DecimalField(**DAYS, null=True, blank=True)
    wait_likely = models.DecimalField(**DAYS, null=True, blank=True)
    wait_high = models.DecimalField(**DAYS, null=True, blank=True)

    state = models.CharField(
        max_length=6, choices=PackageState, default=PackageState.TO_DO
    )
    # Focused days still to do while it is being done; empty: the whole estimate.
    remaining = models.DecimalField(**DAYS, null=True, blank=True)
    started_on = models.DateField(null=True, blank=True)
    finished_on = models.DateField(null=True, blank=True)
    actual = models.DecimalField(**DAYS, null=True, blank=True)

    objects = WorkPackageQuerySet.as_manager()

    class Meta:
        ordering = ["demand", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="package_estimate_does_not_decrease",
                condition=Q(low__lte=F("likely"), likely__lte=F("high")),
            ),
            models.CheckConstraint(
                name="package_low_is_positive_or_all_are_zero",
                condition=Q(low__gt=0) | Q(low=0, likely=0, high=0),
            ),
            models.CheckConstraint(
                name="package_doing_has_an_engineer",
                condition=~Q(state=PackageState.DOING) | Q(engineer__isnull=False),
            ),
            models.CheckConstraint(
                name="package_done_iff_finished",
                condition=Q(state=PackageState.DONE, finished_on__isnull=False)
                | (~Q(state=PackageState.DONE) & Q(finished_on__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def days_done(self) -> Decimal:
        """Focused days that went into it, as it was estimated where nobody said."""
        if self.state == PackageState.DONE:
            return self.likely if self.actual is None else self.actual
        if self.state == PackageState.DOING and self.remaining is not None:
            return max(self.likely - self.remaining, Decimal(0))
        return Decimal(0)

    def clean(self) -> None:
        _check_range("effort", self.low, self.likely, self.high)
        waits = (self.wait_low, self.wait_likely, self.wait_high)
        if waits != (None, None, None):
            if None in waits:
                raise ValidationError("Give low, likely and high of the wait, or none.")
            _check_range("wait", *waits)


def _check_range(
    what: str, low: Decimal | None, likely: Decimal | None, high: Decimal | None
) -> None:
    if low is None or likely is None or high is None:
        return
    if not low <= likely <= high:
        raise ValidationError(f"Low, likely and high of the {what} must not decrease.")
    if low == 0 and high > 0:
        raise ValidationError(
            f"Low of the {what} must be above 0 unless all three are 0."
        )
