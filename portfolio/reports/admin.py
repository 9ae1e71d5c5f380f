from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from portfolio.reports.models import StatusReport


@admin.register(StatusReport)
class StatusReportAdmin(admin.ModelAdmin[StatusReport]):
    """For reading: a frozen snapshot is never edited."""

    list_display = ["week", "version", "team", "state", "frozen_at", "frozen_by"]
    list_filter = ["team"]

    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False
