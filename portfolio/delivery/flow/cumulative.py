"""How much work stands at each stage, week by week, one band upon the other."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from portfolio.core.words import counted
from portfolio.delivery.flow.chart import Chart, Key
from portfolio.delivery.flow.days import rows_of
from portfolio.delivery.flow.drawing import Sheet, isos

LEAST_DEMANDS = 5
# Column, name, token and pattern of a band, from the bottom.
BANDS = [
    ("delivered", "Delivered", "p95", ""),
    ("in_progress", "In progress", "accent", "/"),
    ("accepted", "Accepted, not begun", "p85", ""),
    ("asked", "Waiting for a decision", "amber", "."),
]


def flow_of(demands: pd.DataFrame, since: date, today: date) -> pd.DataFrame:
    """Demands at each stage at the end of Sundays and of today, and delivered since.

    Indexed by day; columns are those of ``BANDS``. What was declined or withdrawn
    stands where it stood until the day it left, and nowhere after.
    """
    ends = pd.date_range(since, today, freq="W-SUN")
    days = pd.DatetimeIndex(sorted({pd.Timestamp(since), *ends, pd.Timestamp(today)}))
    left, delivered = demands["left"], demands["delivered"]
    # What is delivered has begun and was accepted, also where nobody said when.
    begun = demands["started"].fillna(delivered)
    under_way = demands["stage"].eq("in_progress")
    begun = begun.mask(under_way & begun.isna(), demands["accepted"])
    accepted = demands["accepted"].fillna(begun)
    asked = demands["asked"].fillna(accepted)
    before = delivered[delivered <= pd.Timestamp(since)]
    done = _by(delivered, None, days) - len(before)
    return pd.DataFrame(
        {
            "delivered": done,
            "in_progress": _by(begun, left, days) - _by(delivered, None, days),
            "accepted": _by(accepted, left, days) - _by(begun, left, days),
            "asked": _by(asked, left, days) - _by(accepted, left, days),
        },
        index=days,
    )


def _by(
    reached: pd.Series[Any], left: pd.Series[Any] | None, days: pd.DatetimeIndex
) -> NDArray[np.int64]:
    """How many had reached a stage by the end of each day and had not left by then."""
    inside = np.searchsorted(np.sort(reached.dropna()), days, side="right")
    if left is None:
        return inside
    # Who left counts out from the day they left, if they had come as far by then.
    gone = left[reached.notna() & left.notna() & (reached <= left)]
    late = reached[reached.notna() & left.notna() & (reached > left)]
    return (
        inside
        - np.searchsorted(np.sort(gone), days, side="right")
        - np.searchsorted(np.sort(late), days, side="right")
    )


def cumulative_chart(flow: pd.DataFrame) -> Chart:
    total = int(flow.to_numpy().max(initial=0)) if len(flow) else 0
    enough = total >= LEAST_DEMANDS
    first, last = flow.iloc[0], flow.iloc[-1]
    waiting, at_work = int(last["accepted"]), int(last["in_progress"])
    change = waiting - int(first["accepted"])
    title = "Too few demands to show how they flow"
    if enough:
        moved = "as many as" if change == 0 else (
            f"{abs(change)} {'more' if change > 0 else 'fewer'} than"
        )  # fmt: skip
        title = (
            f"{counted(waiting, 'accepted demand')} "
            f"{'waits' if waiting == 1 else 'wait'} to be begun, {moved} at the start "
            f"of the period; {at_work} {'is' if at_work == 1 else 'are'} in progress"
        )
    return Chart(
        slug="cumulative-flow",
        name="Cumulative flow",
        title=title,
        definition=(
            "Demands by the stage they had reached at the end of each week, one band "
            "upon the other. The lowest counts what was delivered since the start of "
            "the period. A band that grows wider is a queue that grows."
        ),
        header=["End of", *(name for _, name, _, _ in reversed(BANDS))],
        rows=[
            [row.Index.date(), row.asked, row.accepted, row.in_progress, row.delivered]
            for row in rows_of(flow[::-1])
            if total
        ],
        figure=_figure(flow) if enough else None,
        lacking=""
        if enough
        else f"It needs {LEAST_DEMANDS} demands at one stage; there are at most "
        f"{total}.",
        legend=[
            Key(_look(pattern), paint, name.lower())
            for _, name, paint, pattern in reversed(BANDS)
        ]
        if enough
        else [],
        row_word="day",
    )


def _look(pattern: str) -> str:
    return {"": "bar", "/": "striped", ".": "dotted"}[pattern]


def _figure(flow: pd.DataFrame) -> dict[str, Any]:
    sheet = Sheet()
    days = isos(flow.index)
    for band, name, paint, pattern in BANDS:
        drawn = {
            "fillpattern": {"shape": pattern, "size": 6, "fillmode": "overlay"}
        } if pattern else {}  # fmt: skip
        painted = {"fillcolor": paint, "line.color": paint}
        if pattern:
            painted["fillpattern.fgcolor"] = "surface"
        sheet.trace(
            "scatter", painted, name=name, mode="lines", stackgroup="flow",
            x=days, y=flow[band].tolist(), line={"width": 0.5},
            hovertemplate=f"{name}: %{{y}}<extra></extra>", **drawn,
        )  # fmt: skip
    first, last = flow.index[0].date(), flow.index[-1].date()
    sheet.days(first, last + timedelta(days=1))
    sheet.axis("yaxis", rangemode="tozero", nticks=6)
    sheet.unit("Demands")
    return sheet.figure(hovermode="x")
