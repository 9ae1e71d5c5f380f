from __future__ import annotations

from django import forms

from intake.models import Demand


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
