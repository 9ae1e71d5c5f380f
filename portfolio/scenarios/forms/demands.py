from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from intake.models import Demand, Tier
from portfolio.core.forms import DayInput
from portfolio.core.models import BusinessUnit
from portfolio.scenarios.changes.demands import (
    AcceptRequest,
    AddDemand,
    ChangeEstimate,
    DropDemand,
    MoveDemand,
    Packages,
    packages_now,
)
from portfolio.scenarios.forms.base import ChangeForm, demand_field, place_field


class _BacklogForm(ChangeForm):
    """About one demand of the backlog."""

    demand = demand_field()

    def set_choices(self) -> None:
        backlog = Demand.objects.filter(team=self.team).in_backlog().by_rank()
        self.offer(backlog.only("reference", "title", "rank", "team"))

    def chosen(self) -> Demand:
        found: Demand = self.cleaned_data["demand"]
        return found


class MoveDemandForm(_BacklogForm):
    to_place = place_field(required=True)

    @staticmethod
    def initial_of(change: MoveDemand) -> dict[str, Any]:
        return {"demand": change.demand, "to_place": change.to_place}

    def change(self) -> MoveDemand:
        return MoveDemand.of(self.chosen(), self.cleaned_data["to_place"])


class DropDemandForm(_BacklogForm):
    why = forms.CharField(
        label="Why",
        max_length=500,
        help_text="Applied, who asked for it reads this.",
        error_messages={"required": "Say why; who asked for it reads the reason."},
    )

    @staticmethod
    def initial_of(change: DropDemand) -> dict[str, Any]:
        return {"demand": change.demand, "why": change.why}

    def change(self) -> DropDemand:
        demand = self.chosen()
        return DropDemand(
            demand=demand.pk,
            reference=demand.reference,
            title=demand.title,
            why=self.cleaned_data["why"],
        )


class EstimateForm(_BacklogForm):
    """Which demand is chosen first; its packages are then typed over."""

    has_packages = True

    @staticmethod
    def initial_of(change: ChangeEstimate) -> dict[str, Any]:
        return {"demand": change.demand}

    def estimated(self) -> Demand | None:
        pk = str(self["demand"].value() or "")
        if not pk.isdecimal():
            return None
        return Demand.objects.filter(team=self.team, pk=int(pk)).in_backlog().first()

    def knows_its_packages(self) -> bool:
        return self.estimated() is not None

    def change(self) -> ChangeEstimate:
        demand = self.chosen()
        return ChangeEstimate(
            demand=demand.pk,
            reference=demand.reference,
            title=demand.title,
            packages=self.typed_packages(),
            seen=packages_now(demand),
        )


class AcceptRequestForm(ChangeForm):
    has_packages = True
    needs_packages = True

    demand = demand_field("Which request")
    place = place_field(required=False)

    def set_choices(self) -> None:
        waiting = Demand.objects.filter(team=self.team).awaiting_decision()
        self.offer(waiting.order_by("reference").only("reference", "title", "stage"))

    @staticmethod
    def initial_of(change: AcceptRequest) -> dict[str, Any]:
        return {"demand": change.demand, "place": change.place}

    def change(self) -> AcceptRequest:
        demand = self.cleaned_data["demand"]
        return AcceptRequest(
            demand=demand.pk,
            reference=demand.reference,
            title=demand.title,
            packages=self.typed_packages(),
            place=self.cleaned_data["place"],
        )


class AddDemandForm(ChangeForm):
    has_packages = True
    needs_packages = True

    title = forms.CharField(
        max_length=200,
        label="What is to be connected",
        error_messages={"required": "Say it in a sentence."},
    )
    unit = forms.ModelChoiceField(
        queryset=BusinessUnit.objects.all(),
        label="For which business unit",
        empty_label="Choose a unit",
        error_messages={"required": "Choose a unit."},
    )
    tier = forms.ModelChoiceField(
        queryset=Tier.objects.all(), label="As", empty_label=None
    )
    place = place_field(required=False)
    needed_by = forms.DateField(required=False, label="Needed by", widget=DayInput())

    def set_choices(self) -> None:
        standard = Tier.objects.filter(slug=Tier.STANDARD).first()
        self.fields["tier"].initial = standard.pk if standard else None

    @staticmethod
    def initial_of(change: AddDemand) -> dict[str, Any]:
        return {
            name: getattr(change, name)
            for name in ("title", "unit", "tier", "place", "needed_by")
        }

    def change(self) -> AddDemand:
        typed = self.cleaned_data
        day = typed["needed_by"]
        return AddDemand(
            title=typed["title"],
            unit=typed["unit"].pk,
            unit_name=typed["unit"].name,
            tier=typed["tier"].pk,
            tier_name=typed["tier"].name,
            packages=self.typed_packages(),
            place=typed["place"],
            needed_by=day.isoformat() if day else None,
        )


def rows_of_stored(packages: Sequence[dict[str, Any]] | Packages) -> Packages:
    """Packages of a change as the rows of a form begin with them."""
    names = ("package", "name", "skill", "low", "likely", "high", "after_previous")
    return [{name: each[name] for name in names} for each in packages]
