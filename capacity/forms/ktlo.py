from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils import timezone

from capacity.models import Engineer, KtloStream
from capacity.services.ktlo import Stream
from portfolio.core.forms import DayInput

DAYS: dict[str, Any] = {
    "min_value": Decimal("0.01"),
    "max_digits": 6,
    "decimal_places": 2,
    "widget": forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    "error_messages": {"required": "Say how many days."},
}


class StreamForm(forms.Form):
    name = forms.CharField(
        max_length=120,
        label="What comes in",
        help_text="As in Tickets on iPaaS flows, or Event platform on call.",
        error_messages={"required": "Give the stream a name."},
    )
    engineers = forms.ModelMultipleChoiceField(
        queryset=Engineer.objects.none(),
        label="Whom it interrupts",
        help_text="Each time one of them, by chance.",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Say whom it interrupts."},
    )
    per_week = forms.DecimalField(
        min_value=0,
        max_digits=6,
        decimal_places=2,
        label="Interruptions a week",
        help_text="On average, all of them together.",
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        error_messages={"required": "Say how many come in a week."},
    )
    low = forms.DecimalField(label="Low", **DAYS)
    likely = forms.DecimalField(label="Likely", **DAYS)
    high = forms.DecimalField(label="High", **DAYS)
    is_measured = forms.BooleanField(
        required=False, label="Count on what is logged instead"
    )

    def __init__(
        self,
        data: Any = None,
        *,
        people: Sequence[Engineer],
        stream: KtloStream | None = None,
    ) -> None:
        super().__init__(data, initial=_initial(stream))
        who = cast("forms.ModelMultipleChoiceField[Engineer]", self.fields["engineers"])
        who.queryset = Engineer.objects.filter(pk__in=[each.pk for each in people])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        low, likely, high = (cleaned.get(name) for name in ("low", "likely", "high"))
        if low and likely and likely < low:
            self.add_error("likely", f"Likely must be at least low, which is {low:f}.")
        elif likely and high and high < likely:
            self.add_error(
                "high", f"High must be at least likely, which is {likely:f}."
            )
        return cleaned

    def stream(self) -> Stream:
        given = self.cleaned_data
        return Stream(
            name=" ".join(given["name"].split()),
            engineers=list(given["engineers"]),
            per_week=given["per_week"],
            low=given["low"],
            likely=given["likely"],
            high=given["high"],
            is_measured=given["is_measured"],
        )


def _initial(stream: KtloStream | None) -> dict[str, Any]:
    if stream is None:
        return {}
    return {
        "name": stream.name,
        "engineers": [engineer.pk for engineer in stream.engineers.all()],
        "is_measured": stream.is_measured,
    } | {
        name: f"{getattr(stream, name).normalize():f}"
        for name in ("per_week", "low", "likely", "high")
    }


class InterruptionForm(forms.Form):
    stream = forms.ModelChoiceField(
        queryset=KtloStream.objects.none(),
        label="What came in",
        empty_label="Choose a stream",
        error_messages={"required": "Say what it was about."},
    )
    engineer = forms.ModelChoiceField(
        queryset=Engineer.objects.none(),
        label="Whom it interrupted",
        empty_label="Choose somebody",
        error_messages={"required": "Say whom it interrupted."},
    )
    hours = forms.DecimalField(
        min_value=Decimal("0.05"),
        max_value=200,
        max_digits=5,
        decimal_places=2,
        label="Hours it took",
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        error_messages={"required": "Say how many hours it took."},
    )
    day = forms.DateField(label="Day", widget=DayInput())
    note = forms.CharField(
        max_length=200,
        required=False,
        label="What was it?",
        help_text="A ticket number or a few words.",
    )

    def __init__(
        self,
        data: Any = None,
        *,
        streams: Sequence[KtloStream],
        people: Sequence[Engineer],
    ) -> None:
        super().__init__(data, initial={"day": timezone.localdate()})
        stream = cast("forms.ModelChoiceField[KtloStream]", self.fields["stream"])
        stream.queryset = KtloStream.objects.filter(
            pk__in=[each.pk for each in streams]
        )
        if len(streams) == 1:
            stream.initial = streams[0].pk
        who = cast("forms.ModelChoiceField[Engineer]", self.fields["engineer"])
        who.queryset = Engineer.objects.filter(pk__in=[each.pk for each in people])
        self._alone = people[0] if len(people) == 1 else None
        if self._alone:
            del self.fields["engineer"]

    def logged(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {**given, "engineer": self._alone or given["engineer"]}
