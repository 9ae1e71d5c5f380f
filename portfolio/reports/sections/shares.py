"""Capacity by class: what each tier has of the quarter, and what it takes."""

from __future__ import annotations

from datetime import date
from typing import Any

from capacity.services.envelopes import envelopes_of, over_words
from portfolio.core.models import Team


def shares_by_tier(team: Team, today: date) -> dict[str, Any]:
    """The quarter, its focused days, and one row for each tier."""
    standing = envelopes_of(team, today=today)
    return {
        "quarter": standing.quarter.words,
        "days": round(standing.capacity, 1),
        "tiers": [
            {
                "tier": each.tier.name,
                "share": each.share,
                "allowed": round(each.allowed, 1) if each.share is not None else None,
                "used": round(each.used, 1),
                "planned": round(each.planned, 1),
                "over": round(each.over, 1),
                "unplanned": each.unplanned,
                "words": over_words(each, standing.quarter) if each.over else "",
            }
            for each in standing.tiers
        ],
    }
