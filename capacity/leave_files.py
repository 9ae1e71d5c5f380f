"""Leave as other programs write it: iCal calendars and CSV tables, as plain rows.

Nothing is guessed beyond what is said here: whole-day events and events of several days
are whole days; an event within one day is the share of eight hours it takes, in
quarters. What repeats is not read, and says so.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from capacity.choices import LeaveKind

MOST_ROWS = 2000
WORKING_HOURS = 8
COLUMNS = {
    "person": ("person", "name", "engineer", "employee", "e-mail", "email"),
    "first": ("first_day", "first day", "from", "start", "first"),
    "last": ("last_day", "last day", "until", "to", "end", "last"),
    "share": ("share", "part", "part of day"),
    "kind": ("kind", "type", "reason"),
}
DATE_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y")
SHARES = {"": "1", "whole": "1", "full": "1", "half": "0.5", "quarter": "0.25"}
KIND_WORDS = {
    LeaveKind.SICK: ("sick", "ill", "krank"),
    LeaveKind.PARENTAL: ("parental", "elternzeit", "maternity", "paternity"),
    LeaveKind.TRAINING: ("training", "course", "conference", "schulung"),
}


class LeaveFileError(ValueError):
    """The file as a whole cannot be read, in words for the person who chose it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One absence of a file: whose in the words of the file, when, how much, why."""

    line: int
    who: str
    first: date
    last: date
    share: Decimal = Decimal(1)
    kind: str = LeaveKind.VACATION
    emails: tuple[str, ...] = ()


@dataclass(slots=True)
class LeaveFile:
    """What could be read, and why the rest could not, by line."""

    entries: list[Entry] = field(default_factory=list)
    wrong: list[tuple[int, str]] = field(default_factory=list)


def read_leave(content: bytes, *, zone: tzinfo) -> LeaveFile:
    """Read a calendar or a table; which of them is seen from how it begins.

    Raises
    ------
    LeaveFileError
        If it is neither, or longer than anybody's leave.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise LeaveFileError(
            "It is not text in UTF-8. Export it again as iCal (.ics) or as CSV UTF-8."
        ) from None
    if text.lstrip().upper().startswith("BEGIN:VCALENDAR"):
        return _read_calendar(text, zone)
    return _read_table(text)


def _read_table(text: str) -> LeaveFile:
    first = text.split("\n", 1)[0]
    separator = max(";,\t", key=first.count)
    rows = csv.reader(text.splitlines(), delimiter=separator)
    names = [name.strip().lower() for name in next(rows, [])]
    places = {
        column: next((names.index(each) for each in known if each in names), None)
        for column, known in COLUMNS.items()
    }
    if places["first"] is None:
        raise LeaveFileError(
            "No column says when leave begins. The first line names the columns: "
            "person, first day, last day, and if you like share and kind."
        )
    found = LeaveFile()
    for line, row in enumerate(rows, start=2):
        if not any(cell.strip() for cell in row):
            continue
        if line > MOST_ROWS:
            raise LeaveFileError(f"It has more than {MOST_ROWS:,} rows; split it.")
        given = {
            column: row[place].strip() if place is not None and place < len(row) else ""
            for column, place in places.items()
        }
        try:
            found.entries.append(_entry_of_row(line, given))
        except ValueError as wrong:
            found.wrong.append((line, str(wrong)))
    return found


def _entry_of_row(line: int, given: dict[str, str]) -> Entry:
    first = _day(given["first"], "first day")
    last = _day(given["last"], "last day") if given["last"] else first
    person = given["person"]
    return Entry(
        line=line,
        who=person,
        first=first,
        last=last,
        share=_share(given["share"]),
        kind=_kind(given["kind"]),
        emails=(person.lower(),) if "@" in person else (),
    )


def _day(text: str, what: str) -> date:
    for form in DATE_FORMATS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise ValueError(
        f"The {what} is “{text}”; days look like 2026-12-21, 21.12.2026 or 21/12/2026."
    )


def _share(text: str) -> Decimal:
    plain = text.lower().replace(" ", "")
    plain = SHARES.get(plain, plain).replace(",", ".")
    percent = plain.endswith("%")
    try:
        share = Decimal(plain.rstrip("%"))
    except InvalidOperation:
        share = Decimal(0)
    share = share / 100 if percent else share
    if not 0 < share <= 1:
        raise ValueError(
            f"The share is “{text}”; 1, 0.5, 50 %, whole or half were expected."
        )
    return share


def _kind(text: str) -> str:
    plain = text.lower()
    if not plain:
        return LeaveKind.VACATION
    for kind in LeaveKind:
        if plain in {kind.value, kind.label.lower()}:
            return kind
    known = ", ".join(kind.label.lower() for kind in LeaveKind)
    raise ValueError(f"The kind is “{text}”; known are {known}.")


@dataclass(slots=True)
class _Property:
    parameters: dict[str, str]
    value: str


def _read_calendar(text: str, zone: tzinfo) -> LeaveFile:
    found = LeaveFile()
    for line, event in _events(text):
        if len(found.entries) >= MOST_ROWS:
            raise LeaveFileError(f"It has more than {MOST_ROWS:,} events; split it.")
        status = event.get("STATUS")
        if status and status[0].value.upper() == "CANCELLED":
            continue
        try:
            found.entries.append(_entry_of_event(line, event, zone))
        except ValueError as wrong:
            found.wrong.append((line, str(wrong)))
    return found


def _events(text: str) -> Iterator[tuple[int, dict[str, list[_Property]]]]:
    """The properties of each event, with the line it begins in; alarms left out."""
    inside: list[str] = []
    event: dict[str, list[_Property]] = {}
    begun = 0
    for line, written in _unfolded(text):
        name, parameters, value = _split(written)
        if name == "BEGIN":
            inside.append(value.upper())
            if value.upper() == "VEVENT":
                event, begun = {}, line
        elif name == "END":
            if value.upper() == "VEVENT":
                yield begun, event
            if inside:
                inside.pop()
        elif inside and inside[-1] == "VEVENT":
            event.setdefault(name, []).append(_Property(parameters, value))


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Whole lines: one that begins with a blank goes on with the line before it."""
    begun, whole = 0, ""
    for number, line in enumerate(text.splitlines(), start=1):
        if line[:1] in {" ", "\t"}:
            whole += line[1:]
            continue
        if whole:
            yield begun, whole
        begun, whole = number, line
    if whole:
        yield begun, whole


def _split(line: str) -> tuple[str, dict[str, str], str]:
    """Name, parameters and value; a colon inside quotes belongs to a parameter."""
    match = re.match(r'((?:[^":]|"[^"]*")*):(.*)', line, re.DOTALL)
    if match is None:
        return line.upper(), {}, ""
    name, *given = re.findall(r'(?:[^";]|"[^"]*")+', match[1]) or [""]
    parameters = {}
    for each in given:
        key, _, value = each.partition("=")
        parameters[key.upper()] = value.strip('"')
    return name.upper(), parameters, match[2]


def _entry_of_event(
    line: int, event: dict[str, list[_Property]], zone: tzinfo
) -> Entry:
    summary = _text(event["SUMMARY"][0].value) if "SUMMARY" in event else ""
    if "RRULE" in event or "RDATE" in event:
        raise ValueError(f"“{summary}” repeats, which is not read; enter it by hand.")
    if "DTSTART" not in event:
        raise ValueError(f"“{summary}” has no beginning.")
    begin = _moment(event["DTSTART"][0], zone)
    first, last, share = _days(begin, _end(event, begin, zone))
    return Entry(
        line=line,
        who=summary,
        first=first,
        last=last,
        share=share,
        kind=_kind_in(summary),
        emails=tuple(
            each.value.lower().removeprefix("mailto:")
            for name in ("ATTENDEE", "ORGANIZER")
            for each in event.get(name, [])
        ),
    )


def _end(
    event: dict[str, list[_Property]], begin: date | datetime, zone: tzinfo
) -> date | datetime:
    if "DTEND" in event:
        return _moment(event["DTEND"][0], zone)
    if "DURATION" in event:
        return begin + _duration(event["DURATION"][0].value)
    return begin if isinstance(begin, datetime) else begin + timedelta(days=1)


def _days(begin: date | datetime, end: date | datetime) -> tuple[date, date, Decimal]:
    """First and last day and the share of each; the end itself is not away any more."""
    if not isinstance(begin, datetime) or not isinstance(end, datetime):
        first = begin.date() if isinstance(begin, datetime) else begin
        after = end.date() if isinstance(end, datetime) else end
        return first, max(first, after - timedelta(days=1)), Decimal(1)
    if end <= begin:
        raise ValueError("It takes no time.")
    first, last = begin.date(), (end - timedelta(microseconds=1)).date()
    if first != last:
        return first, last, Decimal(1)
    quarters = round((end - begin) / timedelta(hours=WORKING_HOURS) * 4)
    return first, last, Decimal(min(max(quarters, 1), 4)) / 4


def _moment(given: _Property, zone: tzinfo) -> date | datetime:
    value = given.value.strip()
    try:
        if re.fullmatch(r"\d{8}", value):
            return datetime.strptime(value, "%Y%m%d").date()  # noqa: DTZ007 - a day
        at = datetime.strptime(value.rstrip("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - below
    except ValueError:
        raise ValueError(f"“{value}” is no date.") from None
    if value.endswith("Z"):
        return at.replace(tzinfo=UTC).astimezone(zone)
    try:
        own: tzinfo = ZoneInfo(given.parameters["TZID"])
    except (KeyError, ValueError, ZoneInfoNotFoundError):
        # Times without a zone that is known mean where the team works.
        own = zone
    return at.replace(tzinfo=own).astimezone(zone)


def _duration(text: str) -> timedelta:
    match = re.fullmatch(
        r"\+?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", text
    )
    if match is None:
        raise ValueError(f"“{text}” is no duration.")
    weeks, days, hours, minutes, seconds = (int(each or 0) for each in match.groups())
    return timedelta(
        weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds
    )


def _text(value: str) -> str:
    return re.sub(
        r"\\(.)", lambda found: {"n": " ", "N": " "}.get(found[1], found[1]), value
    )


def _kind_in(summary: str) -> str:
    words = set(re.findall(r"\w+", summary.lower()))
    return next(
        (
            kind
            for kind, known in KIND_WORDS.items()
            if any(word.startswith(each) for word in words for each in known)
        ),
        LeaveKind.VACATION,
    )
