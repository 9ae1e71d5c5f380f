"""Forecast a plan file: ``python -m capacity.engine plan.json`` prints the result."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from capacity.engine import PlanError, forecast, load_plan
from capacity.engine.plan import MOST_SEED, MOST_TRIALS

MOST_THREADS = 256
MOST_BLANKS = 16

# As a shell names what a signal ended: 128 and the signal's number.
INTERRUPTED = 130
NOBODY_READS = 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Read a plan, forecast it and print the result as JSON.

    Parameters
    ----------
    arguments
        Command line without the program's name; the process's own by default.

    Returns
    -------
    int
        0; 2 when the plan or the command line is wrong and 1 when the answer cannot be
        written, each with one sentence on standard error; 130 when interrupted, and 141
        when whoever reads the answer has gone.
    """
    words = sys.argv[1:] if arguments is None else arguments
    given = _parser().parse_args(_with_blanks(words))
    try:
        answer = _forecast(given)
    except KeyboardInterrupt:
        return INTERRUPTED
    except (PlanError, OSError) as wrong:
        reason = (
            f"{given.plan} cannot be read: {wrong.strerror}."
            if isinstance(wrong, OSError)
            else str(wrong)
        )
        return _complain(reason, 2)
    try:
        _write(json.dumps(answer, indent=given.indent, **AS_WRITTEN))
    except BrokenPipeError:
        return NOBODY_READS
    except OSError as wrong:
        return _complain(f"The answer cannot be written: {wrong.strerror}.", 1)
    return 0


AS_WRITTEN: dict[str, Any] = {"ensure_ascii": False, "allow_nan": False}


def _forecast(given: argparse.Namespace) -> dict[str, Any]:
    plan = load_plan(_text(given.plan))
    changes = {
        name: value
        for name in ("trials", "seed")
        if (value := getattr(given, name)) is not None
    }
    return forecast(replace(plan, **changes), threads=given.threads).to_json()


def _text(name: str) -> bytes:
    if name != "-":
        return Path(name).read_bytes()
    if sys.stdin is None:
        raise PlanError("Standard input is closed; a plan was expected there.")
    return sys.stdin.buffer.read()


def _write(text: str) -> None:
    """Write to standard output, and have it out before the process ends."""
    if sys.stdout is None:
        raise OSError(0, "standard output is closed")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except OSError:
        # Python would try once more at its end, and print a traceback.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
        raise


def _complain(sentence: str, status: int) -> int:
    if sys.stderr is not None:
        sys.stderr.write(f"{sentence}\n")
    return status


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, without the usage before it."""

    def error(self, message: str) -> NoReturn:
        sentence = message[:1].upper() + message[1:]
        if not sentence.endswith("."):
            sentence += "; --help lists what is allowed."
        sys.exit(_complain(sentence, 2))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m capacity.engine",
        description="Forecast a plan file and print the result as JSON.",
    )
    parser.add_argument("plan", help="plan file, or - for standard input")
    parser.add_argument(
        "--indent",
        type=_whole(0, MOST_BLANKS),
        metavar="[BLANKS]",
        help="indent the JSON, by 2 blanks unless said otherwise",
    )
    for name, least, most, meaning in (
        ("--trials", 1, MOST_TRIALS, "simulated worlds, instead of the plan's"),
        ("--seed", 0, MOST_SEED, "seed, instead of the plan's"),
        ("--threads", 1, MOST_THREADS, "threads; by default one for each processor"),
    ):
        parser.add_argument(name, type=_whole(least, most), help=meaning)
    return parser


def _with_blanks(words: Sequence[str]) -> list[str]:
    """Spell ``--indent`` out; argparse would take a plan behind it for its number."""
    spelt: list[str] = []
    for word in words:
        if spelt[-1:] == ["--indent=2"] and word.isdecimal():
            spelt[-1] = f"--indent={word}"
        else:
            spelt.append("--indent=2" if word == "--indent" else word)
    return spelt


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(
                f"{text!r} is given; a whole number from {least} to {most} is allowed."
            )
        return number

    return read


if __name__ == "__main__":
    sys.exit(main())
