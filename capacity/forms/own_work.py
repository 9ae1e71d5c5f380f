from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from portfolio.core.forms import DayInput

DAYS: dict[str, Any] = {
    "min_value": Decimal("0.1"),
    "max_value": 999,
    "max_digits": 7,
    "decimal_places": 2,
    "widget": forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
}
WRONG_DAYS = {
    "invalid": "Write the days as a number, as in 2.5.",
    "min_value": "At least 0.1 days; less is finished.",
    "max_value": "At most 999 days.",
}


class RemainingForm(forms.Form):
    remaining = forms.DecimalField(
        label="Days left",
        error_messages={"required": "Say how many days are left.", **WRONG_DAYS},
        **DAYS,
    )


class FinishForm(forms.Form):
    on = forms.DateField(
        label="Done on",
        widget=DayInput,
        error_messages={
            "required": "Say on which day it was done.",
            "invalid": "Write the date as year, month and day, as in 2027-03-31.",
        },
    )
    actual = forms.DecimalField(
        label="Focused days it took",
        required=False,
        error_messages=WRONG_DAYS,
        **DAYS,
    )
