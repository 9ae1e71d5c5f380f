"""What is under way, against what may be at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from intake.models import Tier
from portfolio.board.models import BoardPolicy
from portfolio.board.rows import Row
from portfolio.core.models import Team


@dataclass(frozen=True, slots=True)
class Limits:
    """``most`` and ``most_expedite`` are None where there is no limit."""

    under_way: int
    most: int | None
    expedite: int
    most_expedite: int | None
    blocked: int

    @property
    def is_over(self) -> bool:
        return any(
            most is not None and count > most
            for count, most in (
                (self.under_way, self.most),
                (self.expedite, self.most_expedite),
            )
        )

    @property
    def words(self) -> str:
        """“In progress 7 of at most 6 · expedite 1 of 1 · blocked 2”."""
        told = [f"In progress {_of(self.under_way, self.most, 'at most ')}"]
        if self.expedite or self.most_expedite is not None:
            told.append(f"expedite {_of(self.expedite, self.most_expedite)}")
        if self.blocked:
            told.append(f"blocked {self.blocked}")
        return " · ".join(told)


def read_limits(team: Team, rows: Sequence[Row]) -> Limits:
    under_way = [row for row in rows if row.is_under_way]
    policy = BoardPolicy.objects.filter(team=team).first()
    expedite = Tier.objects.filter(slug=Tier.EXPEDITE)
    return Limits(
        under_way=len(under_way),
        most=policy.most_in_progress if policy else None,
        expedite=sum(row.tier_slug == Tier.EXPEDITE for row in under_way),
        most_expedite=expedite.values_list(
            "current_version__most_in_progress", flat=True
        ).first(),
        blocked=sum(bool(row.blocked) for row in rows),
    )


def _of(count: int, most: int | None, word: str = "") -> str:
    return f"{count}" if most is None else f"{count} of {word}{most}"
