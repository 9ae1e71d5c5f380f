"""The snapshot as a workbook: typed cells, filters, a native chart; no formulas."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

# Column heading, key in the row, kind of value, width.
Column = tuple[str, str, str, int]

COMMITMENTS: list[Column] = [
    ("Reference", "reference", "text", 11),
    ("Title", "title", "text", 52),
    ("Unit", "unit", "text", 14),
    ("Tier", "tier", "text", 12),
    ("Original date", "original_due_on", "date", 13),
    ("Current date", "due_on", "date", 13),
    ("P50", "p50", "date", 13),
    ("P85", "p85", "date", 13),
    ("Chance on time", "chance", "share", 14),
    ("Status", "rag_word", "text", 18),
    ("Reason", "reason", "text", 48),
]
BACKLOG: list[Column] = [
    ("Rank", "rank", "number", 7),
    ("Reference", "reference", "text", 11),
    ("Title", "title", "text", 52),
    ("Unit", "unit", "text", 14),
    ("Tier", "tier", "text", 12),
    ("Stage", "stage", "text", 14),
    ("Likely focused days", "likely_days", "number", 18),
    ("Needed by", "needed_by", "date", 13),
    ("P50", "p50", "date", 13),
    ("P85", "p85", "date", 13),
    ("Cannot be forecast", "cannot", "text", 40),
    ("Blocked", "blocked", "text", 40),
]
DELIVERED: list[Column] = [
    ("Reference", "reference", "text", 11),
    ("Title", "title", "text", 52),
    ("Unit", "unit", "text", 14),
    ("Delivered", "delivered_on", "date", 13),
    ("Original date", "original_due_on", "date", 13),
    ("Current date", "due_on", "date", 13),
    ("Kept original", "kept_original", "yes", 14),
    ("Kept current", "kept_current", "yes", 14),
]
CAPACITY: list[Column] = [
    ("Skill", "skill", "text", 24),
    ("Demand, focused days", "demand", "number", 22),
    ("Supply, focused days", "supply", "number", 22),
]
CHANGES = [
    ("new", "New in the backlog"),
    ("done", "Delivered"),
    ("left", "Left the backlog otherwise"),
    ("promised", "Promised"),
    ("reranked", "Re-ranked"),
    ("moved", "Forecast moved"),
]


def write_xlsx(content: dict[str, Any], *, frozen_at: datetime) -> bytes:
    """The snapshot as the bytes of an XLSX file."""
    out = io.BytesIO()
    # Titles come from people: nothing of theirs may become a formula or a link.
    book = xlsxwriter.Workbook(
        out,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    created = frozen_at.replace(tzinfo=None)
    book.set_properties(
        {"title": f"Status {content['week']}", "author": "Throughline",
         "created": created}
    )  # fmt: skip
    styles = _styles(book)
    _summary(book, styles, content)
    for name, columns, key in [
        ("Commitments", COMMITMENTS, "commitments"),
        ("Backlog", BACKLOG, "backlog"),
        ("Delivered", DELIVERED, "delivered"),
    ]:
        _table(book.add_worksheet(name), styles, columns, content[key], content["week"])
    _changes(book.add_worksheet("Changes"), styles, content)
    _capacity(book, styles, content)
    _definitions(book.add_worksheet("Definitions"), styles, content)
    book.close()
    return out.getvalue()


def _styles(book: Workbook) -> dict[str, Format]:
    return {
        "title": book.add_format({"bold": True, "font_size": 16}),
        "head": book.add_format(
            {"bold": True, "bg_color": "#ECECEA", "bottom": 1, "text_wrap": True,
             "valign": "top"}
        ),
        "text": book.add_format({"valign": "top", "text_wrap": True}),
        "date": book.add_format(
            {"num_format": "d mmm yyyy", "valign": "top", "align": "left"}
        ),
        "number": book.add_format({"num_format": "#,##0.##", "valign": "top"}),
        "share": book.add_format({"num_format": "0%", "valign": "top"}),
        "bold": book.add_format({"bold": True}),
    }  # fmt: skip


def _write(
    sheet: Worksheet, row: int, column: int, value: Any, kind: str, style: Format
) -> None:
    if value is None or value == "":
        sheet.write_blank(row, column, None, style)
    elif kind == "date":
        sheet.write_datetime(row, column, date.fromisoformat(value), style)
    elif kind in {"number", "share"}:
        sheet.write_number(row, column, value, style)
    elif kind == "yes":
        sheet.write_string(row, column, "yes" if value else "no", style)
    else:
        sheet.write_string(row, column, str(value), style)


def _table(
    sheet: Worksheet,
    styles: dict[str, Format],
    columns: list[Column],
    rows: list[dict[str, Any]],
    week: str,
) -> None:
    for column, (heading, _, _, width) in enumerate(columns):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, heading, styles["head"])
    for number, row in enumerate(rows, start=1):
        for column, (_, key, kind, _) in enumerate(columns):
            style = styles.get(kind, styles["text"])
            _write(sheet, number, column, row.get(key), kind, style)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
    _print_set_up(sheet, week)
    sheet.repeat_rows(0)


def _print_set_up(sheet: Worksheet, week: str) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&LThroughline status {week}&RPage &P of &N")


def _summary(
    book: Workbook, styles: dict[str, Format], content: dict[str, Any]
) -> None:
    sheet = book.add_worksheet("Summary")
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 20)
    head, kept = content["headline"], content["integrity"]
    sheet.write_string(0, 0, f"{content['team']}, {content['week']}", styles["title"])
    sheet.write_string(1, 0, head["sentence"])
    figures = [
        ("On track", head["green"]),
        ("At risk", head["amber"]),
        ("Late or unlikely", head["red"]),
        ("Without a forecast", head["grey"]),
        ("Due in four weeks", head["due_in_four_weeks"]),
        ("Delivered this week", head["delivered_this_week"]),
        ("Delivered in four weeks", head["delivered_in_four_weeks"]),
        ("Commitments closed in twelve months", kept["closed"]),
        ("of these kept, original date", kept["kept_original"]),
        ("of these kept, current date", kept["kept_current"]),
    ]
    for number, (name, value) in enumerate(figures, start=3):
        sheet.write_string(number, 0, name)
        sheet.write_number(number, 1, value)
    forecast = content["forecast"]
    facts = [("Status as of", content["as_of"])]
    if forecast:
        facts += [
            ("Forecast", f"no. {forecast['number']}"),
            ("Simulated worlds", str(forecast["trials"])),
            ("Seed", str(forecast["seed"])),
            ("Hash of the plan", forecast["plan_hash"]),
        ]
    for number, (name, text) in enumerate(facts, start=4 + len(figures)):
        sheet.write_string(number, 0, name)
        sheet.write_string(number, 1, text)
    chart = book.add_chart({"type": "bar"})
    colours = ["#17714A", "#8F5400", "#B3261E", "#8B8F96"]
    chart.add_series(
        {
            "name": "Open commitments",
            "categories": ["Summary", 3, 0, 6, 0],
            "values": ["Summary", 3, 1, 6, 1],
            "points": [{"fill": {"color": colour}} for colour in colours],
            "data_labels": {"value": True},
        }
    )
    chart.set_title({"name": "Open commitments by status"})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True})
    chart.set_x_axis({"major_gridlines": {"visible": False}, "visible": False})
    sheet.insert_chart("D3", chart, {"description": head["sentence"]})
    _print_set_up(sheet, content["week"])


def _changes(
    sheet: Worksheet, styles: dict[str, Format], content: dict[str, Any]
) -> None:
    changes = content["changes"]
    for column, (name, width) in enumerate(
        [("Change", 26), ("Reference", 11), ("Title", 52), ("What", 44)]
    ):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, styles["head"])
    row = 1
    for key, name in CHANGES:
        for change in changes[key]:
            for column, text in enumerate(
                [name, change["reference"], change["title"], change_words(key, change)]
            ):
                sheet.write_string(row, column, text, styles["text"])
            row += 1
    if row == 1:
        since = changes["since"]
        sheet.write_string(
            1, 0, "Nothing has changed." if since else "There is no snapshot before."
        )
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(row - 1, 1), 3)
    _print_set_up(sheet, content["week"])


def change_words(key: str, change: dict[str, Any]) -> str:
    """What changed for one demand, in words."""
    if key == "reranked":
        return f"from rank {change['from']} to {change['to']}"
    if key == "moved":
        days = change["days"]
        way = "later" if days > 0 else "earlier"
        return f"P85 {abs(days)} days {way}: {change['before']} → {change['after']}"
    if key == "promised":
        return f"by {change['due_on']}"
    return ""


def _capacity(
    book: Workbook, styles: dict[str, Format], content: dict[str, Any]
) -> None:
    sheet, rows = book.add_worksheet("Capacity"), content["capacity"]
    _table(sheet, styles, CAPACITY, rows, content["week"])
    if not rows:
        return
    chart = book.add_chart({"type": "bar"})
    for column, colour in ((1, "#2B4BD6"), (2, "#8B8F96")):
        chart.add_series(
            {
                "name": ["Capacity", 0, column],
                "categories": ["Capacity", 1, 0, len(rows), 0],
                "values": ["Capacity", 1, column, len(rows), column],
                "fill": {"color": colour},
            }
        )
    chart.set_title({"name": "Demand and supply per skill, next 12 weeks"})
    chart.set_legend({"position": "bottom"})
    chart.set_y_axis({"reverse": True})
    sheet.insert_chart("E2", chart)


def _definitions(
    sheet: Worksheet, styles: dict[str, Format], content: dict[str, Any]
) -> None:
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 90)
    for row, (word, meaning) in enumerate(content["definitions"]):
        sheet.write_string(row, 0, word, styles["bold"])
        sheet.write_string(row, 1, meaning, styles["text"])
    _print_set_up(sheet, content["week"])
