"""The snapshot as a PDF: two pages to read, an appendix, and text that can be selected.

Typst sets it with the fonts beside this file. Fonts of the machine are asked only for
letters that these lack, so that the same snapshot looks the same elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import typst

from portfolio.reports.cuts import printable, width_of
from portfolio.reports.digest import (
    Section,
    changes,
    coming,
    commitments,
    decisions,
    delivered,
    figure_pairs,
    health,
    kept,
    risks,
    sections_of,
    service,
    source_words,
    weeks_words,
)
from portfolio.reports.edition import Edition

HERE = Path(__file__).resolve().parent
# Rows of each section on the two pages; the first of these that fits them is taken.
MOST = [
    {
        "decisions": 6, "commitments": 20, "changes": 12, "delivered": 8, "next": 8,
        "kept": 6, "service": 8, "risks": 8,
    },
    {
        "decisions": 5, "commitments": 14, "changes": 9, "delivered": 5, "next": 5,
        "kept": 6, "service": 7, "risks": 5,
    },
    {
        "decisions": 4, "commitments": 10, "changes": 6, "delivered": 3, "next": 3,
        "kept": 6, "service": 7, "risks": 3,
    },
]  # fmt: skip
PAGES = 2
MOST_SKILLS = 7
ALL = 10_000
# What is longer is cut on the two pages; the appendix has all of it.
LONG, WHY = 64, 150
_EXPLAINING = {"What", "Why", "Manager’s note"}

_WIDTHS = {
    "decisions": "2 3 4", "changes": "1.3 4 3", "kept": "1.6 1 1 1",
    "commitments": "3.6 0.85 0.7 0.75 0.8 0.8 1.55 2.1",
    "delivered": "4 1.2 0.8 0.9 1.3", "next": "4 1.2 0.8 1.4 1.2",
    "capacity": "2 1 1 1", "risks": "1.4 3 3 0.8 1.3",
}  # fmt: skip


def write_pdf(edition: Edition) -> bytes:
    pdf = _compiler(_fitting(edition)).compile(
        format="pdf", timestamp=int(edition.frozen_at.timestamp())
    )
    if not isinstance(pdf, bytes):
        raise TypeError(f"Typst gave {type(pdf)} where the bytes of a PDF were asked.")
    return pdf


def _fitting(edition: Edition) -> dict[str, Any]:
    """As much as two pages hold, with an appendix of what they do not."""
    for most in MOST:
        told = _told(edition, most)
        if most is MOST[-1] or _pages(told) <= PAGES:
            break
    return told


def _pages(told: dict[str, Any]) -> int:
    """Pages before the appendix."""
    alone = _compiler({**told, "appendix": [], "definitions": []})
    return int(json.loads(alone.query("<end>", field="value", one=True)))


def _compiler(told: dict[str, Any]) -> typst.Compiler:
    return typst.Compiler(
        HERE / "status.typ",
        root=HERE,
        font_paths=_fonts(),
        sys_inputs={"told": json.dumps(told)},
    )


@cache
def _fonts() -> typst.Fonts:
    """Read once a process, which takes longer than setting a page."""
    return typst.Fonts(font_paths=[HERE / "fonts"])


def _told(edition: Edition, most: dict[str, int]) -> dict[str, Any]:
    content = edition.content
    head = content["headline"]
    main = {
        key: make(edition, most[key])
        for key, make in {
            "commitments": commitments, "changes": changes, "delivered": delivered,
            "next": coming, "kept": kept, "service": service, "risks": risks,
        }.items()
    }  # fmt: skip
    asked = decisions(edition, most["decisions"])
    skills = content["capacity"]
    return {
        "title": printable(edition.title),
        "of": f"as of {edition.today:%-d %B %Y}",
        "foot": f"Throughline · {edition.foot}",
        "rag": head["rag"],
        "sentence": head["sentence"],
        "trend": head["trend"],
        "way": head.get("trend_way", ""),
        "note": printable(head.get("note", ""), 600),
        "bar": [
            {"tone": tone, "count": head[tone]}
            for tone in ("red", "amber", "grey", "green")
            if head[tone]
        ],
        "figures": figure_pairs(edition),
        "decisions": [
            _decision(row) for row in content["decisions"][: len(asked.rows)]
        ],
        "decisions_more": asked.more_words,
        "main": {key: _section(section, LONG) for key, section in main.items()},
        "skills": _bars(skills[:MOST_SKILLS]),
        "skills_more": f"and {len(skills) - MOST_SKILLS} more"
        if len(skills) > MOST_SKILLS
        else "",
        "health": health(edition),
        "appendix": [
            _section(section)
            for section in sections_of(edition, ALL)
            if not _is_whole(section, {**main, "decisions": asked})
        ],
        "definitions": [
            [printable(word) for word in pair] for pair in content["definitions"]
        ],
        "source": source_words(edition),
    }


def _is_whole(section: Section, main: dict[str, Section]) -> bool:
    """Stands on the two pages already, with every row and every word."""
    shown = main.get(section.key)
    return shown is not None and not (
        shown.more
        or any(
            width_of(cell) > _most(name, LONG)
            for row in shown.rows
            for name, cell in zip(shown.headings, row, strict=True)
        )
    )


def _most(heading: str, longest: int) -> int:
    """Letters of a column: what explains may be half as long again as a title."""
    return longest * 3 // 2 if heading in _EXPLAINING else longest


def _decision(row: dict[str, Any]) -> dict[str, str]:
    about = f"{row['reference']} {row['title']}".strip()
    return {
        "what": printable(row["what"], WHY),
        "about": printable(about, LONG),
        "why": printable(row["why"], WHY),
        "note": printable(row.get("note", ""), WHY),
    }


def _section(section: Section, longest: int = 0) -> dict[str, Any]:
    columns = len(section.headings)
    usual = " ".join(["1.6", *["1"] * (columns - 1)])
    widths = _WIDTHS.get(section.key, usual).split()
    # Notes stand in a column of their own where there are any.
    widths += ["2"] * (columns - len(widths))
    return {
        "title": section.title,
        "headings": section.headings,
        "rows": [
            [
                printable(cell, _most(name, longest) if longest else 0)
                for name, cell in zip(section.headings, row, strict=True)
            ]
            for row in section.rows
        ],
        "tones": section.tones,
        # The column that is written in the colour of the row.
        "toned": section.headings.index("Status") if section.tones else -1,
        "numbers": sorted(section.numbers),
        "widths": widths,
        "empty": section.empty,
        "more": section.more_words,
        "where": ", in the appendix." if longest else ".",
    }


def _bars(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Skills with the lengths of both their bars, as shares of the longest."""
    longest = max((max(row["work"], row["supply"] or 0.0) for row in rows), default=0.0)
    return [
        {
            "skill": printable(row["skill"], 24),
            "work": row["work"] / longest if longest else 0.0,
            "supply": (row["supply"] or 0.0) / longest if longest else 0.0,
            "words": f"{row['work']:,.1f} / "
            + ("–" if row["supply"] is None else f"{row['supply']:,.1f}")
            + f" · {weeks_words(row['weeks'])}"
            + (" weeks" if row["weeks"] is not None else ""),
        }
        for row in rows
    ]
