from __future__ import annotations

from django import forms

from intake.forms.fields import LongAnswer
from intake.models import Tier


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
