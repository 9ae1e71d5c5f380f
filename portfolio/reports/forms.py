from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from portfolio.reports.changes import KINDS
from portfolio.reports.models import ReportPlan, StatusReport
from portfolio.reports.models.plans import addresses
from portfolio.reports.notes import Notes, change_key
from portfolio.reports.page import FOLD_AFTER

MOST_RECIPIENTS = 200


class NotesForm(forms.Form):
    """A field for the whole, for own decisions, and beside each row that is shown."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=12)
    summary = forms.CharField(
        label="In your words",
        help_text="Stands under the headline, in every format.",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    own = forms.CharField(
        label="Decisions you need besides",
        help_text="One a line; they stand first.",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, report: StatusReport, **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.notes: Notes = report.notes
        self.rows: dict[str, tuple[str, str, dict[str, Any]]] = {}
        content = report.content
        for number, row in enumerate(content.get("decisions", [])):
            self._add("decisions", f"decision_{number}", row["key"], row, row["what"])
        for kind, name in KINDS.items():
            for number, row in enumerate(content["changes"].get(kind, [])[:FOLD_AFTER]):
                key = change_key(kind, row)
                self._add("changes", f"{kind}_{number}", key, row, name)
        self.initial.setdefault("summary", self.notes.get("summary", ""))
        self.initial.setdefault("own", "\n".join(self.notes.get("own", [])))

    def _add(
        self, part: str, name: str, key: str, row: dict[str, Any], what: str
    ) -> None:
        about = f"{row['reference']} {row['title']}".strip()
        self.fields[name] = forms.CharField(
            label=f"{what}: {about}" if about else what,
            help_text=row.get("why", "")[:300],
            required=False,
            max_length=500,
        )
        self.initial[name] = self.notes.get(part, {}).get(key, "")
        self.rows[name] = (part, key, row)

    @property
    def decisions(self) -> Iterator[forms.BoundField]:
        return (self[name] for name, row in self.rows.items() if row[0] == "decisions")

    @property
    def changes(self) -> Iterator[forms.BoundField]:
        return (self[name] for name, row in self.rows.items() if row[0] == "changes")

    def written(self) -> Notes:
        """What was written, without what is empty; notes on other rows stay."""
        data = self.cleaned_data
        own = [line.strip() for line in data["own"].splitlines() if line.strip()]
        parts = {
            part: dict(self.notes.get(part, {})) for part in ("decisions", "changes")
        }
        for name, (part, key, _row) in self.rows.items():
            parts[part][key] = data[name].strip()
        notes = {
            "summary": data["summary"].strip(),
            "own": own,
            **{
                part: {key: text for key, text in texts.items() if text}
                for part, texts in parts.items()
            },
        }
        return {key: value for key, value in notes.items() if value}


class ApproveForm(forms.Form):
    """The key of what was read, so that nobody approves what they did not see."""

    seen = forms.CharField(max_length=12)
    send = forms.BooleanField(required=False)


class PlanForm(forms.ModelForm[ReportPlan]):
    """When the draft is made, and who gets what is approved."""

    class Meta:
        model = ReportPlan
        fields = ["is_on", "weekday", "at", "time_zone", "leadership", "insiders"]
        widgets = {
            "at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "time_zone": forms.TextInput(attrs={"list": "zones"}),
            "leadership": forms.Textarea(attrs={"rows": 4}),
            "insiders": forms.Textarea(attrs={"rows": 3}),
        }
        labels = {
            "is_on": "Make the draft by itself every week",
            "leadership": "Leadership",
            "insiders": "The team and its managers",
        }
        help_texts = {
            "is_on": "Managers are told, and nothing is sent before one approves it.",
            "leadership": "E-mail addresses, one a line. They get no names of "
            "individuals, and need no account.",
            "insiders": "E-mail addresses, one a line. They get the report with names.",
        }

    @property
    def zones(self) -> list[str]:
        return sorted(zoneinfo.available_timezones())

    def clean_leadership(self) -> str:
        return _checked(self.cleaned_data["leadership"])

    def clean_insiders(self) -> str:
        return _checked(self.cleaned_data["insiders"])


def _checked(text: str) -> str:
    found = addresses(text)
    if len(found) > MOST_RECIPIENTS:
        raise ValidationError(
            f"{len(found)} addresses are too many, at most {MOST_RECIPIENTS}; name a "
            "mailing list instead."
        )
    for address in found:
        try:
            validate_email(address)
        except ValidationError:
            raise ValidationError(
                f"“{address}” is no e-mail address; write one a line, as in "
                "cio@example.com."
            ) from None
    return "\n".join(found)
