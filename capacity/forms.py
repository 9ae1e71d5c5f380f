from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from django import forms

from capacity.models import Skill, WorkPackage
from capacity.services.estimating import Estimate

# First rows for the usual kinds of integration: a start to correct, not an estimate.
PATTERNS: dict[str, tuple[str, list[tuple[str, str, str, str, str]]]] = {
    "api": (
        "API",
        [
            ("Design the contract", "API design", "1", "2", "5"),
            ("Build and test", "API design", "3", "6", "14"),
            ("Access and policies", "IAM", "0.5", "1", "4"),
        ],
    ),
    "events": (
        "Event stream",
        [
            ("Model the events", "Event streaming", "1", "3", "6"),
            ("Publish and consume", "Event streaming", "4", "8", "18"),
        ],
    ),
    "file": (
        "File transfer",
        [("Transfer, checks and alarms", "Middleware", "2", "4", "10")],
    ),
    "ipaas": (
        "iPaaS flow",
        [
            ("Map the fields", "iPaaS", "1", "2", "5"),
            ("Build the flow and its error handling", "iPaaS", "2", "4", "10"),
        ],
    ),
    "pipeline": (
        "Data pipeline",
        [
            ("Load and model", "Data pipelines", "2", "5", "12"),
            ("Quality checks and run book", "Data pipelines", "1", "2", "5"),
        ],
    ),
}
DAYS: dict[str, Any] = {
    "min_value": 0,
    "max_digits": 7,
    "decimal_places": 2,
    "widget": forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
}


class PackageForm(forms.Form):
    package = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(max_length=120, label="Work package")
    skill = forms.ModelChoiceField(Skill.objects.all(), empty_label="Choose a skill")
    low = forms.DecimalField(label="Low", **DAYS)
    likely = forms.DecimalField(label="Likely", **DAYS)
    high = forms.DecimalField(label="High", **DAYS)
    after_previous = forms.BooleanField(required=False, label="After the one above")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        low, likely, high = (cleaned.get(name) for name in ("low", "likely", "high"))
        if low is None or likely is None or high is None:
            return cleaned
        if low > likely:
            self.add_error("likely", f"Likely must be at least low, which is {low}.")
        elif likely > high:
            self.add_error("high", f"High must be at least likely, which is {likely}.")
        elif low == 0 and high > 0:
            self.add_error("low", "Low must be above 0, unless all three are 0.")
        return cleaned

    def estimate(self) -> Estimate:
        cleaned = self.cleaned_data
        return Estimate(
            name=cleaned["name"],
            skill=cleaned["skill"],
            low=cleaned["low"],
            likely=cleaned["likely"],
            high=cleaned["high"],
            after_previous=cleaned["after_previous"],
            package_id=cleaned["package"],
        )


class PackagesFormSet(forms.BaseFormSet[PackageForm]):
    def estimates(self) -> list[Estimate]:
        """What was asked for, row by row; empty and removed rows are left out."""
        return [
            form.estimate()
            for form in self.forms
            if form.cleaned_data.get("name") and not form.cleaned_data.get("DELETE")
        ]


def packages_form(rows: int, data: Any = None, initial: Any = None) -> PackagesFormSet:
    """The rows of an estimate; ``rows`` empty ones stand below what is given."""
    made = forms.formset_factory(
        PackageForm, formset=PackagesFormSet, extra=rows, can_delete=True, max_num=60
    )
    return cast("PackagesFormSet", made(data=data, initial=initial, prefix="packages"))


def initial_of_pattern(pattern: str) -> list[dict[str, Any]]:
    """First rows of a pattern, with the skills this installation has."""
    skills = {skill.name: skill for skill in Skill.objects.all()}
    return [
        {
            "name": name,
            "skill": skills.get(skill),
            "low": Decimal(low),
            "likely": Decimal(likely),
            "high": Decimal(high),
            "after_previous": number > 0,
        }
        for number, (name, skill, low, likely, high) in enumerate(PATTERNS[pattern][1])
    ]


def initial_of_packages(packages: list[WorkPackage]) -> list[dict[str, Any]]:
    """Rows of packages that exist; expects their predecessors prefetched."""
    return [
        {
            "package": package.pk,
            "name": package.name,
            "skill": package.skill,
            "low": package.low.normalize(),
            "likely": package.likely.normalize(),
            "high": package.high.normalize(),
            "after_previous": bool(package.after.all()),
        }
        for package in packages
    ]
