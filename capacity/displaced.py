"""A receipt of an expedite as people read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from capacity.engine.distribution import chance_words
from capacity.models import ExpediteReceipt
from intake.models import Demand
from portfolio.core.words import counted, day_words

WHY = {
    "accepted": "Accepted",
    "estimated": "Estimated",
    "tier-changed": "Made an expedite",
    "re-estimated": "Estimated again",
    "moved": "Moved",
}


@dataclass(frozen=True, slots=True)
class Displaced:
    """One demand that it moves; ``demand`` is None where this person may not read it.

    ``later`` is in calendar days of its P85, below 0 where it comes sooner, and None
    where it has no such date in one of the two forecasts.
    """

    reference: str
    demand: Demand | None
    without: date | None
    with_it: date | None
    later: int | None
    # “promised by Fri 4 Dec: 88 % → 61 %”, and the same for the day it is needed by;
    # what does not change is not said.
    chances: list[str]

    @property
    def words(self) -> str:
        if self.later is None:
            return "no late date any more" if self.with_it is None else "has a date now"
        days = counted(abs(self.later), "day")
        return f"{days} {'later' if self.later > 0 else 'sooner'}"


@dataclass(frozen=True, slots=True)
class Told:
    """A receipt, with what it moved: the worst first."""

    receipt: ExpediteReceipt
    why: str
    later: list[Displaced]
    sooner: list[Displaced]
    # So many others move in some worlds, and keep their P85.
    hardly: int
    days_done_words: str = ""

    @property
    def words(self) -> str:
        """“5 demands later, INT-0031 most: 9 days.”"""
        if not self.receipt.place:
            return self.receipt.cannot
        if self.receipt.cannot:
            return (
                "It cannot be forecast, so nothing waits for it in any date yet: "
                f"{self.receipt.cannot}"
            )
        if not self.later:
            return "Nothing comes later for it."
        most = self.later[0]
        return (
            f"{counted(len(self.later), 'demand')} later, {most.reference} most: "
            f"{most.words}."
        )


def days_done_words(receipt: ExpediteReceipt) -> str:
    """What is said where it was under way already; empty where it was not."""
    if not receipt.days_done:
        return ""
    days = f"{receipt.days_done.normalize():f} focused days"
    if not receipt.place:
        return f"{days} went into it; what those displaced is not known."
    return (
        f"{days} of it were done before; what "
        "those displaced is not in here, only what was left to do."
    )


def told(
    receipts: Iterable[ExpediteReceipt], readable: Mapping[str, Demand]
) -> list[Told]:
    """Receipts in words; ``readable`` are the demands this person may read."""
    return [_told(receipt, readable) for receipt in receipts]


def references_in(receipts: Iterable[ExpediteReceipt]) -> set[str]:
    return {row["reference"] for receipt in receipts for row in receipt.displaced}


def _told(receipt: ExpediteReceipt, readable: Mapping[str, Demand]) -> Told:
    rows = [_displaced(row, readable) for row in receipt.displaced]
    moved = [row for row in rows if row.without != row.with_it]
    sooner = [row for row in moved if row.with_it and _is_sooner(row)]
    later = [row for row in moved if row not in sooner]
    # What has no late date any more is the worst of all.
    later.sort(key=lambda row: -1e9 if row.later is None else -row.later)
    why = WHY[receipt.event.kind]
    return Told(
        receipt, why, later, sooner, len(rows) - len(moved), days_done_words(receipt)
    )


def _is_sooner(row: Displaced) -> bool:
    return row.later is None or row.later < 0


def _displaced(row: dict[str, Any], readable: Mapping[str, Demand]) -> Displaced:
    without, with_it = (date.fromisoformat(day) if day else None for day in row["p85"])
    return Displaced(
        reference=row["reference"],
        demand=readable.get(row["reference"]),
        without=without,
        with_it=with_it,
        later=row["p85_later"],
        chances=list(_chances(row)),
    )


def _chances(row: dict[str, Any]) -> Iterator[str]:
    for day, chances in row["chances"].items():
        without, with_it = (_percent(chance) for chance in chances)
        if without != with_it:
            what = "promised" if day == row.get("promised") else "needed"
            when = day_words(date.fromisoformat(day))
            yield f"{what} by {when}: {without} → {with_it}"


def _percent(chance: float | None) -> str:
    return "–" if chance is None else chance_words(chance)
