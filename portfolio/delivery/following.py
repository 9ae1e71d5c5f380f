"""The demand whose forecast is shown as it moved."""

from __future__ import annotations

from collections.abc import Sequence

from intake.models import Demand
from portfolio.delivery.choosing import Asked
from portfolio.delivery.frames import PromiseLine

MOST_OFFERED = 60


def followed_of(
    asked: Asked, reference: str, lines: Sequence[PromiseLine]
) -> Demand | None:
    """The demand that was named, else the open promise least likely to be kept.

    Where nothing is promised, what stands first in the backlog.
    """
    demands = asked.demands()
    named = demands.filter(reference=reference).first() if reference else None
    if named is not None:
        return named
    at_risk = sorted(
        (line for line in lines if line.is_open and line.chance is not None),
        key=lambda line: (line.chance or 0.0, line.due, line.reference),
    )
    if at_risk:
        return demands.filter(reference=at_risk[0].reference).first()
    return demands.in_backlog().by_rank().first()


def offered_of(
    lines: Sequence[PromiseLine], followed: Demand | None
) -> list[tuple[str, str]]:
    """References with titles to choose from: what is followed, then what is promised.

    ``lines`` are open promises, then those that closed last.
    """
    titles = {followed.reference: followed.title} if followed else {}
    titles |= {line.reference: line.title for line in lines[:MOST_OFFERED]}
    return list(titles.items())
