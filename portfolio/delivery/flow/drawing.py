"""The one look of all charts: a sheet to draw on that knows tokens, not colours.

Every colour is the name of a token in tokens.css; the page puts in what the token is
in light or dark. Words are never read as markup.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

HEIGHT = 320
TOP, BOTTOM = 30, 42
# Room for a line of text, in pixels.
LINE = 15


def plain(words: object) -> str:
    """Text as Plotly should show it; it reads a few HTML tags, and titles have none."""
    return html.escape(str(words), quote=False)


def iso(day: date) -> str:
    return f"{day:%Y-%m-%d}"


def isos(days: pd.Series[Any] | pd.Index[Any]) -> list[str]:
    return list(map(str, np.datetime_as_string(np.asarray(days, "datetime64[D]"))))


def spread_apart(places: Sequence[float], least: float) -> list[float]:
    """Places of labels, moved as little as order allows until none hides another.

    >>> spread_apart([1.0, 1.5, 9.0], 2.0)
    [0.25, 2.25, 9.0]
    """
    order = sorted(range(len(places)), key=lambda at: places[at])
    # Labels that meet become one block, which stands around their mean.
    blocks: list[tuple[float, int]] = []
    for at in order:
        middle, size = places[at], 1
        while blocks and blocks[-1][0] + least * (blocks[-1][1] + size) / 2 > middle:
            other, count = blocks.pop()
            middle = (other * count + middle * size) / (count + size)
            size += count
        blocks.append((middle, size))
    spread = [
        middle + least * (number - (size - 1) / 2)
        for middle, size in blocks
        for number in range(size)
    ]
    placed = [0.0] * len(places)
    for at, place in zip(order, spread, strict=True):
        placed[at] = place
    return placed


class Sheet:
    """Traces, lines and words that become one figure of plain values."""

    def __init__(self, *, height: int = HEIGHT, right: int = 16) -> None:
        self.height = height
        self.right = right
        self.top = TOP
        self._traces: list[dict[str, Any]] = []
        self._shapes: list[dict[str, Any]] = []
        self._words: list[dict[str, Any]] = []
        self._paint: dict[str, str] = {}
        self._axes: dict[str, dict[str, Any]] = {}
        self._meta: dict[str, Any] = {}

    @property
    def plot_height(self) -> int:
        return self.height - self.top - BOTTOM

    def trace(self, kind: str, paint: dict[str, str], **fields: Any) -> None:
        """One trace; ``paint`` maps the path of a colour in it to a token."""
        self._traces.append({"type": kind, "meta": {"paint": paint}, **fields})

    def axis(self, name: str, **fields: Any) -> None:
        known = {"fixedrange": True, "zeroline": False, "automargin": True}
        self._axes[name] = {**known, "showgrid": name.startswith("y"), **fields}

    def days(self, first: date, last: date, name: str = "xaxis", **fields: Any) -> None:
        """An axis of dates, the years below the months."""
        fields = {"tickformat": "%b\n%Y", "nticks": 8, **fields}
        self.axis(name, type="date", range=[iso(first), iso(last)], **fields)

    def rows(self, labels: Sequence[str], row_height: int = 28, lift: int = 7) -> None:
        """A line of the figure for each label; on a phone they stand above the rows.

        There the label is lifted by so many pixels, to stand clear of what is drawn.
        """
        self.height = self.top + BOTTOM + row_height * max(len(labels), 2)
        self._meta |= {"rows": True, "lift": lift}
        self.axis(
            "yaxis",
            tickmode="array",
            tickvals=list(range(len(labels))),
            ticktext=[plain(label) for label in labels],
            range=[len(labels) - 0.4, -0.6],
            showgrid=False,
        )

    def line(
        self,
        paint: str,
        *,
        x: object = None,
        y: object = None,
        dash: str = "solid",
        width: float = 1.5,
        axis: str = "",
    ) -> None:
        """A straight line across the whole plot, upright at x or level at y."""
        ends = (
            {"x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "xref": f"x{axis}"}
            if x is not None
            else {"y0": y, "y1": y, "x0": 0, "x1": 1, "xref": "paper"}
        )
        self._paint[f"shapes.{len(self._shapes)}.line.color"] = paint
        self._shapes.append(
            {
                "type": "line",
                # Above the grid, which would break an upright line where they meet.
                "layer": "between",
                "line": {"width": width, "dash": dash},
                **ends,
            }
        )

    def words(self, text: str, paint: str = "ink-2", **fields: Any) -> None:
        self._paint[f"annotations.{len(self._words)}.font.color"] = paint
        font = {"size": 12, **fields.pop("font", {})}
        known = {"showarrow": False, "align": "left", "font": font}
        self._words.append({"text": plain(text), **known, **fields})

    def unit(self, text: str) -> None:
        """What the upright axis counts, above it: nobody reads sideways on a phone."""
        self.words(
            text, x=0, xref="paper", xanchor="left", y=1, yref="paper",
            yanchor="bottom", yshift=6,
        )  # fmt: skip

    def today(self, day: date) -> None:
        self.line("accent", x=iso(day))
        self.words(
            "today", "accent", x=iso(day), xref="x", y=1, yref="paper",
            yanchor="bottom",
        )  # fmt: skip

    def beside(
        self, labels: Sequence[tuple[float, str, str]], *, bottom: float, top: float
    ) -> None:
        """Words right of the plot at heights, apart from each other: (y, text, paint).

        Between ``bottom`` and ``top`` the upright axis runs.
        """
        least = LINE * (top - bottom) / self.plot_height
        heights = spread_apart([y for y, _, _ in labels], least)
        for height, (_, text, paint) in zip(heights, labels, strict=True):
            self.words(
                text, paint, x=1, xref="paper", xanchor="left", xshift=4, y=height,
                yanchor="middle",
            )  # fmt: skip

    def figure(self, **layout: Any) -> dict[str, Any]:
        return {
            "data": self._traces,
            "layout": {
                "height": self.height,
                "margin": {
                    "l": 12, "r": self.right, "t": self.top, "b": BOTTOM, "pad": 4,
                },
                "hovermode": "closest",
                "dragmode": False,
                "showlegend": False,
                "shapes": self._shapes,
                "annotations": self._words,
                "meta": {"paint": self._paint, **self._meta},
                **self._axes,
                **layout,
            },
        }  # fmt: skip
