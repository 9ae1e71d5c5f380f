"""Demand against supply of a skill as one small picture: an area and a line.

Drawn in a box of 100 by 40 that is stretched to its place; lines keep their width. It
holds no words: what it shows is said beside it, and stands in the table of its data.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString

from capacity.load import Cell

WIDTH, HEIGHT = 100.0, 40.0


def demand_and_supply_svg(
    cells: Sequence[Cell], *, most: float, words: str
) -> SafeString:
    """What can be done in each week as steps, and above them what is asked for."""
    step = WIDTH / max(len(cells), 1)
    scale = HEIGHT / most if most else 0.0
    supply = "".join(
        f"H{number * step:.2f}V{HEIGHT - each.offered * scale:.2f}"
        for number, each in enumerate(cells)
    )
    demand = " ".join(
        f"{(number + 0.5) * step:.2f},{HEIGHT - each.asked * scale:.2f}"
        for number, each in enumerate(cells)
    )
    return format_html(
        '<svg class="flow" viewBox="0 0 100 40" preserveAspectRatio="none" role="img" '
        'aria-label="{}"><path class="flow-supply" d="M0,40{}H100V40Z"/>'
        '<polyline class="flow-demand" points="{}"/></svg>',
        words,
        supply,
        demand,
    )
