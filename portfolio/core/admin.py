from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import BaseUserCreationForm
from django.http import HttpRequest

from portfolio.core.models import (
    BusinessCalendar,
    BusinessUnit,
    ClosedDay,
    Event,
    Team,
    User,
    WorkingPeriod,
)
from portfolio.core.services.changes import (
    note_calendar_change,
    note_plan_change,
)


class ChangesThePlan(admin.ModelAdmin[Any]):
    """An admin page whose rows a forecast depends on: saving asks for a new one."""

    def team_ids(self, _row: Any) -> list[int]:
        return list(Team.objects.values_list("pk", flat=True))

    def _note(self, row: Any) -> None:
        for team_id in self.team_ids(row):
            note_plan_change(team_id=team_id)

    def save_related(
        self,
        request: HttpRequest,
        form: Any,
        formsets: Any,
        change: bool,  # noqa: FBT001 - as Django calls it
    ) -> None:
        super().save_related(request, form, formsets, change)
        self._note(form.instance)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        team_ids = self.team_ids(obj)
        super().delete_model(request, obj)
        for team_id in team_ids:
            note_plan_change(team_id=team_id)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        team_ids = {team_id for row in queryset for team_id in self.team_ids(row)}
        super().delete_queryset(request, queryset)
        for team_id in sorted(team_ids):
            note_plan_change(team_id=team_id)


class WorkingPeriodInline(admin.TabularInline[WorkingPeriod, BusinessCalendar]):
    model = WorkingPeriod
    extra = 0


class ClosedDayInline(admin.TabularInline[ClosedDay, BusinessCalendar]):
    model = ClosedDay
    extra = 0


@admin.register(BusinessCalendar)
class BusinessCalendarAdmin(ChangesThePlan):
    list_display = ["name", "time_zone", "country", "subdivision"]
    inlines = [WorkingPeriodInline, ClosedDayInline]

    def save_related(
        self,
        request: HttpRequest,
        form: Any,
        formsets: Any,
        change: bool,  # noqa: FBT001 - as Django calls it
    ) -> None:
        super().save_related(request, form, formsets, change)
        note_calendar_change(calendar_id=form.instance.pk)


@admin.register(BusinessUnit)
class BusinessUnitAdmin(admin.ModelAdmin[BusinessUnit]):
    list_display = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Team)
class TeamAdmin(ChangesThePlan):
    list_display = ["name", "reference_prefix", "calendar"]
    prepopulated_fields = {"slug": ["name"]}

    def team_ids(self, row: Team) -> list[int]:
        return [row.pk]


class NewUserForm(BaseUserCreationForm[User]):
    class Meta:
        model = User
        fields = ["email", "name", "role", "business_unit"]
        field_classes = {"email": forms.EmailField}


@admin.register(User)
class PersonAdmin(UserAdmin[User]):
    add_form = NewUserForm
    ordering = ["name"]
    list_display = ["name", "email", "role", "business_unit", "is_active"]
    list_filter = ["role", "is_active", "business_unit", "teams"]
    search_fields = ["name", "email"]
    filter_horizontal = ["teams"]
    fieldsets = [
        (None, {"fields": ["email", "password", "name"]}),
        ("Away", {"fields": ["away_from", "away_until", "deputy"]}),
        ("Rights", {"fields": ["role", "business_unit", "teams", "is_active"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "fields": [
                    "email",
                    "name",
                    "role",
                    "business_unit",
                    "password1",
                    "password2",
                ]
            },
        )
    ]


@admin.register(Event)
class EventAdmin(admin.ModelAdmin[Event]):
    """For reading: nobody adds, edits or removes events by hand."""

    list_display = ["at", "actor_name", "kind", "subject_name", "before", "after"]
    list_filter = ["kind", "team"]
    search_fields = ["subject_name", "actor_name"]
    date_hierarchy = "at"

    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False
