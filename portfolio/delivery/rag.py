"""Status by chance: one colour and one word, computed the same way everywhere."""

from __future__ import annotations

from dataclasses import dataclass

# A share read back from a form or a database may miss its decimal by so little.
ROUNDING = 1e-9


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

_WORST_FIRST = [LATE, AT_RISK, ON_TRACK]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which chance on a promise is on track, or at risk; below, it is late.

    ``margin`` is how much above a threshold a chance must rise before a promise that
    was worse is told to be better, so that a chance that trembles tells nothing.
    """

    green_from: float = 0.85
    amber_from: float = 0.5
    margin: float = 0.05

    def rag(self, chance: float) -> Rag:
        if chance + ROUNDING >= self.green_from:
            return ON_TRACK
        return AT_RISK if chance + ROUNDING >= self.amber_from else LATE

    def next(self, before: Rag, chance: float) -> Rag:
        """What a promise is told to be now: worse at once, better past the margin."""
        now = self.rag(chance)
        if before not in _WORST_FIRST or _is_worse(now, before):
            return now
        sure = self.rag(chance - self.margin)
        return sure if _is_worse(before, sure) else before


USUAL = Thresholds()


def _is_worse(one: Rag, other: Rag) -> bool:
    return _WORST_FIRST.index(one) < _WORST_FIRST.index(other)


def rag_of(
    *,
    chance: float | None,
    overdue: bool = False,
    done: bool = False,
    cannot: bool = False,
    thresholds: Thresholds = USUAL,
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
    return thresholds.rag(chance)
