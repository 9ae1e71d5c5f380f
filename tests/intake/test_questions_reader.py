from __future__ import annotations

import copy

import pytest

from intake.evidence import EVIDENCE, is_complete, urgency_of
from intake.models import Tier
from intake.questions import Question, ShownWhen, read_questions
from portfolio.core.errors import RuleBroken


def form(*questions, title="The data"):
    return {"schema": 1, "topics": [{"title": title, "questions": list(questions)}]}


TEXT = {"key": "sponsor", "kind": "text", "label": "Who is the sponsor?"}
CHOICE = {
    "key": "secret",
    "kind": "choice",
    "label": "Is it secret?",
    "choices": [["no", "No"], ["very", "Very", "Few may read it."]],
}
ONLY_IF = {
    "key": "whose",
    "kind": "long",
    "label": "Whose is it?",
    "shown_when": {"key": "secret", "is": ["very"]},
}


def test_questions_read_back_as_they_were_written():
    read = read_questions(form(TEXT | {"help": " Who pays. ", "required": False}))

    (topic,) = read.topics
    assert topic.title == "The data"
    assert topic.questions == (
        Question(
            key="sponsor",
            kind="text",
            label="Who is the sponsor?",
            help="Who pays.",
            required=False,
        ),
    )


def test_a_question_is_shown_only_after_the_answer_it_hangs_on():
    read = read_questions(form(CHOICE, ONLY_IF))
    (topic,) = read.topics

    assert topic.questions[1].shown_when == ShownWhen("secret", ("very",))
    assert [each.key for each in topic.shown({"secret": "no"})] == ["secret"]
    assert [each.key for each in topic.shown({"secret": "very"})] == ["secret", "whose"]


def test_an_answer_to_what_is_no_longer_asked_does_not_count():
    deeper = {
        "key": "deeper",
        "kind": "text",
        "label": "And then?",
        "shown_when": {"key": "again", "is": ["yes"]},
    }
    again = {
        "key": "again",
        "kind": "yes_no",
        "label": "Again?",
        "shown_when": {"key": "secret", "is": ["very"]},
    }
    read = read_questions(form(CHOICE, again, deeper))

    kept = read.applicable(
        {"secret": "no", "again": "yes", "deeper": "typed before", "late": "costs"}
    )

    assert kept == {"secret": "no", "late": "costs"}


@pytest.mark.parametrize(
    ("stored", "says"),
    [
        ({"schema": 2, "topics": []}, "these have schema 2"),
        ([], "these have schema None"),
        ({"schema": 1, "topics": {}}, "a list of at most 30 topics"),
        (form(TEXT, title=" "), "Topic 1 has no title"),
        (form(), "needs a question"),
        (form(TEXT | {"label": ""}), "has no wording"),
        (form(TEXT | {"key": "Sponsor!"}), "has the key “Sponsor!”"),
        (form(TEXT | {"kind": "colour"}), "is of kind “colour”; known are text"),
        (form(TEXT, TEXT), "the key “sponsor” is taken"),
        (form(TEXT | {"unit": "EUR"}), "only a number has one"),
        (form(TEXT | {"choices": [["a", "A"]]}), "only a choice has them"),
        (form(CHOICE | {"choices": [["no", "No"]]}), "needs two choices"),
        (form(CHOICE | {"choices": [["no", "No"], ["no", "N"]]}), "same choice twice"),
        (form(CHOICE | {"choices": [["no", "No"], ["Yes", "Y"]]}), "small letters"),
        (form(ONLY_IF, CHOICE), "which is asked before it"),
        (
            form(TEXT, ONLY_IF | {"shown_when": {"key": "sponsor", "is": ["x"]}}),
            "has to be a choice",
        ),
        (
            form(CHOICE, ONLY_IF | {"shown_when": {"key": "secret", "is": ["maybe"]}}),
            "offered are no, very",
        ),
        (form(TEXT | {"key": "needed_by"}), "read in lists and forecasts as date"),
        (form(TEXT | {"key": "late"}), "the key “late” is taken"),
        (form(TEXT | {"required": "yes"}), "required is yes or no"),
        (form(TEXT | {"help": 3}), "help is not a text"),
    ],
)
def test_questions_that_cannot_be_asked_are_refused_in_words(stored, says):
    with pytest.raises(RuleBroken, match=says):
        read_questions(copy.deepcopy(stored), before=EVIDENCE)


def test_the_shipped_questions_can_be_asked_and_keep_the_fields_of_before(db):
    read = {
        tier.slug: [
            question.key
            for question in read_questions(tier.current.questions, before=EVIDENCE)
        ]
        for tier in Tier.objects.select_related("current_version")
    }

    assert read["standard"] == ["data_needed", "frequency", "needed_by", "purpose"]
    assert {"contact", "approver"} <= set(read["expedite"])
    assert {"evidence", "consequence"} <= set(read["fixed-date"])
    assert {"value", "sponsor", "classification", "options"} <= set(read["strategic"])


@pytest.mark.parametrize(
    ("answers", "urgency"),
    [
        ({"broken": "stuck", "date": "no"}, "stuck"),
        ({"broken": "stuck", "date": "yes", "date_set_by": "law"}, "stuck"),
        ({"broken": "around", "date": "yes", "date_set_by": "law"}, "date"),
        ({"broken": "around", "date": "yes", "date_set_by": "ourselves"}, "around"),
        ({"broken": "no", "date": "yes", "date_set_by": "ourselves"}, "open"),
        ({"broken": "no", "date": "no"}, "open"),
    ],
)
def test_what_presses_most_is_the_urgency(answers, urgency):
    assert urgency_of(answers) == urgency


def test_evidence_is_complete_only_with_what_hangs_on_it():
    short = {"late": "costs", "date": "no", "broken": "no"}

    assert is_complete(short)
    assert not is_complete(short | {"date": "yes"})
    assert not is_complete({"late": "costs", "date": "no"})
