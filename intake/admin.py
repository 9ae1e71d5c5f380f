from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from intake.dependencies import waits_in_a_circle
from intake.models import Demand, Letter, RankMove, System, Tier, TierVersion
from portfolio.core.admin import ChangesThePlan
from portfolio.core.models import User
from portfolio.core.services.events import record_event


@admin.register(Letter)
class LetterAdmin(admin.ModelAdmin[Letter]):
    """What came in by e-mail and what became of it; nothing here is edited."""

    list_display = ["received_at", "sender", "subject", "outcome", "why", "demand"]
    list_filter = ["outcome"]
    search_fields = ["sender", "subject"]
    list_select_related = ["demand"]

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """A message that is not remembered could be taken twice."""
        return False


@admin.register(System)
class SystemAdmin(admin.ModelAdmin[System]):
    list_display = ["name", "kind", "owner_unit"]
    list_filter = ["kind", "owner_unit"]
    search_fields = ["name", "kind"]
    prepopulated_fields = {"slug": ["name"]}


class TierVersionInline(admin.TabularInline[TierVersion, Tier]):
    """What was in force when; editing a tier adds to it, nothing changes it."""

    model = TierVersion
    extra = 0
    can_delete = False
    readonly_fields = [
        "number",
        "made_at",
        "made_by_name",
        "why",
        "acknowledge_amount",
        "acknowledge_unit",
        "decide_amount",
        "decide_unit",
    ]

    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False


@admin.register(Tier)
class TierAdmin(admin.ModelAdmin[Tier]):
    """For names and order; what a tier asks and promises is edited on its page."""

    list_display = ["name", "position", "current_version"]
    list_select_related = ["current_version__tier"]
    # Pages and imports know a tier by its slug.
    readonly_fields = ["slug"]
    inlines = [TierVersionInline]

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Its versions say what was asked and promised under it, and stay."""
        return False


class DemandForm(forms.ModelForm[Demand]):
    def clean_after(self) -> Any:
        after = self.cleaned_data["after"]
        elsewhere = [
            demand.reference
            for demand in after
            if demand.team_id != self.instance.team_id
        ]
        if elsewhere:
            raise forms.ValidationError(
                f"{', '.join(elsewhere)} belongs to another team; a demand can only "
                "come after others of its own."
            )
        circle = waits_in_a_circle(self.instance, after)
        if circle:
            raise forms.ValidationError(
                f"{circle.reference} itself waits for {self.instance.reference}; "
                "two demands cannot come after each other."
            )
        return after


class RankMoveInline(admin.TabularInline[RankMove, Demand]):
    model = RankMove
    extra = 0
    can_delete = False
    fields = ["moved_at", "moved_by", "from_place", "to_place", "why"]
    readonly_fields = ["moved_at", "moved_by", "from_place", "to_place", "why"]

    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False


@admin.register(Demand)
class DemandAdmin(ChangesThePlan):
    """For correcting answers; stages and ranks change through their services only."""

    form = DemandForm
    list_display = ["reference", "title", "tier", "stage", "business_unit", "needed_by"]
    list_filter = ["stage", "tier", "source", "team", "business_unit"]
    search_fields = ["reference", "title"]
    autocomplete_fields = ["source_system", "target_system", "after"]
    inlines = [RankMoveInline]
    fieldsets = [
        (
            None,
            {"fields": ["reference", "team", "title", "source", "tier", "stage"]},
        ),
        ("Who", {"fields": ["requester", "business_unit", "owner"]}),
        (
            "Answers",
            {
                "fields": [
                    "source_system",
                    "source_system_name",
                    "target_system",
                    "target_system_name",
                    "data_needed",
                    "frequency",
                    "needed_by",
                    "purpose",
                ]
            },
        ),
        ("Plan", {"fields": ["rank", "after", "earliest"]}),
        (
            "What happened",
            {
                "fields": [
                    "submitted_at",
                    "decide_by",
                    "decided_at",
                    "decided_by",
                    "decision_reason",
                    "started_on",
                    "delivered_on",
                    "blocked_since",
                    "blocked_cause",
                    "blocked_waits_for",
                ]
            },
        ),
    ]
    readonly_fields = [
        "reference",
        "team",
        "stage",
        "rank",
        "submitted_at",
        "decide_by",
        "decided_at",
        "decided_by",
        "decision_reason",
        "started_on",
        "delivered_on",
        "blocked_since",
        "blocked_cause",
        "blocked_waits_for",
    ]

    def team_ids(self, row: Demand) -> list[int]:
        return [row.team_id] if row.is_in_backlog else []

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """What is no longer wanted is withdrawn, so that its history stays."""
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: Demand,
        form: Any,
        change: bool,  # noqa: FBT001 - as Django calls it
    ) -> None:
        obj.revision += 1
        super().save_model(request, obj, form, change)
        if isinstance(request.user, User) and form.changed_data:
            record_event(
                subject=obj,
                kind="edited",
                by=request.user,
                team=obj.team,
                after=", ".join(form.changed_data),
            )
