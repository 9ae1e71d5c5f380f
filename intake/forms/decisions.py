from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.functional import cached_property

from intake.content import ACCEPTED, LARGEST
from intake.forms.fields import FilesAnswer, LongAnswer
from intake.models import Demand, Tier
from intake.models.demands import DemandQuerySet
from portfolio.core.words import joined


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


class DuplicateForm(DecisionForm):
    button = "Join them"
    is_final = True

    original = forms.CharField(
        label="Which request does it repeat?",
        help_text=(
            "Its reference. Who asked for this one is told, and then what becomes of "
            "the other."
        ),
        max_length=250,
        widget=forms.TextInput(
            attrs={
                "list": "originals",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "data-focus": True,
            }
        ),
        error_messages={"required": "Write the reference of the request it repeats."},
    )
    reason = LongAnswer(
        rows=3,
        label="Anything to add?",
        required=False,
        help_text="The requester reads this.",
    )

    def __init__(self, *args: Any, among: DemandQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.among = among

    def clean_original(self) -> Demand:
        # What the list offers may be kept whole: the reference comes first in it.
        typed = str(self.cleaned_data["original"]).split()[0]
        found = self.among.filter(reference__iexact=typed).first()
        if found is None:
            raise forms.ValidationError(
                f"You can see no request {typed}. Write a reference as in INT-0042."
            )
        return found

    @cached_property
    def offered(self) -> list[Demand]:
        """What is most likely meant: the newest that are not closed."""
        return list(self.among.open().order_by("-created_at")[:100])


class AnswerForm(forms.Form):
    answer = LongAnswer(
        rows=5,
        label="Your answer",
        error_messages={"required": "Write an answer; the team waits for it."},
    )
    enclosed = FilesAnswer(
        label="Files",
        required=False,
        help_text=f"{joined(ACCEPTED)}, up to {LARGEST // 1024 // 1024} MB each.",
    )


class CommentForm(forms.Form):
    """What somebody writes about a demand, for all who read it or inside the team."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    words = LongAnswer(
        rows=3,
        label="Write a comment",
        error_messages={"required": "Write a comment; it is empty."},
    )
    is_internal = forms.BooleanField(
        label="Only for the team",
        required=False,
    )

    def __init__(self, *args: Any, in_team: bool, **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.use_required_attribute = False
        self.initial = {"token": uuid.uuid4()}
        if not in_team:
            del self.fields["is_internal"]


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
