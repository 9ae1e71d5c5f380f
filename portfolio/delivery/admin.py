from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from portfolio.delivery.models import Commitment, CommitmentVersion


class _ForReading:
    """A date moves by promising another, so that its trail is whole."""

    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False


class VersionInline(_ForReading, admin.TabularInline[CommitmentVersion, Commitment]):
    model = CommitmentVersion
    extra = 0
    fields = [
        "number", "due_on", "chance", "forecast", "promised_by_name", "promised_at",
        "reason_code", "why",
    ]  # fmt: skip


@admin.register(Commitment)
class CommitmentAdmin(_ForReading, admin.ModelAdmin[Commitment]):
    list_display = ["demand", "state", "original_due_on", "due_on", "closed_on"]
    list_filter = ["state", "team"]
    list_select_related = ["demand"]
    search_fields = ["demand__reference", "demand__title"]
    date_hierarchy = "due_on"
    inlines = [VersionInline]
