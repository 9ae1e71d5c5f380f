from __future__ import annotations

from typing import Any

from django import forms

from intake.models import Demand
from intake.scoring import INPUTS, METHODS, MOST, Policy


class MoveForm(forms.Form):
    """A demand, the place it goes to, and the revision that the mover saw."""

    reference = forms.CharField(max_length=16)
    revision = forms.IntegerField(min_value=1)
    to_place = forms.IntegerField(
        min_value=1,
        error_messages={
            "required": "Say to which rank, as a number from 1.",
            "invalid": "Say to which rank, as a number from 1.",
            "min_value": "Ranks begin at 1.",
        },
    )
    why = forms.CharField(
        required=False,
        max_length=500,
        error_messages={"max_length": "The reason may have 500 characters at most."},
    )

    @property
    def first_problem(self) -> str:
        return next(str(problems[0]) for problems in self.errors.values())


class TrialForm(MoveForm):
    """A move that is tried; with a token, one whose answer is looked for again."""

    token = forms.CharField(required=False, max_length=40)
    looks = forms.IntegerField(required=False, min_value=0)

    def problem_with(self, demand: Demand, *, places: int) -> str:
        """Why the move cannot be tried; empty when it can."""
        if not self.is_valid():
            return self.first_problem
        if self.cleaned_data["revision"] != demand.revision:
            return (
                f"{demand.reference} was changed by somebody else meanwhile. "
                "Look at the board as it is now and move it again."
            )
        if self.cleaned_data["to_place"] > places:
            return f"The backlog has places from 1 to {places}."
        return ""


class BlockForm(forms.Form):
    cause = forms.CharField(
        label="What blocks it",
        max_length=200,
        error_messages={"required": "Say what blocks it."},
    )
    waits_for = forms.CharField(
        label="For whom or what it waits",
        max_length=120,
        help_text="A person, a team, a supplier, a decision.",
        error_messages={"required": "Say for whom or what it waits."},
    )


class UnblockForm(forms.Form):
    why = forms.CharField(label="What changed", required=False, max_length=500)


class ProposalForm(forms.Form):
    """Keep the order that scores suggest, as it was looked at."""

    seen = forms.CharField(max_length=16)
    why = forms.CharField(required=False, max_length=500)


class ViewForm(forms.Form):
    name = forms.CharField(max_length=40)


class PolicyForm(forms.Form):
    most_in_progress = forms.IntegerField(
        label="Most demands in progress at once",
        required=False,
        min_value=1,
        max_value=1000,
        help_text="The board shows when there are more. Empty is no limit.",
        widget=forms.NumberInput(attrs={"class": "input short"}),
    )
    method = forms.ChoiceField(
        label="How demands are scored",
        choices=list(METHODS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a way of scoring."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in INPUTS.items():
            self.fields[name] = forms.FloatField(
                label=f"Weight of {label.lower()}",
                min_value=0,
                max_value=100,
                help_text="Of the scorecard alone." if name == "fit" else "",
                widget=forms.NumberInput(attrs={"class": "input short", "step": "0.1"}),
            )

    @staticmethod
    def initial_of(policy: Policy, most: int | None) -> dict[str, Any]:
        weights = {name: policy.weight(name) for name in INPUTS}
        return {"most_in_progress": most, "method": policy.method, **weights}

    @property
    def weights(self) -> dict[str, float]:
        return {name: self.cleaned_data[name] for name in INPUTS}


class InputsForm(forms.Form):
    """What a manager says of a demand; empty is left to its form or its tier."""

    cost_per_week = forms.DecimalField(
        required=False, min_value=0, max_digits=12, decimal_places=2
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in INPUTS:
            self.fields[name] = forms.IntegerField(
                required=False, min_value=0, max_value=MOST
            )

    @property
    def own(self) -> dict[str, int | None]:
        return {name: self.cleaned_data[name] for name in INPUTS}
