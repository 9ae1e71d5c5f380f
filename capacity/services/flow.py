"""Demand against supply of each skill over the weeks that the forecast looks at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString

from capacity.drawing import demand_and_supply_svg
from capacity.load import Cell, Line, lines_of
from capacity.models import Forecast
from portfolio.core.words import counted, short_day

WEEKS = 26
# Less than this share is no growth and no decline.
LEAST_CHANGE = 0.1
# So that the highest line is seen whole.
HEADROOM = 1.05


@dataclass(frozen=True, slots=True)
class Flow:
    """One skill: a sentence of what the picture shows, the picture, and its data."""

    skill: str
    words: str
    svg: SafeString
    cells: list[Cell]


def flows_of(forecast: Forecast | None, *, today: date) -> list[Flow]:
    """What is asked for the most stands first; all are drawn to the same scale."""
    if forecast is None:
        return []
    result = Forecast.objects.values_list("result", flat=True).get(pk=forecast.pk)
    lines = lines_of(
        (result or {}).get("skills", []),
        name="skill",
        asked="demand",
        offered="supply",
        since=today,
        weeks=WEEKS,
    )
    most = max((max(each.asked, each.offered) for each in _cells(lines)), default=0.0)
    flows = []
    for line in sorted(lines, key=lambda line: -sum(each.asked for each in line.cells)):
        words = _words(line)
        svg = demand_and_supply_svg(line.cells, most=HEADROOM * most, words=words)
        flows.append(Flow(line.name, words, svg, line.cells))
    return flows


def _cells(lines: list[Line]) -> Iterator[Cell]:
    for line in lines:
        yield from line.cells


def _words(line: Line) -> str:
    """“The queue grows from 37 to 61 days by 8 Feb; people can do 10 days a week.”"""
    if not line.cells:
        return "Nothing is asked for."
    first, last = line.cells[0], line.cells[-1]
    ends = short_day(last.week)
    supply = sum(each.offered for each in line.cells) / len(line.cells)
    can = (
        f"people can do {supply:.1f} days a week"
        if supply
        else "nobody can do any of it"
    )
    if max(first.asked, last.asked) < 0.5:
        return f"Hardly anything is asked for; {can}."
    change = last.asked - first.asked
    if abs(change) <= LEAST_CHANGE * max(first.asked, last.asked):
        return (
            f"It stays at about {counted(round(first.asked), 'day')} to {ends}; {can}."
        )
    way = "grows" if change > 0 else "falls"
    return f"It {way} from {first.asked:.0f} to {last.asked:.0f} days by {ends}; {can}."
