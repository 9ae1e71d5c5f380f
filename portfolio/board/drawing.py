"""The rows of the list as HTML, and the bar of one demand.

Written here and not by templates: a page has hundreds of rows of some thirty values;
templates took longer for them than everything else on the page together.
What comes from people is escaped; the rest are words, numbers and colours of our own.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from django.utils.safestring import SafeString, mark_safe

from portfolio.board.cuts import Cut
from portfolio.board.rows import Row
from portfolio.board.timeline import Bar, Mark, Span
from portfolio.core.words import short_day

NEEDED = {
    "": "M0 8l-5 8.5h10z",
    "after": "M-8 8l8 5-8 5z",
    "before": "M8 8l-8 5 8 5z",
}
PROMISED = {
    "": "M0-8l7 8-7 8-7-8z",
    "after": "M-9-7l9 7-9 7z",
    "before": "M9-7l-9 7 9 7z",
}


def bar_svg(row: Row, bar: Bar, *, words: str, label: str) -> SafeString:
    """One bar: percentages are attributes, and each mark is an svg of its own.

    So nothing needs a style, and nothing is distorted.
    """
    parts = [
        '<svg class="time" role="img" focusable="false"><title>',
        escape(words),
        '</title><use href="#board-lines" /><svg y="50%">',
        _rect("p95", bar.faint, -4, 4, is_open=bar.faint_is_open),
        _rect("p85", bar.solid, -6, 3, is_open=bar.solid_is_open),
    ]
    if bar.goes_beyond:
        parts.append('<svg x="100%"><path class="beyond" d="M-8-5l7 5-7 5z" /></svg>')
    parts.append(_mark("need", bar.needed, NEEDED))
    parts.append(_mark(f"commit {row.rag.colour}", bar.promised, PROMISED))
    if bar.label:
        wide = " wide" if bar.label.is_wide else ""
        parts.append(
            f'<text class="range{wide}" x="{bar.label.x}" y="4" '
            f'text-anchor="{bar.label.anchor}">{label}</text>'
        )
    parts.append("</svg></svg>")
    if row.silence:
        right = " right" if bar.words_right else ""
        parts.append(
            f'<span class="silent{right}" aria-hidden="true">'
            f"{escape(row.silence)}</span>"
        )
    return mark_safe("".join(parts))  # noqa: S308 - escaped above


def row_html(row: Row, svg: str, *, may_rank: bool, promise_at: str) -> str:
    """A row of the list; ``promise_at`` is where its date is promised, or empty."""
    reference, url = escape(row.reference), escape(row.url)
    skills, score = escape(row.skill_words), row.score
    blocked = escape(row.blocked)
    owner = f" · {escape(row.owner)}" if row.owner else ""
    chip = (
        f'<span class="chip amber" title="{blocked}">blocked'
        f'<span class="cause">: {blocked}</span></span>'
        if blocked
        else ""
    )
    return (
        f'<tr class="row" data-reference="{reference}" data-place="{row.place}" '
        f'data-revision="{row.revision}">'
        f"{_place(row, reference, url, may_rank=may_rank)}"
        f'<th scope="row" class="c-what"><a class="title" href="{url}">'
        f"{escape(row.title)}</a>"
        f'<span class="meta"><span class="meta-words">{reference} · {escape(row.unit)}'
        f'<span class="meta-tier"> · {escape(row.tier)}</span>'
        f" · {row.stage_words}{owner}</span>{chip}</span>"
        f"{_nudge(reference, url) if may_rank else ''}</th>"
        f'<td class="c-tier"><span class="chip {row.tier_slug}">'
        f"{escape(row.tier)}</span></td>"
        f'<td class="c-days num">{row.days_words}</td>'
        f'<td class="c-score num" title="{escape(score.words)}">'
        f"{score.shown}</td>"
        f'<td class="c-skills" title="{skills}">{skills}</td>'
        f'<td class="c-chance num rag {row.rag.colour}">{_chance(row, promise_at)}</td>'
        f'<td class="c-time">{svg}</td></tr>\n'
    )


def cuts_html(cuts: Iterable[Cut]) -> str:
    """Quarter ends across the list."""
    return "".join(
        f'<tr class="cut"><td colspan="9"><b>Done by {short_day(cut.day)} at 85 %</b> '
        f"{cut.words}</td></tr>\n"
        for cut in cuts
    )


def group_html(name: str, rows: int) -> str:
    """The head of a group, before its rows."""
    return (
        '<tr class="cut group"><th scope="colgroup" colspan="9">'
        f"{escape(name)} <span>{rows}</span></th></tr>\n"
    )


def _place(row: Row, reference: str, url: str, *, may_rank: bool) -> str:
    if not may_rank:
        return f'<td class="c-place num">{row.place}</td>'
    return (
        f'<td class="c-grip"><button type="button" class="grip" '
        f'aria-label="Move {reference}" aria-describedby="how-to-move"></button></td>'
        f'<td class="c-place num"><a href="{url}#ranking" title="Move to rank…" '
        f'data-to-rank><span class="sr">Rank </span><span class="place">{row.place}'
        "</span></a></td>"
    )


def _chance(row: Row, promise_at: str) -> str:
    words = (
        f"{escape(row.chance_words)}"
        f'<span class="{"word" if row.has_chance else "sr"}">{row.rag.word}</span>'
    )
    if not promise_at:
        return words
    address = escape(promise_at)
    return f'<a href="{address}" title="Promise a date…" data-promise>{words}</a>'


def _nudge(reference: str, url: str) -> str:
    return (
        f'<span class="nudge"><a href="{url}#ranking" data-step="-1" '
        f'aria-label="Move {reference} up" title="Move up">↑</a> '
        f'<a href="{url}#ranking" data-step="1" aria-label="Move {reference} down" '
        'title="Move down">↓</a></span>'
    )


def _rect(name: str, span: Span | None, top: int, radius: int, *, is_open: bool) -> str:
    if span is None:
        return ""
    opened = " open" if is_open else ""
    return (
        f'<rect class="{name}{opened}" x="{span.x}" y="{top}" width="{span.width}" '
        f'height="{-2 * top}" rx="{radius}" />'
    )


def _mark(name: str, mark: Mark | None, shapes: dict[str, str]) -> str:
    if mark is None:
        return ""
    return f'<svg x="{mark.x}"><path class="{name}" d="{shapes[mark.beyond]}" /></svg>'
