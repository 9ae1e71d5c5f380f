"""What a team has promised; only the floor above knows it, and tells it here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from portfolio.core.models import Team

# The day by which each demand is promised now, by its reference.
Promises = Callable[[Team], Mapping[str, date]]
_known: list[Promises] = []


def announce_promises(promises: Promises) -> None:
    """Ask this function too; called once from the ready() of its app."""
    _known.append(promises)


def promised_days(team: Team) -> dict[str, date]:
    return {
        reference: day
        for promises in _known
        for reference, day in promises(team).items()
    }
