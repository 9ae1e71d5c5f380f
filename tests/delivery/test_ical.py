"""What RFC 5545 asks of every line, and that a reader gets back what was meant."""

from __future__ import annotations

import datetime as dt
import re

from hypothesis import given
from hypothesis import strategies as st

from portfolio.delivery.ical import Event, calendar_text, escaped, folded

UTC = dt.UTC
NAME = re.compile(r"^[A-Z-]+(;[A-Z-]+=[A-Z-]+)*:")


def event(**fields):
    return Event(
        **{
            "uid": "commitment-7@example.com",
            "day": dt.date(2026, 12, 31),
            "summary": "Promised: INT-0042 Orders",
            "description": "Promised by Thursday.",
            "url": "https://example.com/requests/INT-0042/",
            "modified_at": dt.datetime(2026, 11, 23, 9, 14, tzinfo=UTC),
            **fields,
        }
    )


def lines_of(text):
    """Content lines, unfolded, having checked ends and lengths."""
    assert text.endswith("\r\n")
    raw = text.removesuffix("\r\n").split("\r\n")
    assert all(len(line.encode()) <= 75 for line in raw)
    assert not any("\n" in line or "\r" in line for line in raw)
    lines = []
    for line in raw:
        if line.startswith(" "):
            lines[-1] += line[1:]
        else:
            lines.append(line)
    assert all(NAME.match(line) for line in lines), lines
    return lines


def plain(value):
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def test_a_calendar_of_one_promise():
    text = calendar_text("Promises", [event(sequence=2)])

    assert lines_of(text) == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Throughline//Promises//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "NAME:Promises",
        "X-WR-CALNAME:Promises",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "BEGIN:VEVENT",
        "UID:commitment-7@example.com",
        "DTSTAMP:20261123T091400Z",
        "LAST-MODIFIED:20261123T091400Z",
        "SEQUENCE:2",
        "STATUS:CONFIRMED",
        "DTSTART;VALUE=DATE:20261231",
        "DTEND;VALUE=DATE:20270101",
        "SUMMARY:Promised: INT-0042 Orders",
        "DESCRIPTION:Promised by Thursday.",
        "URL:https://example.com/requests/INT-0042/",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
    ]


def test_what_is_taken_back_is_cancelled():
    assert "STATUS:CANCELLED\r\n" in calendar_text("P", [event(is_cancelled=True)])


def test_a_calendar_without_events_holds_something_all_the_same():
    lines = lines_of(calendar_text("P", []))

    assert "BEGIN:VTIMEZONE" in lines
    assert "BEGIN:VEVENT" not in lines


def test_no_text_breaks_out_of_its_line():
    wicked = "x\r\nEND:VEVENT\nATTACH:http://x\rBEGIN:VEVENT\x00\x0b"

    lines = lines_of(calendar_text("P", [event(summary=wicked)]))

    assert lines.count("END:VEVENT") == lines.count("BEGIN:VEVENT") == 1
    assert "ATTACH:http://x" not in lines


@given(st.text(max_size=400))
def test_every_text_comes_back_as_it_was(text):
    # Only what a calendar cannot hold is left out: control characters.
    meant = re.sub(r"[\x00-\x09\x0b-\x1f\x7f]", "", re.sub(r"\r\n?", "\n", text))

    lines = lines_of(folded(f"SUMMARY:{escaped(text)}") + "\r\n")

    assert [plain(line.removeprefix("SUMMARY:")) for line in lines] == [meant]
