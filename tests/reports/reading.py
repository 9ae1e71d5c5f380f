"""Reads every format back, as whoever gets it would."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from html.parser import HTMLParser

import openpyxl
import pptx
import pypdf

from portfolio.reports.files import write_file


def book_of(report, variant="team"):
    return openpyxl.load_workbook(io.BytesIO(write_file(report, "xlsx", variant)))


def sheet_rows(sheet):
    heading, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(heading, row, strict=True)) for row in rows]


def csv_rows(report, variant="team", section=None):
    text = write_file(report, "csv", variant).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    return [row for row in rows if section in {None, row["section"]}]


def as_cell(value, kind):
    """What a value of the snapshot reads as in a workbook."""
    if value is None or value in ("", []):
        return None
    if kind == "date":
        return dt.datetime.fromisoformat(value)
    if kind == "names":
        return ", ".join(value)
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


class _Words(HTMLParser):
    """The text of a page, and its tables as lists of rows of cells."""

    def __init__(self):
        super().__init__()
        self.text, self.rows, self.tags = [], [], []
        self.cell = None
        self.is_hidden = False

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.cell = []
        self.is_hidden = tag in {"style", "script"}

    def handle_endtag(self, tag):
        if tag in {"td", "th"} and self.cell is not None:
            self.rows[-1].append(spaced("".join(self.cell)))
            self.cell = None
        self.is_hidden = False

    def handle_data(self, data):
        if self.is_hidden:
            return
        self.text.append(data)
        if self.cell is not None:
            self.cell.append(data)


def words_of_html(html):
    reader = _Words()
    reader.feed(html)
    return reader


def spaced(text):
    return re.sub(r"\s+", " ", text).strip()


def text_of(name, content):
    """All that somebody can read in a file."""
    if name == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        cells = (cell for sheet in book for row in sheet.values for cell in row)
        return "\n".join(str(cell) for cell in cells if cell is not None)
    if name == "pdf":
        reader = pypdf.PdfReader(io.BytesIO(content))
        return solid(" ".join(page.extract_text() for page in reader.pages))
    if name == "pptx":
        slides = pptx.Presentation(io.BytesIO(content)).slides
        notes = [slide.notes_slide.notes_text_frame.text for slide in slides
                 if slide.has_notes_slide]  # fmt: skip
        return " ".join([*map(words_of_slide, slides), *notes])
    if name == "html":
        return spaced("".join(words_of_html(content.decode()).text))
    return content.decode()


def pages_of(report, variant="team", first=None):
    """The text of each page of the PDF, or of the first ones."""
    reader = pypdf.PdfReader(io.BytesIO(write_file(report, "pdf", variant)))
    return [solid(page.extract_text()) for page in reader.pages[:first]]


def solid(text):
    """Text without places to break, and with one space where there are some."""
    return spaced(text.replace("\u200b", "").replace("\xa0", " "))


def slides_of(report, variant="team"):
    return list(
        pptx.Presentation(io.BytesIO(write_file(report, "pptx", variant))).slides
    )


def tables_of(slide):
    """Each table of a slide as its rows of cells."""
    return [
        [[cell.text for cell in row.cells] for row in shape.table.rows]
        for shape in slide.shapes
        if shape.has_table
    ]


def charts_of(slide):
    """Each chart of a slide: title, categories, and values by series."""
    found = []
    for shape in slide.shapes:
        if shape.has_chart:
            plot = shape.chart.plots[0]
            series = {each.name: list(each.values) for each in plot.series}
            title = shape.chart.chart_title.text_frame.text
            found.append((title, list(plot.categories), series))
    return found


def words_of_slide(slide):
    texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    cells = [cell for table in tables_of(slide) for row in table for cell in row]
    return spaced(" ".join([*texts, *cells]))
