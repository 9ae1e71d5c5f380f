"""Demands as the charts read them, made of days; and a check that Plotly takes it."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import plotly.graph_objects as go

from portfolio.delivery.flow.records import LEVELS

TODAY = dt.date(2026, 11, 25)  # a Wednesday
SINCE = dt.date(2026, 8, 25)
DAYS = ["asked", "accepted", "started", "delivered", "left", *LEVELS]


def day(text):
    """“09-07” is Monday 7 September 2026; a year may stand in front."""
    return dt.date.fromisoformat(text if text.count("-") == 2 else f"2026-{text}")


def demands(*rows):
    """A frame like ``read_demands`` gives, from dictionaries with days as texts."""
    frame = pd.DataFrame(
        [
            {
                "reference": f"INT-{number:04d}",
                "title": f"Demand {number}",
                "unit": "Sales",
                "tier": "Standard",
                "stage": "delivered" if "delivered" in row else "accepted",
                "blocked": False,
                **dict.fromkeys(DAYS),
                **{k: day(v) if k in DAYS else v for k, v in row.items()},
            }
            for number, row in enumerate(rows, 1)
        ],
        columns=["reference", "title", "unit", "tier", "stage", "blocked", *DAYS],
    )
    for name in DAYS:
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[ns]")
    return frame.astype({"blocked": bool})


def drawn(figure):
    """The figure as Plotly reads it; it refuses what it does not know."""
    checked = go.Figure(figure).to_plotly_json()
    names = [trace["name"] for trace in checked["data"]]
    assert all(names), names
    return checked
