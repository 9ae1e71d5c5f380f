"""What the slides are drawn with: native tables and charts, all in one look."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import xlsxwriter
from lxml import etree
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Inches, Length, Pt

from portfolio.reports.cuts import cut_to_width, plain, width_of

WIDTH, HEIGHT = 13.333, 7.5
LEFT, RIGHT = 0.6, 12.733
INK, SOFT = "17191C", "50565E"
ACCENT, PALE, RULE = "2B4BD6", "9FB0F0", "D5D5D0"
TONES = {
    "red": "B3261E", "amber": "8F5400", "green": "17714A", "grey": "5F6368"
}  # fmt: skip
TITLE_ONLY = 5
# Of an average letter, as a share of the size of the font; measured on Calibri.
LETTER = 0.5
FONT = "Calibri"
A_LINE = 1.22
# Lines end with a word, so that of several not every one is full.
FULL_LINES = 0.82


@dataclass(frozen=True, slots=True)
class Box:
    """Where something stands on a slide, in inches."""

    left: float
    top: float
    width: float
    height: float

    @property
    def emus(self) -> tuple[Length, Length, Length, Length]:
        return (
            Inches(self.left), Inches(self.top), Inches(self.width), Inches(self.height)
        )  # fmt: skip


class Deck:
    """A presentation in 16:9 whose slides all have a title and a foot."""

    def __init__(self, *, title: str, foot: str) -> None:
        self.file = Presentation()
        self.file.slide_width, self.file.slide_height = Inches(WIDTH), Inches(HEIGHT)
        self.file.core_properties.title = plain(title)
        self.file.core_properties.author = "Throughline"
        self.foot = foot

    def slide(self, title: str, *, under: str = "", notes: str = "") -> Any:
        slide = self.file.slides.add_slide(self.file.slide_layouts[TITLE_ONLY])
        # The layout's title is as wide as a slide of 4:3.
        head = slide.shapes.title
        head.left, head.top, head.width, head.height = Box(LEFT, 0.35, 12.13, 0.75).emus
        _fill(head.text_frame, cut_to_width(plain(title), 110), size=26, bold=True)
        if under:
            text(slide, Box(LEFT, 1.05, 12.13, 0.4), under, size=14, colour=SOFT)
        number = len(self.file.slides)
        text(slide, Box(LEFT, 7.05, 10.5, 0.3), self.foot, size=10, colour=SOFT)
        text(
            slide, Box(RIGHT - 1, 7.05, 1, 0.3), str(number), size=10, colour=SOFT,
            align=PP_ALIGN.RIGHT,
        )  # fmt: skip
        if notes:
            slide.notes_slide.notes_text_frame.text = plain(notes)
        return slide

    def save(self) -> bytes:
        out = io.BytesIO()
        self.file.save(out)
        return out.getvalue()


def text(
    slide: Any,
    box: Box,
    words: str,
    *,
    size: float,
    colour: str = INK,
    bold: bool = False,
    align: Any = None,
) -> Any:
    """A box of text, cut to the lines that fit it."""
    shape = slide.shapes.add_textbox(*box.emus)
    lines = max(int(box.height * 72 / (size * A_LINE)), 1)
    room = box.width * 72 / (size * LETTER) * lines
    _fill(
        shape.text_frame, cut_to_width(plain(words), room), size=size, colour=colour,
        bold=bold, align=align,
    )  # fmt: skip
    return shape


def table(
    slide: Any,
    box: Box,
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    widths: Sequence[float],
    tones: Sequence[str] = (),
    toned: int = -1,
    numbers: frozenset[int] = frozenset(),
    size: float = 12,
    head_size: float = 0,
    lines: int = 2,
) -> Any:
    """A native table whose rows are at most so many lines high.

    ``widths`` are shares of the box. Text that takes more lines is cut, so that the
    table never grows beyond what its rows were given.
    """
    whole = sum(widths)
    # How many letters a line of each column takes.
    rooms = [
        max((box.width * share / whole * 72 - 10) / (size * LETTER), 1.0)
        for share in widths
    ]
    words = [
        [
            cut_to_width(plain(cell), room * lines * (FULL_LINES if lines > 1 else 1.0))
            for cell, room in zip(row, rooms, strict=True)
        ]
        for row in rows
    ]
    head_size = head_size or size - 1
    heights = [_height(head_size, 1)] + [
        _height(size, min(_lines(row, rooms), lines)) for row in words
    ]
    frame = slide.shapes.add_table(
        len(rows) + 1, len(headings),
        *Box(box.left, box.top, box.width, sum(heights)).emus,
    )  # fmt: skip
    found = frame.table
    found.horz_banding = False
    _without_style(found)
    for number, height in enumerate(heights):
        found.rows[number].height = Inches(height)
    for place, (share, room) in enumerate(zip(widths, rooms, strict=True)):
        found.columns[place].width = Inches(box.width * share / whole)
        align = PP_ALIGN.RIGHT if place in numbers else PP_ALIGN.LEFT
        head = cut_to_width(plain(headings[place]), room * size / head_size)
        _cell(found.cell(0, place), head, head_size, SOFT, align, bold=True)
        for number, row in enumerate(words):
            is_toned = place == toned and bool(tones)
            colour = TONES.get(tones[number], INK) if is_toned else INK
            cell = found.cell(number + 1, place)
            _cell(cell, row[place], size, colour, align, bold=is_toned)
    return frame


def _height(size: float, lines: int) -> float:
    return (lines * size * A_LINE + 7) / 72


def _lines(row: Sequence[str], rooms: Sequence[float]) -> int:
    """Lines that the fullest cell takes, where lines break at words."""
    return max(
        math.ceil(width_of(cell) / (room * FULL_LINES)) if width_of(cell) > room else 1
        for cell, room in zip(row, rooms, strict=True)
    )


def chart(
    slide: Any,
    box: Box,
    kind: XL_CHART_TYPE,
    title: str,
    categories: Sequence[str],
    series: Sequence[tuple[str, Sequence[float | None], str]],
    *,
    points: Sequence[str] = (),
    number_format: str = "#,##0",
) -> Any:
    """A native chart with its numbers on it and editable behind it."""
    names = [cut_to_width(plain(name), 28) for name in categories]
    data: Any = CategoryChartData(number_format=number_format)  # type: ignore[no-untyped-call] # it has no types
    data.categories = names
    for name, values, _colour in series:
        data.add_series(name, values)
    frame = slide.shapes.add_chart(kind, *box.emus, data)
    drawn = frame.chart
    # Its own workbook, in which no name becomes a formula.
    drawn.part.chart_workbook.update_from_xlsx_blob(_behind(names, series))
    drawn.has_title = True
    _fill(drawn.chart_title.text_frame, title, size=13, bold=True)
    drawn.chart_title.include_in_layout = False
    drawn.has_legend = len(series) > 1
    if drawn.has_legend:
        drawn.legend.position = XL_LEGEND_POSITION.BOTTOM
        drawn.legend.include_in_layout = False
        drawn.legend.font.size = Pt(11)
    drawn.font.size, drawn.font.name = Pt(11), FONT
    drawn.value_axis.visible = False
    drawn.value_axis.has_major_gridlines = False
    drawn.value_axis.minimum_scale = 0
    drawn.category_axis.format.line.color.rgb = _rgb(RULE)
    drawn.category_axis.tick_labels.font.size = Pt(11)
    if kind == XL_CHART_TYPE.BAR_CLUSTERED:
        drawn.category_axis.reverse_order = True
    plot = drawn.plots[0]
    plot.gap_width, plot.overlap = 50, -5
    plot.has_data_labels = True
    plot.data_labels.font.size = Pt(11)
    plot.data_labels.number_format = number_format
    plot.data_labels.number_format_is_linked = False
    for found, (_name, _values, colour) in zip(plot.series, series, strict=True):
        found.format.fill.solid()
        found.format.fill.fore_color.rgb = _rgb(colour)
    for number, colour in enumerate(points):
        fill = plot.series[0].points[number].format.fill
        fill.solid()
        fill.fore_color.rgb = _rgb(colour)
    return frame


def band(slide: Any, box: Box, colour: str) -> None:
    """A plain rectangle of one colour."""
    shape = slide.shapes.add_shape(1, *box.emus)
    shape.fill.solid()
    shape.fill.fore_color.rgb = _rgb(colour)
    shape.line.fill.background()
    shape.shadow.inherit = False


def _rgb(hexadecimal: str) -> RGBColor:
    red, green, blue = bytes.fromhex(hexadecimal)
    return RGBColor(red, green, blue)  # type: ignore[no-untyped-call] # it has no types


def _behind(
    names: Sequence[str], series: Sequence[tuple[str, Sequence[float | None], str]]
) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    # Of no day, so that the same numbers are the same bytes.
    book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001 - it takes no zone
    sheet = book.add_worksheet("Sheet1")
    for row, name in enumerate(names, start=1):
        sheet.write_string(row, 0, name)
    for column, (name, values, _colour) in enumerate(series, start=1):
        sheet.write_string(0, column, name)
        for row, value in enumerate(values, start=1):
            if value is not None:
                sheet.write_number(row, column, value)
    book.close()
    return out.getvalue()


def _fill(
    frame: Any,
    words: str,
    *,
    size: float,
    colour: str = INK,
    bold: bool = False,
    align: Any = None,
) -> None:
    frame.word_wrap = True
    frame.text = words
    for paragraph in frame.paragraphs:
        if align is not None:
            paragraph.alignment = align
        else:
            paragraph.alignment = PP_ALIGN.LEFT
        font = paragraph.font
        font.size, font.bold, font.name = Pt(size), bold, FONT
        font.color.rgb = _rgb(colour)


def _cell(
    cell: Any, words: str, size: float, colour: str, align: Any, *, bold: bool = False
) -> None:
    _fill(cell.text_frame, words, size=size, colour=colour, bold=bold, align=align)
    cell.vertical_anchor = MSO_ANCHOR.TOP
    cell.margin_left = cell.margin_right = Pt(4)
    cell.margin_top = cell.margin_bottom = Pt(3)
    cell.fill.background()
    _ruled(cell)


def _ruled(cell: Any) -> None:
    """A thin line below; python-pptx knows no borders of cells."""
    properties = cell._tc.get_or_add_tcPr()  # noqa: SLF001 - no public way to borders
    line = etree.SubElement(properties, qn("a:lnB"), w="6350")
    fill = etree.SubElement(line, qn("a:solidFill"))
    etree.SubElement(fill, qn("a:srgbClr"), val=RULE)
    # The schema wants lines before the fill of the cell.
    properties.insert(0, line)


def _without_style(table: Any) -> None:
    """The plain grid-less style instead of the blue one that tables begin with."""
    style = table._tbl.tblPr.find(qn("a:tableStyleId"))  # noqa: SLF001 - no public way
    style.text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
