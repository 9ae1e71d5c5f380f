from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from capacity.columns import ColumnError, Row, read_rows

if TYPE_CHECKING:
    from capacity.engine.backlog import Items


class Command(BaseCommand):
    help = (
        "Check “when will this backlog be done” on a history: a .csv or .csv.gz file "
        "with the columns created_on and finished_on (empty: still open, or never "
        "done), and estimate and priority if they are known. At every quarter the "
        "forecast is made from the past alone: when half, and when four fifths, of "
        "what was open then will be done. What is finished before it is created counts "
        "as finished on that day."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="The CSV file to read.")
        parser.add_argument("--json", action="store_true", help="Print figures only.")
        parser.add_argument("--trials", type=int, default=400, help="Worlds drawn.")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument(
            "--until",
            type=date.fromisoformat,
            help="Last day observed; else the last date in the file.",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        from capacity.engine.backlog_backtest import backtest
        from capacity.engine.throughput import TooLittleHistory

        try:
            rows = list(read_rows(options["file"], required=REQUIRED))
            if not rows:
                raise ColumnError(f"{options['file']} has no rows.")
            first, last, early, items = _items(rows)
            found = backtest(
                items,
                until=((options["until"] or last) - first).days,
                trials=options["trials"],
                seed=options["seed"],
            )
        except (ColumnError, TooLittleHistory) as wrong:
            raise CommandError(str(wrong)) from wrong
        found["finished_before_created"] = early
        for question in found["questions"]:
            day = first + timedelta(days=question.pop("day"))
            question["on"] = day.isoformat()
        if options["json"]:
            self.stdout.write(json.dumps(found))
            return
        for line in _lines(found):
            self.stdout.write(line)


REQUIRED = ("created_on", "finished_on")


def _items(rows: list[Row]) -> tuple[date, date, int, Items]:
    """First and last day, items finished before they were created, and all items."""
    import numpy as np

    from capacity.engine.backlog import Items, name_classes, size_classes

    created = [row.day("created_on") for row in rows]
    finished = [row.day_or_none("finished_on") for row in rows]
    kinds = []
    if "estimate" in rows[0].cells:
        kinds.append(size_classes([_estimate(row) for row in rows]))
    if "priority" in rows[0].cells:
        kinds.append(name_classes([row.text("priority") for row in rows]))
    first = min(created)
    last = max([*created, *(day for day in finished if day)])
    begun = np.array([(day - first).days for day in created], dtype=np.float64)
    ended = np.array([(day - first).days if day else np.inf for day in finished])
    early = int((ended < begun).sum())
    items = Items(
        begun,
        np.maximum(ended, begun),
        np.array(kinds, dtype=np.int64).reshape(len(kinds), len(rows)),
    )
    return first, last, early, items


def _estimate(row: Row) -> float | None:
    found = row.number_or_none("estimate")
    if found is not None and found < 0:
        raise row.wrong("estimate", f"is {found:g}; at least 0 was expected")
    return found


def _lines(found: dict[str, Any]) -> list[str]:
    lines = [
        f"{'from':12}{'open':>6}{'share':>7}{'P50':>8}{'P85':>8}{'plain':>8}{'took':>9}"
    ]
    for each in found["questions"]:
        took = each["actual_weeks"]
        shown = f">{each['observed_weeks']}" if took is None else f"{took}"
        lines.append(
            f"{each['on']:12}{each['open']:>6}{each['share']:>7.0%}"
            f"{_weeks(each['p50_weeks'])}{_weeks(each['p85_weeks'])}"
            f"{_weeks(each['plain_p85_weeks'])}{shown:>9}"
        )
    lines += [
        "All in weeks; plain is P85 of copying the last 12 weeks' throughput.",
        "",
    ]
    plain = found["baselines"]["backlog_over_throughput"]
    for name, method in (("ours", found), ("plain", plain)):
        for share, row in (("all", method), *method["shares"].items()):
            lines.append(
                f"{name:6}{share:>5}: P50 holds {_share(row['p50'])}, P85 holds "
                f"{_share(row['p85'])} of {row['n'] - row['unknown']['p85']} known "
                f"({row['unknown']['p85']} unknown), CRPS {row['crps']:.3f}"
            )
    return lines


def _weeks(number: float | None) -> str:
    return f"{'never' if number is None else number:>8}"


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"
