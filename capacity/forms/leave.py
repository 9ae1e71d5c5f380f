from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast

from django import forms

from capacity.choices import LeaveKind
from capacity.leave_files import LeaveFile, LeaveFileError, read_leave
from capacity.models import Engineer, Leave
from capacity.services.leave import Away
from portfolio.core.forms import DayInput
from portfolio.core.models import Team

PARTS = {
    "1": "Whole days",
    "0.5": "Half of each day",
    "0.75": "Three quarters of each day",
    "0.25": "A quarter of each day",
}
MOST_BYTES = 1024 * 1024


class LeaveForm(forms.Form):
    engineer = forms.ModelChoiceField(
        queryset=Engineer.objects.none(),
        label="Who is away",
        empty_label="Choose somebody",
        error_messages={"required": "Say who is away."},
    )
    first_day = forms.DateField(
        label="First day",
        widget=DayInput(),
        error_messages={"required": "Give the first day."},
    )
    last_day = forms.DateField(
        label="Last day",
        required=False,
        widget=DayInput(),
        help_text="Empty: the first day alone. Weekends and holidays may lie between.",
    )
    share = forms.TypedChoiceField(
        label="How much of each day", coerce=Decimal, initial="1"
    )
    kind = forms.ChoiceField(
        label="Kind", choices=LeaveKind.choices, initial=LeaveKind.VACATION
    )

    def __init__(
        self,
        data: Any = None,
        *,
        people: Sequence[Engineer],
        leave: Leave | None = None,
    ) -> None:
        super().__init__(data, initial=_initial(leave))
        share = cast("forms.TypedChoiceField", self.fields["share"])
        share.choices = _parts(leave)
        who = cast("forms.ModelChoiceField[Engineer]", self.fields["engineer"])
        who.queryset = Engineer.objects.filter(pk__in=[each.pk for each in people])
        self._alone = people[0] if len(people) == 1 else None
        if self._alone:
            # Nobody has to choose who is the only one to choose.
            del self.fields["engineer"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", "The last day comes before the first.")
        return cleaned

    def who(self) -> Engineer:
        found: Engineer = self._alone or self.cleaned_data["engineer"]
        return found

    def away(self) -> Away:
        given = self.cleaned_data
        return Away(
            first_day=given["first_day"],
            last_day=given["last_day"] or given["first_day"],
            share=given["share"],
            kind=given["kind"],
        )


def _parts(leave: Leave | None) -> list[tuple[str, str]]:
    """The usual shares, and an unusual one that is stored."""
    parts = list(PARTS.items())
    stored = _short(leave.share) if leave else "1"
    if leave and stored not in PARTS:
        parts.append((stored, f"{leave.share_percent} % of each day"))
    return parts


def _initial(leave: Leave | None) -> dict[str, Any]:
    if leave is None:
        return {}
    return {
        "engineer": leave.engineer_id,
        "first_day": leave.first_day,
        "last_day": leave.last_day,
        "share": _short(leave.share),
        "kind": leave.kind,
    }


def _short(share: Decimal) -> str:
    return f"{share.normalize():f}"


class LeaveImportForm(forms.Form):
    file = forms.FileField(
        label="File",
        help_text="A calendar (.ics) as Outlook, Google or an HR system exports it, or "
        "a table (.csv) with the columns person, first day, last day, and if you like "
        "share and kind.",
        error_messages={"required": "Choose a file."},
    )
    whose = forms.ModelChoiceField(
        queryset=Engineer.objects.none(),
        required=False,
        label="Whose leave is it?",
        empty_label="Whoever each entry names",
        help_text="For a calendar of one person; else each entry has to name somebody "
        "by name or e-mail.",
    )

    def __init__(
        self, data: Any = None, files: Any = None, *, people: Sequence[Engineer]
    ) -> None:
        super().__init__(data, files)
        whose = cast("forms.ModelChoiceField[Engineer]", self.fields["whose"])
        whose.queryset = Engineer.objects.filter(pk__in=[each.pk for each in people])
        self._alone = people[0] if len(people) == 1 else None
        if self._alone:
            del self.fields["whose"]

    def whom(self) -> Engineer | None:
        return self._alone or self.cleaned_data["whose"]

    def read(self, team: Team) -> LeaveFile | None:
        """What the file says; None, with the reason at the field, when nothing."""
        upload = self.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            self.add_error("file", "It is larger than 1 MB; export fewer years.")
            return None
        try:
            found = read_leave(upload.read(), zone=team.calendar.zone)
        except LeaveFileError as wrong:
            self.add_error("file", str(wrong))
            return None
        if not found.entries and not found.wrong:
            self.add_error("file", "It has no entries.")
            return None
        return found
