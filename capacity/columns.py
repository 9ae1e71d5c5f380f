"""Read named columns of a CSV file, plain or packed, and say what is wrong with it.

The histories that the backtests walk through come as such files. Other columns are
left alone, so that a tracker's export can be given as it is.
"""

from __future__ import annotations

import csv
import gzip
import io
import math
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path


class ColumnError(ValueError):
    """A file that cannot be read as it is; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file: its cells by column, and the line it ends on."""

    line: int
    cells: dict[str, str]

    def text(self, column: str) -> str:
        """What stands in the cell; empty where the file has no such column."""
        return self.cells.get(column, "")

    def day(self, column: str) -> date:
        """The date in a cell that must have one."""
        found = self.day_or_none(column)
        if found is None:
            raise self.wrong(column, "is empty; a date like 2026-11-23 was expected")
        return found

    def day_or_none(self, column: str) -> date | None:
        """The date in a cell, or None when it is empty; a time of day is dropped."""
        given = self.text(column)
        if not given:
            return None
        try:
            return datetime.fromisoformat(given).date()
        except ValueError:
            expected = "a date like 2026-11-23 was expected"
            raise self.wrong(column, f"is “{given}”; {expected}") from None

    def number(self, column: str) -> float:
        """The number in a cell that must have one."""
        given = self.text(column)
        try:
            found = float(given)
        except ValueError:
            found = math.nan
        if not math.isfinite(found):
            shown = f"is “{given}”" if given else "is empty"
            raise self.wrong(column, f"{shown}; a number was expected")
        return found

    def number_or_none(self, column: str) -> float | None:
        """The number in a cell, or None when it is empty."""
        return self.number(column) if self.text(column) else None

    def whole(self, column: str) -> int:
        """The whole number of at least 0 in a cell that must have one."""
        found = self.number(column)
        if found < 0 or found != int(found):
            expected = "a whole number of at least 0 was expected"
            raise self.wrong(column, f"is “{self.text(column)}”; {expected}")
        return int(found)

    def wrong(self, column: str, what: str) -> ColumnError:
        """The error that names this line and a column."""
        return ColumnError(f"Line {self.line}, {column}, {what}.")


def read_rows(path: Path, *, required: Sequence[str]) -> Iterator[Row]:
    """Every row of a .csv or .csv.gz file that has the required columns."""
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        names = [name.strip() for name in next(reader, [])]
        _check_names(path, names, required)
        for cells in reader:
            if not any(cells):
                continue
            if len(cells) != len(names):
                raise ColumnError(
                    f"Line {reader.line_num} has {len(cells)} columns; "
                    f"{len(names)} were expected, as in the first line."
                )
            yield Row(
                reader.line_num,
                dict(zip(names, (cell.strip() for cell in cells), strict=True)),
            )
    except csv.Error as wrong:
        raise ColumnError(
            f"Line {reader.line_num} is not written as a CSV file: {wrong}."
        ) from wrong


def _text(path: Path) -> str:
    try:
        written = path.read_bytes()
        if written[:2] == b"\x1f\x8b":
            written = gzip.decompress(written)
        return written.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = written.count(b"\n", 0, wrong.start) + 1
        raise ColumnError(f"Line {line} of {path} is not UTF-8.") from wrong
    except (EOFError, gzip.BadGzipFile, zlib.error) as wrong:
        raise ColumnError(f"{path} is not a whole gzip file.") from wrong
    except OSError as wrong:
        raise ColumnError(f"{path} cannot be read: {wrong.strerror}.") from wrong


def _check_names(path: Path, names: list[str], required: Sequence[str]) -> None:
    if not any(names):
        raise ColumnError(f"{path} is empty; a first line with column names is needed.")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ColumnError(f"Line 1 names the column “{twice}” twice.")
    missing = next((name for name in required if name not in names), None)
    if missing is not None:
        close = get_close_matches(missing, names, n=1, cutoff=0.7)
        hint = f"; is it “{close[0]}”?" if close else f": {', '.join(names[:12])}."
        raise ColumnError(
            f"Line 1 has no column “{missing}” ({', '.join(required)} are needed){hint}"
        )
