from __future__ import annotations

from django.contrib import admin

from portfolio.catalogue.models import Integration


@admin.register(Integration)
class IntegrationAdmin(admin.ModelAdmin[Integration]):
    list_display = ["name", "pattern", "owner_unit", "runs_since", "retired_on"]
    list_filter = ["pattern", "owner_unit"]
    list_select_related = ["owner_unit"]
    search_fields = ["name", "source__name", "target__name"]
