from __future__ import annotations

import datetime as dt

import pytest

from intake.answers import parts_of
from intake.models import Tier
from intake.services.tiers import edit_tier
from tests.factories import DemandFactory

QUESTIONS = {
    "schema": 1,
    "topics": [
        {
            "title": "What it is worth",
            "questions": [
                {"key": "worth", "kind": "number", "label": "How much?", "unit": "EUR"},
                {
                    "key": "secret",
                    "kind": "choice",
                    "label": "How secret?",
                    "choices": [["open", "Open"], ["shut", "Shut away"]],
                },
                {
                    "key": "whose",
                    "kind": "text",
                    "label": "Whose is it?",
                    "shown_when": {"key": "secret", "is": ["shut"]},
                },
                {"key": "needed_by", "kind": "date", "label": "By when?"},
            ],
        }
    ],
}


def told(demand):
    return [
        (part.title, [(answer.label, answer.words) for answer in part.answers])
        for part in parts_of(demand)
    ]


@pytest.fixture
def version(manager):
    return edit_tier(
        tier=Tier.objects.get(slug="standard"),
        by=manager,
        why="Tried out.",
        questions=QUESTIONS,
    )


def test_answers_read_with_the_questions_they_were_given_to(version, team, manager):
    demand = DemandFactory(
        team=team,
        answered_under=version,
        answers={"worth": "12500", "secret": "shut", "whose": "Ours"},
        needed_by=dt.date(2031, 3, 1),
        data_needed="",
        frequency="",
        purpose="",
    )
    edit_tier(
        tier=version.tier,
        by=manager,
        why="Asks nothing.",
        questions={"schema": 1, "topics": []},
    )

    demand.refresh_from_db()

    assert told(demand) == [
        (
            "What it is worth",
            [
                ("How much?", "12,500 EUR"),
                ("How secret?", "Shut away"),
                ("Whose is it?", "Ours"),
                ("By when?", "2031-03-01"),
            ],
        )
    ]
    assert parts_of(demand)[0].answers[3].day == dt.date(2031, 3, 1)


def test_what_was_not_asked_is_not_shown_and_what_is_known_beside_it_is(version, team):
    demand = DemandFactory(
        team=team,
        answered_under=version,
        answers={"secret": "open", "whose": "typed before"},
        purpose="Said at the phone.",
        data_needed="",
        frequency="",
    )

    assert told(demand) == [
        (
            "What it is worth",
            [("How much?", ""), ("How secret?", "Open"), ("By when?", "")],
        ),
        ("Also known", [("Why", "Said at the phone.")]),
    ]


def test_a_demand_from_before_the_questions_reads_as_ever(team):
    demand = DemandFactory(team=team)

    assert told(demand) == [
        (
            "The request",
            [
                ("What data", "Orders and their lines"),
                ("How often", "Once a day"),
                ("By when", ""),
                ("Why", "Nobody types orders twice."),
            ],
        )
    ]


def test_the_evidence_stands_first_and_its_date_is_not_asked_again(version, team):
    demand = DemandFactory(
        team=team,
        answered_under=version,
        answers={
            "late": "duty",
            "date": "yes",
            "date_set_by": "law",
            "date_name": "E-invoicing act",
            "broken": "no",
            "worth": "1",
            "secret": "open",
        },
        needed_by=dt.date(2031, 3, 1),
        data_needed="",
        frequency="",
        purpose="",
    )

    evidence, worth = told(demand)
    assert evidence == (
        "How urgent it is",
        [
            (
                "What happens if it is late?",
                "We break a law, a contract or a public promise",
            ),
            ("Is there a date that cannot move?", "Yes"),
            ("Which date is it?", "2031-03-01"),
            ("Who or what set it?", "A law or an authority"),
            ("What is it called?", "E-invoicing act"),
            ("Is something broken now?", "No"),
        ],
    )
    assert [label for label, _ in worth[1]] == ["How much?", "How secret?"]


def test_the_follow_page_shows_them(client, version, team, requester):
    demand = DemandFactory(
        team=team, requester=requester, answered_under=version, answers={"worth": "3.5"}
    )
    client.force_login(requester)

    page = client.get(demand.get_absolute_url()).content.decode()

    assert "What it is worth" in page
    assert "3.5 EUR" in page
