from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse

from portfolio.core.models import Team, User


class BoardPolicy(models.Model):
    """What a team has agreed for its board."""

    team = models.OneToOneField(
        Team, on_delete=models.CASCADE, related_name="board_policy"
    )
    # How many demands may be in progress at once; null is no limit.
    most_in_progress = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)]
    )

    class Meta:
        verbose_name_plural = "board policies"

    def __str__(self) -> str:
        return f"Board of {self.team_id}"


class SavedView(models.Model):
    """Filters of the board under a name; one of somebody's own."""

    person = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="board_views"
    )
    name = models.CharField(max_length=40)
    # As in the address: “show=at-risk&unit=finance”.
    query = models.CharField(max_length=500)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "name"], name="board_view_named_once"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('board:board')}?{self.query}"
