"""The three questions everybody is asked first; their answers derive the tier."""

from __future__ import annotations

from collections.abc import Mapping

from intake.questions import Questions, read_questions

EVIDENCE: Questions = read_questions(
    {
        "schema": 1,
        "topics": [
            {
                "title": "What happens if it is late?",
                "questions": [
                    {
                        "key": "late",
                        "kind": "choice",
                        "label": "What happens if it is late?",
                        "help": "Choose the worst that really happens.",
                        "choices": [
                            [
                                "stops",
                                "People, orders, payments or data are held up",
                                "Work stands still, or customers notice it.",
                            ],
                            [
                                "duty",
                                "We break a law, a contract or a public promise",
                                "Somebody outside the company can hold it against us.",
                            ],
                            [
                                "goal",
                                "We miss a goal that the company has set itself",
                                "It has a sponsor in the management.",
                            ],
                            [
                                "costs",
                                "We lose money or time every week",
                                "There is a way round, but it costs.",
                            ],
                            [
                                "better",
                                "Nothing breaks, but something gets better",
                                "An improvement.",
                            ],
                        ],
                    }
                ],
            },
            {
                "title": "Is there a date that cannot move?",
                "questions": [
                    {
                        "key": "date",
                        "kind": "yes_no",
                        "label": "Is there a date that cannot move?",
                        "help": "A wish for a date is not meant; you can say it later.",
                    },
                    {
                        "key": "needed_by",
                        "kind": "date",
                        "label": "Which date is it?",
                        "shown_when": {"key": "date", "is": ["yes"]},
                    },
                    {
                        "key": "date_set_by",
                        "kind": "choice",
                        "label": "Who or what set it?",
                        "choices": [
                            ["law", "A law or an authority"],
                            ["contract", "A contract with a customer or supplier"],
                            ["launch", "A launch or event with a public date"],
                            ["other_work", "Other work that stops without it"],
                            ["ourselves", "We set it ourselves"],
                        ],
                        "shown_when": {"key": "date", "is": ["yes"]},
                    },
                    {
                        "key": "date_name",
                        "kind": "text",
                        "label": "What is it called?",
                        "help": "As in “E-invoicing act, first stage”.",
                        "shown_when": {"key": "date", "is": ["yes"]},
                    },
                ],
            },
            {
                "title": "Is something broken now?",
                "questions": [
                    {
                        "key": "broken",
                        "kind": "choice",
                        "label": "Is something broken now?",
                        "help": "Something that worked, or that must work by law.",
                        "choices": [
                            ["no", "No"],
                            [
                                "around",
                                "Yes, and there is a way round it",
                                "It is slower or costs more, but it goes.",
                            ],
                            [
                                "stuck",
                                "Yes, and there is no way round it",
                                "It stands still until it is mended.",
                            ],
                        ],
                    },
                    {
                        "key": "broken_what",
                        "kind": "long",
                        "label": "What is broken?",
                        "help": "What should happen and does not, and since when.",
                        "shown_when": {"key": "broken", "is": ["around", "stuck"]},
                    },
                    {
                        "key": "way_round",
                        "kind": "long",
                        "label": "What is the way round?",
                        "shown_when": {"key": "broken", "is": ["around"]},
                    },
                ],
            },
        ],
    }
)

# The rows and columns of the table that gives the tier, and why in half a sentence.
IMPACTS = {
    "stops": "people, orders, payments or data are held up if it is late",
    "duty": "a law, a contract or a public promise is broken if it is late",
    "goal": "a goal of the company is missed if it is late",
    "costs": "it costs money or time every week",
    "better": "nothing breaks if it is late",
}
URGENCIES = {
    "stuck": "something is broken now and there is no way round it",
    "date": "there is a date that cannot move",
    "around": "something is broken now, with a way round it",
    "open": "no date is fixed and nothing is broken",
}


def impact_of(answers: Mapping[str, str]) -> str:
    return answers["late"]


def urgency_of(answers: Mapping[str, str]) -> str:
    """What presses most; a date that we set ourselves can move."""
    if answers["broken"] == "stuck":
        return "stuck"
    if answers["date"] == "yes" and answers["date_set_by"] != "ourselves":
        return "date"
    return "around" if answers["broken"] == "around" else "open"


def is_complete(answers: Mapping[str, str]) -> bool:
    return all(
        answers.get(question.key)
        for topic in EVIDENCE.topics
        for question in topic.shown(answers)
        if question.required
    )
