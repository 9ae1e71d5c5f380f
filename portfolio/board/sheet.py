"""The shown rows as columns of a spreadsheet: plain days and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from portfolio.board.rows import Row

HEADER = [
    "Rank", "Reference", "Title", "Business unit", "Owner", "Tier", "Stage", "Blocked",
    "Likely days", "Score", "Skills", "P10", "P50", "P85", "P95", "Promised",
    "Needed by", "Chance on time", "Status", "Why no forecast",
]  # fmt: skip


def sheet_rows(rows: Iterable[Row]) -> Iterator[list[object]]:
    for row in rows:
        dates = row.dates
        yield [
            row.place, row.reference, row.title, row.unit, row.owner, row.tier,
            row.stage_words, row.blocked, row.likely_days, row.score.number,
            ", ".join(row.skills),
            dates.p10, dates.p50, dates.p85, dates.p95, dates.promised, dates.needed,
            None if row.chance is None else row.chance_words, row.rag.word, row.silence,
        ]  # fmt: skip
