from __future__ import annotations

import datetime as dt

import pytest

from intake.clock_words import (
    ClockLine,
    deadline_words,
    lines_of,
    next_line,
    time_words,
)
from tests.factories import SlaClockFactory
from tests.intake.conftest import berlin

# A Tuesday.
NOW = berlin("2026-11-24 12:00")


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2026-11-24 17:00", "Tue 17:00"),
        ("2026-11-30 10:00", "Mon 10:00"),
        ("2026-12-01 10:00", "Tue 1 Dec, 10:00"),
        ("2026-11-21 10:00", "Sat 10:00"),
        ("2026-11-20 10:00", "Fri 20 Nov, 10:00"),
    ],
)
def test_a_weekday_stands_alone_where_nobody_mistakes_it(moment, words):
    assert deadline_words(berlin(moment), NOW) == words


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 min"), (45, "45 min"), (180, "3 h"), (200, "3 h 20 min")],
)
def test_working_time_in_words(minutes, words):
    assert time_words(dt.timedelta(minutes=minutes)) == words


@pytest.mark.parametrize(
    ("fields", "chip", "colour", "words"),
    [
        (
            {"due_at": berlin("2026-11-30 10:00")},
            "Running",
            "accent",
            "Due Mon 10:00; 39 h of working time left.",
        ),
        (
            {
                "due_at": berlin("2026-11-25 10:00"),
                "warn_at": berlin("2026-11-24 11:00"),
                "elapsed": dt.timedelta(hours=33),
            },
            "Due soon",
            "amber",
            "Due Wed 10:00; 7 h of working time left.",
        ),
        (
            {
                "state": "paused",
                "paused_since": berlin("2026-11-23 14:10"),
                "waits_for": "the requester",
            },
            "Paused",
            "",
            "Since Mon 14:10, waiting for you; 39 h of working time left after that.",
        ),
        (
            {"due_at": berlin("2026-11-24 11:59")},
            "Late",
            "red",
            "Was due Tue 11:59 and is late.",
        ),
        (
            {
                "state": "met",
                "due_at": berlin("2026-11-30 10:00"),
                "stopped_at": berlin("2026-11-24 09:00"),
            },
            "In time",
            "green",
            "Decided Tue 09:00, was due Mon 10:00.",
        ),
        (
            {
                "state": "breached",
                "due_at": berlin("2026-11-23 10:00"),
                "breached_at": berlin("2026-11-23 10:00"),
                "stopped_at": berlin("2026-11-23 12:30"),
                "elapsed": dt.timedelta(hours=42, minutes=30),
            },
            "Late",
            "red",
            "Was due Mon 10:00; ended Mon 12:30, 2 h 30 min late.",
        ),
        (
            {"state": "cancelled", "stopped_at": berlin("2026-11-24 09:00")},
            "Cancelled",
            "",
            "Withdrawn Tue 09:00.",
        ),
        (
            {},
            "Running",
            "accent",
            "No due date: the calendar of the team has no working hours.",
        ),
    ],
)
def test_each_state_has_its_word_and_sentence(db, fields, chip, colour, words):
    clock = SlaClockFactory(**fields)

    assert lines_of([clock], now=NOW, is_requester=True) == [
        ClockLine("Decision", chip, colour, words)
    ]


def test_a_list_says_what_is_due_first(db):
    decide = SlaClockFactory(due_at=berlin("2026-11-30 10:00"))
    confirm = SlaClockFactory(
        demand=decide.demand, kind="acknowledge", due_at=berlin("2026-11-24 15:00")
    )
    late = SlaClockFactory(due_at=berlin("2026-11-23 15:00"))

    assert [
        (line.chip, line.words)
        for line in (
            next_line([confirm, decide], NOW),
            next_line([decide], NOW),
            next_line([late], NOW),
        )
    ] == [
        ("Due today", "Confirm by Tue 15:00"),
        ("", "Decide by Mon 10:00"),
        ("Overdue", "to decide since Mon 15:00"),
    ]
    assert next_line([], NOW) is None
