from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from capacity.models.engineers import Skill
from capacity.models.packages import DAYS
from portfolio.core.models import Team


class PackageTemplate(models.Model):
    """The usual packages of a kind of integration, as a team begins to estimate it."""

    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, related_name="package_templates"
    )
    name = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "name"], name="template_name_once_per_team"
            )
        ]

    def __str__(self) -> str:
        return self.name


class TemplatePackage(models.Model):
    """One row of a template; without a skill it asks for one when it is used."""

    template = models.ForeignKey(
        PackageTemplate, on_delete=models.CASCADE, related_name="rows"
    )
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    skill = models.ForeignKey(
        Skill, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    low = models.DecimalField(**DAYS)
    likely = models.DecimalField(**DAYS)
    high = models.DecimalField(**DAYS)
    after_previous = models.BooleanField(default=True)

    class Meta:
        ordering = ["template", "position"]
        constraints = [
            models.CheckConstraint(
                name="template_estimate_does_not_decrease",
                condition=Q(low__lte=F("likely"), likely__lte=F("high")),
            ),
            models.CheckConstraint(
                name="template_low_is_positive_or_all_are_zero",
                condition=Q(low__gt=0) | Q(low=0, likely=0, high=0),
            ),
        ]

    def __str__(self) -> str:
        return self.name
