"""The report as an e-mail: HTML that needs no picture, and the same as plain text."""

from __future__ import annotations

import textwrap
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from portfolio.reports.digest import (
    Section,
    figure_pairs,
    health,
    sections_of,
    source_words,
)
from portfolio.reports.edition import Edition

# As much as somebody reads in a mail; the workbook that comes with it has all.
MOST_ROWS = 15
WIDTH = 76


def write_html(edition: Edition) -> bytes:
    return html_of(edition).encode()


def html_of(edition: Edition) -> str:
    return render_to_string("reports/mail.html", _told(edition))


def text_of(edition: Edition) -> str:
    """The same for who reads mail as plain text."""
    told = _told(edition)
    head = told["head"]
    parts = [
        _wrapped(edition.title),
        _wrapped(head["sentence"]),
        _wrapped(f"{head['trend']} {head.get('trend_way', '').capitalize()}".strip()),
        "\n".join(_wrapped(line) for line in head.get("note", "").splitlines()),
        "\n".join(f"{name}: {value}" for name, value in told["figures"]),
        *(_section_text(section) for section in told["sections"]),
        _heading("Forecast health") + "\n".join(_item(line) for line in told["health"])
        if told["health"]
        else "",
        _wrapped(told["source"]),
        f"Snapshot {edition.foot}\n{told['address']}",
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _told(edition: Edition) -> dict[str, Any]:
    return {
        "edition": edition,
        "head": edition.content["headline"],
        "figures": figure_pairs(edition),
        "sections": [
            section for section in sections_of(edition, MOST_ROWS) if section.rows
            or section.key in {"decisions", "changes", "commitments"}
        ],
        "health": health(edition),
        "definitions": edition.content["definitions"],
        "source": source_words(edition),
        "address": f"{settings.ADDRESS}/reports/{edition.content['week']}/"
        f"{edition.version}/",
    }  # fmt: skip


def _section_text(section: Section) -> str:
    if not section.rows:
        return _heading(section.title) + section.empty
    rows = [_row_text(section.headings, row) for row in section.rows]
    more = [f"… {section.more_words}"] if section.more else []
    return _heading(section.title) + "\n".join([*rows, *more])


def _row_text(headings: tuple[str, ...], row: list[str]) -> str:
    first, *rest = row
    told = [
        f"{heading}: {cell}"
        for heading, cell in zip(headings[1:], rest, strict=True)
        if cell != "–"
    ]
    return _item("; ".join([first, *told]))


def _heading(title: str) -> str:
    return f"{title}\n{'-' * min(len(title), WIDTH)}\n"


def _item(text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent="* ", subsequent_indent="  ")


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH)
