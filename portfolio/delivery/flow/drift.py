"""How the forecast of one demand moved, against the date that was promised."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd

from portfolio.core.words import counted, day_words, short_day
from portfolio.delivery.flow.chart import Chart, Key
from portfolio.delivery.flow.days import rows_of
from portfolio.delivery.flow.drawing import Sheet, iso, isos

LEAST = 3


def daily_of(told: pd.DataFrame) -> pd.DataFrame:
    """The last forecast of each day on which there was one, the first day first.

    ``told`` has ``at`` (day), ``p50`` and ``p85`` in the order they were told.
    """
    last = told.drop_duplicates("at", keep="last")
    return last.dropna(subset=["p85"]).reset_index(drop=True)


def drift_chart(
    reference: str,
    told: pd.DataFrame,
    targets: pd.DataFrame,
    *,
    delivered: date | None,
    today: date,
) -> Chart:
    """``targets`` are the dates promised: ``due``, and ``at``, since when it held."""
    daily = daily_of(told)
    enough = len(daily) >= LEAST
    lines = [
        [row.at.date(), row.p50.date() if pd.notna(row.p50) else None, row.p85.date(),
         _target_on(targets, row.at)]
        for row in rows_of(daily[::-1])
    ]  # fmt: skip
    legend = [
        Key("band", "p95", "forecast, P50 to P85"),
        Key("line", "p85", "P85"),
        *[Key("step", "ink", "promised")] * bool(len(targets)),
        *[Key("diamond", "green", "delivered")] * bool(delivered),
    ]
    return Chart(
        slug="drift",
        name="Forecast drift",
        title=_title(reference, daily, targets, delivered, today)
        if enough
        else f"{reference} has too few forecasts to show how they moved"
        if reference
        else "No demand has a forecast that could move",
        definition=(
            "Across: the day a forecast was made. Upwards: the date it gave, later "
            "ones higher. The step is the date that was promised at that time; while "
            "the P85 lies below it, the promise is on track."
        ),
        header=["Forecast of", "P50", "P85", "Promised then"],
        rows=lines,
        figure=_figure(daily, targets, delivered, today) if enough else None,
        lacking=""
        if enough
        else f"It needs forecasts of {LEAST} days; there "
        f"{'is' if len(daily) == 1 else 'are'} {len(daily)}.",
        legend=legend if enough else [],
        row_word="forecast",
    )


def _title(
    reference: str,
    daily: pd.DataFrame,
    targets: pd.DataFrame,
    delivered: date | None,
    today: date,
) -> str:
    first, last = daily.iloc[0], daily.iloc[-1]
    days = (last["p85"] - first["p85"]).days
    since = short_day(first["at"].date(), today)
    moved = (
        f"P85 of {reference} is where it was on {since}"
        if days == 0
        else f"P85 of {reference} has moved {counted(abs(days), 'day')} "
        f"{'later' if days > 0 else 'earlier'} since {since}"
    )
    if delivered:
        return f"{moved}; it was delivered on {day_words(delivered, today)}"
    if targets.empty:
        return moved
    gap = (last["p85"] - targets["due"].iloc[-1]).days
    if gap == 0:
        return f"{moved} and meets the promise to the day"
    return (
        f"{moved} and lies {counted(abs(gap), 'day')} "
        f"{'after' if gap > 0 else 'before'} the promise"
    )


def _target_on(targets: pd.DataFrame, day: pd.Timestamp) -> date | None:
    held = targets[targets["at"] <= day]
    return None if held.empty else held["due"].iloc[-1].date()


def _figure(
    daily: pd.DataFrame, targets: pd.DataFrame, delivered: date | None, today: date
) -> dict[str, Any]:
    sheet = Sheet()
    across = isos(daily["at"])
    low, high = isos(daily["p50"].fillna(daily["p85"])), isos(daily["p85"])
    sheet.trace(
        "scatter", {"fillcolor": "p95", "line.color": "p95"},
        name="Forecast, P50 to P85", mode="lines", fill="toself",
        x=[*across, *across[::-1]], y=[*low, *high[::-1]], line={"width": 0},
        hoverinfo="skip",
    )  # fmt: skip
    sheet.trace(
        "scatter", {"line.color": "p85", "marker.color": "p85"}, name="P85",
        mode="lines+markers", x=across, y=high, line={"width": 2},
        marker={"size": 6},
        text=[
            f"{short_day(at.date(), today)}: P85 {short_day(p85.date(), today)}"
            for at, p85 in zip(daily["at"], daily["p85"], strict=True)
        ],
        hoverinfo="text",
    )  # fmt: skip
    end = max(delivered or today, daily["at"].iloc[-1].date())
    first = daily["at"].iloc[0].date()
    days = [*daily["p50"].dropna().dt.date, *daily["p85"].dt.date]
    if len(targets):
        first = min(first, targets["at"].iloc[0].date())
        sheet.trace(
            "scatter", {"line.color": "ink"}, name="Promised", mode="lines",
            x=[*isos(targets["at"]), iso(end)],
            y=[*isos(targets["due"]), iso(targets["due"].iloc[-1].date())],
            line={"width": 2.5, "shape": "hv"},
            hovertemplate="Promised: %{y|%-d %b %Y}<extra></extra>",
        )  # fmt: skip
        days += list(targets["due"].dt.date)
    if delivered:
        sheet.trace(
            "scatter", {"marker.color": "green"}, name="Delivered", mode="markers",
            x=[iso(delivered)], y=[iso(delivered)],
            marker={"symbol": "diamond", "size": 13}, cliponaxis=False,
            text=[f"Delivered {day_words(delivered, today)}"], hoverinfo="text",
        )  # fmt: skip
        days.append(delivered)
    room = max((max(days) - min(days)) * 0.08, timedelta(days=2))
    sheet.days(first, end + timedelta(days=2), nticks=6, tickformat="%-d %b\n%Y")
    sheet.days(
        min(days) - room, max(days) + room, "yaxis", nticks=6, tickformat="%-d %b %Y"
    )
    sheet.unit("Date it gave")
    return sheet.figure()
