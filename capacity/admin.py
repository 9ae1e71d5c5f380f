from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from capacity.forms import PackageAdminForm
from capacity.models import (
    Engineer,
    EngineerSkill,
    Forecast,
    KtloStream,
    Leave,
    Skill,
    WeeklyHours,
    WorkPackage,
)
from portfolio.core.admin import ChangesThePlan
from portfolio.core.services.changes import note_plan_change


class SkillInline(admin.TabularInline[EngineerSkill, Engineer]):
    model = EngineerSkill
    extra = 0


class HoursInline(admin.TabularInline[WeeklyHours, Engineer]):
    model = WeeklyHours
    extra = 0


class LeaveInline(admin.TabularInline[Leave, Engineer]):
    model = Leave
    extra = 0


@admin.register(Engineer)
class EngineerAdmin(ChangesThePlan):
    list_display = ["name", "team", "country", "starts_on", "ends_on", "overhead"]
    list_select_related = ["team"]
    list_filter = ["team", "country"]
    search_fields = ["name"]
    inlines = [SkillInline, HoursInline, LeaveInline]

    def save_model(
        self,
        request: HttpRequest,
        obj: Engineer,
        form: Any,
        change: bool,  # noqa: FBT001 - as Django calls it
    ) -> None:
        super().save_model(request, obj, form, change)
        left = form.initial.get("team")
        if left and left != obj.team_id:
            note_plan_change(team_id=left)

    def team_ids(self, row: Engineer) -> list[int]:
        return [row.team_id]


@admin.register(Leave)
class LeaveAdmin(ChangesThePlan):
    list_display = ["engineer", "first_day", "last_day", "share", "kind"]
    list_filter = ["kind", "engineer"]

    def team_ids(self, row: Leave) -> list[int]:
        return [row.engineer.team_id]


@admin.register(KtloStream)
class KtloStreamAdmin(ChangesThePlan):
    list_display = ["name", "team", "per_week", "low", "likely", "high"]
    filter_horizontal = ["engineers"]

    def team_ids(self, row: KtloStream) -> list[int]:
        return [row.team_id]


@admin.register(Skill)
class SkillAdmin(ChangesThePlan):
    list_display = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(WorkPackage)
class WorkPackageAdmin(ChangesThePlan):
    form = PackageAdminForm
    list_display = ["name", "demand", "skill", "low", "likely", "high", "state"]
    list_filter = ["state", "skill"]
    search_fields = ["name", "demand__reference", "demand__title"]
    raw_id_fields = ["demand", "after"]

    def team_ids(self, row: WorkPackage) -> list[int]:
        return [row.demand.team_id]


@admin.register(Forecast)
class ForecastAdmin(admin.ModelAdmin[Forecast]):
    """For reading: a forecast is never edited."""

    list_display = ["pk", "team", "state", "queued_at", "finished_at", "trials"]
    list_filter = ["team", "state"]
    list_select_related = ["team"]
    exclude = ["plan", "result"]

    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False
