"""How many demands are delivered a week: one after the other, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from portfolio.core.words import counted, short_day
from portfolio.delivery.flow.chart import Chart, Key
from portfolio.delivery.flow.days import WEEK, percentiles, whole_weeks
from portfolio.delivery.flow.drawing import Sheet, iso

LEAST_WEEKS = 8
# Of a steady process one in a hundred runs of weeks is as long as this (Perla 2011).
LONG_RUN = 6
MOST_BARS = 14


@dataclass(frozen=True, slots=True)
class Run:
    """Weeks above or below the median; those on it neither count nor end a run."""

    first: date
    last: date
    weeks: int
    is_above: bool


def weekly_of(demands: pd.DataFrame, since: date, today: date) -> pd.Series[Any]:
    """Demands delivered in each whole week of a period, by its Monday.

    Where the records begin inside the period, the weeks before them are left out.
    """
    delivered = demands["delivered"].dropna()
    if delivered.empty:
        return pd.Series(np.zeros(0, np.int64), index=pd.DatetimeIndex([]))
    begin = max(since, delivered.min().date())
    mondays = pd.DatetimeIndex(whole_weeks(begin, today))
    weeks = delivered - pd.to_timedelta(delivered.dt.day_of_week, unit="D")
    counts: pd.Series[Any] = weeks.value_counts().reindex(mondays, fill_value=0)
    return counts.astype(int)


def runs_of(weekly: pd.Series[Any]) -> list[Run]:
    """Runs of six weeks or more on one side of the median."""
    middle = float(weekly.median())
    off = weekly[weekly != middle]
    sides = off > middle
    runs = []
    for _, part in off.groupby((sides != sides.shift()).cumsum()):
        if len(part) >= LONG_RUN:
            days = part.index
            is_above = bool(part.iloc[0] > middle)
            runs.append(Run(days[0].date(), days[-1].date(), len(part), is_above))
    return runs


def throughput_chart(weekly: pd.Series[Any], today: date) -> Chart:
    enough = len(weekly) >= LEAST_WEEKS
    middle = float(weekly.median()) if enough else 0.0
    return Chart(
        slug="throughput",
        name="Throughput",
        title=_title(weekly, today) if enough else "Too few weeks to show a throughput",
        definition=(
            "Demands delivered in each whole week, Monday to Sunday; this week is left "
            f"out. {LONG_RUN} weeks in a row on one side of the median are more than "
            "chance: something has changed."
        ),
        header=["Week of", "Delivered", "Beside the median"],
        rows=[
            [week.date(), count, _side(count, middle) if enough else ""]
            for week, count in weekly[::-1].items()
            if isinstance(week, pd.Timestamp)
        ],
        figure=_run_figure(weekly, today) if enough else None,
        lacking=""
        if enough
        else f"It needs {LEAST_WEEKS} whole weeks since the first delivery; there "
        f"{'is' if len(weekly) == 1 else 'are'} {len(weekly)}.",
        legend=[
            Key("circle", "p85", "delivered in a week"),
            *[Key("ring", "accent", "part of a long run")] * bool(runs_of(weekly)),
            Key("dash", "ink-2", "median"),
        ]
        if enough
        else [],
        row_word="week",
    )


def histogram_chart(weekly: pd.Series[Any]) -> Chart:
    """How many weeks delivered how many."""
    enough = len(weekly) >= LEAST_WEEKS
    bars = bars_of(weekly) if enough else []
    title = "Too few weeks to show how throughput varies"
    if enough:
        # In 85 of a hundred weeks at least so many: the 15th percentile from below.
        sure, half = (-value for value in percentiles(-weekly.to_numpy(), [85, 50]))
        title = (
            f"A week delivers {sure} or more in 85 % of weeks, "
            f"{half} or more in half of them"
        )
        if sure == 0:
            empty = int((weekly == 0).sum())
            title = (
                f"{empty} of {len(weekly)} weeks delivered nothing; half of them "
                f"delivered {half} or more"
            )
    return Chart(
        slug="throughput-histogram",
        name="Throughput, how often",
        title=title,
        definition="Whole weeks of the period by the number of demands they delivered.",
        header=["Delivered in the week", "Weeks", "Share of weeks"],
        rows=[[words, count, f"{count / len(weekly):.0%}".replace("%", " %")]
              for words, count in bars],
        figure=_histogram(bars) if enough else None,
        lacking=""
        if enough
        else f"It needs {LEAST_WEEKS} whole weeks since the first delivery; there "
        f"{'is' if len(weekly) == 1 else 'are'} {len(weekly)}.",
        row_word="bar",
    )  # fmt: skip


def bars_of(weekly: pd.Series[Any]) -> list[tuple[str, int]]:
    """Numbers of weeks by what they delivered, in at most fourteen equal steps.

    >>> bars_of(pd.Series([0, 2, 2]))
    [('0', 1), ('1', 0), ('2', 2)]
    """
    most = int(weekly.max())
    step = -(-(most + 1) // MOST_BARS)
    counts = np.bincount(weekly.to_numpy() // step, minlength=most // step + 1)
    return [
        (f"{at * step}" if step == 1 else f"{at * step}–{at * step + step - 1}", int(n))
        for at, n in enumerate(counts)
    ]


def _title(weekly: pd.Series[Any], today: date) -> str:
    runs = runs_of(weekly)
    recent = [run for run in runs if run.last >= weekly.index[-1].date() - 4 * WEEK]
    if recent:
        run = recent[-1]
        side = "more" if run.is_above else "fewer"
        return (
            f"Throughput has changed: {run.weeks} weeks in a row delivered {side} than "
            f"the median of {weekly.median():g}, since {short_day(run.first, today)}"
        )
    return (
        f"{weekly.mean():.1f} demands a week are delivered, and "
        f"{'the ups and downs are chance' if not runs else 'lately it is steady'}"
    )


def _side(count: int, middle: float) -> str:
    if count == middle:
        return "on it"
    return "above" if count > middle else "below"


def _run_figure(weekly: pd.Series[Any], today: date) -> dict[str, Any]:
    top = float(weekly.max()) * 1.12 + 0.5
    middle = float(weekly.median())
    weeks = [week.date() for week in weekly.index]
    sheet = Sheet(right=76)
    sheet.trace(
        "scatter", {"line.color": "p85", "marker.color": "p85"},
        name="Delivered in a week", mode="lines+markers",
        x=[iso(week) for week in weeks], y=weekly.tolist(),
        line={"width": 1.5}, marker={"size": 6}, cliponaxis=False,
        text=[
            f"Week of {short_day(week, today)}: {counted(count, 'demand')}"
            for week, count in zip(weeks, weekly.tolist(), strict=True)
        ],
        hoverinfo="text",
    )  # fmt: skip
    marked = _in_runs(weekly)
    if marked:
        sheet.trace(
            "scatter", {"marker.color": "surface", "marker.line.color": "accent"},
            name="Part of a long run", mode="markers",
            x=[iso(week) for week, _ in marked], y=[count for _, count in marked],
            marker={"size": 9, "line": {"width": 2}}, hoverinfo="skip",
            cliponaxis=False,
        )  # fmt: skip
    sheet.line("ink-2", y=middle, dash="dash")
    sheet.beside([(middle, f"median {middle:g}", "ink-2")], bottom=0, top=top)
    sheet.days(weeks[0] - timedelta(days=3), weeks[-1] + timedelta(days=6))
    sheet.axis("yaxis", range=[0, top], nticks=6, **_whole(top))
    sheet.unit("Demands delivered a week")
    return sheet.figure()


def _in_runs(weekly: pd.Series[Any]) -> Sequence[tuple[date, int]]:
    middle = weekly.median()
    return [
        (week.date(), int(count))
        for run in runs_of(weekly)
        for week, count in weekly.items()
        if isinstance(week, pd.Timestamp)
        and run.first <= week.date() <= run.last
        and (count > middle) == run.is_above
        and count != middle
    ]


def _histogram(bars: Sequence[tuple[str, int]]) -> dict[str, Any]:
    top = max(count for _, count in bars) * 1.15 + 0.5
    sheet = Sheet()
    sheet.trace(
        "bar", {"marker.color": "p85", "textfont.color": "ink"}, name="Weeks",
        x=[words for words, _ in bars], y=[count for _, count in bars],
        text=[f"{count}" if count else "" for _, count in bars],
        textposition="outside", cliponaxis=False, hoverinfo="skip",
        showlegend=False,
    )  # fmt: skip
    sheet.axis("xaxis", type="category", title={
        "text": "Demands delivered in the week", "standoff": 6,
    })  # fmt: skip
    sheet.axis("yaxis", range=[0, top], nticks=6, **_whole(top))
    sheet.unit("Weeks")
    return sheet.figure(bargap=0.25)


def _whole(top: float) -> dict[str, Any]:
    """No ticks between whole numbers where there are few."""
    return {"dtick": 1} if top < 6 else {}
