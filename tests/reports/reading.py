"""Reads every format back, as whoever gets it would."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from html.parser import HTMLParser

import openpyxl

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
    if name == "html":
        return spaced("".join(words_of_html(content.decode()).text))
    return content.decode()
