"""Imports the demands of another tracker, all or nothing.

The file is read twice. The first time nothing is written: every row is checked, and
everything that is wrong is said at once. The second time all is written in one
transaction, a batch of rows at a time, so that memory does not grow with the file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from intake.choices import BACKLOG
from intake.models import Demand
from intake.services.locking import lock_team
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Team, User
from portfolio.core.services.changes import note_plan_change
from portfolio.imports.findings import Findings
from portfolio.imports.mapping import ImportMapping
from portfolio.imports.ranks import keys_below
from portfolio.imports.services.adding import Writing, add_demands, number_in
from portfolio.imports.services.merging import update_demand
from portfolio.imports.services.names import Names
from portfolio.imports.services.outcome import Outcome, Progress
from portfolio.imports.services.passing import Entry, Pass
from portfolio.imports.services.staffing import add_engineers
from portfolio.imports.services.teams import find_team, make_team
from portfolio.imports.table import Table, TableBroken

Ranked = tuple[str, int]  # the rank as the tracker has it, and the line


def import_demands(
    *,
    path: Path,
    mapping: ImportMapping,
    by: User | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Outcome:
    """Import a file by its mapping; with anything wrong in it, nothing is kept.

    A dry run does all of it and takes it back. The outcome says what was done, and
    has the bad rows and the remarks.
    """
    say = progress or _say_nothing
    outcome = Outcome(team=mapping.team.name)
    findings = outcome.findings
    table = mapping.table(path)
    team = find_team(mapping.team, findings)
    _check_columns(table, mapping, findings)
    if findings.problem_count:
        return outcome
    way = Pass(table, mapping, team, findings, Names.load())
    survey = _survey(way, outcome, say)
    if survey is None:
        return outcome
    with transaction.atomic():
        _write(table, mapping, survey, outcome, by=by, say=say)
        if dry_run:
            transaction.set_rollback(True)
    outcome.kept = not dry_run
    return outcome


def _say_nothing(_what: str, _done: int, _of: int) -> None:
    """Without anybody who listens."""


def _check_columns(table: Table, mapping: ImportMapping, findings: Findings) -> None:
    try:
        wrong = mapping.wrong_columns(table.header())
    except TableBroken as broken:
        wrong = [broken.finding]
    for finding in wrong:
        findings.add_problem(finding)


@dataclass
class _Survey:
    """What the first pass learns for the second."""

    # The new ones for the backlog.
    backlog: list[Ranked] = field(default_factory=list)
    fresh: int = 0
    changed: int = 0
    unchanged: int = 0
    # The highest number among references in the team's form.
    highest: int = 0


def _survey(way: Pass, outcome: Outcome, say: Progress) -> _Survey | None:
    """What there is to write; None when any row is bad."""
    survey = _Survey()
    prefix = (way.team or way.mapping.team).reference_prefix
    for entries in way.batches():
        for entry in entries:
            tracked = entry.tracked
            outcome.stages[tracked.stage] += 1
            if entry.imported is None and tracked.stage in BACKLOG:
                survey.backlog.append((tracked.text("rank"), tracked.line))
            if entry.imported is None:
                number = number_in(tracked.text("reference"), prefix)
                survey.highest = max(survey.highest, number)
                survey.fresh += 1
            elif entry.changed:
                survey.changed += 1
            else:
                survey.unchanged += 1
        say("Read", way.rows, 0)
    say("Read", way.rows, way.rows)
    outcome.rows = way.rows
    outcome.left_out.update(way.left_out)
    return None if outcome.is_bad else survey


# Writing


def _write(
    table: Table,
    mapping: ImportMapping,
    survey: _Survey,
    outcome: Outcome,
    *,
    by: User | None,
    say: Progress,
) -> None:
    team = find_team(mapping.team, Findings())
    outcome.team_is_new = team is None
    team = lock_team(team.pk) if team else make_team(mapping.team)
    team.last_number = max(team.last_number, survey.highest)
    # What the second pass says of the rows was said by the first.
    way = Pass(table, mapping, team, Findings(), Names.load())
    writing = _writing(way, team, survey, by)
    if survey.fresh or survey.changed:
        _write_rows(way, writing, outcome, say)
    else:
        outcome.unchanged = survey.unchanged
    _finish(mapping, writing, outcome)


def _write_rows(way: Pass, writing: Writing, outcome: Outcome, say: Progress) -> None:
    for entries in way.batches():
        if way.findings.problem_count:
            raise RuleBroken(
                "Somebody changed something this import needs while it ran "
                f"({way.findings.problems[0]}). Nothing was kept; run it again."
            )
        way.names.make_wanted()
        _write_batch(entries, writing, outcome)
        say("Wrote", way.rows, outcome.rows)


def _writing(way: Pass, team: Team, survey: _Survey, by: User | None) -> Writing:
    now = timezone.now()
    zone = ZoneInfo(team.calendar.time_zone)
    last = Demand.objects.filter(team=team).in_backlog().by_rank().last()
    lines = [line for _, line in sorted(survey.backlog, key=_ordering(survey.backlog))]
    keys = keys_below(last.rank if last else None, len(lines) + survey.changed)
    return Writing(
        team=team,
        tracker=way.mapping.tracker,
        names=way.names,
        by=by,
        now=now,
        today=timezone.localdate(now, timezone=zone),
        ranks=dict(zip(lines, keys, strict=False)),
        spare_ranks=iter(keys[len(lines) :]),
    )


def _ordering(backlog: list[Ranked]) -> Callable[[Ranked], tuple[object, ...]]:
    """By number where all ranks are numbers, else as text; without one last."""
    numbers = {rank: _number(rank) for rank, _ in backlog if rank}
    numeric = all(number is not None for number in numbers.values())

    def place(entry: Ranked) -> tuple[object, ...]:
        rank, line = entry
        return not rank, numbers.get(rank) if numeric else rank, line

    return place


def _number(rank: str) -> Decimal | None:
    try:
        number = Decimal(rank)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _write_batch(entries: list[Entry], writing: Writing, outcome: Outcome) -> None:
    fresh = [entry.tracked for entry in entries if entry.imported is None]
    packages, promises = add_demands(fresh, writing)
    outcome.new += len(fresh)
    outcome.packages += packages
    outcome.promises += promises
    for entry in entries:
        if entry.imported is None:
            continue
        if entry.changed and update_demand(
            entry.tracked, entry.imported, entry.changed, writing, outcome.findings
        ):
            outcome.updated += 1
        else:
            outcome.unchanged += 1


def _finish(mapping: ImportMapping, writing: Writing, outcome: Outcome) -> None:
    team = writing.team
    team.save(update_fields=["last_number"])
    outcome.made = writing.names.made
    if mapping.engineers:
        outcome.engineers = add_engineers(
            team=team, shape=mapping.engineers, today=writing.today
        )
    outcome.nobody_sees_it = not team.members.exists()
    if outcome.new or outcome.updated or outcome.engineers:
        note_plan_change(team_id=team.pk)
