"""CSV that a spreadsheet opens as text: no cell of it ever becomes a formula."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable
from decimal import Decimal

from django.http import HttpResponse

# What a spreadsheet program takes for the start of a formula, also behind blanks.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_cell(value: object) -> str:
    """A value as a harmless cell: numbers and ISO dates as they are, None as empty.

    Text that a spreadsheet would run as a formula gets an apostrophe in front.

    >>> csv_cell("=2+3"), csv_cell(-4), csv_cell(None)
    ("'=2+3", '-4', '')
    """
    if value is None:
        return ""
    if isinstance(value, dt.date):
        return value.isoformat()
    text = str(value)
    if isinstance(value, int | float | Decimal):
        return text
    starts = text.startswith(FORMULA_STARTS) or text.lstrip().startswith(FORMULA_STARTS)
    return f"'{text}" if starts else text


def csv_text(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Header and rows as CSV text with every cell made harmless."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([csv_cell(name) for name in header])
    writer.writerows([csv_cell(value) for value in row] for row in rows)
    return out.getvalue()


def csv_response(
    name: str, header: Iterable[str], rows: Iterable[Iterable[object]]
) -> HttpResponse:
    """The same as a download; the mark in front tells Excel that it is UTF-8."""
    return HttpResponse(
        "\ufeff" + csv_text(header, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
