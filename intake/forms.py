from __future__ import annotations

import difflib
import uuid
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone

from intake.choices import Frequency
from intake.models import Demand, System, Tier
from intake.services.submitting import submit_request
from portfolio.core.models import BusinessUnit, Team, User

LONG_ANSWER = 4_000


class SystemInput(forms.TextInput):
    """A text field that offers the known systems while typing, without script too."""

    def __init__(self) -> None:
        # Not autocomplete="off": some browsers then offer nothing from the list.
        super().__init__(attrs={"list": "systems", "spellcheck": "false"})


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d", attrs={"autocomplete": "off"})


class LongAnswer(forms.CharField):
    def __init__(self, *, rows: int, **rest: Any) -> None:
        super().__init__(
            max_length=LONG_ANSWER,
            # No maxlength on the widget: a browser would cut a pasted text silently.
            widget=forms.Textarea(attrs={"rows": rows, "autocomplete": "off"}),
            **rest,
        )

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs: dict[str, Any] = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs


class RequestForm(forms.Form):
    """The questions of the Standard tier."""

    SYSTEMS = "What should be connected"
    TOPICS = {
        SYSTEMS: ["title", "source", "target"],
        "The data": ["data_needed", "frequency"],
        "When and why": ["needed_by", "purpose"],
    }

    token = forms.UUIDField(widget=forms.HiddenInput, required=False)
    # What was typed when “did you mean” was asked: sent again, it is meant.
    source_kept = forms.CharField(widget=forms.HiddenInput, required=False)
    target_kept = forms.CharField(widget=forms.HiddenInput, required=False)
    team = forms.ModelChoiceField(
        Team.objects.none(),
        label="Which team should build it?",
        empty_label=None,
        error_messages={"required": "Choose the team that should build it."},
    )
    business_unit = forms.ModelChoiceField(
        BusinessUnit.objects.all(),
        label="For which business unit do you ask?",
        empty_label="Choose a unit",
        error_messages={"required": "Choose the unit that needs it."},
    )
    title = forms.CharField(
        label="In a sentence, what should be connected and what for?",
        help_text="As in “Send web shop orders to the ERP so that nobody types them”.",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        error_messages={
            "required": "Say in a sentence what should be connected and what for.",
            "max_length": "Shorten it to 200 characters; it has %(show_value)d. "
            "Details fit further down.",
        },
    )
    source = forms.CharField(
        label="Where does the data come from?",
        help_text=(
            "Type a few letters and choose, or write the name if it is not offered."
        ),
        max_length=80,
        widget=SystemInput(),
        error_messages={"required": "Name the system the data comes from."},
    )
    target = forms.CharField(
        label="Where should it go?",
        help_text="The system that needs the data.",
        max_length=80,
        widget=SystemInput(),
        error_messages={"required": "Name the system the data should go to."},
    )
    data_needed = LongAnswer(
        rows=4,
        label="What data is it?",
        help_text=(
            "In your own words, as in “orders with their lines, price and customer "
            "number”. Say so if it is personal or secret."
        ),
        error_messages={"required": "Say what data should travel."},
    )
    frequency = forms.ChoiceField(
        choices=Frequency.choices,
        label="How often is it needed?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how often it is needed."},
    )
    needed_by = forms.DateField(
        required=False,
        label="By when do you need it?",
        help_text="Leave it empty if there is no date.",
        widget=DateInput(),
        error_messages={
            "invalid": "Write the date as day, month and year, as in 2027-03-31."
        },
    )
    purpose = LongAnswer(
        rows=5,
        label="Why is it needed, and why by that date?",
        help_text=(
            "What gets better and for whom, how it is done until then, and what "
            "happens if it comes later than the date."
        ),
        error_messages={"required": "Say why it is needed."},
    )

    def __init__(self, *args: Any, user: User, **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.user = user
        self.systems = list(System.objects.all())
        self.teams = list(Team.objects.select_related("calendar"))
        own = {team.pk for team in Team.objects.visible_to(user)}
        self.likely_team = min(
            self.teams, key=lambda team: team.pk not in own, default=None
        )
        self._ask_only_what_is_not_known()
        self.fields["needed_by"].widget.attrs["min"] = timezone.localdate().isoformat()
        if not self.is_bound:
            self.initial["token"] = uuid.uuid4()

    def _ask_only_what_is_not_known(self) -> None:
        team = self.fields["team"]
        if len(self.teams) < 2:
            del self.fields["team"]
        elif isinstance(team, forms.ModelChoiceField):
            team.queryset = Team.objects.select_related("calendar")
            team.initial = self.likely_team
        if self.user.business_unit_id:
            del self.fields["business_unit"]

    def topics(self) -> list[tuple[str, list[forms.BoundField]]]:
        about_you = [name for name in ("business_unit", "team") if name in self.fields]
        topics = {"Who asks whom": about_you} if about_you else {}
        return [
            (topic, [self[name] for name in names])
            for topic, names in (topics | self.TOPICS).items()
        ]

    @property
    def team_asked(self) -> Team | None:
        """The team that will get the request, as far as it is known by now."""
        chosen: Team | None = getattr(self, "cleaned_data", {}).get("team")
        return chosen or self.likely_team

    def clean_title(self) -> str:
        return " ".join(self.cleaned_data["title"].split())

    def clean_source(self) -> str:
        return self._clean_system("source")

    def clean_target(self) -> str:
        return self._clean_system("target")

    def _clean_system(self, field: str) -> str:
        """The name as the list spells it, or as written where the list has no such."""
        written = " ".join(str(self.cleaned_data[field]).split())
        by_name = {system.name.casefold(): system for system in self.systems}
        if written.casefold() in by_name:
            return by_name[written.casefold()].name
        near = difflib.get_close_matches(written.casefold(), by_name, n=1, cutoff=0.75)
        if near and written != self.data.get(f"{field}_kept"):
            self._keep_if_sent_again(field, written)
            raise forms.ValidationError(
                f"“{written}” is not in the list. Did you mean "
                f"“{by_name[near[0]].name}”? If not, send it once more as it is."
            )
        return written

    def _keep_if_sent_again(self, field: str, written: str) -> None:
        sent = QueryDict(mutable=True)
        sent.update(self.data)
        sent[f"{field}_kept"] = written
        self.data = sent

    def clean_needed_by(self) -> Any:
        day = self.cleaned_data["needed_by"]
        if day and day < timezone.localdate():
            raise forms.ValidationError(
                "This date has passed. Give a date from today on, or none."
            )
        return day

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        source, target = cleaned.get("source"), cleaned.get("target")
        if source and target and source.casefold() == target.casefold():
            self.add_error(
                "target",
                "Source and target are the same. Name the other system, or the part "
                "of it that you mean, as in “SAP payroll”.",
            )
        if not self.teams:
            raise forms.ValidationError(
                "There is no team yet that could take a request. "
                "Please tell an administrator."
            )
        return cleaned

    def save(self) -> Demand:
        given = self.cleaned_data
        by_name = {system.name: system for system in self.systems}
        team = self.team_asked
        assert team is not None  # noqa: S101 - clean refuses a form without one
        return submit_request(
            by=self.user,
            team=team,
            title=given["title"],
            source_system=by_name.get(given["source"]),
            target_system=by_name.get(given["target"]),
            source_system_name=given["source"],
            target_system_name=given["target"],
            data_needed=given["data_needed"],
            frequency=given["frequency"],
            needed_by=given["needed_by"],
            purpose=given["purpose"],
            business_unit=given.get("business_unit"),
            token=given["token"],
        )


class DecisionForm(forms.Form):
    """A form of the triage panel; its fields are what the service is called with."""

    button = ""
    is_final = False


class DeclineForm(DecisionForm):
    button = "Decline"
    is_final = True

    reason = LongAnswer(
        rows=4,
        label="Why is it declined?",
        help_text="The requester reads this. Say what they can do instead.",
        error_messages={"required": "Say why; the requester reads it."},
    )


class AskForm(DecisionForm):
    button = "Ask the requester"

    question = LongAnswer(
        rows=4,
        label="What do you need to know?",
        help_text=(
            "The requester reads and answers it on the page of the request. The time "
            "for the decision stands still until then."
        ),
        error_messages={"required": "Write your question."},
    )


class AnswerForm(forms.Form):
    answer = LongAnswer(
        rows=5,
        label="Your answer",
        error_messages={"required": "Write an answer; the team waits for it."},
    )


class ReopenForm(forms.Form):
    why = LongAnswer(
        rows=3,
        label="Why is it opened again?",
        help_text="The requester reads this.",
        error_messages={"required": "Say why it is opened again."},
    )


class TierForm(DecisionForm):
    button = "Change the tier"

    tier = forms.ModelChoiceField(
        Tier.objects.all(),
        label="Handle it as",
        empty_label=None,
        widget=forms.RadioSelect,
    )
    why = LongAnswer(
        rows=3,
        label="Why?",
        help_text="What elapsed so far counts against the targets of the new tier.",
        error_messages={"required": "Say why the tier changes."},
    )


class WithdrawForm(forms.Form):
    why = LongAnswer(rows=3, label="Why is it no longer needed?", required=False)
