from __future__ import annotations

import json
import time
from argparse import ArgumentTypeError
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from capacity.finished_file import NEEDED, OPTIONAL, FileWrong, read_finished
from portfolio.core.words import counted

SECONDS_BETWEEN_LINES = 5.0


class Command(BaseCommand):
    help = (
        "Forecast finished packages of a CSV file, each from what was finished before "
        "it, and score the forecasts beside plain ones. The file has the columns "
        "estimate, actual and finished_on, and may have skill, person and project; the "
        "unit of effort does not matter. Needs no database."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="A .csv or .csv.gz.")
        parser.add_argument("--json", action="store_true", help="Print only JSON.")
        parser.add_argument(
            "--sums",
            type=_size,
            default=20,
            metavar="N",
            help="Score sums of N packages (default 20).",
        )
        parser.add_argument(
            "--leave-out",
            choices=["project"],
            help="Sum packages of one project, forecast from other projects only.",
        )
        parser.add_argument(
            "--columns",
            type=_columns,
            default={},
            metavar="NAME=COLUMN,…",
            help="What the columns are called in the file.",
        )
        parser.add_argument(
            "--date-format",
            metavar="FORMAT",
            help="Of finished_on, such as %%m/%%d/%%Y; ISO dates by default.",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        from capacity.engine.backtest import backtest

        try:
            read = read_finished(
                options["file"],
                columns=options["columns"],
                date_format=options["date_format"],
            )
            leaves_out = options["leave_out"] == "project"
            if leaves_out and len(set(read.history.project.tolist()) - {-1}) < 2:
                raise FileWrong(
                    f"{options['file']} has fewer than two projects; to leave one out, "
                    "the column project must tell them apart."
                )
            result = backtest(
                read.history,
                size=options["sums"],
                leave_out_project=leaves_out,
                progress=None if options["json"] else self._tell(),
            )
        except ValueError as wrong:
            raise CommandError(str(wrong), returncode=2) from wrong
        rows = {
            "read": read.rows,
            "used": len(read.history),
            "left_out": read.left_out,
        }
        if options["json"]:
            self.stdout.write(json.dumps({"rows": rows, **result}))
            return
        for line in _lines(rows, result):
            self.stdout.write(line)

    def _tell(self) -> Any:
        said_at = time.monotonic()

        def tell(what: str, done: int, of: int) -> None:
            nonlocal said_at
            if time.monotonic() - said_at > SECONDS_BETWEEN_LINES:
                said_at = time.monotonic()
                self.stderr.write(f"{what}: {done:,} of {of:,}", self.style.NOTICE)

        return tell


def _size(given: str) -> int:
    if not given.isdecimal() or int(given) < 2:
        raise ArgumentTypeError(f"{given} is given; a number from 2 on is allowed.")
    return int(given)


def _columns(given: str) -> dict[str, str]:
    known = (*NEEDED, *OPTIONAL)
    found = {}
    for part in given.split(","):
        name, equals, column = part.partition("=")
        if not equals or not column or name.strip() not in known:
            raise ArgumentTypeError(
                f"“{part}” is given; NAME=COLUMN is allowed, where NAME is one of "
                f"{', '.join(known)}."
            )
        found[name.strip()] = column.strip()
    return found


def _lines(rows: dict[str, Any], result: dict[str, Any]) -> Iterator[str]:
    tasks, sums = result["tasks"], result["sums"]
    yield f"{counted(rows['read'], 'row')} read, {rows['used']:,} used."
    for why, count in rows["left_out"].items():
        yield f"  {count:,} left out: {why}."
    yield ""
    yield f"{counted(tasks['n'], 'package')}, each forecast from those finished before:"
    yield (
        f"  {'share at or below':24}{'P10':>7}{'P50':>7}{'P80':>7}{'P85':>7}{'P90':>7}"
        f"{'CRPS':>9}{'pinball':>9}"
    )
    yield _task_line("Throughline", tasks)
    split = tasks["coverage_split"].values()
    yield f"  {'  ties counted in part':24}" + "".join(f"{each:7.1%}" for each in split)
    for name, scores in tasks["baselines"].items():
        yield _task_line(name.replace("_", " "), scores)
    yield ""
    yield (
        f"{counted(sums['n'], 'sum')} of {sums['size']}, with a shared error of "
        f"{sums['shared_sd']:.2f} at the end:"
    )
    yield f"  {'':24}{'inside P10-P90':>16}{'CRPS':>9}"
    yield _sum_line("Throughline", sums)
    for name, scores in sums["baselines"].items():
        yield _sum_line(name.replace("_", " "), scores)
    yield ""
    yield (
        "CRPS and pinball loss (mean of the five quantiles) are shares of the mean "
        "actual; less is better."
    )


def _task_line(name: str, scores: dict[str, Any]) -> str:
    coverage = "".join(f"{each:7.1%}" for each in scores["coverage"].values())
    pinball = scores["pinball"].values()
    return (
        f"  {name:24}{coverage}{scores['crps']:9.4f}{sum(pinball) / len(pinball):9.4f}"
    )


def _sum_line(name: str, scores: dict[str, Any]) -> str:
    if scores["crps"] is None:
        return f"  {name:24}{'too few':>16}"
    return f"  {name:24}{scores['inside_p10_p90']:16.1%}{scores['crps']:9.4f}"
