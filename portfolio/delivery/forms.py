from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from portfolio.core.models import BusinessUnit
from portfolio.delivery.choices import RebaselineReason


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


NO_DAY = {
    "required": "Give a date.",
    "invalid": "Write the date as year, month and day, as in 2027-03-31.",
}


class PromiseForm(forms.Form):
    due_on = forms.DateField(
        label="Date to promise", widget=DayInput, error_messages=NO_DAY
    )
    audience = forms.CharField(
        label="Who is told",
        required=False,
        max_length=120,
        help_text="As in: Finance, the steering committee.",
    )


class RebaselineForm(forms.Form):
    due_on = forms.DateField(label="New date", widget=DayInput, error_messages=NO_DAY)
    reason_code = forms.ChoiceField(
        label="Why it moves",
        choices=[("", "Choose a reason"), *RebaselineReason.choices],
        error_messages={"required": "Choose a reason; the weekly status shows it."},
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
        error_messages={
            "required": "Say why; it is kept with the promise.",
            "max_length": "Shorten it to 500 characters; it has %(show_value)d.",
        },
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class DayForm(forms.Form):
    """The day on which something has happened; today or earlier."""

    on = forms.DateField(widget=DayInput, error_messages=NO_DAY)

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].label = label
        self.fields["on"].widget.attrs["max"] = timezone.localdate().isoformat()


class ChanceForm(forms.Form):
    due_on = forms.DateField()


class PeriodForm(forms.Form):
    """What the delivery page is about; an unknown answer shows the usual."""

    MONTHS = {
        "6": "Last 6 months",
        "12": "Last 12 months",
        "24": "Last 24 months",
    }
    USUAL_MONTHS = "12"

    months = forms.ChoiceField(
        label="Period", choices=list(MONTHS.items()), required=False
    )
    unit = forms.ModelChoiceField(
        label="Unit",
        queryset=BusinessUnit.objects.all(),
        to_field_name="slug",
        empty_label="All units",
        required=False,
        widget=forms.Select(attrs={"class": "slim"}),
    )

    def clean_months(self) -> int:
        return int(self.cleaned_data["months"] or self.USUAL_MONTHS)

    @property
    def shown_months(self) -> str:
        return str(self.cleaned_data["months"])

    @property
    def half_months(self) -> int:
        months: int = self.cleaned_data["months"]
        return months // 2
