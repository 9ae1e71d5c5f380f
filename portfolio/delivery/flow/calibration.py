"""Whether forecasts come true as often as they say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from portfolio.core.words import counted
from portfolio.delivery.flow.chart import Chart, Key
from portfolio.delivery.flow.drawing import Sheet
from portfolio.delivery.proportions import LEAST, wilson

LEVELS = (10, 50, 70, 85, 95)


@dataclass(frozen=True, slots=True)
class Reliability:
    """How often one percentile was right, of the forecasts whose date has come."""

    level: int
    right: int
    judged: int

    @property
    def share(self) -> float | None:
        return self.right / self.judged if self.judged else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.right, self.judged) if self.judged else None

    @property
    def words(self) -> str:
        """“79 % (64–88 %, n = 42)”."""
        if self.share is None or self.interval is None:
            return "–"
        low, high = self.interval
        return (
            f"{self.share * 100:.0f} % ({low * 100:.0f}–{high * 100:.0f} %, "
            f"n = {self.judged:,})"
        )

    @property
    def is_as_said(self) -> bool:
        """Whether the data leave room for the forecast to be right."""
        if self.interval is None:
            return False
        low, high = self.interval
        return low <= self.level / 100 <= high


def reliability_of(
    first_told: pd.DataFrame, since: date, today: date
) -> list[Reliability]:
    """How often each percentile was right, of those that came due in a period.

    ``first_told`` has a row for each demand: ``p10`` … ``p95`` as first told, and
    ``delivered``, empty where it is not done. Judged is whatever date has come,
    whether or not the demand is done: counting only what is done would leave out the
    very forecasts that failed, and call us better than we are.
    """
    found = []
    for level in LEVELS:
        told = first_told[f"p{level}"]
        is_due = told.between(pd.Timestamp(since), pd.Timestamp(today), "left")
        kept = first_told["delivered"] <= told
        found.append(Reliability(level, int((is_due & kept).sum()), int(is_due.sum())))
    return found


def p85_of(reliability: list[Reliability]) -> Reliability:
    return next(each for each in reliability if each.level == 85)


def calibration_chart(reliability: list[Reliability], scored: int) -> Chart:
    """``scored`` counts all forecasts that were scored, not the first ones alone."""
    p85 = p85_of(reliability)
    drawn = [each for each in reliability if each.judged >= LEAST]
    enough = p85.judged >= LEAST
    title = "Too few forecasts have come due to say how often they are right"
    if enough and p85.share is not None:
        title = (
            f"Our P85 was right {p85.share * 100:.0f} % of the time "
            f"(n = {p85.judged:,})"
        )
        if not p85.is_as_said:
            title += (
                ": we are too sure" if p85.share < 0.85 else ": we are too cautious"
            )
    return Chart(
        slug="calibration",
        name="Forecast calibration",
        title=title,
        definition=(
            "Of the first forecasts of demands whose date at a percentile has come: "
            "the share that was done by it, with its 95 % interval (Wilson). On the "
            "diagonal, 85 % is 85 %. What is still open past its date counts as missed."
        ),
        header=["Percentile", "Right", "Judged", "Share right", "From", "To"],
        rows=[
            [f"P{each.level}", each.right, each.judged, _percent(each.share),
             *(_percent(end) for end in each.interval or (None, None))]
            for each in reliability
            if any(every.judged for every in reliability)
        ],
        figure=_figure(drawn) if enough else None,
        lacking=""
        if enough
        else f"It needs {LEAST} demands whose first P85 has come; there "
        f"{'is' if p85.judged == 1 else 'are'} {p85.judged}.",
        legend=[
            Key("circle", "accent", "share that came true, with its interval"),
            Key("dash", "line-strong", "as forecast"),
        ]
        if enough
        else [],
        note=f"{counted(scored, 'published forecast')} of delivered demands "
        f"{'is' if scored == 1 else 'are'} scored in all."
        if scored
        else "",
        row_word="percentile",
    )  # fmt: skip


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.0f} %"


def _figure(drawn: list[Reliability]) -> dict[str, Any]:
    sheet = Sheet(right=20)
    sheet.trace(
        "scatter", {"line.color": "line-strong"}, name="As forecast", mode="lines",
        x=[0, 100], y=[0, 100], line={"dash": "dash", "width": 1.5}, hoverinfo="skip",
    )  # fmt: skip
    shares = [each.right / each.judged * 100 for each in drawn]
    ends = [wilson(each.right, each.judged) for each in drawn]
    sheet.trace(
        "scatter", {"marker.color": "accent", "error_y.color": "accent"},
        name="Share that came true, with its 95 % interval", mode="markers",
        x=[each.level for each in drawn], y=[round(share, 2) for share in shares],
        error_y={
            "type": "data", "symmetric": False, "thickness": 2, "width": 5,
            "array": [
                round(high * 100 - share, 2)
                for (_, high), share in zip(ends, shares, strict=True)
            ],
            "arrayminus": [
                round(share - low * 100, 2)
                for (low, _), share in zip(ends, shares, strict=True)
            ],
        },
        marker={"size": 10},
        text=[f"P{each.level} was right {each.words}" for each in drawn],
        hoverinfo="text", cliponaxis=False,
    )  # fmt: skip
    sheet.axis("xaxis", range=[0, 102], tickmode="array", tickvals=list(LEVELS),
               tickangle=0,
               title={"text": "What we said, in %", "standoff": 6})  # fmt: skip
    sheet.axis("yaxis", range=[0, 102], ticksuffix=" %", dtick=25)
    sheet.unit("Share done by then")
    return sheet.figure()
