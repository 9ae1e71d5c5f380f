from __future__ import annotations

from django.db import models

from portfolio.core.models import BusinessUnit


class System(models.Model):
    """An application of the company that integrations connect."""

    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    kind = models.CharField(
        max_length=60, blank=True, help_text="As in CRM, ERP, HR, data platform."
    )
    owner_unit = models.ForeignKey(
        BusinessUnit, on_delete=models.PROTECT, null=True, blank=True
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
