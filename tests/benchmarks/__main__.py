"""Measures the product; see ``deploy/bench``. Asserts answers, never speed."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from typing import Any

PARTS = {
    "engine": "the forecast engine on the standard case of 500 demands",
    "board": "queries and time of the board with 50, 500 and 2,000 demands",
    "change": "time from a change to the forecast that knows it, with the demo data",
    "submissions": "2,000 requests from 16 threads, on SQLite and on PostgreSQL",
    "preview": "a drag on the board, answered by a worker, with 500 demands",
    "status": "the weekly status of 1,000 demands in all five formats",
    "delivery": "the delivery page with 100, 1,000 and 10,000 delivered demands",
    "drag": "the same as the page waits for it, with a real worker and Redis",
}


def show(part: str, figures: dict[str, Any], indent: str = "  ") -> None:
    print(f"{part}: {PARTS[part]}")
    for name, value in figures.items():
        rounded = f"{value:,.3f}" if isinstance(value, float) else f"{value}"
        print(f"{indent}{name:<44}{rounded:>14}")


def put(results: dict[str, Any], figures: dict[str, Any]) -> None:
    """Put “engine.growth” under growth of engine, so that such paths read the JSON."""
    for name, value in figures.items():
        *folders, last = name.split(".")
        place = results
        for folder in folders:
            place = place.setdefault(folder, {})
        place[last] = value


def main() -> None:
    parser = argparse.ArgumentParser(prog="deploy/bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args()
    unknown = set(given.parts) - set(PARTS)
    if unknown:
        parser.error(f"“{unknown.pop()}” is not known; known are {', '.join(PARTS)}.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    results: dict[str, Any] = {}
    for part in given.parts or list(PARTS):
        figures = importlib.import_module(f"tests.benchmarks.{part}").measure()
        put(results, figures)
        if not given.json:
            show(part, figures)
    if given.json:
        json.dump(results, sys.stdout, indent=2)
        print()


if __name__ == "__main__":
    main()
