from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils import timezone

from capacity.forms import PackagesFormSet
from capacity.models import Engineer
from intake.models import Demand
from portfolio.core.models import Team
from portfolio.scenarios.changes import Change
from portfolio.scenarios.changes.demands import Packages, stored

NUMBER = {"step": "any", "inputmode": "decimal"}


class ScenarioForm(forms.Form):
    name = forms.CharField(
        max_length=120,
        label="Name",
        help_text="As in Hire a second event engineer from January.",
        error_messages={"required": "Give it a name."},
    )
    why = forms.CharField(
        required=False,
        label="Why",
        max_length=2000,
        help_text="The question it is to answer.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ChangeForm(forms.Form):
    """One kind of change; filled in from the change that is edited, if one is."""

    # Whether work packages are typed below the fields, and one of them at least.
    has_packages = False
    needs_packages = False
    packages: PackagesFormSet | None = None

    def __init__(
        self, data: Any = None, *, team: Team, initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial=initial)
        self.team = team
        self.today = timezone.localdate()
        self.set_choices()

    def set_choices(self) -> None:
        """Fill in what depends on the team."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        typed = self.packages if self.needs_packages else None
        if typed is not None and typed.is_valid() and not typed.estimates():
            self.add_error(None, "Say what has to be done: one work package.")
        return cleaned

    def is_valid(self) -> bool:
        # Both are checked, so that all that is wrong is said at once.
        fine = [super().is_valid(), self.packages is None or self.packages.is_valid()]
        return all(fine)

    def estimated(self) -> Demand | None:
        """The demand whose packages the form begins with."""
        return None

    def knows_its_packages(self) -> bool:
        """Whether it is known whose work is typed."""
        return True

    def typed_packages(self) -> Packages:
        return stored(self.packages.estimates()) if self.packages else []

    @staticmethod
    def initial_of(change: Any) -> dict[str, Any]:
        """The fields as a stored change has them."""
        raise NotImplementedError

    def change(self) -> Change:
        """The change as it was asked for; expects the form to be valid."""
        raise NotImplementedError

    def people(self) -> None:
        """Offer everybody who works in the team now or later."""
        field = cast("forms.ModelChoiceField[Engineer]", self.fields["engineer"])
        field.queryset = Engineer.objects.filter(team=self.team).not_gone_by(self.today)

    def offer(self, demands: Iterable[Demand]) -> None:
        """Offer demands by reference and title."""
        field = cast("forms.TypedChoiceField", self.fields["demand"])
        known = {str(demand.pk): demand for demand in demands}
        field.choices = [
            ("", "Choose a demand"),
            *((pk, f"{each.reference} {each.title}") for pk, each in known.items()),
        ]
        field.coerce = known.__getitem__


def person_field(label: str) -> forms.ModelChoiceField[Engineer]:
    return forms.ModelChoiceField(
        queryset=Engineer.objects.none(),
        label=label,
        empty_label="Choose somebody",
        error_messages={"required": "Say who."},
    )


def demand_field(label: str = "Which demand") -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, error_messages={"required": "Choose a demand."}
    )


def place_field(*, required: bool) -> forms.IntegerField:
    return forms.IntegerField(
        label="At rank" if not required else "To rank",
        required=required,
        min_value=1,
        help_text="" if required else "Empty: at the end of the backlog.",
        error_messages={
            "required": "Say to which rank, as a number from 1.",
            "invalid": "Say at which rank, as a number from 1.",
            "min_value": "Ranks begin at 1.",
        },
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
