from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from intake.answers import evidence_columns
from intake.choices import QuestionKind
from intake.content import content_type_of, name_of
from intake.evidence import EVIDENCE
from intake.forms.fields import (
    A_LINE,
    DateInput,
    LongAnswer,
    NamesSystems,
    NumberAnswer,
    SystemInput,
)
from intake.models import Demand, System, Tier
from intake.questions import Question, Topic
from portfolio.core.errors import RuleBroken

MISSING = {
    QuestionKind.CHOICE: "Choose an answer to “{}”",
    QuestionKind.YES_NO: "Choose yes or no: “{}”",
    QuestionKind.DATE: "Give a date: “{}”",
    QuestionKind.NUMBER: "Give a number: “{}”",
}


def missing_words(question: Question) -> str:
    """What is said where a required answer is missing."""
    return MISSING.get(question.kind, "Answer “{}”").format(question.label)


class TopicForm(NamesSystems):
    """One page of questions; what hangs on an answer of the same page may stay empty.

    ``answers`` are all that were given before, on this page and on others. Partly
    answered is enough to save and come back later.
    """

    def __init__(
        self,
        *args: Any,
        topic: Topic,
        answers: Mapping[str, str],
        partly: bool = False,
        shows_all: bool = False,
        **rest: Any,
    ) -> None:
        super().__init__(*args, **rest)
        self.use_required_attribute = False
        self.topic, self.answers, self.partly = topic, answers, partly
        self.uploads: dict[str, UploadedFile[Any]] = {}
        self.systems = []
        own = {question.key for question in topic.questions}
        self.questions = [
            question
            for question in topic.questions
            if shows_all or _may_be_asked(question, own, topic, answers)
        ]
        for question in self.questions:
            self.fields[question.key] = _field(question)
            if question.kind != QuestionKind.FILE:
                self.initial[question.key] = answers.get(question.key, "")
            if question.kind == QuestionKind.SYSTEM:
                self.systems = self.systems or list(System.objects.all())
                self.fields[f"{question.key}_kept"] = forms.CharField(
                    required=False, widget=forms.HiddenInput
                )
                self.initial[f"{question.key}_kept"] = answers.get(question.key, "")

    def asked(self) -> list[dict[str, Any]]:
        """Each question with its field, for the page; those that hang know on what."""
        own = {question.key: question for question in self.questions}
        rows = []
        for question in self.questions:
            hangs = question.shown_when
            earlier = own.get(hangs.key) if hangs else None
            rows.append(
                {
                    "question": question,
                    "field": self[question.key],
                    "after": earlier,
                    "after_words": [earlier.label_of(value) for value in hangs.values]
                    if earlier and hangs
                    else [],
                    "file_name": self.answers.get(question.key, "")
                    if question.kind == QuestionKind.FILE
                    else "",
                    "is_title": question.label == self.topic.title,
                }
            )
        return rows

    def clean(self) -> dict[str, Any]:
        given = dict(self.answers)
        for question in self.questions:
            if question.kind == QuestionKind.FILE:
                given[question.key] = self._file_name(question.key)
            else:
                given[question.key] = _stored(self.cleaned_data.get(question.key))
        self.given: dict[str, str] = {}
        for question in self.questions:
            if question not in Topic("", (question,)).shown(given):
                # Typed before another answer was chosen: it neither counts nor fails.
                given[question.key] = ""
                self.errors.pop(question.key, None)
            elif not given[question.key] and not self.errors.get(question.key):
                if question.required and not self.partly:
                    self.add_error(question.key, f"{missing_words(question)}.")
            elif not self.errors.get(question.key):
                given[question.key] = self._checked(question, given[question.key])
            self.given[question.key] = given[question.key]
        return self.cleaned_data

    def _file_name(self, key: str) -> str:
        """Of what is sent now, else of what was there and is not taken away."""
        upload = self.cleaned_data.get(key)
        if upload is None:
            is_away = self.data.get(f"{key}_away") == "yes"
            return "" if is_away else self.answers.get(key, "")
        try:
            content_type_of(upload)
        except RuleBroken as broken:
            self.add_error(key, str(broken))
            return ""
        self.uploads[key] = upload
        return name_of(upload)

    def _checked(self, question: Question, answer: str) -> str:
        try:
            if question.kind == QuestionKind.SYSTEM:
                return self.clean_system(question.key)
            today = timezone.localdate()
            if question.key == "needed_by" and dt.date.fromisoformat(answer) < today:
                raise forms.ValidationError(
                    "This date has passed. Give a date from today on."
                )
        except forms.ValidationError as wrong:
            self.add_error(question.key, wrong)
        return answer


def _may_be_asked(
    question: Question, own: set[str], topic: Topic, answers: Mapping[str, str]
) -> bool:
    """Whether it is asked, or may be once the answers of the same page are known."""
    if topic not in EVIDENCE.topics and question.key in evidence_columns(answers):
        return False
    hangs = question.shown_when
    return hangs is None or hangs.key in own or question in topic.shown(answers)


def _field(question: Question) -> forms.Field:  # noqa: PLR0911 - one for each kind
    said: dict[str, Any] = {
        "label": question.label,
        "help_text": question.help,
        # Whether an answer may be left out is known on the whole page only.
        "required": False,
    }
    match question.kind:
        case QuestionKind.LONG:
            return LongAnswer(rows=4, **said)
        case QuestionKind.NUMBER:
            return NumberAnswer(**said)
        case QuestionKind.CHOICE | QuestionKind.YES_NO:
            return forms.ChoiceField(
                choices=[(choice.value, choice.label) for choice in question.choices],
                widget=forms.RadioSelect,
                error_messages={"invalid_choice": "Choose one of the answers."},
                **said,
            )
        case QuestionKind.DATE:
            return forms.DateField(
                widget=DateInput(),
                error_messages={
                    "invalid": "Write the date as year, month and day, "
                    "as in 2027-03-31."
                },
                **said,
            )
        case QuestionKind.FILE:
            return forms.FileField(
                max_length=150,
                widget=forms.FileInput(),
                error_messages={"empty": "This file is empty. Choose another."},
                **said,
            )
        case QuestionKind.SYSTEM:
            return forms.CharField(max_length=80, widget=SystemInput(), **said)
        case _:
            return forms.CharField(
                max_length=A_LINE,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
                **said,
            )


def _stored(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.date) else (value or "").strip()


class TierWishForm(forms.Form):
    """Go on with the tier that follows from the answers, or ask for another."""

    STAY = "stay"

    wanted = forms.ChoiceField(
        label="Go on with it?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how to go on."},
    )
    why = LongAnswer(
        rows=3,
        label="Why should it be that tier?",
        help_text="The manager of the team reads it and decides. Leave it empty "
        "if you go on with the tier above.",
        error_messages={"required": "Say why it should be another tier."},
    )

    def __init__(self, *args: Any, draft: Demand, **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.use_required_attribute = False
        self.others = list(Tier.objects.exclude(pk=draft.tier_id))
        field = self.fields["wanted"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [
            (self.STAY, f"Go on with {draft.tier}"),
            *((tier.slug, f"Ask for {tier} instead") for tier in self.others),
        ]
        wanted = draft.tier_wanted
        self.initial = {
            "wanted": wanted.slug if wanted else self.STAY,
            "why": draft.tier_wanted_why,
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("wanted") in {None, self.STAY}:
            self.errors.pop("why", None)
        return cleaned

    @property
    def tier_wanted(self) -> Tier | None:
        wanted = self.cleaned_data["wanted"]
        return next((tier for tier in self.others if tier.slug == wanted), None)
