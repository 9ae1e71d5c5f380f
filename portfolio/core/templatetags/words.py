"""Filters of every template; built in, so nothing has to be loaded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portfolio.core import words

register = template.Library()


@register.filter
def day(value: dt.date | None) -> SafeString | str:
    """“Fri 4 Dec” with the full date on hover; a dash when there is none."""
    return _time(value, words.day_words)


@register.filter
def short_day(value: dt.date | None) -> SafeString | str:
    return _time(value, words.short_day)


@register.filter
def moment(value: dt.datetime | None) -> SafeString | str:
    if not value:
        return "–"
    local = timezone.localtime(value)
    return format_html(
        '<time datetime="{}" title="{}, {}">{}</time>',
        local.isoformat(timespec="seconds"),
        words.full_day(local.date()),
        f"{local:%H:%M %Z}",
        words.moment_words(value),
    )


@register.filter
def cell(value: object) -> SafeString | str:
    """What stands in a cell of a table of anything: a day, a number, words, a dash."""
    if isinstance(value, dt.date):
        return _time(value, words.short_day)
    if value is None or value == "":
        return "–"
    return f"{value:,}" if isinstance(value, int | float) else str(value)


@register.filter
def to(first: dt.date | None, last: dt.date | None) -> SafeString | str:
    """A range of days: ``{{ p50|to:p85 }}`` reads “4 Dec – 18 Jan”."""
    if first is None:
        return "–"
    if last is None:
        return format_html("from {}", _time(first, words.short_day))
    if first == last:
        return _time(first, words.short_day)
    begin = words.first_of_range(first, last)
    return format_html(
        "{} – {}", _time(first, lambda _day: begin), _time(last, words.short_day)
    )


@register.filter
def counted(number: int, one_and_many: str) -> str:
    """``{{ n|counted:"demand" }}``; an irregular plural follows a comma."""
    one, _, many = one_and_many.partition(",")
    return words.counted(number, one, many or None)


def _time(value: dt.date | None, say: Callable[[dt.date], str]) -> SafeString | str:
    if not value:
        return "–"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        words.local_day(value).isoformat(),
        words.full_day(value),
        say(value),
    )
