"""Forecast a plan file: ``python -m capacity.engine plan.json`` prints the result."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from capacity.engine import PlanError, forecast, load_plan


def main(arguments: Sequence[str] | None = None) -> int:
    """Read a plan, forecast it and print the result as JSON.

    Parameters
    ----------
    arguments
        Command line without the program's name; the process's own by default.

    Returns
    -------
    int
        0, or 2 when the plan or the command line is wrong, with one sentence on
        standard error.
    """
    given = _parser().parse_args(arguments)
    try:
        plan = load_plan(_text(given.plan))
        changes = {
            name: value
            for name in ("trials", "seed")
            if (value := getattr(given, name)) is not None
        }
        answer = forecast(replace(plan, **changes), threads=given.threads).to_json()
    except (PlanError, OSError) as wrong:
        reason = (
            f"{given.plan} cannot be read: {wrong.strerror}."
            if isinstance(wrong, OSError)
            else str(wrong)
        )
        sys.stderr.write(f"{reason}\n")
        return 2
    sys.stdout.write(
        json.dumps(answer, indent=2 if given.indent else None, ensure_ascii=False)
    )
    sys.stdout.write("\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m capacity.engine",
        description="Forecast a plan file and print the result as JSON.",
    )
    parser.add_argument("plan", help="plan file, or - for standard input")
    parser.add_argument("--indent", action="store_true", help="indent the JSON")
    parser.add_argument("--trials", type=int, help="simulated worlds, for the plan's")
    parser.add_argument("--seed", type=int, help="seed, instead of the plan's")
    parser.add_argument("--threads", type=_threads, help="threads; all by default")
    return parser


def _threads(text: str) -> int:
    threads = int(text)
    if threads < 1:
        raise argparse.ArgumentTypeError(f"{threads} is below 1.")
    return threads


def _text(name: str) -> bytes:
    return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()


if __name__ == "__main__":
    sys.exit(main())
