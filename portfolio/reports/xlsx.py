"""The snapshot as a workbook: typed cells, filters, native charts; no formulas."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from portfolio.reports.cuts import width_of
from portfolio.reports.edition import Edition
from portfolio.reports.tables import (
    CAPACITY,
    QUARTERS,
    SERVICE,
    SHARES,
    TABLES,
    Column,
    Table,
    facts,
    figures,
    kind_of,
    rows_of,
    stages_table,
)

# Green, amber, red and grey as in the product, in the order of the figures.
COLOURS = {"green": "#17714A", "amber": "#8F5400", "red": "#B3261E", "grey": "#5F6368"}
BLUE, GREY = "#2B4BD6", "#8B8F96"
# Reads as on the pages: a simulation never promises 100 %, nor rules anything out.
SHARE = '[>0.95]">95 %";[<0.01]"<1 %";0%'
FIRST_FIGURE = 5
# Where what stands below the charts of the summary begins.
BELOW_CHARTS = 36
A4 = 9
# Points, and lines beyond which a row is not made higher.
LINE, MOST_LINES = 15, 8


def write_xlsx(edition: Edition) -> bytes:
    """The snapshot as the bytes of an XLSX file."""
    out = io.BytesIO()
    # Titles come from people: nothing of theirs may become a formula or a link.
    book = xlsxwriter.Workbook(
        out,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    book.set_properties(
        {
            "title": edition.title,
            "author": "Throughline",
            "comments": edition.foot,
            "created": edition.frozen_at.astimezone(UTC).replace(tzinfo=None),
        }
    )
    styles = _styles(book)
    _summary(book, styles, edition)
    for table in [*TABLES[:-1], stages_table(), TABLES[-1]]:
        sheet = book.add_worksheet(table.name)
        _table(sheet, styles, table, edition)
        _chart(book, sheet, table, len(rows_of(table, edition.content)))
    _definitions(book.add_worksheet("Definitions"), styles, edition)
    book.close()
    return out.getvalue()


def _styles(book: Workbook) -> dict[str, Format]:
    top = {"valign": "top"}
    dates = {**top, "align": "left"}
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format(
            {**top, "bold": True, "bg_color": "#ECECEA", "text_wrap": True}
        ),
        "text": book.add_format({**top, "text_wrap": True}),
        "date": book.add_format({**dates, "num_format": "d mmm yyyy"}),
        "number": book.add_format({**top, "num_format": "#,##0.0"}),
        "count": book.add_format({**top, "num_format": "#,##0"}),
        "share": book.add_format({**top, "num_format": SHARE}),
        "moment": book.add_format({**dates, "num_format": "d mmm yyyy hh:mm"}),
        "bold": book.add_format({"bold": True}),
        **{
            name: book.add_format({**top, "bold": True, "font_color": colour})
            for name, colour in COLOURS.items()
        },
    }


def _write(
    sheet: Worksheet,
    row: int,
    column: int,
    value: Any,
    kind: str,
    style: Format,
) -> None:
    """One typed cell; text is always written as text, whatever it looks like."""
    if value is None or value in ("", []):
        sheet.write_blank(row, column, None, style)
    elif kind == "date":
        sheet.write_datetime(row, column, date.fromisoformat(value), style)
    elif kind == "moment":
        moment = datetime.fromisoformat(value).astimezone(UTC)
        sheet.write_datetime(
            row, column, moment.replace(microsecond=0, tzinfo=None), style
        )
    elif kind in {"number", "count", "share"}:
        sheet.write_number(row, column, value, style)
    elif kind == "yes":
        sheet.write_string(row, column, "yes" if value else "no", style)
    elif kind == "names":
        sheet.write_string(row, column, ", ".join(value), style)
    else:
        sheet.write_string(row, column, str(value), style)


def _table(
    sheet: Worksheet, styles: dict[str, Format], table: Table, edition: Edition
) -> None:
    columns = table.columns_for(leadership=edition.is_for_leadership)
    rows = rows_of(table, edition.content)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(0, place, column.heading, styles["head"])
    for number, row in enumerate(rows, start=1):
        for place, column in enumerate(columns):
            value = row.get(column.key)
            kind = kind_of(value) if column.kind == "any" else column.kind
            style = _style_of(row, column, kind, styles)
            _write(sheet, number, place, value, kind, style)
        sheet.set_row(number, LINE * _lines(row, columns))
    if not rows:
        sheet.write_string(1, 0, _empty(table, edition))
    sheet.set_row(0, 32)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
    _print_set_up(sheet, edition)
    sheet.repeat_rows(0)


def _lines(row: dict[str, Any], columns: Sequence[Column]) -> int:
    """Lines that the fullest text of a row takes; not every program counts them."""
    texts = ((row.get(column.key), column.width) for column in columns)
    return min(
        max(
            math.ceil(width_of(text) / width) if isinstance(text, str) else 1
            for text, width in texts
        ) or 1,
        MOST_LINES,
    )  # fmt: skip


def _style_of(
    row: dict[str, Any], column: Column, kind: str, styles: dict[str, Format]
) -> Format:
    if column.key == "rag_word":
        return styles.get(row["rag"], styles["text"])
    return styles.get(kind, styles["text"])


def _empty(table: Table, edition: Edition) -> str:
    if table.key == "changes" and edition.content["changes"]["since"] is None:
        return "There is no snapshot before."
    return table.empty


def _print_set_up(sheet: Worksheet, edition: Edition) -> None:
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    # An ampersand begins a code in a footer.
    foot = f"{edition.content['team']}, {edition.foot}".replace("&", "&&")
    sheet.set_footer(f"&L{foot[:200]}&RPage &P of &N")


def _summary(book: Workbook, styles: dict[str, Format], edition: Edition) -> None:
    content = edition.content
    head = content["headline"]
    sheet = book.add_worksheet("Summary")
    sheet.set_column(0, 0, 38)
    sheet.set_column(1, 1, 24)
    sheet.set_column(2, 9, 11)
    sheet.write_string(0, 0, f"{content['team']}, {content['week']}", styles["title"])
    sheet.write_string(1, 0, head["sentence"], styles.get(head["rag"], styles["bold"]))
    sheet.write_string(2, 0, head["trend"])
    sheet.write_string(3, 0, head.get("note", ""))
    top = FIRST_FIGURE
    for told in (figures(content), facts(content)):
        for number, (name, value, kind) in enumerate(told, start=top):
            sheet.write_string(number, 0, name)
            style = styles.get(kind, styles["text"])
            _write(sheet, number, 1, value, kind, style)
        top += len(told) + 1
    sheet.write_string(top, 0, "Snapshot")
    sheet.write_string(top, 1, edition.foot)
    # Below the charts, which stand beside what is above.
    _weeks(
        book,
        sheet,
        max(top + 2, BELOW_CHARTS),
        styles,
        content["delivered_by_week"],
    )
    _status_chart(book, sheet, head["sentence"])
    _print_set_up(sheet, edition)
    sheet.fit_to_pages(1, 1)


def _weeks(
    book: Workbook,
    sheet: Worksheet,
    top: int,
    styles: dict[str, Format],
    rows: list[dict[str, Any]],
) -> None:
    """Demands delivered by week, with their chart."""
    sheet.write_string(top, 0, "Week", styles["head"])
    sheet.write_string(top, 1, "Delivered", styles["head"])
    for number, row in enumerate(rows, start=top + 1):
        sheet.write_string(number, 0, row["week"])
        _write(sheet, number, 1, row["delivered"], "count", styles["count"])
    chart = book.add_chart({"type": "column"})
    chart.add_series(
        {
            "name": "Delivered",
            "categories": ["Summary", top + 1, 0, top + len(rows), 0],
            "values": ["Summary", top + 1, 1, top + len(rows), 1],
            "fill": {"color": BLUE},
            "data_labels": {"value": True},
            "gap": 60,
        }
    )
    chart.set_legend({"none": True})
    chart.set_y_axis({"major_gridlines": {"visible": False}, "visible": False})
    _put(sheet, chart, "D19", "Demands delivered by week", 300)


def _status_chart(book: Workbook, sheet: Worksheet, sentence: str) -> None:
    chart = book.add_chart({"type": "bar"})
    first, last = FIRST_FIGURE, FIRST_FIGURE + len(COLOURS) - 1
    chart.add_series(
        {
            "name": "Open commitments",
            "categories": ["Summary", first, 0, last, 0],
            "values": ["Summary", first, 1, last, 1],
            "points": [{"fill": {"color": colour}} for colour in COLOURS.values()],
            "data_labels": {"value": True},
            "gap": 60,
        }
    )
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True})
    chart.set_x_axis({"major_gridlines": {"visible": False}, "visible": False})
    _put(sheet, chart, "D6", "Open commitments by status", 240, sentence)


# What is drawn beside a table: kind, title, columns with their colours, and where.
_CHARTS: dict[str, tuple[str, str, list[tuple[int, str]], str]] = {
    CAPACITY.key: (
        "bar", "Work left and supply of 12 weeks", [(1, BLUE), (2, GREY)], "F2"
    ),
    SHARES.key: (
        "bar", "Used, planned and share, focused days",
        [(3, BLUE), (4, "#9FB0F0"), (2, GREY)], "I2",
    ),
    QUARTERS.key: (
        "column", "Promises delivered and kept by quarter",
        [(1, GREY), (2, BLUE), (3, "#9FB0F0")], "F2",
    ),
    SERVICE.key: (
        "bar", "Decided in time and late, four weeks",
        [(6, COLOURS["green"]), (7, COLOURS["red"])], "A9",
    ),
}  # fmt: skip


def _chart(book: Workbook, sheet: Worksheet, table: Table, rows: int) -> None:
    if table.key not in _CHARTS or not rows:
        return
    kind, title, series, cell = _CHARTS[table.key]
    chart = book.add_chart({"type": kind})
    for column, colour in series:
        chart.add_series(
            {
                "name": [table.name, 0, column],
                "categories": [table.name, 1, 0, rows, 0],
                "values": [table.name, 1, column, rows, column],
                "fill": {"color": colour},
            }
        )
    chart.set_legend({"position": "bottom"})
    if kind == "bar":
        chart.set_y_axis({"reverse": True})
    _put(sheet, chart, cell, title, 140 + 40 * min(rows, 20))


def _put(
    sheet: Worksheet,
    chart: Any,
    cell: str,
    title: str,
    height: int,
    description: str = "",
) -> None:
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_size({"width": 560, "height": height})
    sheet.insert_chart(
        cell, chart, {"description": description or title, "object_position": 3}
    )


def _definitions(sheet: Worksheet, styles: dict[str, Format], edition: Edition) -> None:
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 90)
    for column, heading in enumerate(["Word", "Meaning"]):
        sheet.write_string(0, column, heading, styles["head"])
    for row, (word, meaning) in enumerate(edition.content["definitions"], start=1):
        sheet.write_string(row, 0, word, styles["bold"])
        sheet.write_string(row, 1, meaning, styles["text"])
    sheet.freeze_panes(1, 0)
    _print_set_up(sheet, edition)
