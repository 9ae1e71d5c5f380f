"""What work asks of each skill, week by week, beside what there is of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd

from portfolio.core.words import joined, short_day
from portfolio.delivery.flow.chart import Chart, Key
from portfolio.delivery.flow.days import monday_of, rows_of
from portfolio.delivery.flow.drawing import BOTTOM, TOP, Sheet, isos

WEEKS = 12
MOST_DRAWN = 6
ROW, GAP = 74, 28


def load_of(weeks: Sequence[dict[str, Any]], today: date) -> pd.DataFrame:
    """The next twelve weeks by skill: ``asked`` and ``offered`` focused days.

    ``weeks`` are those of a forecast's result, each with the ``skill`` it is of; a
    skill that is asked for in none of them is left out.
    """
    frame = pd.DataFrame(weeks, columns=["skill", "week", "demand", "supply"])
    frame = frame.rename(columns={"demand": "asked", "supply": "offered"})
    frame["week"] = pd.to_datetime(frame["week"])
    first = pd.Timestamp(monday_of(today))
    last = first + pd.Timedelta(weeks=WEEKS - 1)
    frame = frame[frame["week"].between(first, last)]
    asked = frame.groupby("skill")["asked"].transform("sum")
    return frame[asked > 0].reset_index(drop=True)


def sums_of(load: pd.DataFrame) -> pd.DataFrame:
    """``asked`` and ``offered`` in an average week by skill, the tightest first.

    ``weeks`` is how many weeks of the skill the work is that is ready in such a week.
    """
    sums = load.groupby("skill")[["asked", "offered"]].mean().reset_index()
    weeks = (sums["asked"] / sums["offered"]).where(sums["offered"] > 0, float("inf"))
    sums = sums.assign(weeks=weeks)
    return sums.sort_values(["weeks", "skill"], ascending=[False, True])


def skills_chart(load: pd.DataFrame, today: date) -> Chart:
    sums = sums_of(load)
    title = "No forecast says yet what is asked of each skill"
    if len(sums):
        title = _title(sums)
    order = {skill: place for place, skill in enumerate(sums["skill"])}
    table = load.assign(place=load["skill"].map(order)).sort_values(["place", "week"])
    return Chart(
        slug="skills",
        name="Capacity and demand by skill",
        title=title,
        definition=(
            f"Focused days a week, expected over all simulated worlds, for the next "
            f"{WEEKS} weeks. Demand is work done in the week or waiting ready for the "
            "skill, so what waits counts in every week it waits. Capacity is what all "
            "who have the skill could do if they did nothing else; who has several "
            "counts in each."
        ),
        header=["Skill", "Week of", "Demand", "Capacity", "Demand, of capacity"],
        rows=[
            [row.skill, row.week.date(), round(row.asked, 1),
             round(row.offered, 1),
             f"{row.asked / row.offered * 100:.0f} %" if row.offered else "–"]
            for row in rows_of(table)
        ],
        figure=_figure(table, list(sums["skill"][:MOST_DRAWN]), today)
        if len(sums)
        else None,
        lacking="" if len(sums) else "It needs a finished forecast with work in it.",
        legend=[Key("bar", "p85", "demand"), Key("step", "ink", "capacity")]
        if len(sums)
        else [],
        note=f"Drawn are the {MOST_DRAWN} tightest of {len(sums)} skills; the data has "
        "all."
        if len(sums) > MOST_DRAWN
        else "",
        row_word="week",
    )  # fmt: skip


def _title(sums: pd.DataFrame) -> str:
    nobody = list(sums.loc[sums["offered"] == 0, "skill"])
    held = sums[sums["offered"] > 0]
    words = []
    if nobody:
        words.append(f"Work waits for {joined(nobody)}, which nobody has")
    if len(held):
        top = held.iloc[0]
        words.append(
            f"{top['skill']} is the tightest skill, with {top['weeks']:.1f} weeks of "
            "work ready in an average week"
            if top["weeks"] > 1
            else "no skill is asked for more than it has"
        )
    title = "; ".join(words)
    return title[0].upper() + title[1:]


def _figure(table: pd.DataFrame, skills: Sequence[str], today: date) -> dict[str, Any]:
    whole = ROW * len(skills) + GAP * (len(skills) - 1)
    sheet = Sheet(height=TOP + BOTTOM + whole)
    for place, skill in enumerate(skills):
        part = table[table["skill"] == skill]
        axis = "" if place == 0 else str(place + 1)
        across = isos(part["week"])
        told = [
            f"{short_day(row.week.date(), today)}: {row.asked:.1f} days asked, "
            f"{row.offered:.1f} there"
            for row in rows_of(part)
        ]
        sheet.trace(
            "bar", {"marker.color": "p85"}, name="Demand", x=across,
            y=part["asked"].round(2).tolist(), yaxis=f"y{axis}", text=told,
            textposition="none", hoverinfo="text", showlegend=place == 0,
        )  # fmt: skip
        # A step from the first Monday to the end of the last week, mid-bar to mid-bar.
        days = part["week"] - pd.Timedelta(days=3.5)
        ends = [*days, days.iloc[-1] + pd.Timedelta(days=7)]
        offered = part["offered"].round(2).tolist()
        sheet.trace(
            "scatter", {"line.color": "ink"}, name="Capacity", mode="lines",
            x=[f"{day:%Y-%m-%d %H:%M}" for day in ends], y=[*offered, offered[-1]],
            yaxis=f"y{axis}", line={"width": 2, "shape": "hv"}, hoverinfo="skip",
            showlegend=place == 0,
        )  # fmt: skip
        top = whole - place * (ROW + GAP)
        domain = [max((top - ROW) / whole, 0), top / whole]
        highest = float(part[["asked", "offered"]].to_numpy().max()) * 1.1
        sheet.axis(
            f"yaxis{axis}", domain=domain, range=[0, highest], nticks=3,
            anchor="x",
        )  # fmt: skip
        sheet.words(
            skill, "ink", x=0, xref="paper", xanchor="left",
            y=domain[1], yref="paper", yanchor="bottom", yshift=3,
            font={"size": 13},
        )  # fmt: skip
    first, last = table["week"].min().date(), table["week"].max().date()
    sheet.days(
        first - timedelta(days=4), last + timedelta(days=4), tickformat="%-d %b",
        nticks=6, anchor="free", position=0,
    )  # fmt: skip
    return sheet.figure(bargap=0.2)
