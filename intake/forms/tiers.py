from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from intake.choices import QuestionKind
from intake.editing import Stored, choices_before, new_key
from intake.evidence import IMPACTS, URGENCIES
from intake.models import Tier, TierTable, TierVersion
from intake.questions import COLUMNS, KEY

# What the answers of a new question can be used as, beside being read.
USES = {
    "needed_by": "The date it is needed by",
    "data_needed": "What data it is",
    "frequency": "How often it is needed",
    "purpose": "Why it is needed",
}


class EditForm(forms.Form):
    """An edit of what somebody has seen; a later version by others refuses it."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    why = forms.CharField(
        label="Why do you change it?",
        help_text="Kept with the new version.",
        max_length=400,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Say why; the list of versions shows it."},
    )

    def see_again(self, number: int) -> None:
        """After a refusal: what was typed stays, to be sent on top of what is now."""
        sent = QueryDict(mutable=True)
        sent.update(self.data)
        sent["seen"] = str(number)
        self.data = sent


class TierSettingsForm(EditForm, forms.ModelForm[TierVersion]):
    field_order = [
        "acknowledge_amount", "acknowledge_unit", "decide_amount", "decide_unit",
        "most_in_progress", "tokens_per_quarter", "share_percent", "why", "seen",
    ]  # fmt: skip

    class Meta:
        model = TierVersion
        fields = [
            "acknowledge_amount", "acknowledge_unit", "decide_amount", "decide_unit",
            "most_in_progress", "tokens_per_quarter", "share_percent",
        ]  # fmt: skip
        labels = {
            "acknowledge_amount": "Confirm within",
            "acknowledge_unit": "Confirm: counted in",
            "decide_amount": "Decide within",
            "decide_unit": "Decide: counted in",
            "most_in_progress": "Most in progress at once",
            "tokens_per_quarter": "Tokens for each business unit and quarter",
            "share_percent": "Share of the team’s capacity, in percent",
        }

    def settings(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class TopicTitleForm(EditForm):
    title = forms.CharField(
        label="What the page is about",
        max_length=80,
        error_messages={"required": "Give the page a title."},
    )
    field_order = ["title", "why", "seen"]


class QuestionForm(EditForm):
    """One question of a tier; its key stays, so that answers can be compared."""

    label = forms.CharField(
        label="What is asked?",
        max_length=160,
        error_messages={"required": "Write the question."},
    )
    help = forms.CharField(
        label="What helps to answer it?",
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    kind = forms.ChoiceField(choices=QuestionKind.choices, label="How is it answered?")
    required = forms.BooleanField(label="It has to be answered", required=False)
    unit = forms.CharField(
        label="Unit of the number",
        help_text="As in EUR or records a day.",
        max_length=30,
        required=False,
    )
    choices = forms.CharField(
        label="Choices",
        help_text="One a line; what explains it follows after a vertical bar: "
        "“Internal | Everybody in the company may read it”.",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    use = forms.ChoiceField(
        label="What is the answer used as?",
        help_text="Lists and forecasts read some answers.",
        required=False,
    )
    only_after = forms.MultipleChoiceField(
        label="Ask it only after one of these answers",
        help_text="All of one question. Choose none to ask it always.",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = [
        "label", "help", "kind", "required", "unit", "choices", "use", "only_after",
        "why", "seen",
    ]  # fmt: skip

    def __init__(
        self, *args: Any, stored: Stored, question: Stored | None, **rest: Any
    ) -> None:
        super().__init__(*args, **rest)
        self.stored, self.question = stored, question
        key = question["key"] if question else ""
        after = self.fields["only_after"]
        assert isinstance(after, forms.MultipleChoiceField)  # noqa: S101 - above
        after.choices = [
            (f"{each.key}={choice.value}", f"{each.label} {choice.label}")
            for each in choices_before(stored, key)
            for choice in each.choices
        ]
        self._offer_uses(key)
        if question:
            hangs = question.get("shown_when") or {"key": "", "is": []}
            self.initial = {
                **self.initial,
                **{name: question.get(name, "") for name in ("label", "help", "unit")},
                "kind": question["kind"],
                "required": question.get("required", True),
                "choices": "\n".join(
                    " | ".join(choice[1:]) for choice in question.get("choices") or []
                ),
                "only_after": [f"{hangs['key']}={value}" for value in hangs["is"]],
            }
        else:
            self.initial = {
                **self.initial,
                "required": True,
                "kind": QuestionKind.TEXT,
            }

    def _offer_uses(self, key: str) -> None:
        """A use is chosen with the question, once, and then stays its key."""
        asked = {
            each["key"]
            for topic in self.stored["topics"]
            for each in topic["questions"]
        }
        use = self.fields["use"]
        assert isinstance(use, forms.ChoiceField)  # noqa: S101 - declared above
        use.choices = [("", "It is only read")] + [
            (name, words) for name, words in USES.items() if name not in asked
        ]
        if key or len(use.choices) == 1:
            del self.fields["use"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        kind = cleaned.get("kind")
        lines = [
            line for line in cleaned.get("choices", "").splitlines() if line.strip()
        ]
        if kind == QuestionKind.CHOICE and len(lines) < 2:
            self.add_error("choices", "Write two choices at least, one a line.")
        keys = {each.partition("=")[0] for each in cleaned.get("only_after", [])}
        if len(keys) > 1:
            self.add_error("only_after", "Choose answers of one question only.")
        use = cleaned.get("use") or (self.question or {}).get("key", "")
        if use in COLUMNS and kind and kind != COLUMNS[use]:
            self.add_error(
                "kind",
                f"“{USES[use]}” is answered with: {COLUMNS[use].label.lower()}.",
            )
        return cleaned

    def as_stored(self) -> Stored:
        given = self.cleaned_data
        key = self.question["key"] if self.question else given.get("use")
        question: Stored = {
            "key": key or new_key(self.stored, given["label"]),
            "kind": given["kind"],
            "label": given["label"],
            "help": given["help"],
            "required": given["required"],
        }
        if given["kind"] == QuestionKind.NUMBER and given["unit"]:
            question["unit"] = given["unit"]
        if given["kind"] == QuestionKind.CHOICE:
            question["choices"] = self._choices()
        if given["only_after"]:
            pairs = [each.split("=") for each in given["only_after"]]
            question["shown_when"] = {
                "key": pairs[0][0],
                "is": [value for _, value in pairs],
            }
        return question

    def _choices(self) -> list[list[str]]:
        """Values stay with their words, so that answers before still read right."""
        known = {
            choice[1]: choice[0]
            for choice in (self.question or {}).get("choices") or []
        }
        choices: list[list[str]] = []
        taken = set(known.values())
        for line in self.cleaned_data["choices"].splitlines():
            label, _, hint = (part.strip() for part in line.partition("|"))
            if not label:
                continue
            value = known.get(label)
            if value is None:
                value = _new_value(label, taken)
                taken.add(value)
            choices.append([value, label, hint] if hint else [value, label])
        return choices


class NewTopicForm(QuestionForm):
    """A topic begins with its first question."""

    title = forms.CharField(
        label="What the page is about",
        max_length=80,
        error_messages={"required": "Give the page a title."},
    )
    field_order = ["title", *QuestionForm.field_order]


class TierTableForm(EditForm):
    """Which tier follows from which answers, cell by cell."""

    def __init__(self, *args: Any, table: TierTable, **rest: Any) -> None:
        super().__init__(*args, **rest)
        tiers = list(Tier.objects.values_list("slug", "name"))
        for impact, if_late in IMPACTS.items():
            for urgency, now in URGENCIES.items():
                name = f"{impact}-{urgency}"
                self.fields[name] = forms.ChoiceField(
                    choices=tiers, label=f"{if_late}; {now}"
                )
                self.initial[name] = table.cells.get(impact, {}).get(
                    urgency, Tier.STANDARD
                )
        self.order_fields([name for name in self.fields if name != "why"])

    def rows(self) -> list[tuple[str, list[tuple[str, forms.BoundField]]]]:
        """Each row with its words, and its cells with those of their columns."""
        return [
            (
                if_late,
                [(now, self[f"{impact}-{each}"]) for each, now in URGENCIES.items()],
            )
            for impact, if_late in IMPACTS.items()
        ]

    def columns(self) -> list[str]:
        return list(URGENCIES.values())

    def cells(self) -> dict[str, dict[str, str]]:
        return {
            impact: {
                urgency: self.cleaned_data[f"{impact}-{urgency}"]
                for urgency in URGENCIES
            }
            for impact in IMPACTS
        }


def _new_value(label: str, taken: set[str]) -> str:
    value = new_key({"topics": []}, label)[:36]
    found, number = value, 2
    while found in taken or not KEY.fullmatch(found):
        found, number = f"{value}_{number}", number + 1
    return found
