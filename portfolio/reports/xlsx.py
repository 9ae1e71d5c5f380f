"""The snapshot as a workbook: typed cells, filters, a native chart; no formulas."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from portfolio.reports.changes import KINDS
from portfolio.reports.content import stage_names

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
    ("Chance on time", "chance", "share", 10),
    ("Status", "rag_word", "text", 18),
    ("Reason", "reason", "text", 48),
    ("Moved because", "moved_because", "text", 30),
]
BACKLOG: list[Column] = [
    ("Rank", "rank", "count", 7),
    ("Reference", "reference", "text", 11),
    ("Title", "title", "text", 52),
    ("Unit", "unit", "text", 14),
    ("Tier", "tier", "text", 12),
    ("Stage", "stage", "text", 14),
    ("Likely focused days", "likely_days", "number", 10),
    ("Needed by", "needed_by", "date", 13),
    ("Promised by", "due_on", "date", 13),
    ("P50", "p50", "date", 13),
    ("P85", "p85", "date", 13),
    ("Chance on time", "chance", "share", 10),
    ("Status", "rag_word", "text", 18),
    ("Cannot be forecast", "cannot", "text", 36),
    ("Blocked", "blocked", "text", 36),
]
DELIVERED: list[Column] = [
    ("Reference", "reference", "text", 11),
    ("Title", "title", "text", 52),
    ("Unit", "unit", "text", 14),
    ("Tier", "tier", "text", 12),
    ("Week", "week", "text", 11),
    ("Delivered", "delivered_on", "date", 13),
    ("Original date", "original_due_on", "date", 13),
    ("Current date", "due_on", "date", 13),
    ("Kept original", "kept_original", "yes", 10),
    ("Kept current", "kept_current", "yes", 10),
]
CHANGES: list[Column] = [
    ("Change", "change", "text", 22),
    ("Reference", "reference", "text", 11),
    ("Title", "title", "text", 52),
    ("Before", "before", "any", 14),
    ("After", "after", "any", 14),
    ("Days later", "days", "count", 10),
    ("Why", "why", "text", 48),
]
CAPACITY: list[Column] = [
    ("Skill", "skill", "text", 24),
    ("Work left, focused days", "work", "number", 14),
    ("Supply of 12 weeks, focused days", "supply", "number", 18),
    ("Weeks of work", "weeks", "number", 12),
]
# Green, amber, red and grey as in the product, in the order of the figures.
STATUS_COLOURS = ["#17714A", "#8F5400", "#B3261E", "#8B8F96"]
BLUE, GREY = "#2B4BD6", "#8B8F96"
# Reads as on the pages: a simulation never promises 100 %, nor rules anything out.
SHARE = '[>0.95]">95 %";[<0.01]"<1 %";0%'
FIRST_FIGURE = 4
BELOW_CHARTS = 28
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


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
    for name, columns, rows in [
        ("Commitments", COMMITMENTS, content["commitments"]),
        ("Backlog", BACKLOG, content["backlog"]),
        ("Delivered", DELIVERED, content["delivered"]),
        ("Changes", CHANGES, _change_rows(content["changes"])),
    ]:
        _table(book.add_worksheet(name), styles, columns, rows, content["week"])
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
        "number": book.add_format({"num_format": "#,##0.0", "valign": "top"}),
        "count": book.add_format({"num_format": "#,##0", "valign": "top"}),
        "share": book.add_format({"num_format": SHARE, "valign": "top"}),
        "moment": book.add_format(
            {"num_format": "d mmm yyyy hh:mm", "valign": "top", "align": "left"}
        ),
        "bold": book.add_format({"bold": True}),
    }  # fmt: skip


def _write(
    sheet: Worksheet,
    row: int,
    column: int,
    value: Any,
    kind: str,
    styles: dict[str, Format],
) -> None:
    """One typed cell; text is always written as text, whatever it looks like."""
    if kind == "any":
        kind = _kind_of(value)
    style = styles.get(kind, styles["text"])
    if value is None or value == "":
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
    else:
        sheet.write_string(row, column, str(value), style)


def _kind_of(value: object) -> str:
    if isinstance(value, int | float):
        return "count"
    return "date" if _DAY.fullmatch(str(value)) else "text"


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
            _write(sheet, number, column, row.get(key), kind, styles)
    sheet.set_row(0, 32)
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
    sheet.set_column(0, 0, 36)
    sheet.set_column(1, 1, 22)
    sheet.set_column(2, 9, 11)
    head, kept = content["headline"], content["integrity"]
    sheet.write_string(0, 0, f"{content['team']}, {content['week']}", styles["title"])
    sheet.write_string(1, 0, head["sentence"], styles["bold"])
    sheet.write_string(2, 0, head["trend"])
    figures = [
        ("On track", head["green"]),
        ("At risk", head["amber"]),
        ("Late", head["red"]),
        ("Without a forecast", head["grey"]),
        ("Due in four weeks", head["due_in_four_weeks"]),
        ("Delivered this week", head["delivered_this_week"]),
        ("Delivered in the four weeks before", head["delivered_in_four_weeks"]),
        ("Commitments closed in twelve months", kept["closed"]),
        ("of these kept, original date", kept["kept_original"]),
        ("of these kept, current date", kept["kept_current"]),
    ]
    for number, (name, value) in enumerate(figures, start=FIRST_FIGURE):
        sheet.write_string(number, 0, name)
        _write(sheet, number, 1, value, "count", styles)
    facts = FIRST_FIGURE + len(figures) + 1
    for number, (name, value, kind) in enumerate(_facts(content), start=facts):
        sheet.write_string(number, 0, name)
        _write(sheet, number, 1, value, kind, styles)
    weeks = facts + len(_facts(content)) + 1
    _weeks(book, sheet, weeks, styles, content["delivered_by_week"])
    # Below both charts, which stand beside what is above.
    tiers = max(weeks + len(content["delivered_by_week"]) + 2, BELOW_CHARTS)
    _tiers(sheet, tiers, styles, content["by_tier"])
    _status_chart(book, sheet, head["sentence"])
    _print_set_up(sheet, content["week"])


def _facts(content: dict[str, Any]) -> list[tuple[str, Any, str]]:
    facts = [("Status as of", content["as_of"], "date")]
    forecast = content["forecast"]
    if forecast:
        facts += [
            ("Forecast gathered at (UTC)", forecast["gathered_at"], "moment"),
            ("Simulated worlds", forecast["trials"], "count"),
            ("Seed", str(forecast["seed"]), "text"),
            ("Hash of the plan", forecast["plan_hash"][:16], "text"),
        ]
    return facts


def _tiers(
    sheet: Worksheet, top: int, styles: dict[str, Format], rows: list[dict[str, Any]]
) -> None:
    """Open demands by tier, all and by stage."""
    names = stage_names()
    keys = ["open", *(key for key in names if key != "open")]
    sheet.write_string(top, 0, "Open demands by tier", styles["head"])
    for column, key in enumerate(keys, start=1):
        sheet.write_string(top, column, names[key], styles["head"])
    for number, row in enumerate(rows, start=top + 1):
        sheet.write_string(number, 0, row["tier"])
        for column, key in enumerate(keys, start=1):
            _write(sheet, number, column, row[key], "count", styles)


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
        _write(sheet, number, 1, row["delivered"], "count", styles)
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
    chart.set_title({"name": "Demands delivered by week", "name_font": {"size": 12}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"major_gridlines": {"visible": False}, "visible": False})
    chart.set_size({"width": 520, "height": 240})
    sheet.insert_chart(
        "D14", chart, {"description": "Demands delivered by week", "object_position": 3}
    )


def _status_chart(book: Workbook, sheet: Worksheet, sentence: str) -> None:
    chart = book.add_chart({"type": "bar"})
    first, last = FIRST_FIGURE, FIRST_FIGURE + len(STATUS_COLOURS) - 1
    chart.add_series(
        {
            "name": "Open commitments",
            "categories": ["Summary", first, 0, last, 0],
            "values": ["Summary", first, 1, last, 1],
            "points": [{"fill": {"color": colour}} for colour in STATUS_COLOURS],
            "data_labels": {"value": True},
            "gap": 60,
        }
    )
    chart.set_title({"name": "Open commitments by status", "name_font": {"size": 12}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True})
    chart.set_x_axis({"major_gridlines": {"visible": False}, "visible": False})
    chart.set_size({"width": 520, "height": 200})
    sheet.insert_chart("D3", chart, {"description": sentence, "object_position": 3})


def _change_rows(changes: dict[str, Any]) -> list[dict[str, Any]]:
    if changes["since"] is None:
        return [{"change": "There is no snapshot before."}]
    rows = [
        {
            "after": row.get("on"),
            **row,
            "change": name,
            "why": row.get("why") or _chances(row),
        }
        for kind, name in KINDS.items()
        for row in changes[kind]
    ]
    return rows or [{"change": "Nothing has changed."}]


def _chances(row: dict[str, Any]) -> str:
    if "chance_before" not in row:
        return ""
    return f"Chance {row['chance_before']} → {row['chance_after']}"


def _capacity(
    book: Workbook, styles: dict[str, Format], content: dict[str, Any]
) -> None:
    sheet, rows = book.add_worksheet("Capacity"), content["capacity"]
    _table(sheet, styles, CAPACITY, rows, content["week"])
    if not rows:
        return
    chart = book.add_chart({"type": "bar"})
    for column, colour in ((1, BLUE), (2, GREY)):
        chart.add_series(
            {
                "name": ["Capacity", 0, column],
                "categories": ["Capacity", 1, 0, len(rows), 0],
                "values": ["Capacity", 1, column, len(rows), column],
                "fill": {"color": colour},
            }
        )
    chart.set_title(
        {"name": "Work left and supply of 12 weeks", "name_font": {"size": 12}}
    )
    chart.set_legend({"position": "bottom"})
    chart.set_y_axis({"reverse": True})
    chart.set_size({"width": 560, "height": 120 + 40 * len(rows)})
    sheet.insert_chart("F2", chart, {"description": "Work left and supply by skill"})


def _definitions(
    sheet: Worksheet, styles: dict[str, Format], content: dict[str, Any]
) -> None:
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 90)
    for column, heading in enumerate(["Word", "Meaning"]):
        sheet.write_string(0, column, heading, styles["head"])
    for row, (word, meaning) in enumerate(content["definitions"], start=1):
        sheet.write_string(row, 0, word, styles["bold"])
        sheet.write_string(row, 1, meaning, styles["text"])
    sheet.freeze_panes(1, 0)
    _print_set_up(sheet, content["week"])
