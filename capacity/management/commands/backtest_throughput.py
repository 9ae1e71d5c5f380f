from __future__ import annotations

import json
from argparse import ArgumentParser
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from capacity.columns import ColumnError, read_rows


class Command(BaseCommand):
    help = (
        "Check “when will N items be done” on past completions: a .csv or .csv.gz file "
        "with the columns series and finished_on, one row per item, or series, date "
        "and n, one row per day. Every four weeks the forecast is made from what was "
        "known then, and compared with what happened and with copying past weeks."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="The CSV file to read.")
        parser.add_argument("--json", action="store_true", help="Print figures only.")
        parser.add_argument("--trials", type=int, default=1000, help="Worlds drawn.")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument(
            "--until",
            type=date.fromisoformat,
            help="Last day observed; else each series ends with its last item.",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        from capacity.engine.throughput import Completions, TooLittleHistory
        from capacity.engine.throughput_backtest import backtest

        try:
            finished = _read(options["file"])
            series = {
                name: Completions.count(days, until=options["until"])
                for name, days in sorted(finished.items())
            }
            found = backtest(
                series,
                trials=options["trials"],
                seed=options["seed"],
                progress=lambda name: self.stderr.write(f"Walking through {name} …"),
            )
        except (ColumnError, TooLittleHistory) as wrong:
            raise CommandError(str(wrong)) from wrong
        if options["json"]:
            self.stdout.write(json.dumps(found))
            return
        for line in _lines(found):
            self.stdout.write(line)


def _read(path: Path) -> dict[str, list[tuple[date, int]]]:
    """Days and numbers of items by series."""
    found: dict[str, list[tuple[date, int]]] = defaultdict(list)
    rows = list(read_rows(path, required=("series",)))
    if rows and "finished_on" not in rows[0].cells:
        rows = list(read_rows(path, required=("series", "date", "n")))
        for row in rows:
            found[row.text("series")].append((row.day("date"), row.whole("n")))
    for row in rows if not found else ():
        found[row.text("series")].append((row.day("finished_on"), 1))
    if not found:
        raise ColumnError(f"{path} has no rows.")
    return found


def _lines(found: dict[str, Any]) -> list[str]:
    head = f"{'':20}{'weeks':>6}{'n':>7}{'P50':>7}{'P85':>7}{'P95':>7}{'width':>8}"
    lines = [
        f"{found['series']} series; shares of outcomes on or before the percentile",
        f"{head}{'at our P85':>12}{'CRPS':>8}",
    ]
    methods = {"ours": found, **found["baselines"]}
    for name, method in methods.items():
        for weeks, row in method["horizons"].items():
            shares = "".join(_share(row[each]) for each in ("p50", "p85", "p95"))
            lines.append(
                f"{name:20}{weeks:>6}{row['n']:>7}{shares}{_plain(row['median_width'])}"
                f"{_plain(row.get('width_at_our_p85')):>12}{_plain(row['crps'])}"
            )
    return lines


def _share(share: float | None) -> str:
    return f"{'–' if share is None else f'{share:.1%}':>7}"


def _plain(number: float | None) -> str:
    return f"{'–' if number is None else f'{number:.3f}':>8}"
