"""How long work takes from its start to its delivery, one point for each demand."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from portfolio.core.words import counted, short_day
from portfolio.delivery.flow.chart import Chart, Key
from portfolio.delivery.flow.days import LEVELS, Rows, Workdays, percentiles, rows_of
from portfolio.delivery.flow.drawing import Sheet, isos, plain

# From fewer, the line of 95 % would be the slowest demand and nothing else.
LEAST = 10
# More points make one blot; the lines are of all.
MOST_DRAWN = 1500
PAINTS = {50: "ink-3", 70: "ink-3", 85: "accent", 95: "red"}
DASHES = {50: "dot", 70: "dash", 85: "solid", 95: "longdash"}


def finished_of(
    demands: pd.DataFrame, since: date, today: date, workdays: Workdays
) -> pd.DataFrame:
    """Demands delivered in a period, with the days each ``took``, the last first.

    In working days from the start to the delivery, both counted; where nobody said
    when work began, a demand is left out.
    """
    inside = demands["delivered"].between(pd.Timestamp(since), pd.Timestamp(today))
    found = demands[inside & demands["started"].notna()]
    found = found.assign(took=workdays.between(found["started"], found["delivered"]))
    return found.sort_values(
        ["delivered", "reference"], ascending=False, ignore_index=True
    )


def pace_of(finished: pd.DataFrame) -> dict[int, int]:
    """Working days within which 50, 70, 85 and 95 % were done; empty for too few."""
    if len(finished) < LEAST:
        return {}
    took: NDArray[np.int64] = finished["took"].to_numpy()
    return dict(zip(LEVELS, percentiles(took), strict=True))


def cycle_time_chart(
    finished: pd.DataFrame, *, undated: int, since: date, today: date
) -> Chart:
    """``undated`` demands were delivered too; nobody said when they began."""
    pace = pace_of(finished)
    lacking = ""
    if pace:
        title = (
            f"85 % of demands were delivered within {counted(pace[85], 'working day')} "
            f"of their start (n = {len(finished):,})"
        )
    else:
        title = "Too few demands were delivered to say how long they take"
        lacking = (
            f"It needs {LEAST} demands delivered in the period with a known start; "
            f"there {'is' if len(finished) == 1 else 'are'} {len(finished)}."
        )
    notes = []
    if pace and len(finished) > MOST_DRAWN:
        notes.append(
            f"Drawn are the last {MOST_DRAWN:,} of {len(finished):,}; lines, words "
            "and CSV are of all."
        )
    if undated:
        notes.append(
            f"Left out {'is' if undated == 1 else 'are'} "
            f"{counted(undated, 'demand')} without a known start."
        )
    return Chart(
        slug="cycle-time",
        name="Cycle time",
        title=title,
        definition=(
            "Working days from the day work began to the day of delivery, both "
            "counted. Below a line lie that many of a hundred delivered demands."
        ),
        header=["Reference", "Title", "Unit", "Tier", "Began", "Delivered",
                "Working days"],
        rows=Rows(finished, _row),
        figure=_figure(finished, pace, since, today) if pace else None,
        lacking=lacking,
        legend=[Key("circle", "p85", "a delivered demand"),
                Key("line", "accent", "85 % were done within")] if pace else [],
        note=" ".join(notes),
        row_word="demand",
        is_of_demands=True,
    )  # fmt: skip


def _row(row: Any) -> list[object]:
    return [
        row.reference, row.title, row.unit, row.tier, row.started.date(),
        row.delivered.date(), row.took,
    ]  # fmt: skip


def _figure(
    finished: pd.DataFrame, pace: dict[int, int], since: date, today: date
) -> dict[str, Any]:
    drawn = finished.iloc[:MOST_DRAWN]
    top = float(max(drawn["took"].max(), pace[95])) * 1.08
    sheet = Sheet(right=84)
    sheet.trace(
        "scatter",
        {"marker.color": "p85", "marker.line.color": "surface"},
        name="Delivered demand",
        mode="markers",
        x=isos(drawn["delivered"]),
        y=drawn["took"].tolist(),
        marker={"size": 8 if len(drawn) < 300 else 5, "line": {"width": 1}},
        text=[
            f"{row.reference} {plain(row.title)}<br>"
            f"{counted(row.took, 'working day')}, "
            f"delivered {short_day(row.delivered.date(), today)}"
            for row in rows_of(drawn)
        ],
        hoverinfo="text",
    )
    for level, days in pace.items():
        sheet.line(PAINTS[level], y=days, dash=DASHES[level])
    sheet.beside(
        [(days, f"{level} %: {days} d", PAINTS[level]) for level, days in pace.items()],
        bottom=0,
        top=top,
    )
    first = drawn["delivered"].min().date()
    sheet.days(first if len(drawn) < len(finished) else since, today)
    sheet.axis("yaxis", range=[0, top], nticks=6)
    sheet.unit("Working days from start to delivery")
    return sheet.figure()
