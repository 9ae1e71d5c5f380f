"""Writes a calendar as RFC 5545 asks for it, so that every program reads it.

Only whole days are written, so no time zone is needed. The same events give the same
bytes: nothing of the moment at which it is read stands in it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# RFC 5545, 3.1: no line is longer than 75 octets without its end.
MOST_OCTETS = 75
# What no text may contain; a line feed is written as \n.
CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
PROGRAM = "-//Throughline//Promises//EN"
REFRESH = "PT1H"
# A calendar must hold something, also where there is no event.
NO_EVENT = [
    "BEGIN:VTIMEZONE", "TZID:UTC", "BEGIN:STANDARD", "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0000", "TZOFFSETTO:+0000", "END:STANDARD", "END:VTIMEZONE",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """Something on one whole day.

    ``sequence`` grows with every revision that matters, such as another day; by it and
    by the unchanging ``uid`` a calendar knows what it has already.
    """

    uid: str
    day: dt.date
    summary: str
    description: str
    url: str
    modified_at: dt.datetime
    sequence: int = 0
    is_cancelled: bool = False


def calendar_text(name: str, events: Iterable[Event]) -> str:
    """A whole calendar, its lines folded and ended as the standard has it."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PROGRAM}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{escaped(name)}",
        f"X-WR-CALNAME:{escaped(name)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
        f"X-PUBLISHED-TTL:{REFRESH}",
    ]
    written = [line for event in events for line in _event(event)]
    lines += [*(written or NO_EVENT), "END:VCALENDAR"]
    return "".join(f"{folded(line)}\r\n" for line in lines)


def _event(event: Event) -> Iterator[str]:
    modified = f"{event.modified_at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
    after = event.day + dt.timedelta(days=1)
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{modified}"
    yield f"LAST-MODIFIED:{modified}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"STATUS:{'CANCELLED' if event.is_cancelled else 'CONFIRMED'}"
    yield f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{after:%Y%m%d}"
    yield f"SUMMARY:{escaped(event.summary)}"
    yield f"DESCRIPTION:{escaped(event.description)}"
    yield f"URL:{event.url}"
    # Nobody is busy because something is due.
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def escaped(text: str) -> str:
    r"""A text as a value (3.3.11).

    >>> escaped("Orders; returns, or both\\none\r\nday")
    'Orders\\; returns\\, or both\\\\none\\nday'
    """
    text = CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    for special in ("\\", ";", ","):
        text = text.replace(special, f"\\{special}")
    return text.replace("\n", "\\n")


def folded(line: str) -> str:
    """A line in pieces of at most 75 octets; no letter is cut in two."""
    pieces, piece, room = [], "", MOST_OCTETS
    for letter in line:
        octets = len(letter.encode())
        if octets > room:
            pieces.append(piece)
            # The blank that a continued line begins with counts too.
            piece, room = "", MOST_OCTETS - 1
        piece += letter
        room -= octets
    return "\r\n ".join([*pieces, piece])
