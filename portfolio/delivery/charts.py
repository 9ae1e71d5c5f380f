"""Plotly figures of plain rows, as JSON; colours come from the page's own tokens.

A trace says in ``meta`` which of its colours is which token, as in {"marker.color":
"green"}, and the layout likewise, so that one figure serves light and dark. Shapes
differ as well as colours, for those who do not see the difference.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import plotly.graph_objects as go

from portfolio.core.words import day_words, range_words, short_day
from portfolio.delivery.frames import PromiseLine

ROW_HEIGHT = 28
MARGIN_TOP, MARGIN_BOTTOM = 28, 48
LABEL_LENGTH = 36

Rows = list[tuple[int, PromiseLine]]


@dataclass(frozen=True, slots=True)
class Mark:
    """One kind of date: what it is called, on which lines it stands, how it looks."""

    name: str
    applies: Callable[[PromiseLine], bool]
    day: Callable[[PromiseLine], date | None]
    symbol: str
    paint: str
    size: int = 11
    is_hollow: bool = False


def _is_kept(line: PromiseLine) -> bool:
    return line.days_after_first is not None and line.days_after_first <= 0


def _is_late(line: PromiseLine) -> bool:
    return line.days_after_first is not None and line.days_after_first > 0


def _is_kept_at_last(line: PromiseLine) -> bool:
    return _is_late(line) and not _is_broken(line)


def _is_broken(line: PromiseLine) -> bool:
    return line.days_after_due is not None and line.days_after_due > 0


def _is_moved(line: PromiseLine) -> bool:
    return line.due != line.first_due


def _first_due(line: PromiseLine) -> date | None:
    return line.first_due


def _due(line: PromiseLine) -> date | None:
    return line.due


def _closed_on(line: PromiseLine) -> date | None:
    return line.closed_on


MARKS = [
    Mark("First promised", lambda _: True, _first_due, "circle", "ink-2",
         is_hollow=True),
    Mark("Promised now", _is_moved, _due, "diamond", "ink-2", is_hollow=True),
    Mark("Delivered by the first date", _is_kept, _closed_on, "circle", "green"),
    Mark("Delivered by a later promised date", _is_kept_at_last, _closed_on,
         "square", "amber"),
    Mark("Delivered later than promised", _is_broken, _closed_on,
         "triangle-right", "red", size=13),
]  # fmt: skip


def commitments_figure(lines: Sequence[PromiseLine], today: date) -> dict[str, Any]:
    """Promised, forecast and actual dates, one row for each line from the top."""
    rows = list(enumerate(lines))
    kept = [(at, line) for at, line in rows if _is_kept(line)]
    late = [(at, line) for at, line in rows if _is_late(line)]
    traces = [
        _links(kept, "Early", "line-strong"),
        _links(late, "Late", "red"),
        _moved(rows),
        _forecast(rows, today),
        *(_marks(rows, mark, today) for mark in MARKS),
    ]
    figure = go.Figure(data=[trace for trace in traces if trace is not None])
    figure.update_layout(_layout(lines, today))
    plain: dict[str, Any] = figure.to_plotly_json()
    return plain


def _links(rows: Rows, name: str, paint: str) -> go.Scatter | None:
    """A stroke from the first date promised to the day of delivery."""
    spans = [(at, line.first_due, line.closed_on) for at, line in rows]
    return _strokes(spans, name=name, paint=paint, width=3)


def _moved(rows: Rows) -> go.Scatter | None:
    """A thin stroke from the first to the present date of an open promise."""
    spans = [
        (at, line.first_due, line.due)
        for at, line in rows
        if line.is_open and _is_moved(line)
    ]
    return _strokes(
        spans, name="Promise moved", paint="line-strong", width=1.5, dash="dot"
    )


def _forecast(rows: Rows, today: date) -> go.Scatter | None:
    """A bar from P50 to P85 of what is open; a P50 alone is a square."""
    chosen = [(at, line) for at, line in rows if line.is_open and line.p50]
    trace = _strokes(
        [(at, line.p50, line.p85 or line.p50) for at, line in chosen],
        name="Forecast, P50 to P85",
        paint="p85",
        width=10,
    )
    if trace is None:
        return None
    texts = [_hover(line, today) for _, line in chosen]
    return trace.update(
        mode="lines+markers",
        marker={"size": 10, "symbol": "square", "line": {"width": 0}},
        # Both ends of a bar tell the same; the third is the gap after it.
        text=[words for text in texts for words in (text, text, "")],
        hoverinfo="text",
        showlegend=True,
        meta={"paint": {"line.color": "p85", "marker.color": "p85"}},
    )


def _strokes(
    spans: Sequence[tuple[int, date | None, date | None]],
    *,
    name: str,
    paint: str,
    width: float,
    dash: str = "solid",
) -> go.Scatter | None:
    if not spans:
        return None
    xs: list[str | None] = []
    ys: list[int | None] = []
    for at, first, last in spans:
        # The gap ends the stroke, so that one trace draws them all.
        xs += [_iso(first), _iso(last), None]
        ys += [at, at, None]
    return go.Scatter(
        x=xs,
        y=ys,
        name=name,
        mode="lines",
        line={"width": width, "dash": dash},
        hoverinfo="skip",
        showlegend=False,
        meta={"paint": {"line.color": paint}},
    )


def _marks(rows: Rows, mark: Mark, today: date) -> go.Scatter | None:
    chosen = [(at, line) for at, line in rows if mark.applies(line)]
    if not chosen:
        return None
    # A hollow mark is filled like the page, so that a bar does not show through it.
    painted = {"marker.color": "surface" if mark.is_hollow else mark.paint}
    if mark.is_hollow:
        painted["marker.line.color"] = mark.paint
    return go.Scatter(
        x=[_iso(mark.day(line)) for _, line in chosen],
        y=[at for at, _ in chosen],
        name=mark.name,
        mode="markers",
        marker={
            "symbol": mark.symbol,
            "size": mark.size,
            "line": {"width": 2 if mark.is_hollow else 0},
        },
        text=[_hover(line, today) for _, line in chosen],
        hoverinfo="text",
        cliponaxis=False,
        meta={"paint": painted},
    )


def _layout(lines: Sequence[PromiseLine], today: date) -> dict[str, Any]:
    return {
        "template": "none",
        "height": MARGIN_TOP + MARGIN_BOTTOM + ROW_HEIGHT * len(lines),
        "margin": {"l": 12, "r": 16, "t": MARGIN_TOP, "b": MARGIN_BOTTOM, "pad": 6},
        "hovermode": "closest",
        "dragmode": False,
        "showlegend": False,
        "xaxis": {
            "type": "date",
            "showgrid": True,
            "zeroline": False,
            "fixedrange": True,
            "tickformat": "%b\n%Y",
            "nticks": 8,
        },
        "yaxis": {
            "tickmode": "array",
            "tickvals": list(range(len(lines))),
            "ticktext": [_label(line) for line in lines],
            "range": [len(lines) - 0.4, -0.6],
            "automargin": True,
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
        "shapes": [
            {
                "type": "line", "x0": _iso(today), "x1": _iso(today),
                "y0": 0, "y1": 1, "yref": "paper", "layer": "below",
                "line": {"width": 1.5},
            }
        ],
        "annotations": [
            {
                "text": "today", "x": _iso(today), "y": 1, "yref": "paper",
                "yanchor": "bottom", "showarrow": False, "font": {"size": 12},
            }
        ],
        "meta": {
            "rows": True,
            "paint": {
                "shapes.0.line.color": "accent",
                "annotations.0.font.color": "accent",
            }
        },
    }  # fmt: skip


def _label(line: PromiseLine) -> str:
    title = line.title
    if len(title) > LABEL_LENGTH:
        title = title[: LABEL_LENGTH - 1].rstrip() + "…"
    # Plotly reads a few HTML tags in text; a title has none.
    return html.escape(f"{line.reference} {title}", quote=False)


def _hover(line: PromiseLine, today: date) -> str:
    told = [f"{line.reference} {line.title}"]
    told.append(f"First promised by {day_words(line.first_due, today)}")
    if line.due != line.first_due:
        told.append(f"Now promised by {day_words(line.due, today)}")
    if line.closed_on and line.is_delivered:
        told.append(f"Delivered {day_words(line.closed_on, today)}")
        told.append(line.first_words)
    elif line.p50:
        end = range_words(line.p50, line.p85, today) if line.p85 else (
            f"from {short_day(line.p50, today)}"
        )  # fmt: skip
        told.append(f"Forecast {end}")
        told.append(f"{line.chance_words} chance on time: {line.rag.word}")
    elif line.cannot:
        told.append(f"Cannot be forecast: {line.cannot}")
    else:
        told.append(line.rag.word.capitalize())
    return "<br>".join(html.escape(words, quote=False) for words in told)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
