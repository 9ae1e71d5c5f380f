"""The weekly status of 1,000 demands in all five formats: time and memory.

A quarter of the demands is promised. Every format is written by a process that has done
nothing before, as a worker does that was just started.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.board import team_with

ROOT = Path(__file__).resolve().parent.parent.parent
DEMANDS = 1_000


def measure(demands: int = DEMANDS) -> dict[str, Any]:
    content, gathering = gather(demands)
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.status"],
        cwd=ROOT, input=json.dumps(content), stdout=subprocess.PIPE, text=True,
        check=True,
    )  # fmt: skip
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert told.pop("said") == len(content["commitments"]) == demands // 4
    return {
        f"status.{name}": value
        for name, value in {"demands": demands, "gather_s": gathering, **told}.items()
    }


def gather(demands: int) -> tuple[dict[str, Any], float]:
    """The content of a week with so many demands, and the seconds it took."""
    import django

    django.setup()
    from django.conf import settings
    from django.db import transaction
    from django.test.utils import get_runner
    from django.utils import timezone

    from portfolio.delivery.models import Commitment, CommitmentVersion
    from portfolio.reports.content import build_content

    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        with transaction.atomic():
            team = team_with(demands).teams.get()
            today = timezone.localdate()
            CommitmentVersion.objects.bulk_create(
                CommitmentVersion(commitment=promise, number=1, due_on=promise.due_on)
                for promise in Commitment.objects.all()
            )
            build_content(team=team, today=today)
            began = time.perf_counter()
            content = build_content(team=team, today=today)
            took = time.perf_counter() - began
            transaction.set_rollback(True)
    finally:
        runner.teardown_databases(databases)
    return content, took


def write_all(content: dict[str, Any]) -> dict[str, Any]:
    """Write each format once from nothing; seconds, sizes, and the most memory used."""
    import django

    django.setup()
    from portfolio.reports.content import content_hash
    from portfolio.reports.edition import edition_of
    from portfolio.reports.files import FORMATS, write_file
    from portfolio.reports.models import StatusReport

    report = StatusReport(
        week=dt.date.fromisoformat(content["monday"]),
        content=content,
        content_hash=content_hash(content),
        frozen_at=dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC),
    )
    figures: dict[str, Any] = {}
    for name in FORMATS:
        began = time.perf_counter()
        file = write_file(report, name)
        figures[f"{name}_s"] = time.perf_counter() - began
        figures[f"{name}_kib"] = len(file) / 1024
    figures["all_s"] = sum(figures[f"{name}_s"] for name in FORMATS)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    said = len(edition_of(report).content["commitments"])
    return {**figures, "peak_mib": peak, "said": said}


if __name__ == "__main__":
    print(json.dumps(write_all(json.load(sys.stdin))))
