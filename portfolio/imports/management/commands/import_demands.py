from __future__ import annotations

import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from intake.choices import Stage
from portfolio.core.errors import RuleBroken
from portfolio.core.models import User
from portfolio.core.words import counted, joined
from portfolio.imports.explaining import explain_mapping
from portfolio.imports.findings import Finding, Findings
from portfolio.imports.reading import MappingError, read_mapping
from portfolio.imports.services.importing import import_demands
from portfolio.imports.services.names import Sort
from portfolio.imports.services.outcome import Outcome

MOST_SHOWN = 50
MOST_LINES = 8
MANY = {Sort.PERSON: "people"}
SECONDS_BETWEEN_LINES = 2.0


class Command(BaseCommand):
    help = (
        "Import the demands of another tracker from a CSV file, all or nothing. A "
        "second import of the same rows adds nothing; it brings over what the tracker "
        "has changed, and leaves alone what people have changed here since."
    )
    requires_migrations_checks = True

    def create_parser(self, *args: Any, **kwargs: Any) -> Any:
        return super().create_parser(
            *args,
            **kwargs,
            epilog=explain_mapping(),
            formatter_class=RawDescriptionHelpFormatter,
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="The CSV file to read.")
        parser.add_argument(
            "--mapping", type=Path, required=True, help="What its columns mean, a TOML."
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Do everything, keep nothing."
        )
        parser.add_argument(
            "--by", metavar="EMAIL", help="Who imports, for the trail of each demand."
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            mapping = read_mapping(options["mapping"])
        except MappingError as wrong:
            raise CommandError(_wrong_mapping(wrong, options["mapping"])) from wrong
        counter = Counter(self)
        try:
            outcome = import_demands(
                path=_readable(options["file"]),
                mapping=mapping,
                by=_person(options["by"]),
                dry_run=options["dry_run"],
                progress=counter,
            )
        except RuleBroken as broken:
            raise CommandError(str(broken)) from broken
        finally:
            counter.end()
        for line in _remark_lines(outcome):
            self.stdout.write(line)
        if outcome.is_bad:
            raise CommandError("\n".join(_problem_lines(outcome.findings)))
        for line in _outcome_lines(outcome, dry_run=options["dry_run"]):
            self.stdout.write(line)


def _readable(path: Path) -> Path:
    try:
        path.open("rb").close()
    except OSError as broken:
        raise CommandError(f"{path} cannot be read: {broken.strerror}.") from broken
    return path


def _person(email: str | None) -> User | None:
    if email is None:
        return None
    person = User.objects.filter(email__iexact=email).first()
    if person is None:
        raise CommandError(f"Nobody signs in as {email}; --by names an account.")
    return person


class Counter:
    """One line that counts on a terminal; elsewhere a line now and then."""

    def __init__(self, command: BaseCommand) -> None:
        self.out = command.stdout
        self.on_terminal = bool(self.out.isatty())
        self.open = False
        self.said_at = time.monotonic()

    def __call__(self, what: str, done: int, of: int) -> None:
        words = f"{what} {counted(done, 'row')}" + (f" of {of:,}" if of > done else "")
        if self.on_terminal:
            self.out.write(f"\r\x1b[K{words}", ending="")
            self.out.flush()
            self.open = True
        elif done == of or time.monotonic() - self.said_at > SECONDS_BETWEEN_LINES:
            self.said_at = time.monotonic()
            self.out.write(f"{words}.")

    def end(self) -> None:
        if self.open:
            self.out.write("")
        self.open = False


def _wrong_mapping(wrong: MappingError, path: Path) -> str:
    count = counted(len(wrong.problems), "problem")
    shown = [f"  {problem}" for problem in wrong.problems[:MOST_SHOWN]]
    return "\n".join([f"The mapping {path} has {count}:", *shown])


def _problem_lines(findings: Findings) -> Iterator[str]:
    count = findings.problem_count
    yield f"Nothing was imported. {counted(count, 'problem')}:"
    yield from (f"  {problem}" for problem in findings.problems[:MOST_SHOWN])
    if count > MOST_SHOWN:
        yield f"  … and {count - MOST_SHOWN:,} more."


def _remark_lines(outcome: Outcome) -> Iterator[str]:
    findings = outcome.findings
    if not findings.remarks:
        return
    yield f"{counted(findings.remark_count, 'remark')}:"
    for (column, given, right), lines in list(findings.remarks.items())[:MOST_SHOWN]:
        words = str(Finding(0, column, given, right)).removeprefix("The file, ")
        yield f"  {_line_words(lines)}: {words}"
    if len(findings.remarks) > MOST_SHOWN:
        yield f"  … and {len(findings.remarks) - MOST_SHOWN:,} more kinds."


def _line_words(lines: list[int]) -> str:
    shown = [str(line) for line in lines[:MOST_LINES]]
    if more := len(lines) - len(shown):
        shown.append(f"{more:,} more")
    return f"{'Line' if len(lines) == 1 else 'Lines'} {joined(shown)}"


def _outcome_lines(outcome: Outcome, *, dry_run: bool) -> Iterator[str]:
    yield (
        f"{counted(outcome.rows, 'row')} for {outcome.team}: {outcome.new:,} new, "
        f"{outcome.updated:,} updated, {outcome.unchanged:,} unchanged, "
        f"{outcome.left_out.total():,} left out."
    )
    for why, count in outcome.left_out.items():
        yield f"  {count:,} left out: {why}"
    stages = [
        f"{outcome.stages[stage]:,} {stage.label.lower()}"
        for stage in Stage
        if outcome.stages[stage]
    ]
    if stages:
        yield f"  Stages: {joined(stages)}."
    if outcome.new:
        yield (
            f"  With {counted(outcome.packages, 'work package')} and "
            f"{counted(outcome.promises, 'promise')}."
        )
    if outcome.team_is_new:
        yield f"  Made the team {outcome.team}."
    for sort, names in outcome.made.items():
        yield f"  Made {counted(len(names), sort, MANY.get(sort))}: {_some(names)}."
    if outcome.engineers:
        yield (
            f"  Made {counted(len(outcome.engineers), 'engineer')}: "
            f"{_some(outcome.engineers)}."
        )
    if outcome.nobody_sees_it:
        yield (
            f"  Nobody belongs to {outcome.team} yet; an administrator adds people to "
            "it under Users in the administration."
        )
    yield "Dry run: nothing was kept." if dry_run else "Stored."


def _some(names: list[str]) -> str:
    return joined(
        names if len(names) <= 12 else [*names[:10], f"{len(names) - 10:,} more"]
    )
