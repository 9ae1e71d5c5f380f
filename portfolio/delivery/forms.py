from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.html import format_html

from capacity.models import Skill
from intake.models import Tier
from portfolio.core.choices import Channel
from portfolio.core.models import BusinessUnit, User
from portfolio.core.rights import SEE_BOARD
from portfolio.delivery.choices import RebaselineReason
from portfolio.delivery.services.feeds import teams_for, units_for


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


class GatesField(forms.MultipleChoiceField):
    """Asked for, so not optional; to tick none of them is an answer."""

    def validate(self, value: list[str]) -> None:
        if value:
            super().validate(value)


class DeliverForm(DayForm):
    """The day it was delivered, which quality gates it meets, and why it may miss one.

    Only who may waive a gate is asked for a reason.
    """

    def __init__(
        self, *args: Any, gates: Sequence[Sequence[str]], may_waive: bool, **rest: Any
    ) -> None:
        super().__init__(*args, label="Delivered on", **rest)
        if gates:
            self.fields["gates"] = GatesField(
                label="Quality gates",
                choices=[(name, _gate_label(name, asks)) for name, asks in gates],
                widget=forms.CheckboxSelectMultiple,
            )
        if gates and may_waive:
            self.fields["waiver"] = forms.CharField(
                label="Why it may go without those not ticked",
                required=False,
                help_text="Kept with your name, for as long as the delivery is.",
                widget=forms.Textarea(attrs={"rows": 2}),
            )


def _gate_label(name: str, asks: str) -> str:
    return format_html('{} <span class="muted small">{}</span>', name, asks)


class PolicyForm(forms.Form):
    """Thresholds in per cent, as people say them; stored as shares."""

    green_from = forms.IntegerField(
        label="On track from",
        min_value=2,
        max_value=100,
        help_text="Chance on time in per cent. From here on it is green.",
    )
    amber_from = forms.IntegerField(
        label="At risk from",
        min_value=1,
        max_value=99,
        help_text="Amber from here on; below it reads late.",
    )
    margin = forms.IntegerField(
        label="Margin for good news",
        min_value=0,
        max_value=30,
        help_text="So many points above a threshold a chance is told as better; what "
        "is worse is told at once.",
    )

    def shares(self) -> dict[str, float]:
        given = self.cleaned_data
        names = ("green_from", "amber_from", "margin")
        return {name: given[name] / 100 for name in names}


class GateForm(forms.Form):
    name = forms.CharField(
        label="Gate",
        max_length=80,
        error_messages={"required": "Name the gate, or remove the row."},
    )
    asks = forms.CharField(label="What must be true", max_length=200, required=False)

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())


# As many as anybody looks at before a delivery.
MOST_GATES = 12
GateFormSet = forms.formset_factory(
    GateForm, extra=1, can_delete=True, max_num=MOST_GATES, validate_max=True
)


class ChanceForm(forms.Form):
    due_on = forms.DateField()


class WatchForm(forms.Form):
    """Of which promises somebody is told, and how; or of none."""

    WHICH = {
        "own": "What you asked for, answer for, work on or promised",
        "watched": "What you follow",
        "unit": "What your business unit asked for",
        "team": "What your team promised",
    }
    NONE = "none"

    which = forms.MultipleChoiceField(
        label="Which promises",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose which promises, or “Not at all” to be told of none."
        },
    )
    channel = forms.ChoiceField(
        label="How",
        choices=[*Channel.choices, (NONE, "Not at all")],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, person: User, **rest: Any) -> None:
        super().__init__(*args, **rest)
        has = {
            "unit": person.business_unit_id is not None,
            "team": person.has_perm(SEE_BOARD) and person.teams.exists(),
        }
        which = self.fields["which"]
        if isinstance(which, forms.MultipleChoiceField):
            which.choices = [
                (name, words)
                for name, words in self.WHICH.items()
                if has.get(name, True)
            ]
        which.required = self.data.get("channel") != self.NONE

    def chosen(self) -> dict[str, Any]:
        channel = self.cleaned_data["channel"]
        which = [] if channel == self.NONE else self.cleaned_data["which"]
        return {
            **{name: name in which for name in self.WHICH},
            "channel": "" if channel == self.NONE else channel,
        }

    def said(self) -> str:
        if self.cleaned_data["channel"] == self.NONE:
            return "You are told of no promise any more."
        return "You are told as you chose from now on."


class FeedForm(forms.Form):
    """Of what a calendar is: one's own promises, or a unit's or team's."""

    of = forms.ChoiceField(label="Calendar of")

    def __init__(self, *args: Any, person: User, **rest: Any) -> None:
        super().__init__(*args, **rest)
        self._offered: dict[str, tuple[str, dict[str, Any]]] = {
            "own": ("Your own promises, and what you follow", {}),
            **{
                f"team-{team.pk}": (f"All promises of {team}", {"team": team})
                for team in teams_for(person)
            },
            **{
                f"unit-{unit.pk}": (f"Promises for {unit}", {"unit": unit})
                for unit in units_for(person)
            },
        }
        field = self.fields["of"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(key, words) for key, (words, _) in self._offered.items()]

    def chosen(self) -> dict[str, Any]:
        return self._offered[self.cleaned_data["of"]][1]


class UnitForm(forms.Form):
    """Of which business unit; all where none is named."""

    unit = forms.ModelChoiceField(
        label="Unit",
        queryset=BusinessUnit.objects.all(),
        to_field_name="slug",
        empty_label="All units",
        required=False,
        widget=forms.Select(attrs={"class": "slim"}),
    )


class PeriodForm(UnitForm):
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

    tier = forms.ModelChoiceField(
        label="Tier",
        queryset=Tier.objects.all(),
        to_field_name="slug",
        empty_label="All tiers",
        required=False,
        widget=forms.Select(attrs={"class": "slim"}),
    )
    skill = forms.ModelChoiceField(
        label="Skill",
        queryset=Skill.objects.all(),
        to_field_name="slug",
        empty_label="All skills",
        required=False,
        widget=forms.Select(attrs={"class": "slim"}),
    )
    # Whose forecast is shown as it moved; one is chosen where none is named.
    demand = forms.CharField(label="Demand", max_length=16, required=False)

    def clean_months(self) -> int:
        return int(self.cleaned_data["months"] or self.USUAL_MONTHS)

    @property
    def shown_months(self) -> str:
        return str(self.cleaned_data["months"])

    @property
    def others(self) -> list[tuple[str, str]]:
        """What was asked beside the demand to follow, as it stands in the address."""
        names = [name for name in self.fields if name != "demand"]
        return [(name, self.data[name]) for name in names if self.data.get(name)]

    @property
    def half_months(self) -> int:
        months: int = self.cleaned_data["months"]
        return months // 2
