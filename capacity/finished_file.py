"""Finished packages of any tracker, read from a CSV file for the backtest."""

from __future__ import annotations

import csv
import gzip
import math
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from capacity.engine.history import History

NEEDED = ("estimate", "actual", "finished_on")
OPTIONAL = ("skill", "person", "project")
LEAST, MOST = 1e-6, 1e12
NOTHING = {"", "\\n", "na", "nan", "null", "none", "nat"}


class FileWrong(ValueError):
    """A file that cannot be read as it is; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class FinishedFile:
    """What a file held: packages that can be used, and why others cannot."""

    history: History
    rows: int
    left_out: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Row:
    estimate: float
    actual: float
    finished: float
    skill: str
    project: str


def read_finished(
    path: Path,
    *,
    columns: Mapping[str, str] | None = None,
    date_format: str | None = None,
) -> FinishedFile:
    """Read a .csv or .csv.gz with the columns estimate, actual and finished_on.

    ``columns`` says what each is called in the file, where it has another name there.
    Rows without an estimate, an actual or a date, or with 0 or less, are counted and
    left out: they are not finished, or nobody estimated them. A person's column may
    stand there, and is not used: what is forecast has nobody assigned yet.
    """
    left_out: Counter[str] = Counter()
    rows: list[_Row] = []
    try:
        with _opened(path) as file:
            reader = csv.reader(file)
            place = _places(path, next(reader, []), columns or {})
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    row = _row(reader.line_num, cells, place, date_format)
                    if isinstance(row, str):
                        left_out[row] += 1
                    else:
                        rows.append(row)
    except UnicodeDecodeError as wrong:
        raise FileWrong(f"{path} is not written in UTF-8.") from wrong
    except csv.Error as wrong:
        raise FileWrong(f"{path} is no CSV file: {wrong}.") from wrong
    except (EOFError, zlib.error, gzip.BadGzipFile) as wrong:
        raise FileWrong(f"{path} is no whole gzip file.") from wrong
    except OSError as wrong:
        raise FileWrong(f"{path} cannot be read: {wrong.strerror}.") from wrong
    read = len(rows) + left_out.total()
    return FinishedFile(_history(rows), read, dict(left_out.most_common()))


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
            yield file
    else:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield file


def _places(
    path: Path, header: list[str], columns: Mapping[str, str]
) -> dict[str, int]:
    """Where each column stands; the optional ones only if they are there."""
    names = [name.strip().casefold() for name in header]
    found = {}
    for name in (*NEEDED, *OPTIONAL):
        called = columns.get(name, name)
        if called.strip().casefold() in names:
            found[name] = names.index(called.strip().casefold())
        elif name in NEEDED or name in columns:
            has = ", ".join(header) or "nothing"
            raise FileWrong(
                f"Line 1 of {path} has no column “{called}”; it has {has}. Say what "
                f"it is called there with --columns {name}=NAME."
            )
    return found


def _row(
    line: int, cells: list[str], place: Mapping[str, int], date_format: str | None
) -> _Row | str:
    """A row, or why it is left out."""

    def text(name: str) -> str:
        if name not in place:
            return ""
        if place[name] >= len(cells):
            raise FileWrong(
                f"Line {line} has {len(cells)} cells; {name} was expected in cell "
                f"{place[name] + 1}."
            )
        given = cells[place[name]].strip()
        return "" if given.casefold() in NOTHING else given

    numbers = {}
    for name in ("estimate", "actual"):
        given = text(name)
        if not given:
            return f"no {name}"
        numbers[name] = _number(given, line, name)
        if numbers[name] <= 0:
            return f"{name} of 0 or less"
    if not text("finished_on"):
        return "not finished"
    return _Row(
        **numbers,
        finished=_moment(text("finished_on"), line, date_format),
        skill=text("skill"),
        project=text("project"),
    )


def _number(given: str, line: int, name: str) -> float:
    try:
        number = float(given)
    except ValueError:
        number = math.nan
    # No unit of effort needs more, and ratios stay numbers.
    if not (number <= 0 or LEAST <= number <= MOST) or math.isinf(number):
        raise FileWrong(
            f"Line {line}, {name}, is “{given}”; a number such as 3 or 2.5 was "
            "expected."
        )
    return number


def _moment(given: str, line: int, date_format: str | None) -> float:
    """Days since 1970; a moment without a time zone counts as UTC."""
    try:
        moment = (
            datetime.strptime(given, date_format)  # noqa: DTZ007 - set below
            if date_format
            else datetime.fromisoformat(given)
        )
    except ValueError as wrong:
        expected = date_format or "2026-11-23 or 2026-11-23T14:05"
        raise FileWrong(
            f"Line {line}, finished_on, is “{given}”; a date like {expected} was "
            "expected."
        ) from wrong
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp() / 86_400


def _history(rows: list[_Row]) -> History:
    import numpy as np

    from capacity.engine.history import NONE, History

    def coded(texts: list[str]) -> np.ndarray:
        codes = {text: code for code, text in enumerate(dict.fromkeys(texts))}
        return np.array([codes[text] if text else NONE for text in texts], dtype=int)

    return History.of(
        np.array([row.estimate for row in rows], dtype=float),
        np.array([row.actual for row in rows], dtype=float),
        np.array([row.finished for row in rows], dtype=float),
        skill=coded([row.skill for row in rows]),
        project=coded([row.project for row in rows]),
    )
