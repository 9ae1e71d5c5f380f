"""Calendars as Outlook, Google and HR systems write them, and tables as people do."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from capacity.leave_files import Entry, LeaveFileError, read_leave

BERLIN = ZoneInfo("Europe/Berlin")


def day(number, month=12):
    return dt.date(2026, month, number)


def calendar(*events):
    inside = "".join(f"BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\n" for event in events)
    text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{inside}END:VCALENDAR\r\n"
    return read_leave(text.encode(), zone=BERLIN)


def lines(*written):
    return "\r\n".join(written)


@pytest.mark.parametrize(
    ("event", "first", "last", "share"),
    [
        # The end of whole days is the day after them.
        (("DTSTART;VALUE=DATE:20261221", "DTEND;VALUE=DATE:20261224"), 21, 23, 1),
        (("DTSTART;VALUE=DATE:20261221",), 21, 21, 1),
        (("DTSTART;VALUE=DATE:20261221", "DURATION:P1W"), 21, 27, 1),
        # Five hours of an afternoon in the team's zone, written in UTC.
        (("DTSTART:20261221T120000Z", "DTEND:20261221T160000Z"), 21, 21, "0.5"),
        (("DTSTART:20261221T080000Z", "DTEND:20261221T170000Z"), 21, 21, 1),
        (("DTSTART:20261221T090000", "DURATION:PT30M"), 21, 21, "0.25"),
        # Late on the 20th in UTC is the 21st in Berlin.
        (("DTSTART:20261220T233000Z", "DTEND:20261221T070000Z"), 21, 21, 1),
        (
            ("DTSTART;TZID=America/New_York:20261221T080000",
             "DTEND;TZID=America/New_York:20261221T100000"), 21, 21, "0.25",
        ),
        # A zone that only its own program knows.
        (
            ('DTSTART;TZID="W. Europe: Standard":20261221T080000',
             'DTEND;TZID="W. Europe: Standard":20261223T000000'), 21, 22, 1,
        ),
    ],
)  # fmt: skip
def test_an_event_is_these_days(event, first, last, share):
    found = calendar(lines("SUMMARY:Ada Byron", *event))

    [entry] = found.entries
    assert (entry.first, entry.last, entry.share) == (
        day(first),
        day(last),
        Decimal(share),
    )


def test_whose_it_is_and_what_kind_is_read_from_what_is_written():
    found = calendar(
        lines(
            "DTSTART;VALUE=DATE:20261221",
            r"SUMMARY:Byron\, Ada: sick lea",
            " ve",
            'ORGANIZER;CN="Byron, Ada":MAILTO:Ada@Example.com',
            "BEGIN:VALARM",
            "DTSTART:19700101T000000",
            "SUMMARY:Reminder",
            "END:VALARM",
        )
    )

    assert found.entries == [
        Entry(
            line=3,
            who="Byron, Ada: sick leave",
            first=day(21),
            last=day(21),
            kind="sick",
            emails=("ada@example.com",),
        )
    ]


def test_cancelled_events_are_none_and_what_cannot_be_read_says_why():
    found = calendar(
        lines("SUMMARY:Off", "DTSTART;VALUE=DATE:20261221", "STATUS:CANCELLED"),
        lines("SUMMARY:Fridays", "DTSTART;VALUE=DATE:20261218", "RRULE:FREQ=WEEKLY"),
        lines("SUMMARY:Broken", "DTSTART:tomorrow"),
        lines("SUMMARY:Nothing", "DTSTART:20261221T080000", "DTEND:20261221T080000"),
        "SUMMARY:Some day",
    )

    assert found.entries == []
    assert [why for _, why in found.wrong] == [
        "“Fridays” repeats, which is not read; enter it by hand.",
        "“tomorrow” is no date.",
        "It takes no time.",
        "“Some day” has no beginning.",
    ]


@pytest.mark.parametrize(
    "table",
    [
        "Name;From;Until;Share;Type\nAda;21.12.2026;23.12.2026;0,5;Training\n",
        "employee,start,end,part,kind\nAda,2026-12-21,2026-12-23,half,training\n",
        "person\tfirst_day\tlast_day\tshare\treason\n"
        "Ada\t21/12/2026\t23/12/2026\t50 %\ttraining\n",
    ],
)
def test_a_table_is_read_however_it_is_written(table):
    found = read_leave(("\ufeff" + table).encode(), zone=BERLIN)

    assert found.wrong == []
    assert found.entries == [
        Entry(2, "Ada", day(21), day(23), Decimal("0.5"), "training")
    ]


def test_rows_that_cannot_be_read_say_what_is_wrong():
    table = (
        "person,from,to,share,kind\n"
        "Ada,21-Dec,,,\n"
        "Ada,2026-12-21,never,,\n"
        "\n"
        "Ada,2026-12-21,,two,\n"
        "Ada,2026-12-21,,1,wedding\n"
        "Ada,2026-12-21,,,\n"
    )

    found = read_leave(table.encode(), zone=BERLIN)

    assert [line for line, _ in found.wrong] == [2, 3, 5, 6]
    assert found.wrong[2][1] == (
        "The share is “two”; 1, 0.5, 50 %, whole or half were expected."
    )
    assert [entry.line for entry in found.entries] == [7]


def test_a_file_that_is_no_text_is_refused():
    with pytest.raises(LeaveFileError, match="not text in UTF-8"):
        read_leave(b"\xff\xfe\x00", zone=BERLIN)
