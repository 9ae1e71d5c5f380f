"""Rows of the board without a database."""

from __future__ import annotations

import datetime as dt
from functools import partial

from intake.scoring import Score
from portfolio.board.rows import Dates, Row
from portfolio.delivery.rag import NO_DATE

TODAY = dt.date(2026, 11, 23)


def row_with(number, **fields):
    """The demand at this place: standard, estimated, four likely days."""
    made = {
        "place": number,
        "reference": f"INT-{number}",
        "url": f"/board/INT-{number}/",
        "title": f"Demand {number}",
        "revision": 1,
        "unit": "Finance",
        "unit_slug": "finance",
        "owner": "",
        "tier": "Standard",
        "tier_slug": "standard",
        "stage": "estimated",
        "stage_words": "estimated",
        "blocked": "",
        "likely_days": 4.0,
        "skills": ("API",),
        "scored": partial(Score, 1.5, "why"),
        "dates": Dates(),
        "chance": None,
        "rag": NO_DATE,
        "silence": "",
    }
    return Row(**{**made, **fields})
