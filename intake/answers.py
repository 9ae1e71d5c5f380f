"""What a requester answered, in the words of the questions that were asked then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from intake.choices import Frequency, QuestionKind
from intake.evidence import EVIDENCE
from intake.models import Demand
from intake.questions import (
    COLUMNS,
    Choice,
    Question,
    Questions,
    Topic,
    read_questions,
)

# Of requests from before there were questions, and of what nobody filled in a form for.
CLASSIC = Topic(
    "The request",
    (
        Question("data_needed", QuestionKind.LONG, "What data"),
        Question(
            "frequency",
            QuestionKind.CHOICE,
            "How often",
            choices=tuple(Choice(*each) for each in Frequency.choices),
        ),
        Question("needed_by", QuestionKind.DATE, "By when"),
        Question("purpose", QuestionKind.LONG, "Why"),
    ),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """Words as they are read; a date is given apart, so that it reads as all dates."""

    key: str
    label: str
    words: str
    day: dt.date | None = None
    is_file: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    title: str
    answers: list[Answer]


def answers_of(demand: Demand) -> dict[str, str]:
    """All answers by the key of their question, those in columns too."""
    columns = {
        "data_needed": demand.data_needed,
        "frequency": demand.frequency,
        "needed_by": demand.needed_by.isoformat() if demand.needed_by else "",
        "purpose": demand.purpose,
    }
    return {**demand.answers, **{key: each for key, each in columns.items() if each}}


def asked_of(demand: Demand) -> Questions:
    """The questions of its form; none where nobody filled one in."""
    version = demand.answered_under
    if version is None:
        return Questions()
    return read_questions(version.questions, before=EVIDENCE)


def parts_of(demand: Demand) -> list[Part]:
    """What was asked and answered, page by page, then what is known beside it."""
    answers = answers_of(demand)
    asked = asked_of(demand)
    if not asked.topics:
        return [Part(CLASSIC.title, list(_read(CLASSIC.questions, answers)))]
    parts = [*evidence_parts(answers), *topic_parts(asked, answers)]
    said = {answer.key for part in parts for answer in part.answers}
    beside = [
        answer
        for answer in _read(CLASSIC.questions, answers)
        if answer.words and answer.key not in said
    ]
    return [*parts, Part("Also known", beside)] if beside else parts


def evidence_parts(answers: Mapping[str, str]) -> list[Part]:
    """Why it is as urgent as it is; nothing where nobody was asked."""
    if "late" not in answers:
        return []
    shown = [answer for topic in EVIDENCE.topics for answer in _shown(topic, answers)]
    return [Part("How urgent it is", shown)]


def topic_parts(questions: Questions, answers: Mapping[str, str]) -> list[Part]:
    applicable = questions.applicable(answers)
    parts = [
        Part(topic.title, list(_shown(topic, applicable))) for topic in questions.topics
    ]
    return [part for part in parts if part.answers]


def _shown(topic: Topic, answers: Mapping[str, str]) -> Iterable[Answer]:
    return _read(to_ask(topic, answers), answers)


def to_ask(topic: Topic, answers: Mapping[str, str]) -> list[Question]:
    """What is asked on a page: nothing that the evidence has already said."""
    said = evidence_columns(answers)
    return [
        question
        for question in topic.shown(answers)
        if topic in EVIDENCE.topics or question.key not in said
    ]


def evidence_columns(answers: Mapping[str, str]) -> set[str]:
    """Columns that the first questions have filled, which no tier asks again."""
    return {
        question.key
        for topic in EVIDENCE.topics
        for question in topic.shown(answers)
        if question.key in COLUMNS and answers.get(question.key)
    }


def _read(
    questions: Iterable[Question], answers: Mapping[str, str]
) -> Iterable[Answer]:
    for question in questions:
        given = answers.get(question.key, "")
        yield Answer(
            question.key,
            question.label,
            _words(question, given),
            _day(given) if question.kind == QuestionKind.DATE else None,
            is_file=question.kind == QuestionKind.FILE and bool(given),
        )


def _words(question: Question, given: str) -> str:
    if question.choices:
        return question.label_of(given)
    if question.kind == QuestionKind.NUMBER and given:
        try:
            number = f"{Decimal(given):,f}"
        except InvalidOperation:
            number = given
        return f"{number} {question.unit}".strip()
    return given


def _day(given: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(given)
    except ValueError:
        return None
