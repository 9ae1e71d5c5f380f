from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portfolio.core.errors import RuleBroken
from portfolio.core.models import Team
from portfolio.reports.choices import Variant
from portfolio.reports.files import CONTENT_TYPES, file_name, write_file
from portfolio.reports.models import StatusReport
from portfolio.reports.services.freezing import freeze_report, today_at
from portfolio.reports.weeks import parse_week, week_name


class Command(BaseCommand):
    help = (
        "Writes the status report of a week; the current week is frozen first when it "
        "was not yet."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--week", help="as in 2026-W47; the current one if left out"
        )
        parser.add_argument("--format", default=",".join(CONTENT_TYPES))
        parser.add_argument("--out", type=Path, default=Path())
        parser.add_argument("--team", help="its slug; needed when there are several")
        parser.add_argument(
            "--leadership", action="store_true", help="without names of individuals"
        )

    def handle(
        self, *, week: str | None, out: Path, team: str | None, **options: Any
    ) -> None:
        formats = [name.strip() for name in str(options["format"]).split(",")]
        unknown = [name for name in formats if name not in CONTENT_TYPES]
        if unknown:
            raise CommandError(
                f"“{unknown[0]}” is not a format; known are {', '.join(CONTENT_TYPES)}."
            )
        found = _team(team)
        report = self._report(week or week_name(today_at(found)), found)
        variant = Variant.LEADERSHIP if options["leadership"] else Variant.TEAM
        out.mkdir(parents=True, exist_ok=True)
        for name in formats:
            target = out / file_name(report, name, variant)
            target.write_bytes(_written(report, name, variant))
            self.stdout.write(str(target))

    def _report(self, week: str, team: Team) -> StatusReport:
        try:
            monday = parse_week(week)
        except ValueError as wrong:
            raise CommandError(str(wrong)) from wrong
        found = (
            StatusReport.objects.filter(team=team, week=monday)
            .select_related("team")
            .first()
        )
        if found:
            return found
        try:
            return freeze_report(team=team, week=monday, by=None)
        except RuleBroken as broken:
            raise CommandError(
                f"There is no snapshot of {week} of {team}. {broken}"
            ) from broken


def _written(report: StatusReport, name: str, variant: str) -> bytes:
    try:
        return write_file(report, name, variant)
    except RuleBroken as broken:
        raise CommandError(str(broken)) from broken


def _team(slug: str | None) -> Team:
    teams = Team.objects.all()
    known = ", ".join(teams.values_list("slug", flat=True)) or "none"
    if slug:
        found = teams.filter(slug=slug).first()
        if found is None:
            raise CommandError(f"There is no team “{slug}”; known are {known}.")
        return found
    if teams.count() != 1:
        raise CommandError(f"Say which team with --team; known are {known}.")
    return teams.get()
