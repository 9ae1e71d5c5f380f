"""Reads a CSV file row by row, each with the line it begins on."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from portfolio.core.words import counted
from portfolio.imports.findings import Finding

NOT_DECODED = (
    "is not written in the encoding that the mapping names; set file.encoding, often "
    "“utf-8”, “windows-1252” or “utf-16”."
)
# Undecodable bytes arrive as lone surrogates, so that their row and column are named
# and the rest of the file is still checked.
UNDECODABLE = re.compile(r"[\ud800-\udfff]")


class TableBroken(Exception):
    """The file cannot be read as a table at all, or not beyond this point."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line on which it begins, and its cells by column."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file that is read anew on every pass, never as a whole."""

    path: Path
    encoding: str = "utf-8"
    delimiter: str = ","

    def header(self) -> list[str]:
        return next(header for header, _, _ in self._records())

    def rows(self) -> Iterator[Row | Finding]:
        """Each row of the file, or what is wrong with it; empty lines are passed over.

        Raises
        ------
        TableBroken
            Where the file cannot be read any further.
        """
        for header, line, cells in self._records():
            if line and any(cells):
                yield _row(header, line, cells)

    def _records(self) -> Iterator[tuple[list[str], int, list[str]]]:
        """The header with line 0 first, then each record with its first line."""
        # A byte order mark is taken off where the encoding has one.
        encoding = "utf-8-sig" if is_utf8(self.encoding) else self.encoding
        header: list[str] | None = None
        with self.path.open(
            encoding=encoding, errors="surrogateescape", newline=""
        ) as file:
            reader = csv.reader(file, delimiter=self.delimiter, strict=True)
            line = 1
            try:
                for cells in reader:
                    if header is not None:
                        yield header, line, cells
                    elif any(cell.strip() for cell in cells):
                        header = _checked_header(line, cells)
                        yield header, 0, cells
                    line = reader.line_num + 1
            except csv.Error as broken:
                raise TableBroken(_unreadable(line, broken)) from broken
            except UnicodeError as broken:
                raise TableBroken(Finding(line, "", "", NOT_DECODED)) from broken
        if header is None:
            raise TableBroken(
                Finding(0, "", "", "is empty; its first line names the columns.")
            )


def is_utf8(encoding: str) -> bool:
    return encoding.lower().replace("_", "-") in {"utf-8", "utf8", "utf-8-sig"}


def _checked_header(line: int, cells: list[str]) -> list[str]:
    header = [cell.strip() for cell in cells]
    for name in header:
        if UNDECODABLE.search(name):
            raise TableBroken(
                Finding(line, "", _printable(name), "is no readable column name.")
            )
    return header


def repeated(header: list[str]) -> set[str]:
    """Columns that stand in the header more than once."""
    return {name for name, times in Counter(header).items() if times > 1}


def _row(header: list[str], line: int, cells: list[str]) -> Row | Finding:
    beyond = [cell for cell in cells[len(header) :] if cell.strip()]
    if beyond or len(cells) < len(header):
        return Finding(
            line,
            "",
            "",
            f"has {counted(len(cells), 'cell')} where the header has {len(header)}; a "
            "cell that holds the delimiter or a line break stands in quotes.",
        )
    row = dict(zip(header, cells, strict=False))
    for column, cell in row.items():
        if UNDECODABLE.search(cell):
            return Finding(line, column, _printable(cell), NOT_DECODED)
        if "\0" in cell:
            return Finding(
                line, column, cell.replace("\0", "␀"), "holds a NUL; take it out."
            )
    return Row(line, row)


def _printable(cell: str) -> str:
    return UNDECODABLE.sub("�", cell)


def _unreadable(line: int, broken: csv.Error) -> Finding:
    return Finding(
        line,
        "",
        "",
        f"cannot be read as CSV ({broken}); nothing after it was read. Cells with "
        'quotes inside stand in quotes, with each inner quote doubled: "a ""b"" c".',
    )
