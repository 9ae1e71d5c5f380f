"""How often the promised times of a tier were met."""

from __future__ import annotations

from typing import Any

import pandas as pd

from portfolio.core.words import counted
from portfolio.delivery.flow.chart import Chart, Key
from portfolio.delivery.flow.days import rows_of
from portfolio.delivery.flow.drawing import Sheet, plain

LEAST = 5
# State, its name, token and pattern; a pattern for each colour.
STATES = [
    ("met", "met", "green", ""),
    ("running", "running, in time", "p95", "."),
    ("paused", "paused", "line-strong", "x"),
    ("breached", "breached", "red", "/"),
]


def attainment_of(counts: pd.DataFrame) -> pd.DataFrame:
    """Clocks by tier and target, a column for each state, and ``share`` met.

    ``counts`` has a row for each tier, position, kind and state with its ``clocks``.
    The share is of what is decided: paused and running clocks may still go either way.
    """
    table = counts.pivot_table(
        index=["position", "tier", "kind"], columns="state", values="clocks",
        aggfunc="sum", fill_value=0,
    )  # fmt: skip
    table = table.reindex(columns=[state for state, *_ in STATES], fill_value=0)
    table = table.astype(int).sort_index().reset_index()
    decided = table["met"] + table["breached"]
    return table.assign(
        decided=decided, share=(table["met"] / decided).where(decided > 0)
    )


def attainment_chart(table: pd.DataFrame) -> Chart:
    decided = int(table["decided"].sum())
    enough = decided >= LEAST
    title = "Too few clocks have ended to say how often targets are met"
    if enough:
        met = int(table["met"].sum())
        title = f"{met / decided * 100:.0f} % of {counted(decided, 'target')} were met"
        worst = table[table["decided"] >= LEAST].sort_values("share", kind="stable")
        if len(worst) and worst["breached"].iloc[0]:
            row = worst.iloc[0]
            title += (
                f"; fewest of {row['tier']}, {row['kind'].lower()}: "
                f"{row['share'] * 100:.0f} %"
            )
    return Chart(
        slug="sla",
        name="SLA attainment by tier",
        title=title,
        definition=(
            "Clocks that stopped in the period or still go on, in working time. Met or "
            "breached is decided; a paused clock waits for an answer and may still be "
            "met. Cancelled ones are left out."
        ),
        header=["Tier", "Target", "Met", "Running, in time", "Paused", "Breached",
                "Met, of decided"],
        rows=[
            [row.tier, row.kind, row.met, row.running, row.paused, row.breached,
             _share(row)]
            for row in rows_of(table)
        ],
        figure=_figure(table) if enough else None,
        lacking=""
        if enough
        else f"It needs {LEAST} clocks that were met or breached; there "
        f"{'is' if decided == 1 else 'are'} {decided}.",
        legend=[
            Key({"": "bar", "/": "striped", ".": "dotted", "x": "crossed"}[pattern],
                paint, name)
            for state, name, paint, pattern in STATES
            if table[state].any()
        ]
        if enough
        else [],
        row_word="target",
    )  # fmt: skip


def _share(row: Any) -> str:
    return f"{row.share * 100:.0f} %" if row.decided else "–"


def _figure(table: pd.DataFrame) -> dict[str, Any]:
    totals = table[[state for state, *_ in STATES]].sum(axis=1)
    rows = table[totals > 0].reset_index(drop=True)
    totals = totals[totals > 0].reset_index(drop=True)
    sheet = Sheet(right=24)
    sheet.top = 10
    labels = [
        f"{row.tier}, {row.kind.lower()}: "
        + (f"{_share(row)} met of {row.decided}" if row.decided else "none decided")
        for row in rows_of(rows)
    ]
    sheet.rows(labels, row_height=32, lift=14)
    for state, name, paint, pattern in STATES:
        if not rows[state].any():
            continue
        painted = {"marker.color": paint}
        if pattern:
            painted["marker.pattern.fgcolor"] = "surface"
        sheet.trace(
            "bar", painted, name=name[0].upper() + name[1:], orientation="h",
            x=(rows[state] / totals * 100).round(2).tolist(),
            y=list(range(len(rows))), width=0.55,
            marker={"pattern": {"shape": pattern, "size": 6, "solidity": 0.25,
                                "fillmode": "overlay"}},
            text=[
                f"{plain(row.tier)}, {plain(row.kind.lower())}: "
                f"{getattr(row, state)} {name}"
                for row in rows_of(rows)
            ],
            textposition="none", hoverinfo="text",
        )  # fmt: skip
    sheet.axis(
        "xaxis",
        range=[0, 100],
        ticksuffix=" %",
        dtick=25,
        showgrid=True,
        ticklabeloverflow="allow",
    )
    return sheet.figure(barmode="stack")
