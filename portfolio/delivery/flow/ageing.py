"""How old the work in progress is, beside how long delivered work took."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from portfolio.core.words import counted, short_day
from portfolio.delivery.flow.chart import Chart, Key
from portfolio.delivery.flow.cycle_time import DASHES, LEAST, PAINTS
from portfolio.delivery.flow.days import Workdays, rows_of
from portfolio.delivery.flow.drawing import Sheet, plain

MOST_DRAWN = 20
LABEL_LENGTH = 34
# Symbol, token and words of an age, the oldest last; a shape for each colour.
LOOKS = {
    "usual": ("circle", "green", "within what 85 % took"),
    "old": ("square", "amber", "older than 85 % became"),
    "oldest": ("triangle-right", "red", "older than 95 % became"),
    "age": ("circle", "p85", "in progress"),
}


def ageing_of(
    demands: pd.DataFrame, today: date, pace: dict[int, int], workdays: Workdays
) -> pd.DataFrame:
    """Work in progress with ``age`` in working days and its ``look``, the oldest first.

    Without a pace, every look is “age”.
    """
    found = demands[demands["stage"].eq("in_progress") & demands["started"].notna()]
    last = pd.Series(pd.Timestamp(today), index=found.index)
    age = workdays.between(found["started"], last)
    look = pd.Series("age", index=found.index)
    if pace:
        look[:] = "usual"
        look[age > pace[85]] = "old"
        look[age > pace[95]] = "oldest"
    found = found.assign(age=age, look=look)
    return found.sort_values(["age", "reference"], ascending=[False, True])


def ageing_chart(
    ageing: pd.DataFrame, pace: dict[int, int], *, undated: int, today: date
) -> Chart:
    """``undated`` demands are in progress, and nobody said since when."""
    old = int(ageing["look"].isin(["old", "oldest"]).sum())
    blocked = int(ageing["blocked"].sum())
    lacking, note = "", ""
    if ageing.empty:
        title, lacking = "Nothing is in progress", "It needs one demand in progress."
    elif pace:
        title = (
            f"{old or 'None'} of {counted(len(ageing), 'demand')} in progress "
            f"{'is' if old < 2 else 'are'} older than 85 % of delivered ones became"
        )
    else:
        oldest = ageing.iloc[0]
        title = (
            f"The oldest of {counted(len(ageing), 'demand')} in progress, "
            f"{oldest['reference']}, began {counted(int(oldest['age']), 'working day')}"
            " ago"
        )
        note = (
            f"The lines of pace need {LEAST} demands delivered in the period with a "
            "known start."
        )
    if len(ageing) > MOST_DRAWN:
        note += f" Drawn are the oldest {MOST_DRAWN} of {len(ageing)}."
    if undated:
        note += f" Left out: {counted(undated, 'demand')} without a known start."
    looks = [look for look in LOOKS if (ageing["look"] == look).any()]
    return Chart(
        slug="ageing",
        name="Ageing work in progress",
        title=title,
        definition=(
            "Working days since work began, today counted. The upright lines are the "
            "pace of what was delivered in the period: so many of a hundred took no "
            "longer."
        ),
        header=["Reference", "Title", "Unit", "Tier", "Began", "Working days",
                "Beside the pace", "Blocked"],
        rows=[
            [row.reference, row.title, row.unit, row.tier, row.started.date(), row.age,
             LOOKS[row.look][2], "blocked" if row.blocked else ""]
            for row in rows_of(ageing)
        ],
        figure=None if ageing.empty else _figure(ageing[:MOST_DRAWN], pace, today),
        lacking=lacking,
        legend=[
            *(Key(*LOOKS[look]) for look in looks),
            *([Key("cross", "ink", "blocked")] if blocked else []),
        ],
        note=note.strip(),
        row_word="demand",
        is_of_demands=True,
    )  # fmt: skip


def _figure(ageing: pd.DataFrame, pace: dict[int, int], today: date) -> dict[str, Any]:
    rows = ageing.assign(at=range(len(ageing)))
    sheet = Sheet()
    sheet.rows([_label(row) for row in rows_of(rows)])
    xs: list[int | None] = []
    ys: list[int | None] = []
    for row in rows_of(rows):
        xs += [0, int(row.age), None]
        ys += [row.at, row.at, None]
    sheet.trace(
        "scatter", {"line.color": "line-strong"}, name="Age", mode="lines", x=xs, y=ys,
        line={"width": 2}, hoverinfo="skip", showlegend=False,
    )  # fmt: skip
    for look, (symbol, paint, words) in LOOKS.items():
        part = rows[rows["look"] == look]
        if part.empty:
            continue
        sheet.trace(
            "scatter", {"marker.color": paint}, name=words[0].upper() + words[1:],
            mode="markers", x=part["age"].tolist(), y=part["at"].tolist(),
            marker={"symbol": symbol, "size": 12},
            text=[_told(row, today) for row in rows_of(part)],
            hoverinfo="text", cliponaxis=False,
        )  # fmt: skip
    part = rows[rows["blocked"]]
    if len(part):
        sheet.trace(
            "scatter", {"marker.color": "ink", "marker.line.color": "ink"},
            name="Blocked", mode="markers", x=[0] * len(part), y=part["at"].tolist(),
            marker={"symbol": "x-thin", "size": 8, "line": {"width": 2.5}},
            hoverinfo="skip", cliponaxis=False,
        )  # fmt: skip
    top = float(max([int(rows["age"].max()), *pace.values()])) * 1.06
    for level, days in pace.items():
        sheet.line(PAINTS[level], x=days, dash=DASHES[level])
        sheet.words(
            f"{level} %", PAINTS[level], name="across", x=days, xref="x", y=1,
            yref="paper", yanchor="bottom",
        )  # fmt: skip
    sheet.axis("xaxis", range=[0, top], nticks=8, title={
        "text": "Working days since work began", "standoff": 6,
    })  # fmt: skip
    return sheet.figure()


def _label(row: Any) -> str:
    words = f"{row.reference} {row.title}"
    if len(words) <= LABEL_LENGTH:
        return words
    return words[: LABEL_LENGTH - 1].rstrip() + "…"


def _told(row: Any, today: date) -> str:
    lines = [
        f"{row.reference} {row.title}",
        f"{counted(row.age, 'working day')} since "
        f"{short_day(row.started.date(), today)}",
    ]
    return "<br>".join(plain(line) for line in [*lines, *["blocked"] * row.blocked])
