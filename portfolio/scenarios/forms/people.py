from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from django import forms

from capacity.forms.leave import PARTS
from capacity.models import Leave, Skill
from capacity.services.leave import Away
from portfolio.core.forms import DayInput
from portfolio.core.words import joined, range_words
from portfolio.scenarios.changes.base import number
from portfolio.scenarios.changes.people import (
    AddLeave,
    AddPerson,
    CancelLeave,
    RemovePerson,
)
from portfolio.scenarios.forms.base import NUMBER, ChangeForm, person_field


class AddPersonForm(ChangeForm):
    name = forms.CharField(
        max_length=120,
        label="Name",
        initial="New engineer",
        help_text="Of somebody known, or of the post.",
        error_messages={"required": "Give a name."},
    )
    starts_on = forms.DateField(
        required=False,
        label="First working day",
        widget=DayInput(),
        help_text="Empty: at once.",
    )
    ends_on = forms.DateField(
        required=False,
        label="Last working day",
        widget=DayInput(),
        help_text="Of somebody who comes for a while.",
    )
    ramp_up_weeks = forms.IntegerField(
        min_value=0,
        max_value=52,
        required=False,
        initial=0,
        label="Weeks until of full use",
        help_text="From the first day on, each week gives an even step more.",
    )
    hours_a_week = forms.DecimalField(
        min_value=1,
        max_value=60,
        max_digits=4,
        decimal_places=1,
        initial=40,
        label="Hours a week",
        widget=forms.NumberInput(attrs=NUMBER),
        error_messages={"required": "Say how many hours."},
    )
    overhead = forms.DecimalField(
        min_value=0,
        max_value=95,
        max_digits=4,
        decimal_places=1,
        initial=20,
        label="Meetings and all else, in % of the day",
        widget=forms.NumberInput(attrs=NUMBER),
        error_messages={"required": "Say which share of a day meetings take."},
    )

    def set_choices(self) -> None:
        self._skills = {f"skill-{skill.pk}": skill for skill in Skill.objects.all()}
        for name, skill in self._skills.items():
            self.fields[name] = forms.DecimalField(
                min_value=Decimal("0.05"),
                max_value=3,
                max_digits=4,
                decimal_places=2,
                required=False,
                label=skill.name,
                widget=forms.NumberInput(attrs=NUMBER),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", "The last working day comes before the first.")
        if cleaned.get("ramp_up_weeks") and not first:
            self.add_error("starts_on", "Weeks until of full use count from this day.")
        if self._skills and not any(cleaned.get(name) for name in self._skills):
            self.add_error(
                next(iter(self._skills)),
                "Give one skill at least, as 1 for full speed.",
            )
        return cleaned

    def about(self) -> list[forms.BoundField]:
        """The fields of the person."""
        return [self[name] for name in self.fields if name not in self._skills]

    def speeds(self) -> list[forms.BoundField]:
        """A field for each skill; an empty one is a skill they do not have."""
        return [self[name] for name in self._skills]

    @staticmethod
    def initial_of(change: AddPerson) -> dict[str, Any]:
        return {
            "name": change.name,
            "starts_on": change.starts_on,
            "ends_on": change.ends_on,
            "ramp_up_weeks": change.ramp_up_weeks,
            "hours_a_week": change.hours_a_week,
            "overhead": number(Decimal(change.overhead) * 100),
            **{f"skill-{pk}": speed for pk, _, speed in change.speeds},
        }

    def change(self) -> AddPerson:
        typed = self.cleaned_data
        first, last = typed["starts_on"], typed["ends_on"]
        return AddPerson(
            name=" ".join(typed["name"].split()),
            speeds=[
                [str(skill.pk), skill.name, number(typed[name])]
                for name, skill in self._skills.items()
                if typed[name] is not None
            ],
            starts_on=first.isoformat() if first else None,
            ends_on=last.isoformat() if last else None,
            ramp_up_weeks=typed["ramp_up_weeks"] or 0,
            hours_a_week=number(typed["hours_a_week"]),
            overhead=str(typed["overhead"] / 100),
        )


class RemovePersonForm(ChangeForm):
    engineer = person_field("Who leaves")
    last_day = forms.DateField(
        label="Last working day",
        widget=DayInput(),
        error_messages={"required": "Give the last working day."},
    )

    def set_choices(self) -> None:
        self.people()

    @staticmethod
    def initial_of(change: RemovePerson) -> dict[str, Any]:
        return {"engineer": change.engineer, "last_day": change.last_day}

    def change(self) -> RemovePerson:
        typed = self.cleaned_data
        return RemovePerson.of(typed["engineer"], typed["last_day"])


class AddLeaveForm(ChangeForm):
    engineer = person_field("Who is away")
    first_day = forms.DateField(
        label="First day",
        widget=DayInput(),
        error_messages={"required": "Give the first day."},
    )
    last_day = forms.DateField(
        label="Last day",
        required=False,
        widget=DayInput(),
        help_text="Empty: the first day alone.",
    )
    share = forms.TypedChoiceField(
        label="How much of each day",
        coerce=Decimal,
        initial="1",
        choices=list(PARTS.items()),
    )

    def set_choices(self) -> None:
        self.people()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", "The last day comes before the first.")
        return cleaned

    @staticmethod
    def initial_of(change: AddLeave) -> dict[str, Any]:
        return {
            name: getattr(change, name)
            for name in ("engineer", "first_day", "last_day", "share")
        }

    def change(self) -> AddLeave:
        typed = self.cleaned_data
        last = typed["last_day"] or typed["first_day"]
        return AddLeave.of(
            typed["engineer"], Away(typed["first_day"], last, typed["share"])
        )


class CancelLeaveForm(ChangeForm):
    leave = forms.TypedChoiceField(
        label="Which leave", error_messages={"required": "Choose an entry."}
    )

    def set_choices(self) -> None:
        found = (
            Leave.objects.filter(engineer__team=self.team)
            .not_over_by(self.today)
            .select_related("engineer")
        )
        known = {str(leave.pk): leave for leave in found}
        field = cast("forms.TypedChoiceField", self.fields["leave"])
        field.choices = [
            ("", "Choose an entry"),
            *((pk, _leave_words(leave)) for pk, leave in known.items()),
        ]
        field.coerce = known.__getitem__

    @staticmethod
    def initial_of(change: CancelLeave) -> dict[str, Any]:
        return {"leave": change.leave}

    def change(self) -> CancelLeave:
        return CancelLeave.of(self.cleaned_data["leave"])


def _leave_words(leave: Leave) -> str:
    days = range_words(leave.first_day, leave.last_day)
    part = "" if leave.share == 1 else f"{leave.share_percent} % of each day"
    return joined([f"{leave.engineer}, {days}", *([part] if part else [])])
