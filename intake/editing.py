"""Changes to the questions of a tier, as they are stored: each gives new ones."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

from django.utils.text import slugify

from intake.evidence import EVIDENCE
from intake.questions import COLUMNS, KEY, Question, read_questions

Stored = dict[str, Any]


def _changed(stored: Stored, change: Callable[[list[Stored]], object]) -> Stored:
    after = copy.deepcopy(stored)
    change(after["topics"])
    return after


def add_topic(stored: Stored, title: str, question: Stored) -> Stored:
    """A topic at the end; it is asked from its first question on."""
    topic = {"title": title, "questions": [question]}
    return _changed(stored, lambda topics: topics.append(topic))


def rename_topic(stored: Stored, place: int, title: str) -> Stored:
    return _changed(stored, lambda topics: topics[place].update(title=title))


def move_topic(stored: Stored, place: int, by: int) -> Stored:
    return _changed(stored, lambda topics: _move(topics, place, by))


def remove_topic(stored: Stored, place: int) -> Stored:
    return _changed(stored, lambda topics: topics.pop(place))


def put_question(stored: Stored, place: int, question: Stored) -> Stored:
    """In the place of the question with this key, or at the end of a topic."""

    def put(topics: list[Stored]) -> None:
        questions = topics[place]["questions"]
        for number, each in enumerate(questions):
            if each["key"] == question["key"]:
                questions[number] = question
                return
        questions.append(question)

    return _changed(stored, put)


def move_question(stored: Stored, key: str, by: int) -> Stored:
    """Up or down; from the first or last of a topic into the one before or after."""

    def move(topics: list[Stored]) -> None:
        place, number = where_is(stored, key)
        questions = topics[place]["questions"]
        if 0 <= number + by < len(questions):
            _move(questions, number, by)
        elif 0 <= place + by < len(topics):
            question = questions.pop(number)
            beside = topics[place + by]["questions"]
            beside.insert(0 if by > 0 else len(beside), question)
            if not questions:
                topics.pop(place)

    return _changed(stored, move)


def remove_question(stored: Stored, key: str) -> Stored:
    """With its topic, where it was the only one."""

    def remove(topics: list[Stored]) -> None:
        place, number = where_is(stored, key)
        topics[place]["questions"].pop(number)
        if not topics[place]["questions"]:
            topics.pop(place)

    return _changed(stored, remove)


def where_is(stored: Stored, key: str) -> tuple[int, int]:
    """The topic of a question, and its place there.

    Raises
    ------
    KeyError
        If no question has the key.
    """
    for place, topic in enumerate(stored["topics"]):
        for number, question in enumerate(topic["questions"]):
            if question["key"] == key:
                return place, number
    raise KeyError(key)


def new_key(stored: Stored, label: str) -> str:
    """A key for a new question, made of its words, that no other has."""
    taken = {question.key for question in EVIDENCE} | set(COLUMNS)
    taken |= {
        question["key"] for topic in stored["topics"] for question in topic["questions"]
    }
    words = re.sub(r"[^a-z0-9]+", "_", slugify(label)).strip("_")[:34]
    base = words if KEY.fullmatch(words) else f"question_{words}".rstrip("_")
    key, number = base, 2
    while key in taken:
        key, number = f"{base}_{number}", number + 1
    return key


def choices_before(stored: Stored, key: str) -> list[Question]:
    """What a question can hang on: choices that are asked before it."""
    before: list[Question] = list(EVIDENCE)
    for question in read_questions(stored, before=EVIDENCE):
        if question.key == key:
            break
        before.append(question)
    return [question for question in before if question.choices]


def _move(items: list[Any], place: int, by: int) -> None:
    if 0 <= place + by < len(items):
        items.insert(place + by, items.pop(place))
