from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from intake.models import Tier
from portfolio.core.models import Team


class Borrowing(models.Model):
    """Focused days that one tier lends another for a quarter. Only ever added."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="borrowings")
    # As in 2026Q4, of the day where the team works.
    quarter = models.CharField(max_length=6)
    lender = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="lent")
    borrower = models.ForeignKey(
        Tier, on_delete=models.PROTECT, related_name="borrowed"
    )
    days = models.DecimalField(
        max_digits=6,
        decimal_places=1,
        validators=[MinValueValidator(Decimal("0.1"))],
    )
    why = models.TextField()
    # The entry this one takes back; it can be taken back once.
    gives_back = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="given_back_by"
    )
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    # Kept apart so that it still reads after the account is gone.
    made_by_name = models.CharField(max_length=120)

    class Meta:
        ordering = ["-made_at", "-pk"]
        indexes = [
            models.Index(fields=["team", "quarter"], name="borrowing_team_quarter")
        ]
        constraints = [
            models.CheckConstraint(
                name="borrowing_is_of_another_tier", condition=~Q(lender=F("borrower"))
            ),
            models.CheckConstraint(
                name="borrowing_is_of_some_days", condition=Q(days__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.days:g} days from {self.lender} to {self.borrower}"

    @property
    def may_be_given_back(self) -> bool:
        """Load with ``given_back_by``."""
        return self.gives_back_id is None and not hasattr(self, "given_back_by")
