"""What a form asks: stored as JSON with a version of its tier, read into plain values.

Schema 1 is documented where it is read: ``read_questions``, ``_topic``, ``_question``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from intake.choices import QuestionKind
from portfolio.core.errors import RuleBroken

SCHEMA = 1
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
MOST = 30
YES_NO = (("yes", "Yes"), ("no", "No"))
# Answers to these stand in columns of their own, which lists, exports and the
# forecast read; whichever tier asks them, they are of this kind.
COLUMNS = {
    "data_needed": QuestionKind.LONG,
    "frequency": QuestionKind.CHOICE,
    "needed_by": QuestionKind.DATE,
    "purpose": QuestionKind.LONG,
}


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class ShownWhen:
    """Asked only where an earlier question has one of these answers."""

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    key: str
    kind: QuestionKind
    label: str
    help: str = ""
    required: bool = True
    unit: str = ""
    choices: tuple[Choice, ...] = ()
    shown_when: ShownWhen | None = None

    def label_of(self, value: str) -> str:
        """How a choice reads; a value that is no longer offered reads as stored."""
        labels = {choice.value: choice.label for choice in self.choices}
        return labels.get(value, value)


@dataclass(frozen=True, slots=True)
class Topic:
    """One page of the form."""

    title: str
    questions: tuple[Question, ...]

    def shown(self, answers: Mapping[str, str]) -> list[Question]:
        """The questions that are asked of somebody who has given these answers."""
        return [
            question
            for question in self.questions
            if question.shown_when is None
            or answers.get(question.shown_when.key, "") in question.shown_when.values
        ]


@dataclass(frozen=True, slots=True)
class Questions:
    topics: tuple[Topic, ...] = ()

    def __iter__(self) -> Iterator[Question]:
        for topic in self.topics:
            yield from topic.questions

    def applicable(self, answers: Mapping[str, str]) -> dict[str, str]:
        """The answers that still count: those to questions that are shown.

        A question that hangs on a hidden one is hidden too.
        """
        own = {question.key for question in self}
        kept = {key: value for key, value in answers.items() if key not in own}
        for topic in self.topics:
            for question in topic.questions:
                shown = Topic("", (question,)).shown(kept)
                if shown and answers.get(question.key, ""):
                    kept[question.key] = answers[question.key]
        return kept


def read_questions(stored: Any, *, before: Iterable[Question] = ()) -> Questions:
    """The questions of ``{"schema": 1, "topics": [topic, …]}``.

    ``before`` are the questions that everybody is asked first; a topic's question may
    hang on their answers, and may not repeat their keys (a column may be asked again).

    Raises
    ------
    RuleBroken
        If they cannot be asked, saying which question and why.
    """
    if not isinstance(stored, dict) or stored.get("schema") != SCHEMA:
        schema = stored.get("schema") if isinstance(stored, dict) else None
        raise RuleBroken(
            f"Questions are stored as schema {SCHEMA}; these have schema {schema}."
        )
    topics = stored.get("topics")
    if not isinstance(topics, list) or len(topics) > MOST:
        raise RuleBroken(f"A form has a list of at most {MOST} topics.")
    seen = {question.key: question for question in before}
    taken = {key for key in seen if key not in COLUMNS}
    return Questions(
        tuple(
            _topic(topic, f"Topic {number}", seen, taken)
            for number, topic in enumerate(topics, 1)
        )
    )


def _topic(
    stored: Any, where: str, seen: dict[str, Question], taken: set[str]
) -> Topic:
    """``{"title": …, "questions": [question, …]}``; at least one is asked."""
    if not isinstance(stored, dict):
        raise RuleBroken(f"{where} is not written as a topic.")
    title = _text(stored, "title", where)
    if not title:
        raise RuleBroken(f"{where} has no title.")
    questions = stored.get("questions")
    if not isinstance(questions, list) or not 0 < len(questions) <= MOST:
        raise RuleBroken(f"Topic “{title}” needs a question, and has {MOST} at most.")
    found = []
    for number, each in enumerate(questions, 1):
        question = _question(each, f"Topic “{title}”, question {number}", seen)
        if question.key in taken:
            raise RuleBroken(
                f"Topic “{title}”, question {number}: the key “{question.key}” is "
                "taken by another question; answers are kept by it, so give a new one."
            )
        seen[question.key] = question
        taken.add(question.key)
        found.append(question)
    return Topic(title, tuple(found))


def _question(stored: Any, where: str, seen: Mapping[str, Question]) -> Question:
    """``{"key", "kind", "label"}`` and, where they apply, ``"help"``, ``"required"``,
    ``"unit"``, ``"choices": [[value, label, hint?], …]`` and
    ``"shown_when": {"key": …, "is": [value, …]}``.
    """
    if not isinstance(stored, dict):
        raise RuleBroken(f"{where} is not written as a question.")
    key = _text(stored, "key", where)
    if not KEY.fullmatch(key):
        raise RuleBroken(
            f"{where} has the key “{key}”; a key is made of small letters, digits and "
            "underscores, begins with a letter and has 40 at most."
        )
    label = _text(stored, "label", where)
    if not label:
        raise RuleBroken(f"{where} has no wording; write what is asked.")
    where = f"“{label}”"
    kind = _text(stored, "kind", where)
    if kind not in QuestionKind.values:
        raise RuleBroken(
            f"{where} is of kind “{kind}”; known are {', '.join(QuestionKind.values)}."
        )
    if key in COLUMNS and kind != COLUMNS[key]:
        raise RuleBroken(
            f"{where} has the key “{key}”, whose answers are read in lists and "
            f"forecasts as {COLUMNS[key].label.lower()}; it cannot be "
            f"{QuestionKind(kind).label.lower()}."
        )
    required = stored.get("required", True)
    if not isinstance(required, bool):
        raise RuleBroken(f"{where}: required is yes or no.")
    return Question(
        key=key,
        kind=QuestionKind(kind),
        label=label,
        help=_text(stored, "help", where),
        required=required,
        unit=_unit(stored, kind, where),
        choices=_choices(stored, kind, where),
        shown_when=_shown_when(stored, where, seen),
    )


def _unit(stored: dict[str, Any], kind: str, where: str) -> str:
    unit = _text(stored, "unit", where)
    if unit and kind != QuestionKind.NUMBER:
        raise RuleBroken(f"{where} has a unit; only a number has one.")
    return unit


def _choices(stored: dict[str, Any], kind: str, where: str) -> tuple[Choice, ...]:
    given = stored.get("choices") or []
    if kind == QuestionKind.YES_NO:
        return tuple(Choice(*each) for each in YES_NO)
    if kind != QuestionKind.CHOICE:
        if given:
            raise RuleBroken(f"{where} has choices; only a choice has them.")
        return ()
    if not isinstance(given, list) or not 2 <= len(given) <= MOST:
        raise RuleBroken(f"{where} needs two choices, and has {MOST} at most.")
    choices = []
    for each in given:
        if (
            not isinstance(each, list)
            or len(each) not in {2, 3}
            or not all(isinstance(part, str) for part in each)
            or not KEY.fullmatch(each[0])
            or not each[1].strip()
        ):
            raise RuleBroken(
                f"{where}: each choice has a value of small letters, and what is read."
            )
        choices.append(Choice(*each))
    if len({choice.value for choice in choices}) < len(choices):
        raise RuleBroken(f"{where} offers the same choice twice.")
    return tuple(choices)


def _shown_when(
    stored: dict[str, Any], where: str, seen: Mapping[str, Question]
) -> ShownWhen | None:
    given = stored.get("shown_when")
    if not given:
        return None
    if not isinstance(given, dict) or not isinstance(given.get("is"), list):
        raise RuleBroken(f"{where}: say after which question and answers it is asked.")
    key = given.get("key")
    earlier = seen.get(key) if isinstance(key, str) else None
    if earlier is None or not earlier.choices:
        raise RuleBroken(
            f"{where} hangs on the answer to “{key}”; that has to be a choice, or yes "
            "or no, which is asked before it."
        )
    offered = [choice.value for choice in earlier.choices]
    if not given["is"] or any(value not in offered for value in given["is"]):
        raise RuleBroken(
            f"{where} hangs on “{earlier.label}” having an answer that is not offered; "
            f"offered are {', '.join(offered)}."
        )
    return ShownWhen(earlier.key, tuple(given["is"]))


def _text(stored: dict[str, Any], name: str, where: str) -> str:
    value = stored.get(name, "")
    if not isinstance(value, str):
        raise RuleBroken(f"{where}: {name} is not a text.")
    return value.strip()
