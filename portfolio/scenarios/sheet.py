"""The shown comparison as columns of a spreadsheet: plain days and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from portfolio.scenarios.comparison import Line, Side

HEADER = [
    "Reference", "Title", "Business unit", "Promised", "Needed by",
    "Rank live", "Rank scenario", "P50 live", "P50 scenario", "P85 live",
    "P85 scenario", "Days moved (P85)", "What happens", "Chance on time live",
    "Chance on time scenario", "Status live", "Status scenario",
]  # fmt: skip


def sheet_rows(lines: Iterable[Line]) -> Iterator[list[object]]:
    for line in lines:
        live, then = line.live, line.then
        yield [
            line.reference, line.title, line.unit, line.promised, line.needed,
            live and live.place, then and then.place, live and live.p50,
            then and then.p50, live and live.p85, then and then.p85, line.days,
            line.days_words, _chance(live), _chance(then), line.before.word,
            line.after.word,
        ]  # fmt: skip


def _chance(side: Side | None) -> str | None:
    return side.chance_words if side and side.chance is not None else None
