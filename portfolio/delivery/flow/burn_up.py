"""What is delivered of all that is accepted, and where the forecast lets it go."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from portfolio.core.words import counted, short_day
from portfolio.delivery.flow.chart import Chart, Key
from portfolio.delivery.flow.cumulative import flow_of
from portfolio.delivery.flow.days import WEEK, rows_of
from portfolio.delivery.flow.drawing import Sheet, isos

LEAST_OPEN = 3
CONE = ("p10", "p50", "p85")


def burn_up_of(demands: pd.DataFrame, since: date, today: date) -> pd.DataFrame:
    """Demands delivered since a day, and the scope: those and what is accepted."""
    flow = flow_of(demands, since, today)
    scope = flow["delivered"] + flow["in_progress"] + flow["accepted"]
    return pd.DataFrame({"delivered": flow["delivered"], "scope": scope})


def cone_of(demands: pd.DataFrame, done: int, today: date, until: date) -> pd.DataFrame:
    """Demands done by each week to come, if each keeps its P10, its P50, its P85."""
    weeks = pd.date_range(pd.Timestamp(today), pd.Timestamp(until), freq="7D")
    days = weeks if weeks[-1].date() == until else weeks.append(
        pd.DatetimeIndex([until])
    )  # fmt: skip
    open_ones = demands[demands["stage"].isin(["accepted", "estimated", "in_progress"])]
    counts = {
        level: np.searchsorted(np.sort(open_ones[level].dropna()), days, side="right")
        for level in CONE
    }
    cone = pd.DataFrame(counts, index=days)
    # Nothing is done of tomorrow's work at the end of today but what today's is.
    cone.iloc[0] = 0
    return cone + done


def horizon_of(demands: pd.DataFrame, since: date, today: date) -> date:
    """The last P85, but no further ahead than the period looks back."""
    farthest = today + (today - since)
    told = demands["p85"].dropna()
    if told.empty:
        return min(today + 26 * WEEK, farthest)
    last: date = told.max().date()
    return max(min(last, farthest), today + 4 * WEEK)


def quarter_end(day: date) -> date:
    """The last day of the quarter of a day, or of the next one where it ends soon."""
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    after = (first + timedelta(days=95)).replace(day=1)
    if (after - day).days <= 45:
        after = (after + timedelta(days=95)).replace(day=1)
    return after - timedelta(days=1)


def burn_up_chart(
    burnt: pd.DataFrame, cone: pd.DataFrame, demands: pd.DataFrame, today: date
) -> Chart:
    forecast = int(demands["p50"].notna().sum())
    enough = forecast >= LEAST_OPEN
    done, scope = (int(burnt[name].iloc[-1]) for name in ("delivered", "scope"))
    left = scope - done
    title = (
        f"{counted(done, 'demand')} {'is' if done == 1 else 'are'} delivered, and "
        f"{left:,} accepted {'one is' if left == 1 else 'ones are'} open"
    )
    if enough:
        day = min(quarter_end(today), cone.index[-1].date())
        by = cone.loc[: pd.Timestamp(day)].iloc[-1] - done
        title = (
            f"By {short_day(day, today)}, {int(by['p50'])} of "
            f"{counted(left, 'open demand')} are done at even odds, "
            f"{int(by['p85'])} at 85 %"
        )
    return Chart(
        slug="burn-up",
        name="Burn-up",
        title=title,
        definition=(
            "Delivered since the start of the period, and the scope: delivered and "
            "accepted together. The cone counts the open demands whose P10 (above), "
            "P50 (line) and P85 (below) have come; work not yet asked for is not in it."
        ),
        header=["Day", "Delivered", "Scope", "Done, P10", "Done, P50", "Done, P85"],
        rows=[
            *(
                [row.Index.date(), None, None, row.p10, row.p50, row.p85]
                for row in rows_of(cone[:0:-1])
                if enough
            ),
            *(
                [row.Index.date(), row.delivered, row.scope, None, None, None]
                for row in rows_of(burnt[::-1])
                if scope
            ),
        ],
        figure=_figure(burnt, cone, today) if enough else None,
        lacking=""
        if enough
        else f"It needs {LEAST_OPEN} open demands with a forecast; there "
        f"{'is' if forecast == 1 else 'are'} {forecast}.",
        legend=[
            Key("line", "ink", "delivered"),
            Key("dash", "ink-2", "scope"),
            Key("band", "p95", "forecast, P10 to P85"),
            Key("line", "p85", "P50"),
        ]
        if enough
        else [],
        row_word="day",
    )  # fmt: skip


def _figure(burnt: pd.DataFrame, cone: pd.DataFrame, today: date) -> dict[str, Any]:
    sheet = Sheet()
    ahead = isos(cone.index)
    sheet.trace(
        "scatter", {"fillcolor": "p95", "line.color": "p85"},
        name="Forecast, P10 to P85", mode="lines", fill="toself",
        x=[*ahead, *ahead[::-1]],
        y=[*cone["p10"].tolist(), *cone["p85"].tolist()[::-1]],
        line={"width": 1}, hoverinfo="skip",
    )  # fmt: skip
    sheet.trace(
        "scatter", {"line.color": "p85"}, name="Forecast, P50", mode="lines",
        x=ahead, y=cone["p50"].tolist(), line={"width": 2.5},
        hovertemplate="P50: %{y} done<extra></extra>",
    )  # fmt: skip
    scope = burnt["scope"].tolist()
    sheet.trace(
        "scatter", {"line.color": "ink-2"}, name="Scope", mode="lines",
        x=[*isos(burnt.index), ahead[-1]], y=[*scope, scope[-1]],
        line={"width": 1.5, "dash": "dash", "shape": "hv"},
        hovertemplate="Scope: %{y}<extra></extra>",
    )  # fmt: skip
    sheet.trace(
        "scatter", {"line.color": "ink"}, name="Delivered", mode="lines",
        x=isos(burnt.index), y=burnt["delivered"].tolist(),
        line={"width": 2.5, "shape": "hv"},
        hovertemplate="Delivered: %{y}<extra></extra>",
    )  # fmt: skip
    sheet.today(today)
    first, last = burnt.index[0].date(), cone.index[-1].date()
    sheet.days(first, last)
    top = float(max(*scope, int(cone.to_numpy().max()))) * 1.06
    sheet.axis("yaxis", range=[0, top], nticks=6)
    sheet.unit("Demands")
    return sheet.figure()
