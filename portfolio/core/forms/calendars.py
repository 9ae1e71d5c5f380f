"""A business calendar on a page: where, hours of each weekday, closed days."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, cast

from django import forms

from portfolio.core.calendars import country_error
from portfolio.core.forms import DayInput
from portfolio.core.models import BusinessCalendar, WorkingPeriod
from portfolio.core.models.calendars import MONDAY_TO_SUNDAY, check_time_zone
from portfolio.core.services.calendars import Closed, Period, Written

CLOSED = "closed"
# Two spans a day leave room for a lunch break; more only where there are more.
SPANS = 2
USUAL = ("09:00", "17:00")
_CLOCK = re.compile(r"(\d{1,2})(?::?(\d{2}))?")


class ClockField(forms.Field):
    """A time of day as people type it: 9, 9:30, 0930. 24:00 is the end of the day."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(
            required=False,
            widget=forms.TextInput(attrs={"class": "clock", "maxlength": 5}),
            **rest,
        )

    def to_python(self, value: Any) -> dt.time | None:
        text = str(value or "").strip()
        if not text:
            return None
        match = _CLOCK.fullmatch(text)
        hours, minutes = (int(match[1]), int(match[2] or 0)) if match else (99, 99)
        if (hours, minutes) == (24, 0):
            return dt.time()
        if hours > 23 or minutes > 59:
            raise forms.ValidationError(
                f"“{text}” is no time of day; 9, 9:30 and 24:00 are."
            )
        return dt.time(hours, minutes)


class CalendarForm(forms.Form):
    name = forms.CharField(
        max_length=80,
        label="Name",
        help_text="As in Germany, Berlin.",
        error_messages={"required": "Give the calendar a name."},
    )
    time_zone = forms.CharField(
        max_length=60,
        label="Time zone",
        initial="Europe/Berlin",
        validators=[check_time_zone],
        widget=forms.TextInput(attrs={"list": "zones"}),
        error_messages={"required": "Give the time zone."},
    )
    country = forms.CharField(
        max_length=2,
        required=False,
        label="Public holidays of",
        help_text="A country by its two letters, as in DE, PL or US.",
    )
    subdivision = forms.CharField(
        max_length=10,
        required=False,
        label="Region",
        help_text="Where holidays differ in the country, as in BE or CA.",
    )

    def __init__(
        self, data: Any = None, *, calendar: BusinessCalendar | None = None
    ) -> None:
        periods = list(calendar.periods.all()) if calendar else []
        super().__init__(data, initial=_initial(calendar, periods))
        spans = max(
            SPANS,
            *(
                sum(each.weekday == weekday for each in periods)
                for weekday, _ in MONDAY_TO_SUNDAY
            ),
        )
        for weekday, name in MONDAY_TO_SUNDAY:
            for span in range(spans):
                for end in ("from", "until"):
                    self.fields[f"hours-{weekday}-{span}-{end}"] = ClockField(
                        label=f"{name}, {'and ' if span else ''}{end}"
                    )
        self._spans = spans

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["country"] = str(cleaned.get("country") or "").upper()
        cleaned["subdivision"] = str(cleaned.get("subdivision") or "").upper()
        if wrong := country_error(cleaned["country"], cleaned["subdivision"]):
            self.add_error("country", wrong)
        for weekday, span in self._places():
            opens, closes = (
                cleaned.get(f"hours-{weekday}-{span}-{end}")
                for end in ("from", "until")
            )
            if (opens is None) != (closes is None) and not any(
                f"hours-{weekday}-{span}-{end}" in self.errors
                for end in ("from", "until")
            ):
                missing = "until" if closes is None else "from"
                self.add_error(
                    f"hours-{weekday}-{span}-{missing}",
                    "Give both times, or none where nobody works.",
                )
        return cleaned

    @staticmethod
    def zones() -> tuple[str, ...]:
        """What the time zone may be, to choose from while typing."""
        return _zones()

    def about(self) -> list[forms.BoundField]:
        names = ("name", "time_zone", "country", "subdivision")
        return [self[name] for name in names]

    def weekdays(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Each weekday with its fields: from, until, and from, until."""
        return [
            (
                name,
                [
                    self[f"hours-{weekday}-{span}-{end}"]
                    for span in range(self._spans)
                    for end in ("from", "until")
                ],
            )
            for weekday, name in MONDAY_TO_SUNDAY
        ]

    def written(self, closed: Sequence[Closed]) -> Written:
        given = self.cleaned_data
        periods = [
            Period(weekday, opens, closes)
            for weekday, span in self._places()
            for opens in [given[f"hours-{weekday}-{span}-from"]]
            for closes in [given[f"hours-{weekday}-{span}-until"]]
            if opens is not None and closes is not None
        ]
        return Written(
            name=" ".join(given["name"].split()),
            time_zone=given["time_zone"],
            country=given["country"],
            subdivision=given["subdivision"],
            periods=periods,
            closed=closed,
        )

    def _places(self) -> Iterator[tuple[int, int]]:
        for weekday, _ in MONDAY_TO_SUNDAY:
            for span in range(self._spans):
                yield weekday, span


@cache
def _zones() -> tuple[str, ...]:
    # Asking walks over some hundred files.
    return tuple(sorted(zoneinfo.available_timezones()))


def _initial(
    calendar: BusinessCalendar | None, periods: Sequence[WorkingPeriod]
) -> dict[str, Any]:
    if calendar is None:
        opens, closes = USUAL
        return {f"hours-{weekday}-0-from": opens for weekday in range(5)} | {
            f"hours-{weekday}-0-until": closes for weekday in range(5)
        }
    found: dict[str, Any] = {
        "name": calendar.name,
        "time_zone": calendar.time_zone,
        "country": calendar.country,
        "subdivision": calendar.subdivision,
    }
    span = dict.fromkeys(range(7), 0)
    for period in periods:
        place = f"hours-{period.weekday}-{span[period.weekday]}"
        found[f"{place}-from"] = f"{period.opens_at:%H:%M}"
        found[f"{place}-until"] = _closing(period.closes_at)
        span[period.weekday] += 1
    return found


def _closing(at: dt.time) -> str:
    return "24:00" if at == dt.time() else f"{at:%H:%M}"


class ClosedForm(forms.Form):
    day = forms.DateField(
        label="Day",
        widget=DayInput(),
        error_messages={"required": "Say which day."},
    )
    name = forms.CharField(
        max_length=80, label="Name", error_messages={"required": "Say what day it is."}
    )
    closed_from = ClockField(label="Closed from")
    closed_until = ClockField(label="until")

    def __init__(self, *args: Any, **rest: Any) -> None:
        super().__init__(*args, **{**rest, "empty_permitted": True})

    def has_changed(self) -> bool:
        return any(str(self[name].value() or "").strip() for name in ("day", "name"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("closed_from"), cleaned.get("closed_until")
        if until == dt.time():
            # To the end of the day is what an empty field says.
            cleaned["closed_until"] = until = None
        if since == dt.time():
            cleaned["closed_from"] = since = None
        if since and until and until <= since:
            self.add_error("closed_until", "It ends before it begins.")
        return cleaned

    def closed(self) -> Closed:
        given = self.cleaned_data
        return Closed(
            given["day"], given["name"], given["closed_from"], given["closed_until"]
        )


class ClosedFormSet(forms.BaseFormSet[ClosedForm]):
    def clean(self) -> None:
        seen: set[dt.date] = set()
        for form in self._kept():
            day = form.cleaned_data.get("day")
            if day in seen:
                form.add_error("day", "This day stands in a row above already.")
            elif day:
                seen.add(day)

    def rows(self) -> list[Closed]:
        return [form.closed() for form in self._kept()]

    def _kept(self) -> list[ClosedForm]:
        return [
            form
            for form in self.forms
            if form.has_changed()
            and getattr(form, "cleaned_data", None)
            and not form.cleaned_data.get("DELETE")
        ]


def closed_form(
    *, calendar: BusinessCalendar | None, since: dt.date, data: Any = None
) -> ClosedFormSet:
    """Closed days from a day on, with some empty rows below."""
    made = forms.formset_factory(
        ClosedForm, formset=ClosedFormSet, extra=3, can_delete=True, max_num=400
    )
    days = calendar.closed_days.filter(day__gte=since) if calendar else []
    formset = made(
        data=data,
        initial=[
            {
                "day": each.day,
                "name": each.name,
                "closed_from": each.closed_from and f"{each.closed_from:%H:%M}",
                "closed_until": each.closed_until and f"{each.closed_until:%H:%M}",
            }
            for each in days
        ],
        prefix=CLOSED,
    )
    return cast("ClosedFormSet", formset)
