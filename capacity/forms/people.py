"""An engineer on a page: the person, a speed for each skill, and hours by date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.db.models import Q

from capacity.models import Engineer, Skill, WeeklyHours
from capacity.services.people import WEEKDAYS, Hours, Person
from portfolio.core.calendars import country_error
from portfolio.core.forms import DayInput
from portfolio.core.models import Team, User

HOURS = "hours"
FULL_WEEK = [8, 8, 8, 8, 8, 0, 0]
NUMBER = {"step": "any", "inputmode": "decimal"}


class PersonForm(forms.Form):
    name = forms.CharField(
        max_length=120,
        label="Name",
        error_messages={"required": "Give the name."},
    )
    account = forms.ModelChoiceField(
        queryset=User.objects.none(),
        required=False,
        label="Signs in as",
        empty_label="Nobody",
        help_text="With an account they enter their own leave and see their own load.",
    )
    country = forms.CharField(
        max_length=2,
        required=False,
        label="Country",
        help_text="Two letters, as in DE or PL: whose public holidays they have. "
        "Empty: those of the team's calendar.",
    )
    subdivision = forms.CharField(
        max_length=10,
        required=False,
        label="Region",
        help_text="Where holidays differ in it, as in BE or BY.",
    )
    starts_on = forms.DateField(
        required=False, label="First working day", widget=DayInput()
    )
    ends_on = forms.DateField(
        required=False, label="Last working day", widget=DayInput()
    )
    ramp_up_weeks = forms.IntegerField(
        min_value=0,
        max_value=52,
        required=False,
        label="Weeks until of full use",
        help_text="From the first day on, each week gives an even step more.",
    )
    overhead = forms.DecimalField(
        min_value=0,
        max_value=100,
        max_digits=4,
        decimal_places=1,
        label="Meetings and all else, in % of the day",
        help_text="What no package gets. People in a large record of personal logs "
        "had a median of 2.85 hours a day for their tasks.",
        widget=forms.NumberInput(attrs=NUMBER),
        error_messages={"required": "Say which share of a day meetings take."},
    )

    def __init__(
        self,
        data: Any = None,
        *,
        team: Team,
        skills: Sequence[Skill],
        engineer: Engineer | None = None,
    ) -> None:
        super().__init__(data, initial=_initial(engineer))
        account = cast("forms.ModelChoiceField[User]", self.fields["account"])
        free = Q(engineer__isnull=True, teams=team, is_active=True)
        if engineer:
            free |= Q(engineer=engineer)
        account.queryset = User.objects.filter(free).distinct()
        self._skills = {f"skill-{skill.pk}": skill for skill in skills}
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
        cleaned["country"] = str(cleaned.get("country") or "").upper()
        cleaned["subdivision"] = str(cleaned.get("subdivision") or "").upper()
        if wrong := country_error(cleaned["country"], cleaned["subdivision"]):
            self.add_error("country", wrong)
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", "The last working day comes before the first.")
        if cleaned.get("ramp_up_weeks") and not first:
            self.add_error("starts_on", "Weeks until of full use count from this day.")
        return cleaned

    def about(self) -> list[forms.BoundField]:
        """The fields of the person."""
        return [self[name] for name in self.fields if name not in self._skills]

    def speeds(self) -> list[forms.BoundField]:
        """A field for each skill; an empty one is a skill they do not have."""
        return [self[name] for name in self._skills]

    def person(self, hours: Sequence[Hours]) -> Person:
        given = self.cleaned_data
        return Person(
            name=" ".join(given["name"].split()),
            account=given["account"],
            country=given["country"],
            subdivision=given["subdivision"],
            starts_on=given["starts_on"],
            ends_on=given["ends_on"],
            ramp_up_weeks=given["ramp_up_weeks"] or 0,
            overhead=given["overhead"] / 100,
            speeds={
                skill: given[name]
                for name, skill in self._skills.items()
                if given[name] is not None
            },
            hours=hours,
        )


def _initial(engineer: Engineer | None) -> dict[str, Any]:
    if engineer is None:
        return {"overhead": "20", "ramp_up_weeks": 0}
    return {
        "name": engineer.name,
        "account": engineer.user_id,
        "country": engineer.country,
        "subdivision": engineer.subdivision,
        "starts_on": engineer.starts_on,
        "ends_on": engineer.ends_on,
        "ramp_up_weeks": engineer.ramp_up_weeks,
        "overhead": _short(engineer.overhead * 100),
    } | {
        f"skill-{level.skill_id}": _short(level.speed)
        for level in engineer.skill_levels.all()
    }


def _short(number: Decimal) -> str:
    return (
        f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else str(number)
    )


class HoursForm(forms.Form):
    effective_from = forms.DateField(required=False, label="From", widget=DayInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "empty_permitted": True})
        for weekday in WEEKDAYS:
            self.fields[weekday] = forms.DecimalField(
                min_value=0,
                max_value=24,
                max_digits=4,
                decimal_places=2,
                required=False,
                label=weekday[:3].title(),
                widget=forms.NumberInput(attrs=NUMBER),
            )

    def has_changed(self) -> bool:
        """A row without any hours is no row."""
        names = ["effective_from", *WEEKDAYS]
        return any(str(self[name].value() or "").strip() for name in names)

    def hours(self) -> Hours:
        given = self.cleaned_data
        days = tuple(given[weekday] or Decimal(0) for weekday in WEEKDAYS)
        return Hours(given["effective_from"], days)


class HoursFormSet(forms.BaseFormSet[HoursForm]):
    def clean(self) -> None:
        seen = set()
        for form in self.forms:
            if form in self.deleted_forms or not getattr(form, "cleaned_data", None):
                continue
            since = form.cleaned_data.get("effective_from")
            if since in seen:
                form.add_error(
                    "effective_from",
                    "Two rows hold from the same day; remove one of them.",
                )
            seen.add(since)

    def rows(self) -> list[Hours]:
        return [
            form.hours()
            for form in self.forms
            if form.has_changed() and not form.cleaned_data.get("DELETE")
        ]


def hours_form(*, engineer: Engineer | None, data: Any = None) -> HoursFormSet:
    """The hours as stored or sent, with an empty row below for a change to come."""
    made = forms.formset_factory(
        HoursForm, formset=HoursFormSet, extra=1, can_delete=True, max_num=60
    )
    formset = made(data=data, initial=list(_rows(engineer)), prefix=HOURS)
    return cast("HoursFormSet", formset)


def _rows(engineer: Engineer | None) -> Iterator[dict[str, Any]]:
    rows: list[WeeklyHours] = list(engineer.weekly_hours.all()) if engineer else []
    for row in rows:
        yield {
            "effective_from": row.effective_from,
            **{weekday: _short(getattr(row, weekday)) for weekday in WEEKDAYS},
        }
    if not rows:
        yield dict(zip(WEEKDAYS, FULL_WEEK, strict=True))
