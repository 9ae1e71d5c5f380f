"""Status by chance: one colour and one word, computed the same way everywhere."""

from __future__ import annotations

from dataclasses import dataclass

GREEN_FROM = 0.85
AMBER_FROM = 0.5


@dataclass(frozen=True, slots=True)
class Rag:
    """A colour and its word; the word is shown wherever the colour is."""

    colour: str
    word: str


ON_TRACK = Rag("green", "on track")
AT_RISK = Rag("amber", "at risk")
LATE = Rag("red", "late")
CANNOT = Rag("grey", "cannot be forecast")
NO_DATE = Rag("grey", "no date")
NOT_YET = Rag("grey", "not forecast yet")
DONE = Rag("blue", "done")


def rag_of(
    *,
    chance: float | None,
    overdue: bool = False,
    done: bool = False,
    cannot: bool = False,
) -> Rag:
    """Status of a date from its chance; what has already happened comes first."""
    if done:
        return DONE
    if overdue:
        return LATE
    if cannot:
        return CANNOT
    if chance is None:
        return NO_DATE
    if chance >= GREEN_FROM:
        return ON_TRACK
    return AT_RISK if chance >= AMBER_FROM else LATE
