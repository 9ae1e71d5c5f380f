"""A closing record in words: all that it says comes from it, and from nowhere else."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from capacity.engine.distribution import chance_words
from portfolio.delivery.frames import lateness_words


@dataclass(frozen=True, slots=True)
class DateGiven:
    due_on: dt.date
    by: str
    at: dt.datetime
    chance: str
    why: str


@dataclass(frozen=True, slots=True)
class Gate:
    name: str
    by: str
    at: dt.datetime
    waived_because: str


@dataclass(frozen=True, slots=True)
class Record:
    """What a page shows of a closed promise."""

    told: dict[str, Any]
    closed_on: dt.date
    original_due_on: dt.date
    due_on: dt.date
    dates: list[DateGiven]
    gates: list[Gate]
    original_words: str
    current_words: str
    last_p50: dt.date | None
    last_p85: dt.date | None
    last_words: str

    @property
    def headline(self) -> str:
        verdict = self.told["verdict"]
        if verdict is None:
            return "Taken back"
        if verdict["kept_original"]:
            return "Kept"
        return "Kept at its later date" if verdict["kept_current"] else "Missed"


def read_record(told: dict[str, Any]) -> Record:
    """The record of a closed promise, its texts read as days and moments."""
    verdict = told["verdict"] or {}
    last = told["last_forecast"] or {}
    return Record(
        told=told,
        closed_on=dt.date.fromisoformat(told["closed_on"]),
        original_due_on=dt.date.fromisoformat(told["original_due_on"]),
        due_on=dt.date.fromisoformat(told["due_on"]),
        dates=[
            DateGiven(
                due_on=dt.date.fromisoformat(version["due_on"]),
                by=version["promised_by"],
                at=dt.datetime.fromisoformat(version["promised_at"]),
                chance=_chance(version["chance"]),
                why=". ".join(filter(None, [version["reason"], version["why"]])),
            )
            for version in told["versions"]
        ],
        gates=[
            Gate(
                name=gate["gate"],
                by=gate["by"],
                at=dt.datetime.fromisoformat(gate["at"]),
                waived_because=gate["waived_because"],
            )
            for gate in told["gates"]
        ],
        original_words=lateness_words(verdict.get("days_after_original")),
        current_words=lateness_words(verdict.get("days_after_current")),
        last_p50=_day(last.get("p50")),
        last_p85=_day(last.get("p85")),
        last_words=_last_words(last),
    )


def _last_words(last: dict[str, Any]) -> str:
    if last.get("chance") is None:
        return ""
    return (
        f"{chance_words(last['chance'])} · {last['status']} (on track from "
        f"{last['green_from'] * 100:g} %, at risk from {last['amber_from'] * 100:g} %)"
    )


def _chance(chance: float | None) -> str:
    return "" if chance is None else chance_words(chance)


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
