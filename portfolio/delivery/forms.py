from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from portfolio.delivery.choices import RebaselineReason


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class PromiseForm(forms.Form):
    due_on = forms.DateField(label="Date to promise", widget=DayInput)
    audience = forms.CharField(
        label="Who is told",
        required=False,
        max_length=120,
        help_text="As in: Finance, the steering committee.",
    )


class RebaselineForm(forms.Form):
    due_on = forms.DateField(label="New date", widget=DayInput)
    reason_code = forms.ChoiceField(
        label="Why it moves",
        choices=[("", "Choose a reason"), *RebaselineReason.choices],
    )
    why = forms.CharField(
        label="In your words",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class WithdrawForm(forms.Form):
    why = forms.CharField(
        label="Why the promise is taken back",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class DayForm(forms.Form):
    on = forms.DateField(label="On which day", widget=DayInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].widget.attrs["max"] = timezone.localdate().isoformat()


class ChanceForm(forms.Form):
    due_on = forms.DateField()
