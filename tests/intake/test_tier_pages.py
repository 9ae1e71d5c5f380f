from __future__ import annotations

import pytest
from django.urls import reverse

from intake.editing import where_is
from intake.evidence import EVIDENCE
from intake.models import Tier, TierTable
from intake.questions import read_questions
from intake.services.tiers import edit_tier
from tests.factories import UserFactory


@pytest.fixture
def editor(client, manager):
    client.force_login(manager)
    return client


@pytest.fixture
def standard(db):
    return Tier.objects.get(slug="standard")


def current():
    return Tier.objects.select_related("current_version").get(slug="standard").current


def address(name, *args):
    return reverse(f"intake:{name}", args=["standard", *args])


def asked():
    return [
        (topic.title, [question.key for question in topic.questions])
        for topic in read_questions(current().questions, before=EVIDENCE).topics
    ]


SETTINGS = {
    "acknowledge_amount": 4,
    "acknowledge_unit": "hours",
    "decide_amount": 5,
    "decide_unit": "days",
    "most_in_progress": "",
    "tokens_per_quarter": "",
    "share_percent": 40,
    "why": "A pilot.",
    "seen": 2,
}
QUESTION = {
    "label": "Who will use it?",
    "help": "Roughly.",
    "kind": "text",
    "required": "on",
    "why": "We always ask.",
    "seen": 2,
}


def test_targets_limits_and_share_become_a_new_version(editor, standard, manager):
    response = editor.post(address("tier-settings"), SETTINGS, follow=True)

    version = current()
    text = response.content.decode()
    assert (
        version.number,
        version.acknowledge_amount,
        version.acknowledge_unit,
        version.share_percent,
        version.made_by,
        version.why,
    ) == (3, 4, "hours", 40, manager, "A pilot.")
    assert "Standard is stored as version 3." in text
    assert "A pilot." in text


def test_a_stale_edit_is_refused_and_keeps_what_was_typed(editor, standard, manager):
    other = UserFactory(name="Grace", role="manager")
    edit_tier(tier=standard, by=other, why="Faster.", decide_amount=3)

    refused = editor.post(address("tier-settings"), SETTINGS)
    form = refused.context["form"]

    assert current().decide_amount == 3
    assert form.non_field_errors() == [
        "Grace has changed Standard meanwhile (version 3). Look at it as it is now and "
        "edit it again."
    ]
    assert (form["share_percent"].value(), form["why"].value()) == ("40", "A pilot.")
    # Sent once more, it stands on what was seen now.
    editor.post(address("tier-settings"), SETTINGS | {"seen": form["seen"].value()})
    assert (current().number, current().decide_amount) == (4, 5)


def test_an_edit_without_a_reason_and_impossible_shares_are_refused(editor, standard):
    bare = editor.post(address("tier-settings"), SETTINGS | {"why": ""})
    much = editor.post(address("tier-settings"), SETTINGS | {"share_percent": 101})

    assert bare.context["form"].errors == {
        "why": ["Say why; the list of versions shows it."]
    }
    assert "share_percent" in much.context["form"].errors or (
        much.context["form"].non_field_errors()
    )
    assert current().number == 2


def test_a_question_is_added_edited_and_keeps_its_key(editor, standard):
    editor.post(address("new-question", 0), QUESTION)
    editor.post(
        address("question", "who_will_use_it"),
        QUESTION | {"label": "Who uses it?", "required": "", "seen": 3},
    )

    place, number = where_is(current().questions, "who_will_use_it")
    assert (place, number) == (0, 2)
    assert current().questions["topics"][0]["questions"][2] == {
        "key": "who_will_use_it",
        "kind": "text",
        "label": "Who uses it?",
        "help": "Roughly.",
        "required": False,
    }


def test_a_page_of_questions_begins_with_its_first(editor, standard):
    editor.post(
        address("new-topic"),
        QUESTION
        | {
            "title": "The people",
            "kind": "choice",
            "choices": "A few | Up to ten\nMany\n",
            "only_after": ["late=costs", "late=better"],
        },
    )

    assert asked()[-1] == ("The people", ["who_will_use_it"])
    assert current().questions["topics"][-1]["questions"][0] | {"help": ""} == {
        "key": "who_will_use_it",
        "kind": "choice",
        "label": "Who will use it?",
        "help": "",
        "required": True,
        "choices": [["a_few", "A few", "Up to ten"], ["many", "Many"]],
        "shown_when": {"key": "late", "is": ["costs", "better"]},
    }


def test_a_choice_that_is_worded_anew_gets_a_new_value_and_the_others_keep_theirs(
    editor, standard
):
    editor.post(
        address("question", "frequency"),
        QUESTION
        | {"kind": "choice", "choices": "Once a day\nOnce an hour\nWhenever you like"},
    )

    place, number = where_is(current().questions, "frequency")
    assert current().questions["topics"][place]["questions"][number]["choices"] == [
        ["daily", "Once a day"],
        ["once_an_hour", "Once an hour"],
        ["whenever_you_like", "Whenever you like"],
    ]


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"label": ""}, {"label": ["Write the question."]}),
        (
            {"kind": "choice", "choices": "One"},
            {"choices": ["Write two choices at least, one a line."]},
        ),
        (
            {"only_after": ["late=costs", "broken=no"]},
            {"only_after": ["Choose answers of one question only."]},
        ),
    ],
)
def test_a_question_that_cannot_be_asked_is_said(editor, standard, change, errors):
    response = editor.post(address("new-question", 0), QUESTION | change)

    assert response.context["form"].errors == errors
    assert current().number == 2


def test_topics_and_questions_move_and_go(editor, standard):
    def press(seen, **sent):
        editor.post(address("rearrange"), {"seen": seen, **sent})
        return asked()

    assert press(2, topic=1, act="up") == [
        ("When and why", ["needed_by", "purpose"]),
        ("The data", ["data_needed", "frequency"]),
    ]
    assert press(3, question="purpose", act="down") == [
        ("When and why", ["needed_by"]),
        ("The data", ["purpose", "data_needed", "frequency"]),
    ]
    assert press(4, question="needed_by", act="remove") == [
        ("The data", ["purpose", "data_needed", "frequency"]),
    ]
    assert press(5, topic=0, act="remove") == []
    # What is pressed on a page of before is refused.
    assert press(3, topic=0, act="remove") == []
    assert current().number == 6
    assert current().why == "“The data” removed."


def test_an_earlier_version_is_used_again_as_a_new_one(editor, standard):
    editor.post(address("rearrange"), {"seen": 2, "topic": 0, "act": "remove"})
    editor.post(reverse("intake:restore-tier", args=["standard", 2]), {"seen": 3})

    assert (current().number, current().why) == (4, "As in version 2 again.")
    assert [title for title, _ in asked()] == ["The data", "When and why"]


def test_the_removal_of_what_another_hangs_on_is_refused_in_words(editor):
    strategic = ["strategic"]
    response = editor.post(
        reverse("intake:rearrange", args=strategic),
        {"seen": 2, "question": "classification", "act": "remove"},
        follow=True,
    )

    assert "hangs on the answer to “classification”" in response.content.decode()


def test_the_preview_shows_every_question_of_any_version(editor, standard):
    editor.post(address("rearrange"), {"seen": 2, "topic": 0, "act": "remove"})

    now = editor.get(address("tier-preview")).content.decode()
    before = editor.get(address("tier-preview"), {"version": 2}).content.decode()

    assert "What data is it?" not in now
    assert "What data is it?" in before
    assert "Once a day" in before


def test_the_table_gives_another_tier_from_then_on(editor, manager, db):
    page = editor.get(reverse("intake:tier-table"))
    form = page.context["form"]
    sent = {name: form[name].value() for name in form.fields} | {"why": "As agreed."}

    editor.post(reverse("intake:tier-table"), sent | {"costs-open": "strategic"})
    stale = editor.post(reverse("intake:tier-table"), sent | {"costs-open": "expedite"})

    table = TierTable.objects.first()
    assert (table.number, table.made_by, table.cells["costs"]["open"]) == (
        2,
        manager,
        "strategic",
    )
    assert "has changed the table meanwhile (number 2)" in stale.content.decode()
    assert stale.context["form"]["costs-open"].value() == "expedite"


@pytest.mark.parametrize("role", ["requester", "engineer", "viewer"])
def test_tiers_are_edited_by_managers_alone(client, standard, role):
    client.force_login(UserFactory(role=role))

    answers = [
        client.get(reverse("intake:tiers")),
        client.get(address("tier-settings")),
        client.post(address("tier-settings"), SETTINGS),
        client.post(address("rearrange"), {"seen": 2, "topic": 0, "act": "remove"}),
        client.post(address("new-question", 0), QUESTION),
        client.post(reverse("intake:tier-table"), {}),
        client.get(address("tier-preview")),
        client.post(reverse("intake:restore-tier", args=["standard", 1]), {"seen": 2}),
    ]

    assert [answer.status_code for answer in answers] == [403] * 8
    assert current().number == 2


@pytest.mark.parametrize("name", ["tiers", "tier-table"])
def test_its_pages_open(editor, name, db):
    assert editor.get(reverse(f"intake:{name}")).status_code == 200


def test_what_is_not_there_is_not_found(editor, standard):
    answers = [
        editor.get(address("question", "nothing")),
        editor.get(address("topic", 7)),
        editor.get(address("new-question", 7)),
        editor.get(address("tier-preview"), {"version": "x"}),
        editor.post(address("rearrange"), {"seen": 2, "topic": "0", "act": "burn"}),
        editor.post(address("rearrange"), {"seen": 2, "question": "no", "act": "up"}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 6
