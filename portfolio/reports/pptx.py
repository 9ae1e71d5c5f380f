"""The snapshot as six slides with native tables and charts, to be shown as they are."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Any

from pptx.enum.chart import XL_CHART_TYPE

from portfolio.reports.digest import (
    Section,
    changes,
    coming,
    commitments,
    decisions,
    delivered,
    figure_pairs,
    health,
    risks,
    source_words,
)
from portfolio.reports.edition import Edition
from portfolio.reports.slides import (
    ACCENT,
    LEFT,
    PALE,
    SOFT,
    TONES,
    Box,
    Deck,
    band,
    chart,
    table,
    text,
)

MOST = {
    "decisions": 6, "commitments": 10, "changes": 9, "delivered": 4, "next": 4,
    "risks": 8,
}  # fmt: skip
MOST_SKILLS = 8
TOP = 1.5
FULL = 12.13
# Files of a presentation carry the time they were packed at; the same bytes again.
PACKED_AT = (1980, 1, 1, 0, 0, 0)


def write_pptx(edition: Edition) -> bytes:
    deck = Deck(title=edition.title, foot=f"Throughline · {edition.foot}")
    _headline(deck, edition)
    _decisions(deck, edition)
    _commitments(deck, edition)
    _changes(deck, edition)
    _capacity(deck, edition)
    _risks(deck, edition)
    return _packed(deck.save())


def _headline(deck: Deck, edition: Edition) -> None:
    content = edition.content
    head, weeks = content["headline"], content["delivered_by_week"]
    draft = " – draft, not approved" if edition.state == "draft" else ""
    slide = deck.slide(
        head["sentence"],
        under=f"{edition.title}, as of {edition.today:%-d %B %Y}{draft}",
        notes="\n".join(
            [source_words(edition), ""]
            + [f"{word}: {meaning}" for word, meaning in content["definitions"]]
        ),
    )
    band(slide, Box(0.3, 0.45, 0.09, 0.95), TONES.get(head["rag"], SOFT))
    way = f" {head['trend_way'].capitalize()}." if head.get("trend_way") else ""
    text(slide, Box(LEFT, 1.4, FULL, 0.4), f"{head['trend']}{way}".strip(), size=16)
    top = 1.95
    if note := head.get("note", ""):
        text(slide, Box(LEFT, 1.8, FULL, 0.85), note, size=15, colour=ACCENT)
        top = 2.7
    figures = figure_pairs(edition)
    table(
        slide, Box(LEFT, top, FULL, 1),
        [name for name, _value in figures], [[value for _name, value in figures]],
        widths=[1, 1, 1, 1.15, 1.1, 1.2, 1.4], size=24, head_size=12, lines=1,
    )  # fmt: skip
    top += 1.1
    high = 6.95 - top
    chart(
        slide, Box(LEFT, top, 4.0, high), XL_CHART_TYPE.BAR_CLUSTERED,
        "Open commitments by status",
        ["On track", "At risk", "Late", "No forecast"],
        [("Open", [head[tone] for tone in ("green", "amber", "red", "grey")], ACCENT)],
        points=[TONES[tone] for tone in ("green", "amber", "red", "grey")],
    )  # fmt: skip
    chart(
        slide, Box(4.75, top, 3.9, high), XL_CHART_TYPE.COLUMN_CLUSTERED,
        "Demands delivered by week",
        [row["week"] for row in weeks],
        [("Delivered", [row["delivered"] for row in weeks], ACCENT)],
    )  # fmt: skip
    quarters = content["integrity"].get("by_quarter", [])
    if quarters:
        chart(
            slide, Box(8.75, top, 3.98, high), XL_CHART_TYPE.COLUMN_CLUSTERED,
            "Promises delivered and kept",
            [row["quarter"] for row in quarters],
            [
                ("Delivered", [row["closed"] for row in quarters], PALE),
                ("Kept, original date", [row["kept_original"] for row in quarters],
                 ACCENT),
            ],
        )  # fmt: skip


def _decisions(deck: Deck, edition: Edition) -> None:
    section = decisions(edition, MOST["decisions"])
    total = len(section.rows) + section.more
    slide = deck.slide(section.title, under=_counted(total, "decision"))
    widths = [3, 3.6, 5, *[3] * (len(section.headings) - 3)]
    _put(slide, section, Box(LEFT, TOP, FULL, 5.2), widths, size=13, lines=3)


def _commitments(deck: Deck, edition: Edition) -> None:
    section = commitments(edition, MOST["commitments"])
    slide = deck.slide(
        section.title,
        under="Late first, then at risk; the reason where it is not on track",
    )
    widths = [4.2, 1.2, 0.85, 0.85, 0.95, 0.95, 1.75, 2.9]
    _put(slide, section, Box(LEFT, TOP, FULL, 5.2), widths, size=11.5)


def _changes(deck: Deck, edition: Edition) -> None:
    section = changes(edition, MOST["changes"])
    slide = deck.slide(f"{section.title}, delivered and next")
    left = Box(LEFT, TOP, 6.9, 5.2)
    widths = [1.6, 3.2, 2.7, *[2.2] * (len(section.headings) - 3)]
    _headed(slide, left, section, section.title, widths)
    for make, top, widths in (
        (delivered, TOP, [2.4, 0.95, 1.5, 1.45]),
        (coming, 4.35, [2.8, 0.9, 1.3, 1.1]),
    ):
        found = make(edition, MOST["delivered"])
        # The unit takes room that the title needs.
        columns = [at for at, name in enumerate(found.headings) if name != "Unit"]
        _headed(
            slide, Box(7.75, top, 4.98, 2.6), _only(found, columns), found.title, widths
        )


def _capacity(deck: Deck, edition: Edition) -> None:
    content = edition.content
    rows = content["capacity"]
    slide = deck.slide("Capacity, demand and SLA")
    if rows:
        shown = rows[:MOST_SKILLS]
        chart(
            slide, Box(LEFT, 1.2, 6.1, 5.3), XL_CHART_TYPE.BAR_CLUSTERED,
            "Work left and supply of 12 weeks, focused days",
            [row["skill"] for row in shown],
            [
                ("Work left", [row["work"] for row in shown], ACCENT),
                ("Supply of 12 weeks", [row["supply"] for row in shown], PALE),
            ],
            number_format="#,##0.0",
        )  # fmt: skip
        _more(slide, Box(LEFT, 6.5, 6, 0.3), len(rows) - len(shown))
    else:
        text(
            slide, Box(LEFT, TOP, 6, 0.5), "There is neither work nor a forecast yet.",
            size=14, colour=SOFT,
        )  # fmt: skip
    told = content["shares"]
    if told["tiers"]:
        _titled(
            slide,
            Box(6.95, 1.25, 5.8, 0.35),
            f"By tier in {told['quarter']}, focused days",
        )
        table(
            slide, Box(6.95, 1.6, 5.78, 2),
            ["Tier", "Share", "Used", "Planned", "Over"],
            [
                [
                    row["tier"],
                    "–" if row["share"] is None else f"{row['allowed']:,.1f}",
                    *(f"{row[name]:,.1f}" for name in ("used", "planned", "over")),
                ]
                for row in told["tiers"][:6]
            ],
            widths=[2, 1, 1, 1, 1], numbers=frozenset(range(1, 5)), size=12, lines=1,
        )  # fmt: skip
    rows = content["service"]
    if rows:
        _titled(
            slide,
            Box(6.95, 4.05, 5.8, 0.35),
            "Requests, last four weeks: answered and decided in time",
        )
        names = (
            "received",
            "acknowledged",
            "decided",
            "decided_late",
            "waiting",
            "late",
        )
        table(
            slide, Box(6.95, 4.4, 5.78, 2),
            ["Tier", "Received", "Answered", "Decided", "Decided late", "Waiting",
             "Late now"],
            [[row["tier"], *(f"{row[name]:,}" for name in names)]
             for row in [*rows[:5], *rows[5:][-1:]]],
            widths=[1.5, 1.1, 1.2, 1.1, 1.45, 1.05, 1.15],
            numbers=frozenset(range(1, 7)), size=11, lines=1,
        )  # fmt: skip


def _risks(deck: Deck, edition: Edition) -> None:
    section = risks(edition, MOST["risks"])
    slide = deck.slide("Risks, waits and forecast health")
    _put(slide, section, Box(LEFT, 1.2, FULL, 4.6), [1.8, 4, 4, 1, 2], size=12)
    told = " ".join(health(edition))
    if told:
        text(slide, Box(LEFT, 6.2, FULL, 0.8), told, size=13, colour=SOFT)


def _headed(
    slide: Any, box: Box, section: Section, title: str, widths: Sequence[float]
) -> None:
    _titled(slide, Box(box.left, box.top - 0.3, box.width, 0.35), title)
    below = Box(box.left, box.top + 0.05, box.width, box.height)
    _put(slide, section, below, widths, size=11)


def _titled(slide: Any, box: Box, title: str) -> None:
    text(slide, box, title, size=14, bold=True)


def _put(
    slide: Any,
    section: Section,
    box: Box,
    widths: Sequence[float],
    *,
    size: float,
    lines: int = 2,
) -> None:
    """A section as a native table, and below it how many more there are."""
    if not section.rows:
        text(slide, Box(box.left, box.top, box.width, 0.5), section.empty, size=14,
             colour=SOFT)  # fmt: skip
        return
    frame = table(
        slide, box, section.headings, section.rows, widths=widths, tones=section.tones,
        toned=section.headings.index("Status") if section.tones else -1,
        numbers=section.numbers, size=size, lines=lines,
    )  # fmt: skip
    bottom = box.top + frame.height / 914_400
    _more(slide, Box(box.left, bottom + 0.02, box.width, 0.3), section.more)


def _more(slide: Any, box: Box, more: int) -> None:
    if more > 0:
        text(slide, box, f"and {more:,} more", size=12, colour=SOFT)


def _only(section: Section, columns: Sequence[int]) -> Section:
    return Section(
        key=section.key,
        title=section.title,
        headings=tuple(section.headings[at] for at in columns),
        rows=[[row[at] for at in columns] for row in section.rows],
        empty=section.empty,
        more=section.more,
        tones=section.tones,
    )


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _packed(file: bytes) -> bytes:
    """The same parts in the same order, without the clock."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(file)) as parts,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for name in parts.namelist():
            packed.writestr(zipfile.ZipInfo(name, PACKED_AT), parts.read(name),
                            zipfile.ZIP_DEFLATED)  # fmt: skip
    return out.getvalue()
